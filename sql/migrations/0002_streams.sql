-- Event streams of the transport of 2024-11-05, and what the gateway keeps of upstreams.

-- One open stream: whoever takes a message for it finds it here.
CREATE TABLE stream (
	id_hash		 BLOB    NOT NULL PRIMARY KEY,	-- SHA-256 of the id in the endpoint's URL
	sid		 BLOB    NOT NULL,		-- the session that opened it
	server		 TEXT    NOT NULL,
	socket		 TEXT    NOT NULL,		-- of the process that writes it, in state_dir/run
	upstream	 BLOB,				-- the upstream's session id, sealed
	ready		 INTEGER NOT NULL,		-- 1: the client is initialized; 2: the upstream's own stream is there
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX stream_sid ON stream (sid);
CREATE INDEX stream_socket ON stream (socket);
CREATE INDEX stream_expires_at ON stream (expires_at);

CREATE TABLE stream_message (
	id_hash		 BLOB    NOT NULL,
	seq		 INTEGER NOT NULL,		-- in the order of their coming
	sealed		 BLOB    NOT NULL,		-- under the session's data key
	expires_at	 INTEGER NOT NULL,
	PRIMARY KEY (id_hash, seq)
) STRICT;
CREATE INDEX stream_message_expires_at ON stream_message (expires_at);

-- A session that the gateway itself keeps at an upstream of an older era, for one of ours.
CREATE TABLE upstream_session (
	sid		 BLOB    NOT NULL,
	server		 TEXT    NOT NULL,
	sealed		 BLOB    NOT NULL,		-- under the session's data key
	expires_at	 INTEGER NOT NULL,
	PRIMARY KEY (sid, server)
) STRICT;
CREATE INDEX upstream_session_expires_at ON upstream_session (expires_at);

-- Which eras an upstream speaks, as it last showed.
CREATE TABLE upstream (
	url		 TEXT    NOT NULL PRIMARY KEY,
	modern		 INTEGER NOT NULL,		-- 1: 2026-07-28
	legacy		 INTEGER NOT NULL,		-- 1: 2025-11-25 or before
	expires_at	 INTEGER NOT NULL
) STRICT;

-- Until then the next refresh is refused, once, so that a client asks its user for more.
ALTER TABLE session ADD COLUMN step_up_until INTEGER;
