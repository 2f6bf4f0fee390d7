-- The store of the first release.  Rules that keep one text true on SQLite and PostgreSQL: keys are
-- BLOB (or a client's own TEXT), no rowid, flags are INTEGER 0/1, times are INTEGER seconds.

CREATE TABLE client (
	client_id	 TEXT    NOT NULL PRIMARY KEY,	-- 128 random bits, never shaped like a URL
	client_name	 TEXT    NOT NULL,		-- as registered, unverified; '' when none
	client_uri	 TEXT,
	application_type TEXT,
	redirect_uris	 TEXT    NOT NULL,		-- JSON array of strings
	created_at	 INTEGER NOT NULL,
	used_at		 INTEGER,			-- the last sign-in, a day more or less; NULL: none yet
	expires_at	 INTEGER NOT NULL		-- moved on by each sign-in through this client
) STRICT;
CREATE INDEX client_expires_at ON client (expires_at);
CREATE INDEX client_used_at ON client (used_at, created_at);

-- A transaction between /authorize and /oauth-callback.
CREATE TABLE authorization_request (
	id_hash		 BLOB    NOT NULL PRIMARY KEY,	-- SHA-256 of the id in the consent page's URL
	client_id	 TEXT    NOT NULL,
	redirect_uri	 TEXT    NOT NULL,
	state		 TEXT,				-- the client's, returned byte by byte
	code_challenge	 TEXT    NOT NULL,
	scope		 TEXT    NOT NULL,		-- as it would be granted
	resource	 TEXT    NOT NULL,
	expires_at	 INTEGER NOT NULL,
	browser_hash	 BLOB,				-- from here on set by the approval
	entra_state_hash BLOB,
	cookie_hash	 BLOB,				-- of the approving browser's cookie
	sealed		 BLOB				-- nonce and verifier, under that cookie
) STRICT;
CREATE UNIQUE INDEX authorization_request_entra_state_hash
	ON authorization_request (entra_state_hash);
CREATE INDEX authorization_request_expires_at ON authorization_request (expires_at);

-- One signed-in person at one client.  The clear columns are indexes; the sealed identity decides.
CREATE TABLE session (
	sid		 BLOB    NOT NULL PRIMARY KEY,	-- 128 random bits, public
	client_id	 TEXT    NOT NULL,
	resource	 TEXT    NOT NULL,
	scope		 TEXT    NOT NULL,
	subject		 TEXT    NOT NULL,		-- opaque, stable for a person
	tenant_id	 TEXT    NOT NULL,
	object_id	 TEXT    NOT NULL,
	created_at	 INTEGER NOT NULL,
	expires_at	 INTEGER NOT NULL,		-- absolute
	last_used_at	 INTEGER NOT NULL,		-- written at most once a minute
	ended_at	 INTEGER,			-- a tombstone: the sealed columns are gone
	identity	 BLOB,				-- sealed under the session's data key
	entra_tokens	 BLOB,				-- sealed under the session's data key
	lease_owner	 BLOB,				-- who refreshes Entra's tokens just now
	lease_until	 INTEGER
) STRICT;
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_person ON session (tenant_id, object_id);

-- Of each secret only its SHA-256, and the session's data key wrapped for its holder.
CREATE TABLE authorization_code (
	code_hash	 BLOB    NOT NULL PRIMARY KEY,
	sid		 BLOB    NOT NULL,
	kid		 TEXT    NOT NULL,
	wrap		 BLOB,				-- gone once redeemed
	client_id	 TEXT    NOT NULL,
	redirect_uri	 TEXT    NOT NULL,
	code_challenge	 TEXT    NOT NULL,
	expires_at	 INTEGER NOT NULL,
	redeemed_at	 INTEGER
) STRICT;
CREATE INDEX authorization_code_sid ON authorization_code (sid);
CREATE INDEX authorization_code_expires_at ON authorization_code (expires_at);

CREATE TABLE access_token (
	token_hash	 BLOB    NOT NULL PRIMARY KEY,	-- of the jti
	sid		 BLOB    NOT NULL,
	kid		 TEXT    NOT NULL,
	wrap		 BLOB    NOT NULL,
	expires_at	 INTEGER NOT NULL,
	refresh_hash	 BLOB,				-- the refresh token issued beside it
	confirms	 BLOB				-- the rotation that its first use confirms
) STRICT;
CREATE INDEX access_token_sid ON access_token (sid);
CREATE INDEX access_token_refresh_hash ON access_token (refresh_hash);
CREATE INDEX access_token_expires_at ON access_token (expires_at);

CREATE TABLE refresh_token (
	token_hash	 BLOB    NOT NULL PRIMARY KEY,
	sid		 BLOB    NOT NULL,
	kid		 TEXT    NOT NULL,
	wrap		 BLOB,				-- gone once its rotation is over
	expires_at	 INTEGER NOT NULL,
	predecessor	 BLOB,				-- the token that it replaces, until confirmed
	rotated_at	 INTEGER,
	kept_until	 INTEGER,			-- till then the same successor is given again
	successor_hash	 BLOB,
	successor	 BLOB,				-- sealed for this token's holder, until confirmed
	confirmed_at	 INTEGER,
	superseded_at	 INTEGER
) STRICT;
CREATE INDEX refresh_token_sid ON refresh_token (sid);
CREATE INDEX refresh_token_expires_at ON refresh_token (expires_at);
CREATE INDEX refresh_token_kept_until ON refresh_token (kept_until)
	WHERE confirmed_at IS NOT NULL AND wrap IS NOT NULL;

-- On-behalf-of results, shared by all processes.
CREATE TABLE exchanged_token (
	sid		 BLOB    NOT NULL,
	scope		 TEXT    NOT NULL,
	sealed		 BLOB    NOT NULL,		-- under the session's data key
	expires_at	 INTEGER NOT NULL,
	PRIMARY KEY (sid, scope)
) STRICT;
CREATE INDEX exchanged_token_expires_at ON exchanged_token (expires_at);

-- Entra's public documents with the last known good.
CREATE TABLE entra_cache (
	name		 TEXT    NOT NULL PRIMARY KEY,
	document	 TEXT    NOT NULL,
	mac		 BLOB    NOT NULL,		-- kid of the cache key, HMAC over name, time, document
	fetched_at	 INTEGER NOT NULL,
	tried_at	 INTEGER NOT NULL		-- the last attempt to fetch, good or not
) STRICT;
