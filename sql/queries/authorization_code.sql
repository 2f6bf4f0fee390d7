-- name: authorization_code_insert
INSERT INTO authorization_code (code_hash, sid, kid, wrap, client_id, redirect_uri, code_challenge,
	expires_at)
VALUES (:code_hash, :sid, :kid, :wrap, :client_id, :redirect_uri, :code_challenge, :expires_at);

-- name: authorization_code_get
SELECT sid, kid, wrap, client_id, redirect_uri, code_challenge, expires_at, redeemed_at
  FROM authorization_code WHERE code_hash = :code_hash;

-- name: authorization_code_redeem
-- Test and set in one statement, so two requests cannot both win.  RFC 6749 section 4.1.2.  The
-- hash stays as long as the session, so that a replay is known for what it is.
UPDATE authorization_code SET redeemed_at = :now, wrap = NULL, expires_at = :session_expires_at
 WHERE code_hash = :code_hash AND redeemed_at IS NULL AND expires_at > :now;

-- name: authorization_code_delete_session
DELETE FROM authorization_code WHERE sid = :sid AND redeemed_at IS NULL;

-- name: authorization_code_delete_expired
DELETE FROM authorization_code WHERE code_hash IN
	(SELECT code_hash FROM authorization_code WHERE expires_at <= :now LIMIT :limit);
