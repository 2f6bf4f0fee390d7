-- name: authorization_request_insert
INSERT INTO authorization_request (id_hash, client_id, redirect_uri, state, code_challenge, scope,
	resource, expires_at)
VALUES (:id_hash, :client_id, :redirect_uri, :state, :code_challenge, :scope, :resource,
	:expires_at);

-- name: authorization_request_get
SELECT client_id, redirect_uri, state, code_challenge, scope, resource,
       CASE WHEN entra_state_hash IS NULL THEN 0 ELSE 1 END
  FROM authorization_request
 WHERE id_hash = :id_hash AND expires_at > :now;

-- name: authorization_request_approve
-- Once: the first approval binds the transaction to its browser.
UPDATE authorization_request
   SET entra_state_hash = :entra_state_hash, cookie_hash = :cookie_hash, sealed = :sealed
 WHERE id_hash = :id_hash AND entra_state_hash IS NULL AND expires_at > :now;

-- name: authorization_request_by_state
SELECT id_hash, client_id, redirect_uri, state, code_challenge, scope, resource, cookie_hash, sealed
  FROM authorization_request
 WHERE entra_state_hash = :entra_state_hash AND expires_at > :now;

-- name: authorization_request_delete
DELETE FROM authorization_request WHERE id_hash = :id_hash;

-- name: authorization_request_delete_expired
DELETE FROM authorization_request WHERE id_hash IN
	(SELECT id_hash FROM authorization_request WHERE expires_at <= :now LIMIT :limit);
