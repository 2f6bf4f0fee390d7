-- name: lease_take
-- Test and set: whoever changes the row does it, the others wait.  A lease longer than any was taken
-- by a clock that ran ahead.
INSERT INTO lease (name_hash, owner, expires_at) VALUES (:name_hash, :owner, :expires_at)
ON CONFLICT (name_hash) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
	WHERE lease.expires_at <= :now OR lease.expires_at > :latest;

-- name: lease_drop
DELETE FROM lease WHERE name_hash = :name_hash AND owner = :owner;

-- name: lease_delete_expired
DELETE FROM lease WHERE name_hash IN
	(SELECT name_hash FROM lease WHERE expires_at <= :now LIMIT :limit);
