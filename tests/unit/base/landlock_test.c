/* SPDX-License-Identifier: MIT */
/*
 * landlock.c, each time in a child process.  A kernel without Landlock is said to have none, loudly, and what is
 * refused elsewhere must be allowed there: the programs run on it as before.
 */
#include "base/landlock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "../child.h"
#include "../test.h"

static char dir[64];
static int abi;			/* the child's: what the kernel has, or less */
static unsigned access_given;	/* to dir/open */
static enum landlock_tcp tcp;

static const char *
path(const char *name)
{
	static char text[4][128];
	static size_t next;
	char *p = text[next++ % COUNT(text)];

	(void)snprintf(p, sizeof text[0], "%s/%s", dir, name);
	return p;
}

static void
put(const char *name, const char *text)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

static int
make_tree(void **state UNUSED)
{
	memcpy(dir, "/tmp/landlock-XXXXXX", sizeof "/tmp/landlock-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(mkdir(path("open"), 0700), 0);
	assert_int_equal(mkdir(path("shut"), 0700), 0);
	put("open/file", "text");
	put("shut/file", "text");
	assert_int_equal(symlink("../shut/file", path("open/link")), 0);
	return 0;
}

static int
remove_tree(void **state UNUSED)
{
	static const char *const names[] = {
		"open/link", "open/file", "open/new", "open/socket", "shut/file", "shut/new", "open", "shut", "",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		(void)remove(path(names[i]));
	return 0;
}

/* One line for each thing that could be done. */
static void
tell(const char *what, bool done)
{
	if (done)
		dprintf(STDERR_FILENO, "%s\n", what);
}

static bool
opens(const char *name, int flags)
{
	int fd = open(path(name), flags, 0600);

	return fd >= 0 && close(fd) == 0;
}

static bool
binds(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	bool good;

	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path(name));
	good = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0;
	close(fd);
	return good;
}

/* ECONNREFUSED is the network's word, EACCES the kernel's. */
static bool
reaches_tcp(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool good = fd >= 0 && (connect(fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == ECONNREFUSED);

	close(fd);
	return good;
}

static bool
listens(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool good = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0;

	close(fd);
	return good;
}

static void
enter_and_try(void)
{
	struct landlock l;

	if (!landlock_begin(&l, abi, tcp))
		_exit(1);
	landlock_allow(&l, path("open"), access_given);
	landlock_allow(&l, path("is-not-there"), access_given);
	if (!landlock_enter(&l))
		_exit(2);
	tell("read", opens("open/file", O_RDONLY));
	tell("list", opens("open", O_RDONLY | O_DIRECTORY));
	tell("write", opens("open/file", O_WRONLY));
	tell("shorten", opens("open/file", O_WRONLY | O_TRUNC));
	tell("create", opens("open/new", O_WRONLY | O_CREAT | O_EXCL));
	tell("socket", binds("open/socket"));
	tell("remove", unlink(path("open/file")) == 0);
	tell("foreign", opens("shut/file", O_RDONLY) || opens("shut/new", O_WRONLY | O_CREAT) || opens("open/link", O_RDONLY));
	tell("connect", reaches_tcp());
	tell("listen", listens());
	tell("signal", kill(getppid(), 0) == 0);
	tell("itself", raise(0) == 0);
}

static const char *
done(unsigned access, enum landlock_tcp connections, int with)
{
	static struct child c;

	(void)remove_tree(NULL);
	(void)make_tree(NULL);
	access_given = access;
	tcp = connections;
	abi = with;
	c = child_run(enter_and_try);
	assert_int_equal(c.status, 0);
	return c.text;
}

#define NETWORK_OF_ALL	"connect\nlisten\nsignal\nitself\n"
#define EVERYTHING	"read\nlist\nwrite\nshorten\ncreate\nsocket\nremove\nforeign\n" NETWORK_OF_ALL

static bool
kernel_has(int least)
{
	if (landlock_abi() >= least)
		return true;
	print_message("this kernel's Landlock is of ABI %d: what needs %d is NOT SHOWN here\n", landlock_abi(), least);
	return false;
}

static void
without_a_row_nothing_is_left(UNUSED void **state)
{
	if (kernel_has(LANDLOCK_ABI_SCOPE))
		assert_string_equal(done(0, LANDLOCK_TCP_NONE, LANDLOCK_ABI_SCOPE), "itself\n");
}

static void
each_access_allows_itself_alone(UNUSED void **state)
{
	static const struct { unsigned access; const char *done; } rows[] = {
		{ LANDLOCK_READ, "read\nlist\n" }, { LANDLOCK_WRITE, "write\n" },
		{ LANDLOCK_WRITE | LANDLOCK_SHORTEN, "write\nshorten\n" },
		{ LANDLOCK_WRITE | LANDLOCK_CREATE, "write\ncreate\n" }, { LANDLOCK_SOCKET, "socket\nremove\n" },
	};

	for (size_t i = 0; kernel_has(LANDLOCK_ABI_SCOPE) && i < COUNT(rows); i++) {
		char all[128];

		(void)snprintf(all, sizeof all, "%sitself\n", rows[i].done);
		assert_string_equal(done(rows[i].access, LANDLOCK_TCP_NONE, LANDLOCK_ABI_SCOPE), all);
	}
}

static void
who_may_connect_may_not_listen(UNUSED void **state)
{
	if (kernel_has(LANDLOCK_ABI_TCP))
		assert_string_equal(done(0, LANDLOCK_TCP_CONNECT, LANDLOCK_ABI_TCP), "connect\nsignal\nitself\n");
}

/* The same kernel, asked for no more than an older one knows. */
static void
an_older_kernel_refuses_what_it_knows(UNUSED void **state)
{
	static const char *const done_under[] = {
		NULL, "shorten\n" NETWORK_OF_ALL, "shorten\n" NETWORK_OF_ALL, NETWORK_OF_ALL, "signal\nitself\n",
	};

	for (int i = 1; i < (int)COUNT(done_under); i++)
		if (kernel_has(i)) {
			/* To shorten is to write, before there was a right of its own. */
			unsigned given = i < 3 ? LANDLOCK_WRITE : 0;
			char all[128];

			(void)snprintf(all, sizeof all, "%s%s", given == 0 ? "" : "write\n", done_under[i]);
			assert_string_equal(done(given, LANDLOCK_TCP_NONE, i), all);
		}
}

static void
a_kernel_without_it_refuses_nothing(UNUSED void **state)
{
	assert_string_equal(done(0, LANDLOCK_TCP_NONE, 0), EVERYTHING);
	if (landlock_abi() == 0)
		print_message("this kernel has NO LANDLOCK: nothing of it is shown here\n");
}

static void
a_kernel_that_refuses_the_rules_is_heard(UNUSED void **state)
{
	struct landlock l = { .abi = 1, .ruleset = STDIN_FILENO };

	assert_false(landlock_enter(&l));
	assert_int_not_equal(errno, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_row_nothing_is_left),
		cmocka_unit_test(each_access_allows_itself_alone),
		cmocka_unit_test(who_may_connect_may_not_listen),
		cmocka_unit_test(an_older_kernel_refuses_what_it_knows),
		cmocka_unit_test(a_kernel_without_it_refuses_nothing),
		cmocka_unit_test(a_kernel_that_refuses_the_rules_is_heard),
	};

	return RUN(tests, make_tree, remove_tree);
}
