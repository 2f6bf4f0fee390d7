-- name: authorization_request_insert
INSERT INTO authorization_request (id_hash, client_id, redirect_uri, state, code_challenge, scope,
	resource, reauthenticates, kind, expires_at)
VALUES (:id_hash, :client_id, :redirect_uri, :state, :code_challenge, :scope, :resource,
	:reauthenticates, :kind, :expires_at);

-- name: authorization_request_make_room
-- Of too many the oldest go that nobody has approved.
DELETE FROM authorization_request WHERE (SELECT count(*) FROM authorization_request) >= :most
   AND id_hash IN (SELECT id_hash FROM authorization_request WHERE browser_hash IS NULL
	ORDER BY expires_at LIMIT :limit);

-- name: authorization_request_get
-- For the consent page: a sign-in without a client is asked for nothing there.
SELECT client_id, redirect_uri, state, code_challenge, scope, resource, browser_hash, reauthenticates
  FROM authorization_request
 WHERE id_hash = :id_hash AND kind = 'client' AND expires_at > :now;

-- name: authorization_request_approve
-- The first approval binds the transaction to its browser; the same browser may approve again (a
-- second click, the way back from Entra), which makes the earlier round worthless.
UPDATE authorization_request
   SET browser_hash = :browser_hash, entra_state_hash = :entra_state_hash,
       cookie_hash = :cookie_hash, sealed = :sealed
 WHERE id_hash = :id_hash AND (browser_hash IS NULL OR browser_hash = :browser_hash)
   AND expires_at > :now;

-- name: authorization_request_by_state
SELECT id_hash, client_id, redirect_uri, state, code_challenge, scope, resource, reauthenticates,
       cookie_hash, sealed, kind
  FROM authorization_request
 WHERE entra_state_hash = :entra_state_hash AND expires_at > :now;

-- name: authorization_request_delete
DELETE FROM authorization_request WHERE id_hash = :id_hash;

-- name: authorization_request_delete_expired
DELETE FROM authorization_request WHERE id_hash IN
	(SELECT id_hash FROM authorization_request WHERE expires_at <= :now LIMIT :limit);
