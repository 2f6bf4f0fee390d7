-- name: exchanged_token_put
INSERT INTO exchanged_token (sid, scope, sealed, expires_at)
VALUES (:sid, :scope, :sealed, :expires_at)
ON CONFLICT (sid, scope) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at;

-- name: exchanged_token_get
SELECT sealed FROM exchanged_token WHERE sid = :sid AND scope = :scope AND expires_at > :now;

-- name: exchanged_token_delete
DELETE FROM exchanged_token WHERE sid = :sid AND scope = :scope;

-- name: exchanged_token_delete_session
DELETE FROM exchanged_token WHERE sid = :sid;

-- name: exchanged_token_delete_expired
DELETE FROM exchanged_token WHERE expires_at <= :now AND sid IN
	(SELECT sid FROM exchanged_token WHERE expires_at <= :now LIMIT :limit);
