-- name: upstream_session_put
INSERT INTO upstream_session (sid, server, sealed, expires_at)
VALUES (:sid, :server, :sealed, :expires_at)
ON CONFLICT (sid, server) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at;

-- name: upstream_session_get
SELECT sealed FROM upstream_session WHERE sid = :sid AND server = :server AND expires_at > :now;

-- name: upstream_session_delete
DELETE FROM upstream_session WHERE sid = :sid AND server = :server;

-- name: upstream_session_delete_session
DELETE FROM upstream_session WHERE sid = :sid;

-- name: upstream_session_delete_expired
DELETE FROM upstream_session WHERE expires_at <= :now AND sid IN
	(SELECT sid FROM upstream_session WHERE expires_at <= :now LIMIT :limit);

-- name: upstream_put
INSERT INTO upstream (url, modern, legacy, expires_at) VALUES (:url, :modern, :legacy, :expires_at)
ON CONFLICT (url) DO UPDATE
   SET modern = excluded.modern, legacy = excluded.legacy, expires_at = excluded.expires_at;

-- name: upstream_get
SELECT modern, legacy FROM upstream WHERE url = :url AND expires_at > :now;

-- name: upstream_delete_expired
DELETE FROM upstream WHERE url IN (SELECT url FROM upstream WHERE expires_at <= :now LIMIT :limit);
