-- name: refresh_token_insert
INSERT INTO refresh_token (token_hash, sid, kid, wrap, expires_at, predecessor)
VALUES (:token_hash, :sid, :kid, :wrap, :expires_at, :predecessor);

-- name: refresh_token_get
SELECT r.sid, r.kid, r.wrap, r.expires_at, r.predecessor, r.kept_until, r.successor_hash,
       r.successor, r.confirmed_at, r.superseded_at, s.client_id
  FROM refresh_token r JOIN session s ON s.sid = r.sid
 WHERE r.token_hash = :token_hash;

-- name: refresh_token_rotate
UPDATE refresh_token SET rotated_at = :now, kept_until = :kept_until,
	successor_hash = :successor_hash, successor = :successor
 WHERE token_hash = :token_hash AND confirmed_at IS NULL AND superseded_at IS NULL;

-- name: refresh_token_confirm
-- The successor was used.
UPDATE refresh_token SET confirmed_at = :now
 WHERE token_hash = :token_hash AND confirmed_at IS NULL;

-- name: refresh_token_erase
-- Once nobody may have it again: the copy of the successor and the old wrap; the hash stays.
UPDATE refresh_token SET successor = NULL, wrap = NULL
 WHERE sid = :sid AND confirmed_at IS NOT NULL AND wrap IS NOT NULL AND kept_until <= :now;

-- name: refresh_token_erase_all
-- The same for any session, a few at a time: an idle one must not keep them.
UPDATE refresh_token SET successor = NULL, wrap = NULL WHERE token_hash IN
	(SELECT token_hash FROM refresh_token
	  WHERE confirmed_at IS NOT NULL AND wrap IS NOT NULL AND kept_until <= :now LIMIT :limit);

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
