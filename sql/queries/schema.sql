-- name: schema_version_get
SELECT max(version) FROM schema_version;

-- name: schema_version_put
INSERT INTO schema_version (version, applied_at) VALUES (:version, :now);
