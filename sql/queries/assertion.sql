-- name: assertion_put
INSERT INTO assertion (name, sealed, renew_at, expires_at)
VALUES (:name, :sealed, :renew_at, :expires_at)
ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, renew_at = excluded.renew_at,
	expires_at = excluded.expires_at;

-- name: assertion_get
SELECT sealed, renew_at, expires_at FROM assertion WHERE name = :name AND expires_at > :now;

-- name: assertion_delete_expired
DELETE FROM assertion WHERE name IN
	(SELECT name FROM assertion WHERE expires_at <= :now LIMIT :limit);
