-- Whose a sign-in to the page of connected clients is, so that the administrator who ends a person's
-- sessions ends it too.  What counts is sealed, and one without these is over.
ALTER TABLE account_session ADD COLUMN tenant_id TEXT NOT NULL DEFAULT '';
ALTER TABLE account_session ADD COLUMN object_id TEXT NOT NULL DEFAULT '';
ALTER TABLE account_session ADD COLUMN subject TEXT NOT NULL DEFAULT '';
