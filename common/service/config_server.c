/* SPDX-License-Identifier: MIT */
#include "service/config_server.h"

#include <ctype.h>

#include "protocol/scope.h"
#include "protocol/uri.h"

#define HEADER_NAME	"abcdefghijklmnopqrstuvwxyz0123456789-"

const struct config_server *
config_server(const struct config *c, const char *name, size_t len)
{
	for (size_t i = 0; i < c->servers; i++)
		if (strlen(c->server[i].name) == len && memcmp(c->server[i].name, name, len) == 0)
			return &c->server[i];
	return NULL;
}

const char *
config_server_name(const struct config *c, const char *resource)
{
	for (size_t i = 0; i < c->servers; i++)
		if (strcmp(c->server[i].resource, resource) == 0)
			return c->server[i].name;
	return NULL;
}

static bool
is_server_name(const char *name)
{
	static const char *const taken[] = {
		"register", "authorize", "consent", "oauth-callback", "token", "revoke", "logout",
		"account", "introspect", "cgi-bin",
	};
	size_t n = strlen(name);

	if (n == 0 || n > 64 ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != n || !isalnum((unsigned char)*name))
		return false;
	for (size_t i = 0; i < COUNT(taken); i++)
		if (strcmp(name, taken[i]) == 0)
			return false;
	return true;
}

bool
config_server_begin(struct config_reader *r, const char *name)
{
	struct config *c = r->config;

	if (!is_server_name(name))
		return config_wrong(r, "a [server NAME] is named in lower-case letters, digits, - and _, and "
		    "not like one of the other programs");
	if (config_server(c, name, strlen(name)) != NULL)
		return config_wrong(r, arena_printf(r->arena, "[server %s] stands here twice", name));
	if (c->servers == CONFIG_SERVERS_MAX)
		return config_wrong(r, "there are too many [server] sections");
	r->server = &c->server[c->servers++];
	*r->server = (struct config_server){ .name = arena_string(r->arena, name) };
	return config_begin_named(r, CONFIG_SERVER);
}

bool
config_server_rule(struct config_reader *r, const char *tool, const char *value)
{
	static const struct config_key words = { .name = "tool.NAME", .syntax = CONFIG_LIST, .standard = "" };
	struct tool_rule **end = &r->server->rule, *rule;
	const char **list = arena_alloc(r->arena, sizeof(config_list));

	if (*tool == '\0' || strlen(tool) > CONFIG_TOOL_NAME_MAX)
		return config_wrong(r, "tool.NAME names a tool of 1 to 128 characters, or is tool.*");
	for (; *end != NULL; end = &(*end)->next)
		if (strcmp((*end)->tool, tool) == 0)
			return config_wrong(r, arena_printf(r->arena, "tool.%s is set twice", tool));
	if (!config_set_list(r, &words, list, value))
		return false;
	if (list[0] == NULL)
		return config_wrong(r, arena_printf(r->arena, "tool.%s needs a word: everyone, nobody, "
		    "role:NAME, group:ID or scope:NAME", tool));
	for (const char *const *w = list; *w != NULL; w++)
		if (!config_policy_word(*w))
			return config_wrong(r, arena_printf(r->arena, "tool.%s: a word is everyone, nobody, "
			    "role:NAME, group:ID or scope:NAME", tool));
	rule = arena_alloc(r->arena, sizeof *rule);
	*rule = (struct tool_rule){ .tool = arena_string(r->arena, tool), .words = list };
	*end = rule;
	return true;
}

/* --- what follows from a section, once all of it is read ------------------------------------------ */

static bool
wrong(struct config_reader *r, const struct config_server *s, const char *what)
{
	return config_wrong(r, arena_printf(r->arena, "[server %s]: %s", s->name, what));
}

/* unix:SOCKET:/PATH */
static bool
derive_socket(struct config_reader *r, struct config_server *s)
{
	const char *socket = s->upstream + sizeof "unix:" - 1, *path = strchr(socket, ':');

	if (*socket != '/' || path == NULL || path[1] != '/' || strpbrk(path, " \t#") != NULL ||
	    path - socket > CONFIG_SOCKET_MAX)
		return wrong(r, s, "upstream on a Unix socket is written unix:/PATH/TO/SOCKET:/PATH");
	s->upstream_socket = arena_copy(r->arena, socket, (size_t)(path - socket));
	s->upstream_url = arena_printf(r->arena, "http://localhost%s", path + 1);
	return true;
}

static bool
derive_upstream(struct config_reader *r, struct config_server *s)
{
	struct uri u;

	if (strncmp(s->upstream, "unix:", 5) == 0)
		return derive_socket(r, s);
	if (!uri_parse(r->arena, s->upstream, &u) || u.host == NULL || *u.host == '\0' ||
	    u.userinfo != NULL || u.fragment != NULL ||
	    (strcmp(u.scheme, "https") != 0 && strcmp(u.scheme, "http") != 0))
		return wrong(r, s, "upstream must be an http or https URL, or unix:SOCKET:/PATH");
	if (strcmp(u.scheme, "http") == 0 && !uri_host_is_loopback(u.host) && s->upstream_plaintext == NULL)
		return wrong(r, s, "upstream is http:// beyond this machine: use https, or set "
		    "upstream_plaintext = accept if the network between is trusted");
	s->upstream_url = s->upstream;
	return true;
}

static bool
check_token(struct config_reader *r, const struct config_server *s)
{
	const char *t = s->upstream_token;
	bool entra = strcmp(t, "entra") == 0 || (strncmp(t, "obo:", 4) == 0 && t[4] != '\0');

	if (!entra && strcmp(t, "none") != 0 && strncmp(t, "header-file:/", 13) != 0)
		return wrong(r, s, "upstream_token must be none, entra, obo:SCOPE or header-file:PATH, an "
		    "absolute path");
	if (!entra && strcmp(s->upstream_token_in, "arguments") == 0)
		return wrong(r, s, "upstream_token_in = arguments needs upstream_token = entra or obo:SCOPE");
	if (strcmp(s->upstream_user_headers, "signed") == 0 && s->upstream_user_key == NULL)
		return wrong(r, s, "upstream_user_headers = signed needs upstream_user_key");
	return true;
}

/* What decides, travels with the connection or is ours to set is never taken from a client. */
static bool
check_headers(struct config_reader *r, struct config_server *s)
{
	static const char *const never[] = {
		"authorization", "proxy-authorization", "cookie", "host", "connection", "content-length",
		"transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "expect", "forwarded",
		"via", "proxy", "origin", "referer", "content-type", "content-encoding", "accept",
		"accept-encoding", "user-agent", "last-event-id", "traceparent", "tracestate",
	};

	for (const char **name = s->upstream_headers; *name != NULL; name++) {
		char *lower = arena_string(r->arena, *name);

		for (char *p = lower; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		*name = lower;
		if (strspn(lower, HEADER_NAME) != strlen(lower) || strncmp(lower, "x-forwarded-", 12) == 0 ||
		    strncmp(lower, "x-sallyport-", 12) == 0 || strncmp(lower, "mcp-", 4) == 0)
			return wrong(r, s, "upstream_headers names a header that is never passed on");
		for (size_t i = 0; i < COUNT(never); i++)
			if (strcmp(lower, never[i]) == 0)
				return wrong(r, s, "upstream_headers names a header that is never passed on");
	}
	return true;
}

bool
config_server_derive(struct config_reader *r, struct config_server *s)
{
	s->resource = arena_printf(r->arena, "%s/%s", r->config->public_url, s->name);
	r->config->introspection = r->config->introspection || s->introspection_key != NULL;
	s->asks_entra = tool_policy_asks_entra(s->allow);
	s->scope_needed = s->scope_known = tool_policy_scope(r->arena, s->allow, SCOPE_TOOLS);
	for (const char *const *w = s->allow; *w != NULL; w++)
		if (!config_policy_word(*w))
			return wrong(r, s, "allow lists role:NAME, group:ID, scope:NAME, everyone or nobody");
	for (const struct tool_rule *rule = s->rule; rule != NULL; rule = rule->next) {
		s->asks_entra = s->asks_entra || tool_policy_asks_entra(rule->words);
		s->scope_known = tool_policy_scope(r->arena, rule->words, s->scope_known);
	}
	if (s->upstream == NULL) {
		s->tools = "builtin";
		return true;
	}
	if (s->tools != NULL)
		return wrong(r, s, "it has tools or an upstream, not both");
	s->upstream_sse = strcmp(s->upstream_transport, "sse") == 0;
	return derive_upstream(r, s) && check_token(r, s) && check_headers(r, s);
}
