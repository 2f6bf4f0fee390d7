-- name: setback_put
INSERT INTO setback (name_hash, outcome, reason, expires_at) VALUES (:name_hash, :outcome, :reason, :expires_at)
ON CONFLICT (name_hash) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
	expires_at = excluded.expires_at;

-- name: setback_get
SELECT outcome, reason, expires_at FROM setback
 WHERE name_hash = :name_hash AND expires_at > :now AND expires_at <= :latest
   AND outcome BETWEEN 1 AND :most;

-- name: setback_delete_expired
DELETE FROM setback WHERE name_hash IN
	(SELECT name_hash FROM setback WHERE expires_at <= :now LIMIT :limit);
