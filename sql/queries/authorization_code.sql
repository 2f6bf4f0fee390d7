-- name: authorization_code_insert
INSERT INTO authorization_code (code_hash, sid, kid, wrap, client_id, redirect_uri, code_challenge,
	expires_at)
VALUES (:code_hash, :sid, :kid, :wrap, :client_id, :redirect_uri, :code_challenge, :expires_at);

-- name: authorization_code_get
SELECT sid, kid, wrap, client_id, redirect_uri, code_challenge, expires_at, redeemed_at
  FROM authorization_code WHERE code_hash = :code_hash;

-- name: authorization_code_redeem
-- Test and set in one statement, so two requests cannot both win.  RFC 6749 section 4.1.2.
UPDATE authorization_code SET redeemed_at = :now, wrap = NULL
 WHERE code_hash = :code_hash AND redeemed_at IS NULL AND expires_at > :now;

-- name: authorization_code_delete_session
DELETE FROM authorization_code WHERE sid = :sid AND redeemed_at IS NULL;

-- name: authorization_code_delete_expired
-- A redeemed code's hash stays while its session could live, so that a replay is seen.
DELETE FROM authorization_code WHERE code_hash IN
	(SELECT c.code_hash FROM authorization_code c
	  WHERE c.expires_at <= :now AND (c.redeemed_at IS NULL OR NOT EXISTS
		(SELECT 1 FROM session s WHERE s.sid = c.sid AND s.ended_at IS NULL)) LIMIT :limit);
