-- name: reauthentication_put
-- A new demand takes the place of an older one, and how often the person was asked stays.
INSERT INTO reauthentication (subject, client_id, resource, sealed, demanded_at, met, rounds,
	expires_at)
VALUES (:subject, :client_id, :resource, :sealed, :now, 0, 0, :expires_at)
ON CONFLICT (subject, client_id, resource) DO UPDATE SET sealed = excluded.sealed,
	demanded_at = excluded.demanded_at, asked_at = NULL, met = 0, expires_at = excluded.expires_at,
	rounds = CASE WHEN reauthentication.expires_at > :now THEN reauthentication.rounds ELSE 0 END;

-- name: reauthentication_get
SELECT sealed, demanded_at, asked_at, met, rounds FROM reauthentication
 WHERE subject = :subject AND client_id = :client_id AND resource = :resource AND expires_at > :now;

-- name: reauthentication_asked
-- Of one demand; another that was made meanwhile still waits.
UPDATE reauthentication SET asked_at = :now, met = 1, rounds = rounds + 1, expires_at = :expires_at
 WHERE subject = :subject AND client_id = :client_id AND resource = :resource
   AND demanded_at = :demanded_at;

-- name: reauthentication_refused
-- Once may be a mistake: the next sign-in asks again, and the one after that no more.
UPDATE reauthentication SET asked_at = CASE WHEN rounds > 0 THEN :now ELSE asked_at END,
	rounds = rounds + 1
 WHERE subject = :subject AND client_id = :client_id AND resource = :resource
   AND demanded_at = :demanded_at;

-- name: reauthentication_delete_expired
DELETE FROM reauthentication WHERE expires_at <= :now AND subject IN
	(SELECT subject FROM reauthentication WHERE expires_at <= :now LIMIT :limit);
