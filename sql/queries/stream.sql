-- name: stream_insert
INSERT INTO stream (id_hash, sid, server, socket, ready, expires_at)
VALUES (:id_hash, :sid, :server, :socket, 0, :expires_at);

-- name: stream_get
SELECT socket, upstream, ready FROM stream
 WHERE id_hash = :id_hash AND sid = :sid AND server = :server AND expires_at > :now;

-- name: stream_set_upstream
UPDATE stream SET upstream = :upstream WHERE id_hash = :id_hash AND sid = :sid;

-- name: stream_set_ready
UPDATE stream SET ready = :ready WHERE id_hash = :id_hash AND sid = :sid AND ready < :ready;

-- name: stream_delete
DELETE FROM stream WHERE id_hash = :id_hash;

-- name: stream_sockets
SELECT DISTINCT socket FROM stream LIMIT :limit;

-- name: stream_delete_socket
DELETE FROM stream WHERE socket = :socket;

-- name: stream_delete_session
DELETE FROM stream WHERE sid = :sid;

-- name: stream_delete_expired
DELETE FROM stream WHERE id_hash IN
	(SELECT id_hash FROM stream WHERE expires_at <= :now LIMIT :limit);

-- name: stream_message_insert
-- A client that reads nothing is not written to for ever.
INSERT INTO stream_message (id_hash, seq, sealed, expires_at)
SELECT :id_hash, COALESCE(MAX(seq), 0) + 1, :sealed, :expires_at
  FROM stream_message WHERE id_hash = :id_hash
HAVING COUNT(*) < :most AND COALESCE(SUM(LENGTH(sealed)), 0) < :most_bytes;

-- name: stream_message_list
SELECT seq, sealed FROM stream_message WHERE id_hash = :id_hash ORDER BY seq LIMIT :limit;

-- name: stream_message_delete
DELETE FROM stream_message WHERE id_hash = :id_hash AND seq <= :seq;

-- name: stream_message_delete_stream
DELETE FROM stream_message WHERE id_hash = :id_hash;

-- name: stream_message_waiting
-- What hints did not say: streams of one process with something to be written.
SELECT DISTINCT m.id_hash FROM stream_message m JOIN stream s ON s.id_hash = m.id_hash
 WHERE s.socket = :socket;

-- name: stream_message_delete_expired
DELETE FROM stream_message WHERE expires_at <= :now AND id_hash IN
	(SELECT id_hash FROM stream_message WHERE expires_at <= :now LIMIT :limit);
