/* SPDX-License-Identifier: MIT */
/* sallyport: the administrator's command; the table below says what it can do. */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "service/admin.h"
#include "service/audit_report.h"
#include "service/client_secret.h"
#include "service/config_table.h"
#include "service/doctor.h"
#include "service/holding.h"
#include "service/io.h"
#include "service/state.h"
#include "service/sweep.h"

#define USAGE	64	/* sysexits EX_USAGE */
#define CONFIG	78	/* sysexits EX_CONFIG */

#define SWEEP_AT_ONCE	1000	/* rows of a table deleted in one transaction */
#define TOLD_EVERY	10000	/* rows between two words about it */

static int	command_init(int, char **);
static int	command_check(int, char **);
static int	command_sweep(int, char **);
static int	command_settings(int, char **);
static int	command_client_secret(int, char **);
static int	command_audit(int, char **);
static int	command_wrapper(int, char **);

static const struct command {
	const char	*name, *arguments, *what;
	int		 least, most;	/* arguments */
	int		 (*run)(int, char **);
	int		 (*admin)(struct admin *, int, char **);	/* in its place */
} commands[] = {
	{ "init",     "[--group GROUP | --groups PREFIX]",
	  "make the state directory: keys and database",			0, 2, command_init, NULL },
	{ "check",    "",		 "say what is missing or wrong",	0, 0, command_check, NULL },
	{ "sweep",    "",		 "delete all expired rows",		0, 0, command_sweep, NULL },
	{ "settings", "",		 "print every configuration key",	0, 0, command_settings, NULL },
	{ "client-secret", "",		 "make a client's secret and its hash",	0, 0, command_client_secret, NULL },
	{ "audit",    "[--since ...]",	 "print the security events",		0, 5, command_audit, NULL },
	{ "wrapper",  "DIR",		 "write suexec's wrappers into DIR",	1, 1, command_wrapper, NULL },
	{ "sessions", "[--user USER] [--client ID] [--json]",
	  "list who is signed in",						0, 5, NULL, admin_sessions },
	{ "clients",  "[--json]",	 "list what has registered",		0, 1, NULL, admin_clients },
	{ "revoke",   "--session SID | --user USER | --client ID | --all  [--json]",
	  "end sessions",							1, 3, NULL, admin_revoke },
	{ "keys",     "[rotate | retire] [PURPOSE...] [--json]",
	  "list or replace the server's own keys",				0, 7, NULL, admin_keys },
};

static int
usage(void)
{
	fputs("usage: sallyport COMMAND\n", stderr);
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(stderr, "  %-13s %-16s %s%s\n", commands[i].name, commands[i].arguments,
		    strlen(commands[i].arguments) > 16 ? "\n                                 " : "",
		    commands[i].what);
	fputs("USER is an object id, TENANT/OBJECT-ID or a subject.\n"
	    "The configuration is the file that SALLYPORT_CONF names, or " CONFIG_DEFAULT_PATH ".\n",
	    stderr);
	return USAGE;
}

static int	run_admin(int (*)(struct admin *, int, char **), int, char **);

int
main(int argc, char **argv)
{
	if (io_started_by_server()) {
		fputs("sallyport is a command for a terminal; a web server does not run it\n", stderr);
		return USAGE;
	}
	crypto_begin();
	for (size_t i = 0; argc > 1 && i < COUNT(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, argv[1]) == 0 && argc - 2 >= c->least && argc - 2 <= c->most)
			return c->run != NULL ? c->run(argc - 2, argv + 2) :
			    run_admin(c->admin, argc - 2, argv + 2);
	}
	return usage();
}

/* NULL with the reason printed. */
static const struct config *
load(void)
{
	const char *why;
	const struct config *config = config_load(&why);

	if (config == NULL)
		fprintf(stderr, "sallyport: %s\n", why);
	return config;
}

static int
run_admin(int (*run)(struct admin *, int, char **), int argc, char **argv)
{
	struct admin a = { .config = load(), .out = stdout, .err = stderr };
	int status;

	if (a.config == NULL)
		return CONFIG;
	a.utf8 = setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	status = run(&a, argc, argv);
	return status == ADMIN_USAGE ? usage() : status;
}

static int
command_init(int argc, char **argv)
{
	struct state_groups groups = { 0 };
	const struct config *config;
	const char *why = "";

	if (argc == 2 && strcmp(argv[0], "--group") == 0)
		groups.all = argv[1];
	else if (argc == 2 && strcmp(argv[0], "--groups") == 0)
		groups.apart = argv[1];
	else if (argc != 0)
		return usage();
	if ((config = load()) == NULL)
		return CONFIG;
	if (!state_init(config, &groups, &why)) {
		fprintf(stderr, "sallyport: %s\n", why);
		return 1;
	}
	printf("%s is ready: keys, and the database %s\n", config->state_dir,
	    strchr(config->database, ':') + 1);
	return 0;
}

static int
command_check(int argc UNUSED, char **argv UNUSED)
{
	const struct config *config = load();
	int problems;

	if (config == NULL)
		return CONFIG;
	if ((problems = doctor_run(config)) == 0)
		puts("All is well.");
	else
		printf("%d %s to solve.\n", problems, problems == 1 ? "problem" : "problems");
	return problems > 0;
}

static int
command_sweep(int argc UNUSED, char **argv UNUSED)
{
	const struct config *config = load();
	int64_t deleted = 0, before, told = 0;
	const char *why;
	struct store *store;
	bool good;

	if (config == NULL)
		return CONFIG;
	if ((store = store_open(config, &why)) == NULL) {
		fprintf(stderr, "sallyport: %s\n", why);
		return 1;
	}
	do {		/* requests get their turn in between */
		before = deleted;
		good = sweep(store, config, clock_seconds(), SWEEP_AT_ONCE, &deleted);
		if (deleted - told >= TOLD_EVERY)
			fprintf(stderr, "%lld deleted so far\n", (long long)(told = deleted));
	} while (good && deleted > before);
	/* What it erases it does not count. */
	good = good && sweep(store, config, clock_seconds(), INT_MAX, &deleted);
	if (!good)
		fprintf(stderr, "sallyport: %s\n", store_error(store));
	store_close(store);
	printf("%lld expired rows deleted\n", (long long)deleted);
	return !good;
}

static int
command_settings(int argc UNUSED, char **argv UNUSED)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];

		if (i == 0 || key->section != config_keys[i - 1].section)
			printf("%s%s%s\n", key->section == CONFIG_TOP ? "" : "\n[",
			    config_section_names[key->section], key->section == CONFIG_TOP ? "" :
			    key->section >= CONFIG_SERVER ? " NAME]" : "]");
		printf("%-18s %-36s %s\n", key->name, key->standard == NULL ? "(required)" :
		    *key->standard == '\0' ? "-" : key->standard, key->manual);
	}
	return 0;
}

/* The secret is for the client, the hash for the configuration; neither is kept. */
static int
command_client_secret(int argc UNUSED, char **argv UNUSED)
{
	const char *hash, *secret;
	struct arena arena;

	arena_init(&arena, 4096);
	secret = client_secret_new(&arena, &hash);
	printf("client_secret for the client, shown this once:\n%s\n\nfor its [client NAME]:\n"
	    "secret_sha256 = %s\n", secret, hash);
	arena_free(&arena);
	return 0;
}

static int
command_audit(int argc, char **argv)
{
	struct audit_question question;
	const struct config *config;
	const char *why = "";

	if (!audit_question_read(argc, argv, clock_seconds(), &question)) {
		fputs("usage: sallyport audit [--since TIME] [--user ID] [--json]\n"
		    "TIME is how long ago (30m, 7d), or in UTC 2027-01-15 or 2027-01-15T08:00:00Z.\n", stderr);
		return USAGE;
	}
	if ((config = load()) == NULL)
		return CONFIG;
	if (!audit_report(config, &question, &why)) {
		fprintf(stderr, "sallyport: %s\n", why);
		return 1;
	}
	return 0;
}

/* Two lines; the path is quoted for sh. */
static bool
write_wrapper(const char *dir, const char *programs, const char *name, const char *conf)
{
	char path[PATH_MAX], text[3 * PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", dir, name), fd, len;
	bool good;

	len = snprintf(text, sizeof text,
	    "#!/bin/sh\nSALLYPORT_CONF='%s' exec '%s/%s'\n", conf, programs, name);
	if (n < 0 || (size_t)n >= sizeof path || len < 0 || (size_t)len >= sizeof text)
		return false;
	if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0755)) < 0)
		return false;
	good = write(fd, text, (size_t)len) == len && fchmod(fd, 0755) == 0;
	return close(fd) == 0 && good;
}

/* Where the programs are: beside this command, or where `make install` puts them. */
static bool
find_programs(char out[static PATH_MAX])
{
	static const char *const places[] = { "", "/../lib/cgi-bin/sallyport" };
	char own[PATH_MAX], candidate[2 * PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

	if (n <= 0)
		return false;
	own[n] = '\0';
	*strrchr(own, '/') = '\0';
	for (size_t i = 0; i < COUNT(places); i++) {
		(void)snprintf(candidate, sizeof candidate, "%s%s/metadata", own, places[i]);
		if (access(candidate, X_OK) == 0 && realpath(candidate, out) != NULL) {
			*strrchr(out, '/') = '\0';
			return true;
		}
	}
	return false;
}

static int
command_wrapper(int argc UNUSED, char **argv)
{
	const struct config *config = load();
	char where[PATH_MAX], conf[PATH_MAX];

	if (config == NULL)
		return CONFIG;
	if (!find_programs(where) || realpath(config->path, conf) == NULL ||
	    strchr(where, '\'') != NULL || strchr(conf, '\'') != NULL) {
		fputs("sallyport: the programs or the configuration cannot be found\n", stderr);
		return 1;
	}
	for (size_t i = 0; i < holding_count; i++)
		if (!write_wrapper(argv[0], where, holdings[i].program, conf)) {
			fprintf(stderr, "sallyport: %s/%s: %s\n", argv[0], holdings[i].program, strerror(errno));
			return 1;
		}
	printf("%zu wrappers written to %s\n", holding_count, argv[0]);
	return 0;
}
