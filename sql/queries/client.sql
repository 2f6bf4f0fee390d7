-- name: client_insert
INSERT INTO client (client_id, client_name, client_uri, application_type, redirect_uris,
	created_at, expires_at)
VALUES (:client_id, :client_name, :client_uri, :application_type, :redirect_uris, :now,
	:expires_at);

-- name: client_count
SELECT count(*) FROM client;

-- name: client_make_room
-- Of the registrations that nobody has signed in through the oldest go first.
DELETE FROM client WHERE client_id IN
	(SELECT client_id FROM client WHERE used_at IS NULL ORDER BY created_at LIMIT :limit);

-- name: client_get
SELECT client_name, client_uri, redirect_uris, CASE WHEN used_at IS NULL THEN 0 ELSE 1 END FROM client
 WHERE client_id = :client_id AND expires_at > :now;

-- name: client_keep
-- A client that is used lives on; one statement a day at most changes a row.
UPDATE client SET expires_at = :expires_at, used_at = :now
 WHERE client_id = :client_id AND (used_at IS NULL OR used_at < :used_before);

-- name: client_delete_expired
DELETE FROM client WHERE client_id IN
	(SELECT client_id FROM client WHERE expires_at <= :now LIMIT :limit);
