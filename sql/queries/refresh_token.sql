-- name: refresh_token_insert
INSERT INTO refresh_token (token_hash, sid, kid, wrap, expires_at, predecessor)
VALUES (:token_hash, :sid, :kid, :wrap, :expires_at, :predecessor);

-- name: refresh_token_get
SELECT r.sid, r.kid, r.wrap, r.expires_at, r.predecessor, r.rotated_at, r.successor_hash,
       r.successor, r.confirmed_at, r.superseded_at, s.client_id
  FROM refresh_token r JOIN session s ON s.sid = r.sid
 WHERE r.token_hash = :token_hash;

-- name: refresh_token_rotate
UPDATE refresh_token SET rotated_at = :now, successor_hash = :successor_hash, successor = :successor
 WHERE token_hash = :token_hash AND confirmed_at IS NULL AND superseded_at IS NULL;

-- name: refresh_token_confirm
-- The successor was used: the copy of it and the old wrap are erased, the hash stays.
UPDATE refresh_token SET confirmed_at = :now, successor = NULL, wrap = NULL
 WHERE token_hash = :token_hash AND confirmed_at IS NULL;

-- name: refresh_token_confirmed
UPDATE refresh_token SET predecessor = NULL WHERE predecessor = :predecessor AND sid = :sid;

-- name: refresh_token_supersede
UPDATE refresh_token SET superseded_at = :now, wrap = NULL, successor = NULL
 WHERE token_hash = :token_hash;

-- name: refresh_token_end_session
-- The hashes stay as long as the session's row, so that a late replay is known for what it is.
UPDATE refresh_token SET wrap = NULL, successor = NULL WHERE sid = :sid;

-- name: refresh_token_delete_expired
DELETE FROM refresh_token WHERE token_hash IN
	(SELECT token_hash FROM refresh_token WHERE expires_at <= :now LIMIT :limit);
