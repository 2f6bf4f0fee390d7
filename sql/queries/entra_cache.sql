-- name: entra_cache_get
SELECT document, mac, fetched_at, tried_at FROM entra_cache WHERE name = :name;

-- name: entra_cache_put
INSERT INTO entra_cache (name, document, mac, fetched_at, tried_at)
VALUES (:name, :document, :mac, :now, :now)
ON CONFLICT (name) DO UPDATE SET document = excluded.document, mac = excluded.mac,
	fetched_at = excluded.fetched_at, tried_at = excluded.tried_at;

-- name: entra_cache_missed
-- Remembers a fetch that failed; a document that is there stays.
INSERT INTO entra_cache (name, document, mac, fetched_at, tried_at)
VALUES (:name, '', :mac, 0, :now)
ON CONFLICT (name) DO UPDATE SET tried_at = excluded.tried_at;

-- name: entra_cache_try
-- Test and set: one process at a time asks Entra again, the others use what they have.
-- A time to come was written by a clock that ran ahead.
UPDATE entra_cache SET tried_at = :now
 WHERE name = :name AND (tried_at <= :tried_before OR tried_at > :now);

-- name: entra_cache_delete_expired
-- What nobody has asked for in a month: tenants come and go.
DELETE FROM entra_cache WHERE name IN
	(SELECT name FROM entra_cache
	  WHERE tried_at <= :now - 2592000 AND fetched_at <= :now - 2592000 LIMIT :limit);
