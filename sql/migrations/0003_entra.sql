-- What Entra's demands and faults leave behind for all processes.

-- What Entra wants of a person before it serves a client for them again: the next sign-in asks.
CREATE TABLE reauthentication (
	subject		 TEXT    NOT NULL,
	client_id	 TEXT    NOT NULL,
	resource	 TEXT    NOT NULL,
	sealed		 BLOB    NOT NULL,		-- the claims, under the cache key
	demanded_at	 INTEGER NOT NULL,
	asked_at	 INTEGER,			-- the person was asked; NULL: not yet
	met		 INTEGER NOT NULL,		-- 1: and did it
	rounds		 INTEGER NOT NULL,		-- how often, while this row lives
	expires_at	 INTEGER NOT NULL,
	PRIMARY KEY (subject, client_id, resource)
) STRICT;
CREATE INDEX reauthentication_expires_at ON reauthentication (expires_at);

-- Who does something that one process at a time must do; the others wait for its result.
CREATE TABLE lease (
	name_hash	 BLOB    NOT NULL PRIMARY KEY,	-- SHA-256 of what is done
	owner		 BLOB    NOT NULL,
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX lease_expires_at ON lease (expires_at);

-- What need not be asked again before its time: Entra or Graph said so, or would say the same.
CREATE TABLE setback (
	name_hash	 BLOB    NOT NULL PRIMARY KEY,	-- SHA-256 of what was asked
	outcome		 INTEGER NOT NULL,
	reason		 TEXT    NOT NULL,		-- for the log
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX setback_expires_at ON setback (expires_at);

-- A token of our own, with which we prove to Entra who we are.
CREATE TABLE assertion (
	name		 TEXT    NOT NULL PRIMARY KEY,	-- the identity
	sealed		 BLOB    NOT NULL,		-- under the cache key
	renew_at	 INTEGER NOT NULL,		-- from here on another is fetched, if it is to be had
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX assertion_expires_at ON assertion (expires_at);

-- The groups of a person who is in too many for a token, of those that the configuration names.
CREATE TABLE session_groups (
	sid		 BLOB    NOT NULL PRIMARY KEY,
	sealed		 BLOB    NOT NULL,		-- under the session's data key
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX session_groups_expires_at ON session_groups (expires_at);

-- Entra's own session, for its sign-out: a generation's kid and an HMAC under the logout key.
ALTER TABLE session ADD COLUMN entra_sid BLOB;
CREATE INDEX session_entra_sid ON session (entra_sid);
CREATE INDEX session_last_used_at ON session (last_used_at);

-- From then on Entra is asked again about the person: a hint, so that requests that need no token of
-- Entra's see it without opening anything.
ALTER TABLE session ADD COLUMN entra_until INTEGER;

-- Entra has been asked a second time: the subject, and a hash of what was demanded; NULL: not yet.
ALTER TABLE authorization_request ADD COLUMN reauthenticates TEXT;
