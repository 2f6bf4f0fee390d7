-- name: account_session_insert
INSERT INTO account_session (token_hash, sealed, entra_sid, tenant_id, object_id, subject, expires_at)
VALUES (:token_hash, :sealed, :entra_sid, :tenant_id, :object_id, :subject, :expires_at);

-- name: account_session_get
SELECT sealed, tenant_id, object_id, subject
  FROM account_session WHERE token_hash = :token_hash AND expires_at > :now;

-- name: account_session_delete
DELETE FROM account_session WHERE token_hash = :token_hash;

-- name: account_session_of_entra_sid
SELECT 1 FROM account_session WHERE entra_sid = :entra_sid LIMIT 1;

-- name: account_session_delete_entra_sid
DELETE FROM account_session WHERE entra_sid = :entra_sid;

-- name: account_session_delete_of
-- Those of the persons that an administrator means.
DELETE FROM account_session WHERE token_hash IN
	(SELECT token_hash FROM account_session
	  WHERE tenant_id = COALESCE(:tenant_id, tenant_id)
	    AND object_id = COALESCE(:object_id, object_id)
	    AND subject = COALESCE(:subject, subject)
	  LIMIT :limit)
RETURNING tenant_id, object_id, subject, expires_at;

-- name: account_session_delete_expired
DELETE FROM account_session WHERE token_hash IN
	(SELECT token_hash FROM account_session WHERE expires_at <= :now LIMIT :limit);

-- name: account_connections
-- What lives of a person's sessions: one row for each client, server and scope, the client that was
-- used last before the others.
SELECT s.client_id, s.resource, s.scope, min(s.created_at), max(s.last_used_at)
  FROM session s JOIN
	(SELECT client_id, max(last_used_at) AS used_at FROM session
	  WHERE tenant_id = :tenant_id AND object_id = :object_id AND ended_at IS NULL
	    AND expires_at > :now AND last_used_at > :idle_since
	  GROUP BY client_id ORDER BY max(last_used_at) DESC, client_id LIMIT :clients) c
    ON c.client_id = s.client_id
 WHERE s.tenant_id = :tenant_id AND s.object_id = :object_id AND s.ended_at IS NULL
   AND s.expires_at > :now AND s.last_used_at > :idle_since
 GROUP BY c.used_at, s.client_id, s.resource, s.scope
 ORDER BY c.used_at DESC, s.client_id, s.resource, s.scope LIMIT :limit;
