/* SPDX-License-Identifier: MIT */
#include "service/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/random.h"
#include "base/secret.h"

#define FILE_MAX	4096	/* bytes of a key file */
#define ACL		"system.posix_acl_access"
#define ACL_MAX		4096	/* bytes */
#define LOOK_MS		50	/* between two looks at the lock */

const char *
key_file_path(struct arena *a, const struct config *config, enum key_purpose purpose)
{
	return arena_printf(a, "%s/keys/%s", config->state_dir, key_purpose_names[purpose]);
}

struct key
key_new(void)
{
	struct key key = { .created_at = clock_seconds() };
	uint8_t kid[(sizeof key.kid - 1) / 2];

	random_bytes(kid, sizeof kid);
	random_bytes(key.secret, sizeof key.secret);
	for (size_t i = 0; i < sizeof kid; i++)
		(void)snprintf(key.kid + 2 * i, 3, "%02x", kid[i]);
	return key;
}

const char *
key_line(struct arena *a, const struct key *key)
{
	return arena_printf(a, "%s %lld %s\n", key->kid, (long long)key->created_at,
	    base64url_encode(a, key->secret, sizeof key->secret));
}

static bool
read_generation(struct arena *a, char *line, struct key *out)
{
	char *created = strchr(line, ' '), *secret = created == NULL ? NULL : strchr(created + 1, ' ');
	uint8_t *bytes;
	size_t n;

	if (secret == NULL || created - line != sizeof out->kid - 1)
		return false;
	*created++ = *secret++ = '\0';
	if (!number_read(created, INT64_MAX, &out->created_at) ||
	    !base64url_decode(a, secret, strlen(secret), &bytes, &n) || n != KEY_SIZE)
		return false;
	memcpy(out->kid, line, sizeof out->kid);
	memcpy(out->secret, bytes, KEY_SIZE);
	out->hmac = hmac_new(out->secret, KEY_SIZE);
	return true;
}

static bool
read_generations(struct arena *a, char *text, struct generations *g)
{
	for (char *line = text, *next; *line != '\0'; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] == '\n');
		line[n] = '\0';
		if (g->count == KEY_GENERATIONS_MAX || !read_generation(a, line, &g->key[g->count]))
			return false;
		g->count++;
	}
	return g->count > 0;
}

bool
key_file_read(struct arena *a, const char *path, struct generations *out)
{
	char *text = arena_alloc(a, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_MAX);
	bool good;

	*out = (struct generations){ 0 };
	good = n > 0 && read_generations(a, text, out);
	if (fd >= 0)
		close(fd);
	if (!good)
		generations_forget(out);
	return good;
}

void
generations_forget(struct generations *g)
{
	for (size_t i = 0; i < g->count; i++)
		hmac_free(g->key[i].hmac);
	secret_wipe(g, sizeof *g);
}

size_t
generations_current(const struct generations *g, int64_t now)
{
	for (size_t i = g->count - 1; i > 0; i--)
		if (g->key[i].created_at <= now - KEY_SETTLE)
			return i;
	return 0;
}

static bool
wrong(struct arena *a, const char *path, const char **why)
{
	const char *dir = arena_copy(a, path, (size_t)(strrchr(path, '/') - path));
	int error = errno;
	const struct passwd *owner;
	struct stat st;

	if ((error != EACCES && error != EPERM) || stat(dir, &st) != 0)
		*why = arena_printf(a, "%s: %s", path, strerror(error));
	else
		*why = arena_printf(a, "%s cannot be changed by this user: run it as %s, to whom %s belongs, "
		    "or as root", path, (owner = getpwuid(st.st_uid)) == NULL ? "that user" : owner->pw_name,
		    dir);
	return false;
}

/* Who may read the one may read the other. */
static bool
give_alike(int from, int to)
{
	char acl[ACL_MAX];
	ssize_t n = fgetxattr(from, ACL, acl, sizeof acl);
	struct stat st;

	if (fstat(from, &st) != 0 || fchown(to, st.st_uid, st.st_gid) != 0 ||
	    fchmod(to, st.st_mode & 07777) != 0)
		return false;
	return n < 0 ? errno == ENODATA || errno == ENOTSUP : fsetxattr(to, ACL, acl, (size_t)n, 0) == 0;
}

static bool
write_generations(struct arena *a, int fd, const struct generations *g)
{
	for (size_t i = 0; i < g->count; i++) {
		const char *line = key_line(a, &g->key[i]);
		size_t n = strlen(line);

		if (write(fd, line, n) != (ssize_t)n)
			return false;
	}
	return true;
}

/* Without this a power cut may undo the rename. */
static bool
sync_directory_of(struct arena *a, const char *path)
{
	int fd = open(arena_copy(a, path, (size_t)(strrchr(path, '/') - path)),
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

bool
key_file_replace(struct arena *a, const char *path, const struct generations *g, const char **why)
{
	const char *fresh = arena_printf(a, "%s.new", path);
	int from = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to;
	bool good;

	if (from < 0)
		return wrong(a, path, why);
	/* What is there was left by one that was killed. */
	if ((unlink(fresh) != 0 && errno != ENOENT) || (to = open(fresh,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0) {
		close(from);
		return wrong(a, path, why);
	}
	good = write_generations(a, to, g) && give_alike(from, to) && fsync(to) == 0;
	good = close(to) == 0 && good && rename(fresh, path) == 0 && sync_directory_of(a, path);
	if (!good)
		(void)wrong(a, path, why);
	if (!good)
		(void)unlink(fresh);
	close(from);
	return good;
}

int
key_files_lock(struct arena *a, const struct config *config, const char **why)
{
	const char *dir = arena_printf(a, "%s/keys", config->state_dir);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int64_t until = clock_monotonic_ms() + KEY_LOCK_WAIT * 1000;

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK && clock_monotonic_ms() < until) {
			clock_sleep_ms(LOOK_MS);
			continue;
		}
		*why = arena_printf(a, "%s: another `sallyport keys` is at work; try again", dir);
		close(fd);
		return -1;
	}
	if (fd < 0)
		(void)wrong(a, dir, why);
	return fd;
}
