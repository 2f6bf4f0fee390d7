/* SPDX-License-Identifier: MIT */
#include "service/sandbox.h"

#include <errno.h>
#include <limits.h>

#include "base/landlock.h"
#include "base/log.h"
#include "base/syscall_filter.h"
#include "service/audit_sink.h"
#include "service/holding.h"
#include "service/key_file.h"
#include "service/store.h"

#define SCRATCH	((size_t)64 * 1024)

struct sandbox {
	const struct config	*config;
	uint32_t		 holds;
	bool			 store_held;
	struct landlock		 landlock;
	struct arena		 arena;
};

/*
 * What libcurl, OpenSSL and the resolver read.  The resolver's files are replaced under a running program, so
 * their folders are allowed and not they.
 */
static const char *const network_paths[] = {
	"/etc", "/usr", "/lib", "/lib64", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
};

static const char *
folder_of(struct sandbox *s, const char *path)
{
	return arena_copy(&s->arena, path, (size_t)(strrchr(path, '/') - path));
}

/* The root, or the state directory or one above it: no rule for a file opens every key. */
static bool
is_too_much(const struct sandbox *s, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(s->config->state_dir, folder, n) == 0 && strchr("/", s->config->state_dir[n]) != NULL;
}

static void
allow_around(struct sandbox *s, const char *path, unsigned access)
{
	const char *folder = folder_of(s, path);

	landlock_allow(&s->landlock, is_too_much(s, folder) ? path : folder, access);
}

/* Its folder, since whoever changes such a file puts another in its place; where it is a link, that one's too. */
static void
allow_file(struct sandbox *s, const char *path, unsigned access)
{
	char target[PATH_MAX];

	if (path == NULL)
		return;
	allow_around(s, path, access);
	if (realpath(path, target) != NULL)
		allow_around(s, target, access);
}

static void
allow_store(struct sandbox *s)
{
	static const char *const suffixes[] = STORE_FILES;
	const char *path = strchr(s->config->database, ':') + 1;

	for (size_t i = 0; s->store_held && i < COUNT(suffixes); i++)
		landlock_allow(&s->landlock, arena_printf(&s->arena, "%s%s", path, suffixes[i]),
		    LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_SHORTEN);
	if (!s->store_held)
		landlock_allow(&s->landlock, folder_of(s, path),
		    LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_SHORTEN | LANDLOCK_CREATE);
	landlock_allow(&s->landlock, "/dev/urandom", LANDLOCK_READ);
	for (const char *const *sink = s->config->audit; *sink != NULL; sink++)
		if (strncmp(*sink, AUDIT_FILE, sizeof AUDIT_FILE - 1) == 0)
			allow_file(s, *sink + sizeof AUDIT_FILE - 1, LANDLOCK_WRITE | LANDLOCK_CREATE);
}

static void
allow_credential(struct sandbox *s)
{
	const struct config_entra *e = &s->config->entra;
	const struct config_app *apps[] = { &e->app, &e->resource_app };

	for (size_t i = 0; i < COUNT(apps); i++)
		for (const char *const *path = apps[i]->path; *path != NULL; path++)
			allow_file(s, *path, LANDLOCK_READ);
	if (e->app.credential == CREDENTIAL_MANAGED_IDENTITY ||
	    e->resource_app.credential == CREDENTIAL_MANAGED_IDENTITY)
		landlock_allow(&s->landlock, e->arc_key_dir, LANDLOCK_READ);
}

static void
allow_network(struct sandbox *s)
{
	for (size_t i = 0; i < COUNT(network_paths); i++)
		landlock_allow(&s->landlock, network_paths[i], LANDLOCK_READ);
	allow_file(s, s->config->ca_file, LANDLOCK_READ);
}

static void
allow_clients(struct sandbox *s)
{
	for (size_t i = 0; i < s->config->clients; i++)
		allow_file(s, s->config->client[i].key_file, LANDLOCK_READ);
}

static void
allow_askers(struct sandbox *s)
{
	for (size_t i = 0; i < s->config->servers; i++)
		allow_file(s, s->config->server[i].introspection_key, LANDLOCK_READ);
}

static void
allow_upstreams(struct sandbox *s)
{
	static const char header_file[] = "header-file:";

	for (size_t i = 0; i < s->config->servers; i++) {
		const struct config_server *server = &s->config->server[i];

		allow_file(s, server->upstream_user_key, LANDLOCK_READ);
		if (strncmp(server->upstream_token, header_file, sizeof header_file - 1) == 0)
			allow_file(s, server->upstream_token + sizeof header_file - 1, LANDLOCK_READ);
	}
	landlock_allow(&s->landlock, arena_printf(&s->arena, "%s/run", s->config->state_dir), LANDLOCK_SOCKET);
}

static const struct {
	uint32_t	 holds;
	void		(*allow)(struct sandbox *);
} allowances[] = {
	{ HOLDS_STORE, allow_store },	  { HOLDS_NETWORK, allow_network },
	{ HOLDS_CLIENTS, allow_clients }, { HOLDS_CREDENTIAL, allow_credential },
	{ HOLDS_ASKERS, allow_askers },	  { HOLDS_UPSTREAMS, allow_upstreams },
};

static bool
shut_files(struct sandbox *s)
{
	if (!landlock_begin(&s->landlock, landlock_abi(),
	    (s->holds & HOLDS_NETWORK) != 0 ? LANDLOCK_TCP_CONNECT : LANDLOCK_TCP_NONE))
		return false;
	for (size_t i = 0; i < COUNT(allowances); i++)
		if ((s->holds & allowances[i].holds) != 0)
			allowances[i].allow(s);
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
		if ((s->holds & HOLDS_KEY(p)) != 0)
			landlock_allow(&s->landlock, folder_of(s, key_file_path(&s->arena, s->config, p)),
			    LANDLOCK_READ);
	return landlock_enter(&s->landlock);
}

void
sandbox_enter(const char *program, const struct config *config, bool store_held)
{
	struct sandbox s = { .config = config, .holds = holding_of(program), .store_held = store_held };
	bool all = strcmp(config->log, "all") == 0;

	if (strcmp(config->sandbox, "off") == 0)
		return;
	arena_init(&s.arena, SCRATCH);
	if (!shut_files(&s))
		log_line("sandbox: Landlock refuses its rules: %s", strerror(errno));
	else if (s.landlock.abi < LANDLOCK_ABI_SCOPE && all)
		log_line("sandbox: Landlock of ABI %d (0: none), and %d does all", s.landlock.abi,
		    LANDLOCK_ABI_SCOPE);
	if (!syscall_filter_enter((s.holds & HOLDS_NETWORK) != 0 ? SYSCALL_FILTER_ANY_SOCKET :
	    SYSCALL_FILTER_UNIX_SOCKETS) && all)
		log_line("sandbox: system calls cannot be filtered: %s", strerror(errno));
	arena_free(&s.arena);
}
