-- name: access_token_insert
INSERT INTO access_token (token_hash, sid, kid, wrap, expires_at, refresh_hash, confirms)
VALUES (:token_hash, :sid, :kid, :wrap, :expires_at, :refresh_hash, :confirms);

-- name: access_token_session
-- The one statement of an ordinary request: the token's wrap and its living session, without the
-- sealed columns, which only a tool call reads.
SELECT a.kid, a.wrap, a.confirms, s.client_id, s.resource, s.scope, s.subject, s.tenant_id,
       s.object_id, s.expires_at, s.last_used_at, s.entra_until, s.created_at
  FROM access_token a JOIN session s ON s.sid = a.sid
 WHERE a.token_hash = :token_hash AND a.sid = :sid AND a.expires_at > :now
   AND s.ended_at IS NULL AND s.expires_at > :now AND s.last_used_at > :idle_since;

-- name: access_token_owner
SELECT a.sid, s.client_id FROM access_token a JOIN session s ON s.sid = a.sid
 WHERE a.token_hash = :token_hash;

-- name: access_token_delete
DELETE FROM access_token WHERE token_hash = :token_hash;

-- name: access_token_delete_beside
DELETE FROM access_token WHERE refresh_hash = :refresh_hash;

-- name: access_token_confirmed
UPDATE access_token SET confirms = NULL WHERE confirms = :predecessor AND sid = :sid;

-- name: access_token_delete_session
DELETE FROM access_token WHERE sid = :sid;

-- name: access_token_delete_expired
DELETE FROM access_token WHERE token_hash IN
	(SELECT token_hash FROM access_token WHERE expires_at <= :now LIMIT :limit);
