/* SPDX-License-Identifier: MIT */
#include "service/state.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/keyring.h"
#include "service/store.h"

#define SCRATCH	((size_t)64 * 1024)

struct making {
	const struct config	*config;
	struct arena		*arena;
	gid_t			 group;		/* (gid_t)-1: as it is */
	const char		*why;
};

static bool
wrong(struct making *m, const char *path, const char *what)
{
	static char line[512];		/* outlives the scratch arena; one init per process */

	(void)snprintf(line, sizeof line, "%s: %s", path, what);
	m->why = line;
	return false;
}

/*
 * The group writes in this directory, and root may run this: a link that the group put there must
 * not lead owner and mode to a file of somebody else's.
 */
static bool
give(struct making *m, const char *path, mode_t mode)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool good = false;

	if (fd < 0 || fstat(fd, &st) != 0)
		(void)wrong(m, path, errno == ELOOP ? "is a symbolic link" : strerror(errno));
	else if (!S_ISDIR(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_nlink != 1))
		(void)wrong(m, path, "is no file of its own");
	else if (m->group != (gid_t)-1 && fchown(fd, (uid_t)-1, m->group) != 0)
		(void)wrong(m, path, "cannot be given to the group");
	else if (fchmod(fd, mode) != 0)
		(void)wrong(m, path, strerror(errno));
	else
		good = true;
	if (fd >= 0)
		close(fd);
	return good;
}

static bool
make_directory(struct making *m, const char *path, mode_t mode)
{
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return wrong(m, path, strerror(errno));
	return give(m, path, mode);
}

static bool
make_keys(struct making *m)
{
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++) {
		const char *path = arena_printf(m->arena, "%s/keys/%s", m->config->state_dir,
		    key_purpose_names[p]);

		if (!keyring_create(m->config, p))
			return wrong(m, path, "the key file cannot be made");
		if (!give(m, path, 0640))
			return false;
	}
	return true;
}

static bool
make_database(struct making *m)
{
	const char *path = strchr(m->config->database, ':') + 1;

	if (!store_create(m->config, &m->why))
		return false;
	return give(m, path, 0660);
}

static bool
make(struct making *m)
{
	const char *dir = m->config->state_dir;

	return make_directory(m, dir, 03770) &&
	    make_directory(m, arena_printf(m->arena, "%s/keys", dir), 02750) &&
	    make_directory(m, arena_printf(m->arena, "%s/run", dir), 03770) &&
	    make_keys(m) && make_database(m);
}

bool
state_init(const struct config *config, const char *group, const char **why)
{
	const struct group *found = group == NULL ? NULL : getgrnam(group);
	struct arena arena;
	struct making m = {
		.config = config, .arena = &arena,
		.group = found == NULL ? (gid_t)-1 : found->gr_gid,
	};
	bool good;

	if (group != NULL && found == NULL) {
		*why = "there is no group of that name";
		return false;
	}
	arena_init(&arena, SCRATCH);
	good = make(&m);
	arena_free(&arena);
	if (!good)
		*why = m.why;
	return good;
}
