-- name: rate_get
SELECT full_at, told_at FROM rate WHERE key_hash = :key_hash;

-- name: rate_take
-- Refills and takes at once: time refills by passing, and taking moves the moment on.  Nothing changes
-- where no token is left, but a moment later than any bucket can have (the clock went back, or
-- somebody wrote it there) begins anew.
INSERT INTO rate (key_hash, full_at, expires_at) VALUES (:key_hash, :full_at, :expires_at)
ON CONFLICT (key_hash) DO UPDATE
   SET full_at = CASE WHEN rate.full_at > :now AND rate.full_at <= :latest
		THEN rate.full_at + :interval ELSE excluded.full_at END,
       expires_at = CASE WHEN rate.full_at > :now AND rate.full_at <= :latest
		THEN (rate.full_at + :interval) / 1000000 + 1 ELSE excluded.expires_at END
 WHERE rate.full_at <= :most OR rate.full_at > :latest;

-- name: rate_tell
-- Test and set: of a flood's refusals one in a while is worth a word.
UPDATE rate SET told_at = :now
 WHERE key_hash = :key_hash AND (told_at IS NULL OR told_at <= :told_before OR told_at > :now);

-- name: rate_delete_expired
DELETE FROM rate WHERE key_hash IN
	(SELECT key_hash FROM rate WHERE expires_at <= :now LIMIT :limit);
