-- How often somebody asks: a bucket is one moment, the one at which it is full again.

CREATE TABLE rate (
	key_hash	 BLOB    NOT NULL PRIMARY KEY,	-- SHA-256 of the endpoint and of who asks
	full_at		 INTEGER NOT NULL,		-- microseconds since 1970
	told_at		 INTEGER,			-- the last time that a refusal was audited
	expires_at	 INTEGER NOT NULL		-- full again: the same as no row
) STRICT;
CREATE INDEX rate_expires_at ON rate (expires_at);
