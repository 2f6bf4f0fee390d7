/* SPDX-License-Identifier: MIT */
#include "service/state.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/key_file.h"
#include "service/store.h"

#define SCRATCH	((size_t)64 * 1024)

#define AS_IT_IS	((gid_t)-1)

struct making {
	const struct config	*config;
	struct arena		*arena;
	uid_t			 owner;			/* (uid_t)-1: as it is */
	gid_t			 group;			/* this and the next: AS_IT_IS, or whose it becomes */
	gid_t			 key_group[KEY_PURPOSES];
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
give(struct making *m, const char *path, gid_t group, mode_t mode)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool good = false;

	if (fd < 0 || fstat(fd, &st) != 0)
		(void)wrong(m, path, errno == ELOOP ? "is a symbolic link" : strerror(errno));
	else if (!S_ISDIR(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_nlink != 1))
		(void)wrong(m, path, "is no file of its own");
	else if ((m->owner != (uid_t)-1 || group != AS_IT_IS) && fchown(fd, m->owner, group) != 0)
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
make_directory(struct making *m, const char *path, gid_t group, mode_t mode)
{
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return wrong(m, path, strerror(errno));
	return give(m, path, group, mode);
}

static bool
is_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* A key file of an earlier version stands where its folder is now.  Begun anew after a kill at any point. */
static bool
move_into_folder(struct making *m, const char *folder, const char *key)
{
	const char *aside = arena_printf(m->arena, "%s.old", folder);

	if (is_file(folder) && rename(folder, aside) != 0)
		return wrong(m, folder, strerror(errno));
	if (is_file(aside) && !is_file(key) && ((mkdir(folder, 0750) != 0 && errno != EEXIST) ||
	    rename(aside, key) != 0))
		return wrong(m, aside, strerror(errno));
	return true;
}

static bool
make_key(struct making *m, enum key_purpose p)
{
	const char *key = key_file_path(m->arena, m->config, p);
	const char *folder = arena_copy(m->arena, key, (size_t)(strrchr(key, '/') - key));

	if (!move_into_folder(m, folder, key) || !make_directory(m, folder, m->key_group[p], 02750))
		return false;
	if (!keyring_create(m->config, p))
		return wrong(m, key, "the key file cannot be made");
	return give(m, key, m->key_group[p], 0640);
}

/* The files beside it are there from now on, see store_sqlite_open.c, and whoever made them may have been root. */
static bool
make_database(struct making *m)
{
	static const char *const suffixes[] = STORE_FILES;
	const char *path = strchr(m->config->database, ':') + 1;

	if (!store_create(m->config, &m->why))
		return false;
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		const char *file = arena_printf(m->arena, "%s%s", path, suffixes[i]);

		if ((i == 0 || is_file(file)) && !give(m, file, m->group, 0660))
			return false;
	}
	return true;
}

static bool
make(struct making *m)
{
	const char *dir = m->config->state_dir;

	if (!make_directory(m, dir, m->group, 03770) ||
	    !make_directory(m, arena_printf(m->arena, "%s/keys", dir), m->group, 02750) ||
	    !make_directory(m, arena_printf(m->arena, "%s/run", dir), m->group, 03770))
		return false;
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
		if (!make_key(m, p))
			return false;
	return make_database(m);
}

static bool
find_group(struct making *m, const char *name, gid_t *out)
{
	const struct group *found = getgrnam(name);

	if (found == NULL)
		return wrong(m, name, "there is no group of that name");
	*out = found->gr_gid;
	return true;
}

static bool
find_groups(struct making *m, const struct state_groups *groups)
{
	if (groups->all != NULL && !find_group(m, groups->all, &m->group))
		return false;
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
		m->key_group[p] = m->group;
	if (groups->apart == NULL)
		return true;
	/* A key that belonged to a program's user would be that program's to change. */
	m->owner = geteuid();
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
		if (!find_group(m, arena_printf(m->arena, "%s-key-%s", groups->apart, key_purpose_names[p]),
		    &m->key_group[p]))
			return false;
	return find_group(m, arena_printf(m->arena, "%s-state", groups->apart), &m->group);
}

bool
state_init(const struct config *config, const struct state_groups *groups, const char **why)
{
	struct arena arena;
	struct making m = { .config = config, .arena = &arena, .owner = (uid_t)-1, .group = AS_IT_IS };
	bool good;

	arena_init(&arena, SCRATCH);
	good = find_groups(&m, groups) && make(&m);
	arena_free(&arena);
	if (!good)
		*why = m.why;
	return good;
}
