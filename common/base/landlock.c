/* SPDX-License-Identifier: MIT */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h, which is as old as the distribution. */
#define VERSION		UINT32_C(1)		/* a flag: says the ABI instead */
#define PATH_BENEATH	1

#define BIT(n)		(UINT64_C(1) << (n))
#define WRITE_FILE	BIT(1)
#define READ_FILE	BIT(2)
#define READ_DIR	BIT(3)
#define REMOVE_FILE	BIT(5)
#define MAKE_REG	BIT(8)
#define MAKE_SOCK	BIT(9)
#define TRUNCATE	BIT(14)			/* from ABI 3 on */
#define OF_FILES	(BIT(0) | WRITE_FILE | READ_FILE | TRUNCATE)

#define BIND_TCP	BIT(0)
#define CONNECT_TCP	BIT(1)

#define SCOPES		(BIT(0) | BIT(1))	/* abstract Unix sockets, signals */

struct ruleset_attributes {
	uint64_t	 files, net, scopes;
};

struct path_beneath {
	uint64_t	 allowed;
	int32_t		 parent;
} __attribute__((packed));

/* How many rights over files there are, of which the kernel is told that none is given by itself. */
static const struct {
	int	 abi, rights;
} known[] = { { 5, 16 }, { 3, 15 }, { 2, 14 }, { 1, 13 } };

static uint64_t
rights_of(int abi)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (abi >= known[i].abi)
			return BIT(known[i].rights) - 1;
	return 0;
}

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, VERSION);

	return abi < 0 ? 0 : (int)abi;
}

bool
landlock_begin(struct landlock *l, int abi, enum landlock_tcp tcp)
{
	struct ruleset_attributes attributes = {
		.files = rights_of(abi),
		.net = abi < LANDLOCK_ABI_TCP ? 0 : tcp == LANDLOCK_TCP_NONE ? BIND_TCP | CONNECT_TCP : BIND_TCP,
		.scopes = abi < LANDLOCK_ABI_SCOPE ? 0 : SCOPES,
	};

	*l = (struct landlock){ .abi = abi, .ruleset = -1 };
	if (abi == 0)
		return true;
	l->ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, UINT32_C(0));
	return l->ruleset >= 0;
}

/* The kernel's names for it. */
static uint64_t
rights(unsigned access)
{
	static const struct {
		unsigned	 access;
		uint64_t	 rights;
	} meanings[] = {
		{ LANDLOCK_READ,    READ_FILE | READ_DIR },
		{ LANDLOCK_WRITE,   WRITE_FILE },
		{ LANDLOCK_SHORTEN, TRUNCATE },
		{ LANDLOCK_CREATE,  MAKE_REG },
		{ LANDLOCK_SOCKET,  MAKE_SOCK | REMOVE_FILE },
	};
	uint64_t sum = 0;

	for (size_t i = 0; i < COUNT(meanings); i++)
		if ((access & meanings[i].access) != 0)
			sum |= meanings[i].rights;
	return sum;
}

void
landlock_allow(struct landlock *l, const char *path, unsigned access)
{
	struct path_beneath rule = { .allowed = rights(access) & rights_of(l->abi) };
	struct stat st;

	if (l->ruleset < 0 || (rule.parent = open(path, O_PATH | O_CLOEXEC)) < 0)
		return;
	if (fstat(rule.parent, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed &= OF_FILES;
	if (rule.allowed != 0)
		(void)syscall(SYS_landlock_add_rule, l->ruleset, PATH_BENEATH, &rule, UINT32_C(0));
	close(rule.parent);
}

bool
landlock_enter(struct landlock *l)
{
	bool good = l->abi == 0;
	int error;

	if (l->ruleset < 0)
		return good;
	good = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_landlock_restrict_self, l->ruleset, UINT32_C(0)) == 0;
	error = errno;
	close(l->ruleset);
	l->ruleset = -1;
	errno = error;
	return good;
}
