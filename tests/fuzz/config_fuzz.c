/* SPDX-License-Identifier: MIT */
/*
 * config_fuzz - the configuration file
 *
 * What is taken is complete and within its bounds; what is refused is refused by file and line, or by
 * what is missing.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "arenas.h"
#include "fuzz.h"
#include "protocol/redirect_uri.h"
#include "protocol/uri.h"
#include "service/config_table.h"

static char path[64];

static void
write_file(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("conf", MFD_CLOEXEC);
	EXPECT(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
}

static bool
is_number(enum config_syntax syntax)
{
	return syntax == CONFIG_NUMBER || syntax == CONFIG_DURATION || syntax == CONFIG_SIZE;
}

static void
judge_bounds(const struct config *c)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const char *at = (const char *)c + key->offset;
		int64_t n;

		if (key->section >= CONFIG_SERVER || !is_number(key->syntax))
			continue;
		memcpy(&n, at, sizeof n);
		EXPECT(n >= key->least && (n <= key->most || strcmp(key->name, "request_memory") == 0));
	}
}

static void
judge_sections(struct arena *a, const struct config *c)
{
	EXPECT(c->servers >= 1 && c->servers <= CONFIG_SERVERS_MAX && c->clients <= CONFIG_CLIENTS_MAX);
	for (size_t i = 0; i < c->servers; i++) {
		const struct config_server *s = &c->server[i];

		EXPECT(config_server(c, s->name, strlen(s->name)) == s && is_uri(s->resource));
		EXPECT((s->upstream == NULL) == (s->upstream_url == NULL));
		EXPECT(s->upstream_url == NULL || strncmp(s->upstream_url, "http", 4) == 0);
	}
	for (size_t i = 0; i < c->clients; i++) {
		EXPECT(c->client[i].redirect_uris[0] != NULL);
		for (const char *const *u = c->client[i].redirect_uris; *u != NULL; u++)
			EXPECT(redirect_uri_acceptable(a, *u, c->redirect_schemes));
	}
}

static void
judge(const struct config *c)
{
	struct arena a;
	struct uri u;

	arena_init(&a, (size_t)1024 * 1024);
	EXPECT(uri_parse(&a, c->public_url, &u) && u.query == NULL && u.fragment == NULL);
	EXPECT(strcmp(u.scheme, "https") == 0 || uri_host_is_loopback(u.host));
	EXPECT(*c->state_dir == '/' && strncmp(c->database, "sqlite:/", 8) == 0);
	EXPECT(c->entra.tenant_id != NULL && c->entra.client_id != NULL && c->entra.authority_host != NULL);
	judge_bounds(c);
	judge_sections(&a, c);
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct config *c;
	const char *why = NULL;

	if (size > 16384)
		return 0;
	write_file(data, size);
	arenas_begin();
	c = config_load_file(path, &why);
	EXPECT((c == NULL) == (why != NULL));
	if (c != NULL)
		judge(c);
	else
		EXPECT(strncmp(why, path, strlen(path)) == 0 && strchr(why, '\n') == NULL);
	EXPECT(arenas_end() == 1);
	return 0;
}
