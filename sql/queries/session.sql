-- name: session_insert
INSERT INTO session (sid, client_id, resource, scope, subject, tenant_id, object_id, created_at,
	expires_at, last_used_at, entra_until, entra_sid, identity, entra_tokens)
VALUES (:sid, :client_id, :resource, :scope, :subject, :tenant_id, :object_id, :now, :expires_at,
	:now, :entra_until, :entra_sid, :identity, :entra_tokens);

-- name: session_get
SELECT client_id, resource, scope, subject, tenant_id, object_id, expires_at, identity, created_at
  FROM session
 WHERE sid = :sid AND ended_at IS NULL AND expires_at > :now AND last_used_at > :idle_since;

-- name: session_alive
SELECT 1 FROM session
 WHERE sid = :sid AND ended_at IS NULL AND expires_at > :now AND last_used_at > :idle_since
   AND COALESCE(entra_until, expires_at) > :silent_since;

-- name: session_of_entra_sid
SELECT sid FROM session WHERE entra_sid = :entra_sid AND ended_at IS NULL LIMIT :limit;

-- name: session_step_up
UPDATE session SET step_up_until = :until WHERE sid = :sid AND ended_at IS NULL;

-- name: session_step_up_take
UPDATE session SET step_up_until = NULL WHERE sid = :sid AND step_up_until > :now;

-- name: session_ask_entra_at
UPDATE session SET entra_until = :entra_until WHERE sid = :sid AND ended_at IS NULL;

-- name: session_use
UPDATE session SET last_used_at = :now
 WHERE sid = :sid AND last_used_at < :used_before;

-- name: session_entra_tokens
SELECT entra_tokens FROM session
 WHERE sid = :sid AND ended_at IS NULL AND expires_at > :now;

-- name: session_lease
-- Test and set: whoever changes the row refreshes Entra's tokens, the others wait or go on.  A lease
-- that lasts longer than this one would was taken by a clock that ran ahead.
UPDATE session SET lease_owner = :owner, lease_until = :until
 WHERE sid = :sid AND ended_at IS NULL AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :until);

-- name: session_store_entra_tokens
-- Stored only if the lease is still ours.
UPDATE session SET entra_tokens = :entra_tokens, entra_until = :entra_until, lease_owner = NULL, lease_until = NULL
 WHERE sid = :sid AND ended_at IS NULL AND lease_owner = :owner;

-- name: session_release
UPDATE session SET lease_owner = NULL, lease_until = NULL
 WHERE sid = :sid AND lease_owner = :owner;

-- name: session_end
-- Erases what is sealed and leaves a tombstone: ending cannot be undone.
UPDATE session
   SET ended_at = :now, identity = NULL, entra_tokens = NULL, entra_sid = NULL, lease_owner = NULL,
       lease_until = NULL
 WHERE sid = :sid AND ended_at IS NULL;

-- name: session_delete_expired
DELETE FROM session WHERE sid IN
	(SELECT sid FROM session WHERE expires_at <= :now LIMIT :limit);

-- name: session_delete_idle
DELETE FROM session WHERE sid IN
	(SELECT sid FROM session WHERE last_used_at <= :idle_since LIMIT :limit);
