-- The page on which people see what is connected to them.

-- Who signs in there: of a browser's cookie its SHA-256, and who it is sealed under the cookie.
CREATE TABLE account_session (
	token_hash	 BLOB    NOT NULL PRIMARY KEY,
	sealed		 BLOB    NOT NULL,
	entra_sid	 BLOB,				-- as in session: Entra's sign-out ends it
	expires_at	 INTEGER NOT NULL
) STRICT;
CREATE INDEX account_session_expires_at ON account_session (expires_at);
CREATE INDEX account_session_entra_sid ON account_session (entra_sid);

-- Who signs in: a person for a client, or for that page ('account'), with no client and no redirect URI.
ALTER TABLE authorization_request ADD COLUMN kind TEXT NOT NULL DEFAULT 'client';
