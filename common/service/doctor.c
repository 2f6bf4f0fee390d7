/* SPDX-License-Identifier: MIT */
#include "service/doctor.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "protocol/json.h"
#include "service/audit_sink.h"
#include "service/doctor_credential.h"
#include "service/doctor_online.h"
#include "service/doctor_users.h"
#include "service/introspection_key.h"
#include "service/key_file.h"
#include "service/store.h"

#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC	0xFF534D42
#endif
#ifndef SMB2_SUPER_MAGIC
#define SMB2_SUPER_MAGIC	0xFE534D42
#endif

static void
check_public_url(struct doctor *d)
{
	const struct config *c = d->rq.config;

	doctor_says(d, FINE, "configuration: %s", c->path);
	if (!c->public_https)
		doctor_says(d, NOTE, "public_url is http: good for this machine alone");
	if (*c->public_path == '\0')
		return;
	if (c->shared_origin == NULL)
		doctor_says(d, PROBLEM, "public_url has a path: everyone who can publish on %s can act for "
		    "your users there. A host name of its own is better; if you trust them all, set "
		    "shared_origin = accept", c->public_host);
	else
		doctor_says(d, NOTE, "public_url has a path: everyone who can publish on %s is trusted",
		    c->public_host);
}

static void
check_keys(struct doctor *d)
{
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++) {
		const char *path = key_file_path(d->rq.arena, d->rq.config, p);

		if (doctor_path(d, "key file", path, R_OK) && keyring_current(d->rq.keys, p) == NULL)
			doctor_says(d, PROBLEM, "key file %s is not one that `sallyport init` makes", path);
	}
}

/* SQLite's locks are not to be trusted over a network. */
static bool
is_on_network(const char *path)
{
	static const unsigned long network[] = {
		NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, AFS_SUPER_MAGIC,
		CODA_SUPER_MAGIC, V9FS_MAGIC, CEPH_SUPER_MAGIC,
	};
	struct statfs fs;

	if (statfs(path, &fs) != 0)
		return false;
	for (size_t i = 0; i < COUNT(network); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == (network[i] & 0xffffffff))
			return true;
	return false;
}

static void
check_database(struct doctor *d)
{
	const char *path = strchr(d->rq.config->database, ':') + 1, *why = "";

	if (is_on_network(path)) {
		doctor_says(d, PROBLEM, "database %s is on a network file system, where SQLite may corrupt "
		    "it: set database to a local disk", path);
		return;
	}
	if (!doctor_path(d, "database", path, R_OK | W_OK))
		return;
	if ((d->rq.store = store_open(d->rq.config, &why)) == NULL)
		doctor_says(d, PROBLEM, "database %s: %s", path, why);
	else
		doctor_says(d, FINE, "database opens and has this version's schema");
}

/* What a [server] names must be there for this user. */
static void
check_server(struct doctor *d, const struct config_server *s)
{
	if (strncmp(s->upstream_token, "header-file:", 12) == 0)
		(void)doctor_path(d, "header-file of upstream_token", s->upstream_token + 12, R_OK);
	if (s->upstream_user_key != NULL)
		(void)doctor_path(d, "upstream_user_key", s->upstream_user_key, R_OK);
	if (s->upstream_socket != NULL && access(s->upstream_socket, R_OK | W_OK) != 0)
		doctor_says(d, PROBLEM, "[server %s]: the socket %s is missing or not open to this user",
		    s->name, s->upstream_socket);
	else if (s->upstream_socket == NULL)
		doctor_check_upstream(d, s);
}

/* Keys that cannot be read would be found out by the client's first request. */
static void
check_client(struct doctor *d, const struct config_client *c)
{
	if (c->key_file != NULL && access(c->key_file, R_OK) != 0)
		doctor_says(d, PROBLEM, "[client %s]: key_file %s is missing or not open to this user",
		    c->section, c->key_file);
}

/* Where security events go, beside the database. */
static void
check_audit(struct doctor *d)
{
	const char *why = "";

	for (const char *const *sink = d->rq.config->audit; *sink != NULL; sink++) {
		if (strcmp(*sink, "syslog") == 0 && access(AUDIT_SYSLOG, W_OK) != 0)
			doctor_says(d, NOTE, "audit: there is no syslog at " AUDIT_SYSLOG);
		if (strncmp(*sink, AUDIT_FILE, sizeof AUDIT_FILE - 1) == 0 &&
		    !audit_file_is_good(*sink + sizeof AUDIT_FILE - 1, &why))
			doctor_says(d, PROBLEM, "audit cannot be written to %s: %s", *sink, why);
	}
}

static void
check_introspection(struct doctor *d, const struct config_server *s)
{
	struct introspection_keys keys;
	const char *why = "";

	if (doctor_path(d, "introspection_key", s->introspection_key, R_OK) &&
	    !introspection_key_read(d->rq.arena, s->introspection_key, &keys, &why))
		doctor_says(d, PROBLEM, "introspection_key %s %s", s->introspection_key, why);
}

int
doctor_run(const struct config *config)
{
	struct io io = { .envp = (char *[]){ NULL } };
	struct arena arena;
	struct doctor d = { .rq = {
		.arena = &arena, .config = config, .io = &io, .id = "check", .now = clock_seconds(),
	} };
	bool good;

	arena_init(&arena, (size_t)config->limits.request_memory);
	d.rq.keys = keyring_open(config);
	d.rq.http = http_client_open(config);
	check_public_url(&d);
	if (doctor_path(&d, "state directory", config->state_dir, R_OK | W_OK | X_OK)) {
		check_keys(&d);
		check_database(&d);
	}
	doctor_check_users(&d);
	check_audit(&d);
	good = doctor_check_credential(&d, &config->entra.app);
	if (config->entra.resource_client_id != NULL)
		good = doctor_check_credential(&d, &config->entra.resource_app) && good;
	if (good && d.rq.store != NULL)
		doctor_check_entra(&d);
	doctor_check_public_url(&d);
	for (size_t i = 0; i < config->servers; i++) {
		if (config->server[i].upstream != NULL)
			check_server(&d, &config->server[i]);
		if (config->server[i].introspection_key != NULL)
			check_introspection(&d, &config->server[i]);
	}
	for (size_t i = 0; i < config->clients; i++)
		check_client(&d, &config->client[i]);
	http_client_close(d.rq.http);
	keyring_close(d.rq.keys);
	store_close(d.rq.store);
	arena_free(&arena);
	return d.problems;
}
