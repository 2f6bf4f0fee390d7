-- How often somebody asks, and who did what.

-- A bucket is one moment, the one at which it is full again.
CREATE TABLE rate (
	key_hash	 BLOB    NOT NULL PRIMARY KEY,	-- SHA-256 of the endpoint and of who asks
	full_at		 INTEGER NOT NULL,		-- microseconds since 1970
	told_at		 INTEGER,			-- the last time that a refusal was audited
	expires_at	 INTEGER NOT NULL		-- full again: the same as no row
) STRICT;
CREATE INDEX rate_expires_at ON rate (expires_at);

-- Never a token, a code, a name or a mail address.  NULL where an event has no such thing.
CREATE TABLE audit (
	event_hash	 BLOB    NOT NULL PRIMARY KEY,	-- of what makes two events the same
	happened_at	 INTEGER NOT NULL,
	event		 TEXT    NOT NULL,
	request_id	 TEXT    NOT NULL,
	address		 TEXT,
	tenant_id	 TEXT,
	object_id	 TEXT,
	subject		 TEXT,				-- in place of the two, if so configured
	client_id	 TEXT,
	sid		 TEXT,				-- a session's public id
	server		 TEXT,
	tool		 TEXT,
	reason		 TEXT,
	times		 INTEGER NOT NULL,		-- within that minute
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_happened_at ON audit (happened_at);
CREATE INDEX audit_expires_at ON audit (expires_at);
