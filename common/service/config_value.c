/* SPDX-License-Identifier: MIT */
#include "service/config_value.h"

#include <ctype.h>

#include "base/number.h"
#include "protocol/address.h"
#include "protocol/guid.h"
#include "protocol/uri.h"

bool
config_wrong(struct config_reader *r, const char *what)
{
	r->why = r->line > 0 ? arena_printf(r->arena, "%s:%d: %s", r->path, r->line, what) :
	    arena_printf(r->arena, "%s: %s", r->path, what);
	return false;
}

void
config_lower(const char *text)
{
	union { const char *in; char *out; } p = { .in = text };

	for (; *p.out != '\0'; p.out++)
		*p.out = (char)tolower((unsigned char)*p.out);
}

#define RATE_COUNT_MAX	1000000
#define RATE_PERIOD_MAX	86400	/* seconds */

bool
config_policy_word(const char *word)
{
	if (strncmp(word, "group:", 6) == 0 && guid_is(word + 6))
		config_lower(word + 6);
	return tool_policy_word(word);
}

static bool
is_choice(const char *choice, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = choice; *p != '\0';) {
		size_t len = strcspn(p, " ");

		if (len == n && memcmp(p, word, n) == 0)
			return true;
		p += len + (p[len] == ' ');
	}
	return false;
}

static bool
is_tenant(const char *text)
{
	return guid_is(text) || strcmp(text, "organizations") == 0 || strcmp(text, "common") == 0;
}

/* RFC 3927: never routed, so as near as loopback. */
static bool
is_link_local(const char *host)
{
	return strncmp(host, "169.254.", 8) == 0 && strspn(host, "0123456789.") == strlen(host);
}

static bool
is_base_url(struct arena *a, const char *text, bool metadata)
{
	struct uri u;
	size_t n = strlen(text);
	const char *segments;

	if (!uri_parse(a, text, &u) || u.host == NULL || u.userinfo != NULL || u.query != NULL ||
	    u.fragment != NULL || text[n - 1] == '/' || strpbrk(u.path, "%;") != NULL)
		return false;
	segments = arena_printf(a, "%s/", u.path);
	if (strstr(segments, "//") != NULL || strstr(segments, "/./") != NULL ||
	    strstr(segments, "/../") != NULL)
		return false;
	for (const char *p = text; *p != '\0' && (*p != '/' || p[1] == '/' || p[-1] == '/'); p++)
		if (isupper((unsigned char)*p))
			return false;
	return strcmp(u.scheme, "https") == 0 ||
	    (strcmp(u.scheme, "http") == 0 && (uri_host_is_loopback(u.host) ||
	    (metadata && is_link_local(u.host))));
}

bool
config_set_list(struct config_reader *r, const struct config_key *key, const char **list,
    const char *value)
{
	size_t n = 0;

	while (*value != '\0') {
		size_t len = strcspn(value, ", \t");

		if (len > 0 && n == CONFIG_LIST_MAX)
			return config_wrong(r, arena_printf(r->arena, "%s lists too many values", key->name));
		if (len > 0)
			list[n++] = arena_copy(r->arena, value, len);
		if (len > 0 && key->choice != NULL && !is_choice(key->choice, list[n - 1]))
			return config_wrong(r, arena_printf(r->arena, "%s must be one of: %s", key->name,
			    key->choice));
		value += len + (value[len] != '\0');
	}
	list[n] = NULL;
	return true;
}

static bool
set_number(struct config_reader *r, const struct config_key *key, int64_t *out, const char *value)
{
	int64_t n;
	bool good = key->syntax == CONFIG_DURATION ? duration_read(value, key->most, &n) :
	    key->syntax == CONFIG_SIZE ? size_read(value, key->most, &n) :
	    number_read(value, key->most, &n);

	if (!good || n < key->least)
		return config_wrong(r, arena_printf(r->arena, "%s must be %s from %lld to %lld", key->name,
		    key->syntax == CONFIG_DURATION ? "a time (30, 30s, 5m, 1h, 30d)" :
		    key->syntax == CONFIG_SIZE ? "a size (512, 64K, 1M)" : "a number",
		    (long long)key->least, (long long)key->most));
	*out = n;
	return true;
}

static bool
set_rate(struct config_reader *r, const struct config_key *key, struct config_rate *out,
    const char *value)
{
	size_t n = strcspn(value, "/");

	if (value[n] == '\0' || !number_read(arena_copy(r->arena, value, n), RATE_COUNT_MAX, &out->count) ||
	    !duration_read(value + n + 1, RATE_PERIOD_MAX, &out->period) || out->count < 1 || out->period < 1)
		return config_wrong(r, arena_printf(r->arena, "%s must be a number from 1 to %d and a time of "
		    "at most a day: 60/1m, 20/1h", key->name, RATE_COUNT_MAX));
	return true;
}

static bool
set_networks(struct config_reader *r, const struct config_key *key, const char **list,
    const char *value)
{
	struct network network;

	if (!config_set_list(r, key, list, value))
		return false;
	for (; *list != NULL; list++)
		if (!network_read(*list, &network))
			return config_wrong(r, arena_printf(r->arena,
			    "%s must list addresses and networks: 192.0.2.1, 10.0.0.0/8, 2001:db8::/32", key->name));
	return true;
}

static bool
set_sinks(struct config_reader *r, const struct config_key *key, const char **list, const char *value)
{
	const char *const *first = list;

	if (!config_set_list(r, key, list, value))
		return false;
	for (; *list != NULL; list++)
		if ((strcmp(*list, "off") != 0 || first[1] != NULL) && strcmp(*list, "store") != 0 &&
		    strcmp(*list, "syslog") != 0 && strncmp(*list, "file:/", 6) != 0)
			return config_wrong(r, arena_printf(r->arena,
			    "%s must be off, or list store, syslog and file: with an absolute path", key->name));
	return true;
}

static bool
set_text(struct config_reader *r, const struct config_key *key, const char **out, const char *value)
{
	if (key->syntax == CONFIG_PATH && *value != '/')
		return config_wrong(r, arena_printf(r->arena, "%s must be an absolute path", key->name));
	if ((key->syntax == CONFIG_GUID && !guid_is(value)) ||
	    (key->syntax == CONFIG_TENANT && !is_tenant(value)))
		return config_wrong(r, arena_printf(r->arena,
		    "%s must be a GUID such as 5a1f0c9e-1c2d-4e3f-8a9b-0c1d2e3f4a5b%s", key->name,
		    key->syntax == CONFIG_TENANT ? ", or organizations, or common" : ""));
	if ((key->syntax == CONFIG_URL || key->syntax == CONFIG_METADATA_URL) &&
	    !is_base_url(r->arena, value, key->syntax == CONFIG_METADATA_URL))
		return config_wrong(r, arena_printf(r->arena, "%s must be an https URL in lower case (http on "
		    "loopback only) without a slash at the end, query or fragment", key->name));
	if (key->choice != NULL && !is_choice(key->choice, value))
		return config_wrong(r, arena_printf(r->arena, "%s must be one of: %s", key->name, key->choice));
	*out = arena_string(r->arena, value);
	return true;
}

bool
config_set(struct config_reader *r, const struct config_key *key, const char *value)
{
	char *base = key->section == CONFIG_SERVER ? (char *)r->server :
	    key->section == CONFIG_CLIENT ? (char *)r->client : (char *)r->config;
	void *member = base + key->offset;

	if (*value == '\0') {
		if (key->standard == NULL)
			return config_wrong(r, arena_printf(r->arena, "%s must be given", key->name));
		if (*key->standard != '\0')
			return config_set(r, key, key->standard);
		if (key->syntax != CONFIG_LIST && key->syntax != CONFIG_NETWORKS) {
			*(const char **)member = NULL;
			return true;
		}
	}
	switch (key->syntax) {
	case CONFIG_LIST:
		return config_set_list(r, key, member, value);
	case CONFIG_NETWORKS:
		return set_networks(r, key, member, value);
	case CONFIG_SINKS:
		return set_sinks(r, key, member, value);
	case CONFIG_RATE:
		return set_rate(r, key, member, value);
	case CONFIG_NUMBER:
	case CONFIG_DURATION:
	case CONFIG_SIZE:
		return set_number(r, key, member, value);
	default:
		return set_text(r, key, member, value);
	}
}

bool
config_begin_named(struct config_reader *r, enum config_section section)
{
	memset(r->seen_named, 0, sizeof r->seen_named);
	for (size_t i = 0; i < config_key_count; i++)
		if (config_keys[i].section == section && !config_set(r, &config_keys[i], ""))
			return false;
	return true;
}
