-- How many living rows name a generation of a purpose's key.

-- name: key_use_wrap
SELECT (SELECT count(*) FROM access_token WHERE kid = :kid AND expires_at > :now)
     + (SELECT count(*) FROM refresh_token WHERE expires_at > :now
	  AND ((kid = :kid AND wrap IS NOT NULL) OR substr(successor, 1, 16) = :kid_bytes))
     + (SELECT count(*) FROM authorization_code
	 WHERE kid = :kid AND wrap IS NOT NULL AND expires_at > :now);

-- name: key_use_cache
SELECT (SELECT count(*) FROM entra_cache WHERE substr(mac, 1, 16) = :kid_bytes)
     + (SELECT count(*) FROM assertion WHERE substr(sealed, 1, 16) = :kid_bytes AND expires_at > :now)
     + (SELECT count(*) FROM reauthentication
	 WHERE substr(sealed, 1, 16) = :kid_bytes AND expires_at > :now);

-- name: key_use_browser
SELECT (SELECT count(*) FROM authorization_request
	 WHERE substr(sealed, 1, 16) = :kid_bytes AND expires_at > :now)
     + (SELECT count(*) FROM account_session
	 WHERE substr(sealed, 1, 16) = :kid_bytes AND expires_at > :now);

-- name: key_use_logout
SELECT (SELECT count(*) FROM session
	 WHERE substr(entra_sid, 1, 16) = :kid_bytes AND ended_at IS NULL AND expires_at > :now)
     + (SELECT count(*) FROM account_session
	 WHERE substr(entra_sid, 1, 16) = :kid_bytes AND expires_at > :now);
