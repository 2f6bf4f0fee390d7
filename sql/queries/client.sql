-- name: client_insert
INSERT INTO client (client_id, client_name, client_uri, application_type, redirect_uris,
	created_at, expires_at)
VALUES (:client_id, :client_name, :client_uri, :application_type, :redirect_uris, :now,
	:expires_at);

-- name: client_count
-- Those that have registered; clients with metadata documents have a limit of their own.
SELECT count(*) FROM client WHERE fetched_at IS NULL;

-- name: client_make_room
-- Of the registrations that nobody has signed in through the oldest go first.
DELETE FROM client WHERE client_id IN
	(SELECT client_id FROM client WHERE fetched_at IS NULL AND used_at IS NULL
	  ORDER BY created_at LIMIT :limit);

-- name: client_get
SELECT client_name, client_uri, redirect_uris, CASE WHEN used_at IS NULL THEN 0 ELSE 1 END, jwks FROM client
 WHERE client_id = :client_id AND expires_at > :now;

-- name: client_keep
-- A client that is used lives on; one statement a day at most changes a row.
UPDATE client SET expires_at = :expires_at, used_at = :now
 WHERE client_id = :client_id AND (used_at IS NULL OR used_at < :used_before);

-- name: client_delete_expired
DELETE FROM client WHERE client_id IN
	(SELECT client_id FROM client WHERE expires_at <= :now LIMIT :limit);

-- name: client_document_get
SELECT fetched_at, fresh_until, etag, jwks_uri FROM client
 WHERE client_id = :client_id AND expires_at > :now AND fetched_at IS NOT NULL;

-- name: client_document_count
SELECT count(*) FROM client WHERE fetched_at IS NOT NULL AND client_id <> :client_id;

-- name: client_document_make_room
DELETE FROM client WHERE client_id IN
	(SELECT client_id FROM client WHERE fetched_at IS NOT NULL AND used_at IS NULL
	  ORDER BY created_at LIMIT :limit);

-- name: client_document_put
-- Who has been signed in through keeps its time; a row that ran out begins anew.
INSERT INTO client (client_id, client_name, client_uri, application_type, redirect_uris,
	created_at, expires_at, fetched_at, fresh_until, etag, jwks, jwks_uri)
VALUES (:client_id, :client_name, :client_uri, :application_type, :redirect_uris, :now,
	:expires_at, :now, :fresh_until, :etag, :jwks, :jwks_uri)
ON CONFLICT (client_id) DO UPDATE SET client_name = excluded.client_name,
	client_uri = excluded.client_uri, application_type = excluded.application_type,
	redirect_uris = excluded.redirect_uris, fetched_at = excluded.fetched_at,
	fresh_until = excluded.fresh_until, etag = excluded.etag, jwks = excluded.jwks,
	jwks_uri = excluded.jwks_uri,
	expires_at = CASE WHEN client.used_at IS NULL OR client.expires_at <= excluded.fetched_at
		THEN excluded.expires_at ELSE client.expires_at END;

-- name: client_document_confirm
-- The document is the same still; keys from elsewhere are fetched each time.
UPDATE client SET fetched_at = :now, fresh_until = :fresh_until,
	jwks = CASE WHEN jwks_uri IS NULL THEN jwks ELSE :jwks END,
	expires_at = CASE WHEN used_at IS NULL THEN :expires_at ELSE expires_at END
 WHERE client_id = :client_id;
