-- What has been applied.  This one may be run again on any database.
CREATE TABLE IF NOT EXISTS schema_version (
	version		 INTEGER NOT NULL PRIMARY KEY,
	applied_at	 INTEGER NOT NULL
) STRICT;
