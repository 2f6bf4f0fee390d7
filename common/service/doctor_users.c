/* SPDX-License-Identifier: MIT */
#include "service/doctor_users.h"

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/holding.h"
#include "service/key_file.h"

struct user {
	const char	*name;
	uid_t		 uid;
	gid_t		 gid;
	uint32_t	 holds;
};

/* As the kernel judges it: access lists and the folders on the way count. */
static bool
may_read(const struct user *u, const char *path)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0)
		_exit(initgroups(u->name, u->gid) != 0 || setgid(u->gid) != 0 || setuid(u->uid) != 0 ||
		    access(path, R_OK) != 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool
find_user(struct doctor *d, const struct holding *h, struct user *out)
{
	const char *name = arena_printf(d->rq.arena, DOCTOR_USERS "%s", h->program);
	const struct passwd *found = getpwnam(name);

	if (found == NULL)
		return false;
	*out = (struct user){ .name = name, .uid = found->pw_uid, .gid = found->pw_gid, .holds = h->holds };
	return true;
}

static void
check_file(struct doctor *d, const struct user *u, const char *what, const char *path, uint32_t holds)
{
	bool needs = (u->holds & holds) != 0;

	if (access(path, F_OK) == 0 && may_read(u, path) != needs)
		doctor_says(d, PROBLEM, "%s %s is %s to %s, who %s: see \"A user for each program\" in the README",
		    what, path, needs ? "closed" : "open", u->name, needs ? "needs it" : "has no use for it");
}

static void
check_user(struct doctor *d, const struct user *u)
{
	const struct config *c = d->rq.config;
	const struct config_app *apps[] = { &c->entra.app, &c->entra.resource_app };

	check_file(d, u, "database", strchr(c->database, ':') + 1, HOLDS_STORE);
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
		check_file(d, u, "key file", key_file_path(d->rq.arena, c, p), HOLDS_KEY(p));
	for (size_t i = 0; i < (c->entra.resource_client_id == NULL ? 1 : COUNT(apps)); i++)
		for (const char *const *path = apps[i]->path; *path != NULL; path++)
			check_file(d, u, "credential file", *path, HOLDS_CREDENTIAL);
}

void
doctor_check_users(struct doctor *d)
{
	int before = d->problems;
	size_t users = 0;
	struct user user;

	for (size_t i = 0; i < holding_count; i++) {
		if (!find_user(d, &holdings[i], &user))
			continue;
		users++;
		if (geteuid() == 0)
			check_user(d, &user);
	}
	if (users > 0 && geteuid() != 0)
		doctor_says(d, NOTE, "what each program's user can open is seen by root alone: sudo sallyport check");
	else if (users > 0 && d->problems == before)
		doctor_says(d, FINE, "users: %zu programs have one of their own, which opens what it needs and no more",
		    users);
}
