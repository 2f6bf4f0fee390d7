-- Clients that are known by a metadata document, and clients that sign assertions.

-- A document's row: when it was fetched (NULL: registered dynamically), and what asks for it again.
ALTER TABLE client ADD COLUMN fetched_at INTEGER;
ALTER TABLE client ADD COLUMN fresh_until INTEGER;
ALTER TABLE client ADD COLUMN etag TEXT;
ALTER TABLE client ADD COLUMN jwks TEXT;		-- its public keys; NULL: it does not authenticate
ALTER TABLE client ADD COLUMN jwks_uri TEXT;		-- where they are, when not in the document
CREATE INDEX client_fetched_at ON client (fetched_at, used_at, created_at);

-- The jti of an assertion that was taken, until it has expired: each is good once.
CREATE TABLE client_assertion (
	jti_hash	 BLOB    NOT NULL PRIMARY KEY,	-- SHA-256 of client id and jti
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX client_assertion_expires_at ON client_assertion (expires_at);
