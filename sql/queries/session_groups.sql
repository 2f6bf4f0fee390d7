-- name: session_groups_put
INSERT INTO session_groups (sid, sealed, expires_at) VALUES (:sid, :sealed, :expires_at)
ON CONFLICT (sid) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at;

-- name: session_groups_get
SELECT sealed FROM session_groups WHERE sid = :sid AND expires_at > :now;

-- name: session_groups_delete_session
DELETE FROM session_groups WHERE sid = :sid;

-- name: session_groups_delete_expired
DELETE FROM session_groups WHERE sid IN
	(SELECT sid FROM session_groups WHERE expires_at <= :now LIMIT :limit);
