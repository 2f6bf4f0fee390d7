-- name: client_assertion_use
-- Test and set: only the first of two with one jti changes anything.
INSERT INTO client_assertion (jti_hash, expires_at) VALUES (:jti_hash, :expires_at)
ON CONFLICT (jti_hash) DO NOTHING;

-- name: client_assertion_delete_expired
DELETE FROM client_assertion WHERE jti_hash IN
	(SELECT jti_hash FROM client_assertion WHERE expires_at <= :now LIMIT :limit);
