/* SPDX-License-Identifier: MIT */
#include "service/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "protocol/uri.h"
#include "service/config_client.h"
#include "service/config_entra.h"
#include "service/config_server.h"

#undef getenv	/* configuration is one of the places that read the environment */

#define MEMORY_OF_BODY	4			/* request_memory is at least so many times body_max */
#define CONFIG_MEMORY	((size_t)512 * 1024)	/* bytes for all texts */

static bool
begin_section(struct config_reader *r, char *name)
{
	static bool (*const begin[CONFIG_SECTIONS])(struct config_reader *, const char *) = {
		[CONFIG_SERVER] = config_server_begin, [CONFIG_CLIENT] = config_client_begin,
	};
	size_t n = strcspn(name, " \t");

	for (enum config_section s = CONFIG_SERVER; s < CONFIG_SECTIONS && name[n] != '\0'; s++)
		if (strlen(config_section_names[s]) == n && memcmp(name, config_section_names[s], n) == 0) {
			r->section = s;
			return begin[s](r, name + n + strspn(name + n, " \t"));
		}
	for (enum config_section s = CONFIG_ENTRA; s < CONFIG_SERVER; s++)
		if (strcmp(name, config_section_names[s]) == 0) {
			r->section = s;
			return true;
		}
	return config_wrong(r, "unknown section: there are [entra], [limits], [server NAME] and "
	    "[client NAME]");
}

static bool
read_assignment(struct config_reader *r, const char *name, const char *value)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		bool *seen = r->section >= CONFIG_SERVER ? &r->seen_named[i] : &r->seen[i];

		if (key->section == r->section && key->syntax == CONFIG_RULE &&
		    strncmp(name, CONFIG_RULE_PREFIX, sizeof CONFIG_RULE_PREFIX - 1) == 0)
			return config_server_rule(r, name + sizeof CONFIG_RULE_PREFIX - 1, value);
		if (key->section != r->section || strcmp(key->name, name) != 0)
			continue;
		if (*seen)
			return config_wrong(r, arena_printf(r->arena, "%s is set twice", name));
		*seen = true;
		return config_set(r, key, value);
	}
	return config_wrong(r, arena_printf(r->arena, "unknown key in %s%s%s",
	    r->section == CONFIG_TOP ? "the top of the file" : "[",
	    config_section_names[r->section], r->section == CONFIG_TOP ? "" : "]"));
}

/* Cuts blanks at both ends, in place. */
static char *
trim(char *text)
{
	size_t n;

	text += strspn(text, " \t\r");
	n = strlen(text);
	while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
		text[--n] = '\0';
	return text;
}

/* A comment begins with # at the line's start or after a blank. */
static void
cut_comment(char *line)
{
	for (char *p = line; *p != '\0'; p++)
		if (*p == '#' && (p == line || p[-1] == ' ' || p[-1] == '\t')) {
			*p = '\0';
			return;
		}
}

static bool
read_line(struct config_reader *r, char *line)
{
	char *equals;
	size_t n;

	cut_comment(line);
	line = trim(line);
	n = strlen(line);
	if (n == 0)
		return true;
	if (*line == '[') {
		if (line[n - 1] != ']')
			return config_wrong(r, "a section is written [name]");
		line[n - 1] = '\0';
		return begin_section(r, trim(line + 1));
	}
	if ((equals = strchr(line, '=')) == NULL)
		return config_wrong(r, "a line is key = value, [section] or # comment");
	*equals = '\0';
	return read_assignment(r, trim(line), trim(equals + 1));
}

static bool
read_file(struct config_reader *r)
{
	char *text = arena_alloc(r->arena, CONFIG_FILE_MAX + 1), *next;
	int fd = open(r->path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0, got = 0;

	if (fd < 0)
		return config_wrong(r, strerror(errno));
	while (n <= CONFIG_FILE_MAX && (got = read(fd, text + n, (size_t)(CONFIG_FILE_MAX + 1 - n))) > 0)
		n += got;
	close(fd);
	if (got < 0)
		return config_wrong(r, strerror(errno));
	if (n > CONFIG_FILE_MAX)
		return config_wrong(r, "the file is too long");
	if (memchr(text, '\0', (size_t)n) != NULL)
		return config_wrong(r, "the file holds a zero byte");
	for (char *line = text; line != NULL; line = next) {
		r->line++;
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if (!read_line(r, line))
			return false;
	}
	r->line = 0;
	return true;
}

/* NULL when it is not there or empty. */
static const char *
variable(const char *name)
{
	const char *value = name == NULL ? NULL : getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}

static const char *
azure_credential(struct config_reader *r)
{
	const char *certificate = variable("AZURE_CLIENT_CERTIFICATE_PATH");
	const char *token = variable("AZURE_FEDERATED_TOKEN_FILE");

	if (certificate != NULL)
		return arena_printf(r->arena, "certificate:%s", certificate);
	return token == NULL ? NULL : arena_printf(r->arena, "federated-token-file:%s", token);
}

/* The rows of a managed identity come behind those of the credentials. */
static bool
uses_identity(const struct config_entra *e)
{
	return (e->credential != NULL && strncmp(e->credential, "managed-identity", 16) == 0) ||
	    (e->resource_credential != NULL && strncmp(e->resource_credential, "managed-identity", 16) == 0);
}

/*
 * The Azure SDKs' names are defaults.  AZURE_CLIENT_ID names the managed identity on a virtual
 * machine, so it counts only beside a certificate's path or a token file's.  What the platform says
 * of managed identities must stop nobody who has another credential.
 */
static const char *
azure_default(struct config_reader *r, const struct config_key *key)
{
	const char *value = variable(key->azure);

	if (strcmp(key->name, "credential") == 0)
		return azure_credential(r);
	if (value == NULL || (strcmp(key->name, "client_id") == 0 && azure_credential(r) == NULL))
		return NULL;
	if (strncmp(key->azure, "AZURE_", 6) != 0 && !uses_identity(&r->config->entra))
		return NULL;
	if ((key->syntax == CONFIG_URL || key->syntax == CONFIG_METADATA_URL) &&
	    value[strlen(value) - 1] == '/')
		return arena_copy(r->arena, value, strlen(value) - 1);
	return value;
}

/* SALLYPORT_<KEY> and SALLYPORT_ENTRA_<KEY> override the file. */
static const char *
override(struct config_reader *r, const struct config_key *key)
{
	char *name = arena_printf(r->arena, "SALLYPORT_%s%s",
	    key->section == CONFIG_ENTRA ? "ENTRA_" : "", key->name);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return getenv(name);
}

static bool
read_environment(struct config_reader *r)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const char *value;

		if (key->section != CONFIG_TOP && key->section != CONFIG_ENTRA)
			continue;
		if ((value = override(r, key)) == NULL && !r->seen[i])
			value = azure_default(r, key);
		if (value != NULL) {
			r->seen[i] = true;
			if (!config_set(r, key, value))
				return false;
		}
	}
	return true;
}

/* Sets every key that was not given to its default; what is required must be there. */
static bool
complete(struct config_reader *r)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->section < CONFIG_SERVER && !r->seen[i] && !config_set(r, key,
		    key->standard != NULL ? key->standard : ""))
			return false;
	}
	if (r->config->servers == 0)
		return config_wrong(r, "there is no [server NAME] section");
	return true;
}

static bool
derive(struct config_reader *r)
{
	struct config *c = r->config;
	struct uri u;

	if (!uri_parse(r->arena, c->public_url, &u))
		return config_wrong(r, "public_url must be a URL");
	c->public_origin = uri_origin(r->arena, &u);
	c->public_host = strstr(c->public_origin, "://") + 3;
	c->public_path = u.path;
	c->public_https = strcmp(u.scheme, "https") == 0;
	if (c->database == NULL)
		c->database = arena_printf(r->arena, "sqlite:%s/sallyport.db", c->state_dir);
	if (strncmp(c->database, "sqlite:/", 8) != 0)
		return config_wrong(r, "database must be sqlite: and an absolute path");
	if (!config_entra_derive(r))
		return false;
	/* An arena that its own request can outgrow would end the process, for all of its requests. */
	if (c->limits.request_memory < MEMORY_OF_BODY * c->limits.body_max)
		c->limits.request_memory = MEMORY_OF_BODY * c->limits.body_max;
	for (size_t i = 0; i < c->servers; i++)
		if (!config_server_derive(r, &c->server[i]))
			return false;
	return config_client_derive(r);
}

const struct config *
config_load_file(const char *path, const char **why)
{
	struct arena arena;
	struct config *c;
	struct config_reader r;

	arena_init(&arena, CONFIG_MEMORY);
	c = arena_alloc(&arena, sizeof *c);
	r = (struct config_reader){ .config = c, .arena = &arena, .path = path };
	c->path = arena_string(&arena, path);
	if (!read_file(&r) || !read_environment(&r) || !complete(&r) || !derive(&r)) {
		*why = r.why;
		return NULL;
	}
	c->arena = arena;
	return c;
}

const struct config *
config_load(const char **why)
{
	const char *path = getenv("SALLYPORT_CONF");

	return config_load_file(path != NULL && *path != '\0' ? path : CONFIG_DEFAULT_PATH, why);
}

bool
config_list_has(const config_list list, const char *word)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}
