/* SPDX-License-Identifier: MIT */
/* sandbox.c: what each program can open when it is in, each time in a child process. */
#include "service/sandbox.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/landlock.h"
#include "service/holding.h"

#include "fixture.h"

#include "../child.h"

static const char *program;
static bool store_held;
static struct child child;

enum what { READS, WRITES, CREATES };

static const struct {
	const char	*name;		/* in the fixture's folder */
	enum what	 what;
} tries[] = {
	{ "sallyport.db", READS }, { "sallyport.db", WRITES }, { "sallyport.db-wal", WRITES },
	{ "sallyport.db-shm", WRITES }, { "sallyport.db-journal", CREATES }, { "sallyport.conf", READS },
	{ "keys/sign/key", READS }, { "keys/wrap/key", READS }, { "keys/cache/key", READS },
	{ "keys/browser/key", READS }, { "keys/logout/key", READS }, { "keys/sign/key", WRITES },
	{ "app/secret", READS }, { "app/new", CREATES }, { "clients/key", READS }, { "askers/key", READS },
	{ "upstreams/key", READS }, { "headers/key", READS }, { "ca/key", READS },
	{ "audit/log", WRITES }, { "audit/log", READS }, { "audit/new", CREATES }, { "run/new", CREATES },
};

static bool
can(const char *name, enum what what)
{
	static const int flags[] = {
		[READS] = O_RDONLY, [WRITES] = O_WRONLY, [CREATES] = O_WRONLY | O_CREAT | O_EXCL,
	};
	int fd = open(path_of(name), flags[what], 0600);

	return fd >= 0 && close(fd) == 0;
}

static void
enter_and_try(void)
{
	static const char *const words[] = { [READS] = "r", [WRITES] = "w", [CREATES] = "c" };

	sandbox_enter(program, &fix.config, store_held);
	for (size_t i = 0; i < COUNT(tries); i++)
		if (can(tries[i].name, tries[i].what))
			dprintf(STDERR_FILENO, "%s:%s ", words[tries[i].what], tries[i].name);
	if (open("/etc/hosts", O_RDONLY) >= 0)
		dprintf(STDERR_FILENO, "hosts ");
	if (socket(AF_INET, SOCK_DGRAM, 0) >= 0)
		dprintf(STDERR_FILENO, "internet ");
}

static void
make_folder(const char *name)
{
	assert_int_equal(mkdir(path_of(name), 0700), 0);
	write_file(path_of(arena_printf(&fix.arena, "%s/%s", name, strcmp(name, "app") == 0 ? "secret" :
	    strcmp(name, "audit") == 0 ? "log" : "key")), "x");
}

/* One of everything that a configuration can name, each in a folder of its own. */
static int
furnish(void **state)
{
	static const char *const folders[] = { "app", "clients", "askers", "upstreams", "headers", "ca", "audit" };

	(void)fixture_open(state);
	for (size_t i = 0; i < COUNT(folders); i++)
		make_folder(folders[i]);
	assert_int_equal(mkdir(path_of("run"), 0700), 0);
	fix.config.entra.app.path[0] = fix.config.entra.resource_app.path[0] = path_of("app/secret");
	fix.config.client[0].key_file = path_of("clients/key");
	fix.config.clients = 1;
	fix.config.server[0].introspection_key = path_of("askers/key");
	fix.config.server[0].upstream_user_key = path_of("upstreams/key");
	fix.config.server[1].upstream_token = arena_printf(&fix.arena, "header-file:%s", path_of("headers/key"));
	fix.config.ca_file = path_of("ca/key");
	fix.config.audit[0] = arena_printf(&fix.arena, "file:%s", path_of("audit/log"));
	store_held = true;
	return 0;
}

#define FURNISHED(test)	cmocka_unit_test_setup_teardown(test, furnish, fixture_close)

static const char *
entered_as(const char *name)
{
	program = name;
	child = child_run(enter_and_try);
	assert_int_equal(child.status, 0);
	return child.text;
}

static bool
kernel_has_landlock(void)
{
	if (landlock_abi() > 0)
		return true;
	print_message("this kernel has NO LANDLOCK: what a program may open is NOT SHOWN here\n");
	return false;
}

#define STORE	"r:sallyport.db w:sallyport.db w:sallyport.db-wal w:sallyport.db-shm "
#define AUDIT	"w:audit/log c:audit/new "

static void
each_program_opens_what_it_holds(UNUSED void **state)
{
	static const struct { const char *program, *opens; } rows[] = {
		{ "metadata", "" },
		{ "nobody", "" },
		{ "register", STORE AUDIT },
		{ "revoke", STORE "r:clients/key " AUDIT },
		{ "consent", STORE "r:keys/browser/key " AUDIT },
		{ "logout", STORE "r:keys/logout/key " AUDIT },
		{ "account", STORE "r:keys/browser/key " AUDIT },
		{ "token", STORE "r:keys/sign/key r:keys/wrap/key r:clients/key " AUDIT },
		{ "introspect", STORE "r:keys/sign/key r:keys/wrap/key r:askers/key " AUDIT },
		{ "authorize", STORE "r:ca/key " AUDIT "hosts internet " },
		{ "oauth-callback", STORE "r:keys/wrap/key r:keys/cache/key r:keys/browser/key r:keys/logout/key "
		    "r:app/secret r:ca/key " AUDIT "hosts internet " },
		{ "mcp", STORE "r:keys/sign/key r:keys/wrap/key r:keys/cache/key r:app/secret r:upstreams/key "
		    "r:headers/key r:ca/key " AUDIT "hosts internet " },
	};

	assert_int_equal(COUNT(rows), holding_count + 1);
	for (size_t i = 0; kernel_has_landlock() && i < COUNT(rows); i++) {
		assert_string_equal(entered_as(rows[i].program), rows[i].opens);
		(void)unlink(path_of("audit/new"));
	}
}

/* A database that is not there yet may be made, and its folder with all in it is open. */
static void
without_a_database_its_folder_stays_open(UNUSED void **state)
{
	store_held = false;
	if (kernel_has_landlock()) {
		assert_non_null(strstr(entered_as("register"), "w:sallyport.db-shm c:sallyport.db-journal "));
		assert_non_null(strstr(child.text, "r:keys/sign/key"));
	}
}

/* What takes a file's place under a running program is seen: a rotated key, a renewed certificate. */
static int shut[2];		/* a pipe: the sandbox is entered */

static void
replace_and_read(void)
{
	sandbox_enter("mcp", &fix.config, store_held);
	assert_int_equal(write(shut[1], "", 1), 1);
	while (access(path_of("replaced"), F_OK) != 0)
		(void)usleep(1000);
	dprintf(STDERR_FILENO, "%d%d%d", can("keys/sign/key", READS), can("app/secret", READS),
	    can("keys/logout/key", READS));
}

static void
what_replaces_a_file_is_open_as_well(UNUSED void **state)
{
	static const char *const names[] = { "keys/sign/key", "keys/logout/key", "app/secret" };
	pid_t replacer;
	char byte;

	assert_int_equal(pipe(shut), 0);
	replacer = fork();
	assert_true(replacer >= 0);
	if (replacer == 0) {
		if (read(shut[0], &byte, 1) != 1)
			_exit(1);
		for (size_t i = 0; i < COUNT(names); i++) {
			const char *fresh = path_of(arena_printf(&fix.arena, "%s.new", names[i]));
			int fd = open(fresh, O_WRONLY | O_CREAT, 0600);

			if (fd < 0 || write(fd, "x", 1) != 1 || rename(fresh, path_of(names[i])) != 0)
				_exit(1);
		}
		_exit(mkdir(path_of("replaced"), 0700));
	}
	child = child_run(replace_and_read);
	assert_int_equal(waitpid(replacer, NULL, 0), replacer);
	assert_string_equal(child.text, landlock_abi() > 0 ? "110" : "111");
}

/* As Kubernetes has it: a link to a link to the file of this hour. */
static void
links_lead_where_they_lead(UNUSED void **state)
{
	assert_int_equal(mkdir(path_of("links"), 0700), 0);
	assert_int_equal(symlink(path_of("app/secret"), path_of("links/token")), 0);
	fix.config.entra.app.path[0] = fix.config.entra.resource_app.path[0] = path_of("links/token");
	if (kernel_has_landlock())
		assert_non_null(strstr(entered_as("oauth-callback"), "r:app/secret"));
}

/* The fixture's folder is its state directory. */
static void
a_file_beside_the_keys_opens_itself_alone(UNUSED void **state)
{
	fix.config.entra.app.path[0] = path_of("sallyport.conf");
	if (kernel_has_landlock()) {
		assert_non_null(strstr(entered_as("oauth-callback"), "r:sallyport.conf "));
		assert_null(strstr(child.text, "keys/sign"));
	}
}

static void
what_the_kernel_lacks_is_logged_where_all_is(UNUSED void **state)
{
	assert_null(strstr(entered_as("metadata"), "sandbox: "));
	fix.config.log = "all";
	assert_int_equal(strstr(entered_as("metadata"), "sandbox: Landlock of ABI ") == NULL,
	    landlock_abi() >= LANDLOCK_ABI_SCOPE);
}

static void
switched_off_it_shuts_nothing(UNUSED void **state)
{
	fix.config.sandbox = "off";
	assert_non_null(strstr(entered_as("metadata"), "r:app/secret "));
	assert_non_null(strstr(child.text, "hosts internet "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FURNISHED(each_program_opens_what_it_holds),
		FURNISHED(without_a_database_its_folder_stays_open),
		FURNISHED(what_replaces_a_file_is_open_as_well),
		FURNISHED(links_lead_where_they_lead),
		FURNISHED(a_file_beside_the_keys_opens_itself_alone),
		FURNISHED(what_the_kernel_lacks_is_logged_where_all_is),
		FURNISHED(switched_off_it_shuts_nothing),
	};

	return RUN(tests, NULL, NULL);
}
