-- What the administrator's command asks, a page at a time and in an order that goes on where the last
-- page ended.

-- name: session_list
-- By last use: the session that is used meanwhile comes once more, and none is left out.
SELECT s.sid, s.tenant_id, s.object_id, s.subject, s.client_id, s.resource, s.created_at,
       s.last_used_at, s.expires_at, c.client_name
  FROM session s LEFT JOIN client c ON c.client_id = s.client_id
 WHERE s.ended_at IS NULL AND s.expires_at > :now AND s.last_used_at >= :after_used
   AND (s.last_used_at > :after_used OR s.sid > :after)
   AND s.tenant_id = COALESCE(:tenant_id, s.tenant_id)
   AND s.object_id = COALESCE(:object_id, s.object_id)
   AND s.subject = COALESCE(:subject, s.subject)
   AND s.client_id = COALESCE(:client_id, s.client_id)
 ORDER BY s.last_used_at, s.sid LIMIT :limit;

-- name: session_select
-- Those that ran out too, so that no change of a limit brings them back.
SELECT sid, CASE WHEN expires_at > :now AND last_used_at > :idle_since THEN 1 ELSE 0 END
  FROM session
 WHERE sid > :after AND ended_at IS NULL AND created_at <= :now
   AND sid = COALESCE(:sid, sid)
   AND tenant_id = COALESCE(:tenant_id, tenant_id)
   AND object_id = COALESCE(:object_id, object_id)
   AND subject = COALESCE(:subject, subject)
   AND client_id = COALESCE(:client_id, client_id)
 ORDER BY sid LIMIT :limit;

-- name: client_list
-- A registration's end moves on with each sign-in, so this is the order of last use.
SELECT client_id, client_name, client_uri, redirect_uris, created_at, used_at, expires_at
  FROM client
 WHERE expires_at > :now AND expires_at >= :after_end
   AND (expires_at > :after_end OR client_id > :after)
 ORDER BY expires_at, client_id LIMIT :limit;
