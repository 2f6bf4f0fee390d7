/* SPDX-License-Identifier: MIT */
#include "service/key_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/clock.h"

#define ACL	"system.posix_acl_access"
#define ACL_MAX	4096	/* bytes */
#define LOOK_MS	50	/* between two looks at the lock */

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
