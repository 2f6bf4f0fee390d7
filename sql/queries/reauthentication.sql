-- name: reauthentication_put
-- A new demand takes the place of an older one.
INSERT INTO reauthentication (tenant_id, object_id, client_id, resource, sealed, demanded_at, expires_at)
VALUES (:tenant_id, :object_id, :client_id, :resource, :sealed, :now, :expires_at)
ON CONFLICT (tenant_id, object_id, client_id, resource) DO UPDATE SET sealed = excluded.sealed,
	demanded_at = excluded.demanded_at, met_at = NULL, expires_at = excluded.expires_at;

-- name: reauthentication_get
SELECT sealed, met_at FROM reauthentication
 WHERE tenant_id = :tenant_id AND object_id = :object_id AND client_id = :client_id
   AND resource = :resource AND expires_at > :now;

-- name: reauthentication_meet
UPDATE reauthentication SET met_at = :now, expires_at = :expires_at
 WHERE tenant_id = :tenant_id AND object_id = :object_id AND client_id = :client_id
   AND resource = :resource;

-- name: reauthentication_delete_expired
DELETE FROM reauthentication WHERE expires_at <= :now AND (tenant_id, object_id) IN
	(SELECT tenant_id, object_id FROM reauthentication WHERE expires_at <= :now LIMIT :limit);
