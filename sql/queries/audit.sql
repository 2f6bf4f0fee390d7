-- name: audit_insert
-- The same again within a minute is counted, not repeated.
INSERT INTO audit (event_hash, happened_at, event, request_id, address, tenant_id, object_id, subject,
	client_id, sid, server, tool, reason, times, expires_at)
VALUES (:event_hash, :now, :event, :request_id, :address, :tenant_id, :object_id, :subject,
	:client_id, :sid, :server, :tool, :reason, 1, :expires_at)
ON CONFLICT (event_hash) DO UPDATE SET times = audit.times + 1
RETURNING times;

-- name: audit_make_room
-- Of more than so many the oldest go.
DELETE FROM audit WHERE event_hash IN
	(SELECT event_hash FROM audit
	  WHERE happened_at < (SELECT happened_at FROM audit ORDER BY happened_at DESC LIMIT 1 OFFSET :most)
	  LIMIT :limit);

-- name: audit_list
SELECT happened_at, event, request_id, times, address, tenant_id, object_id, subject, client_id, sid,
       server, tool, reason
  FROM audit
 WHERE happened_at >= :since AND (object_id = :person OR subject = :person OR :person = '')
 ORDER BY happened_at, event_hash;

-- name: audit_session
-- Also one that has ended: its tombstone still says whose it was.
SELECT tenant_id, object_id, subject, client_id, resource FROM session WHERE sid = :sid;

-- name: audit_delete_expired
DELETE FROM audit WHERE event_hash IN
	(SELECT event_hash FROM audit WHERE expires_at <= :now LIMIT :limit);
