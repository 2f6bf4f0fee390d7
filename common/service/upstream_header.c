/* SPDX-License-Identifier: MIT */
#include "service/upstream_header.h"

#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/random.h"
#include "base/secret.h"
#include "protocol/jws.h"

#define VALUE_MAX	16384	/* bytes of a field's value, and of a file with one */
#define USER_KEY_MIN	32	/* bytes */
#define PARAM		"HTTP_MCP_PARAM_"

enum { LEGACY = 1, MODERN = 2, BOTH = LEGACY | MODERN };

static const struct passing {
	const char	*variable, *name;
	int		 era;
} passing[] = {
	{ "HTTP_ACCEPT",		"Accept",		BOTH },
	{ "CONTENT_TYPE",		"Content-Type",		BOTH },
	{ "HTTP_USER_AGENT",		"User-Agent",		BOTH },
	{ "HTTP_MCP_PROTOCOL_VERSION",	"MCP-Protocol-Version",	BOTH },
	{ "HTTP_TRACEPARENT",		"traceparent",		BOTH },
	{ "HTTP_TRACESTATE",		"tracestate",		BOTH },
	{ "HTTP_LAST_EVENT_ID",		"Last-Event-ID",	LEGACY },
	{ "HTTP_MCP_METHOD",		"Mcp-Method",		MODERN },
	{ "HTTP_MCP_NAME",		"Mcp-Name",		MODERN },
};

bool
upstream_header_add(struct request *rq, struct relay_plan *plan, const char *name, const char *value)
{
	struct buf line = buf_new(rq->arena, VALUE_MAX);

	buf_lit(&line, name);
	buf_lit(&line, ": ");
	buf_header(&line, value);
	if (plan->headers == RELAY_HEADERS_MAX || buf_text(&line) == NULL)
		return false;
	plan->header[plan->headers++] = buf_text(&line);
	return true;
}

/* HTTP_X_NAME of X-Name. */
static const char *
variable_of(struct arena *a, const char *header)
{
	char *name = arena_printf(a, "HTTP_%s", header);

	for (char *p = name; *p != '\0'; p++)
		*p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
	return name;
}

/* 2026-07-28 streamable HTTP, "Custom Headers": they are the upstream's to compare with the body. */
static bool
pass_params(struct request *rq, struct relay_plan *plan)
{
	size_t n = sizeof PARAM - 1;

	for (char **e = rq->io->envp; *e != NULL; e++) {
		const char *equals = strchr(*e, '=');
		char *name;

		if (strncmp(*e, PARAM, n) != 0 || equals == NULL)
			continue;
		name = arena_printf(rq->arena, "Mcp-Param-%.*s", (int)(equals - *e - (ptrdiff_t)n), *e + n);
		for (char *p = name; *p != '\0'; p++)
			*p = *p == '_' ? '-' : *p;
		if (!upstream_header_add(rq, plan, name, equals + 1))
			return false;
	}
	return true;
}

enum oauth_error
upstream_header_pass(struct request *rq, const struct config_server *server, bool modern,
    struct relay_plan *plan)
{
	bool good = !modern || pass_params(rq, plan);

	for (size_t i = 0; good && i < COUNT(passing); i++) {
		const char *value = request_variable(rq, passing[i].variable);

		/* Whose answers come over a stream says nothing of what it takes. */
		if (plan->mailbox != NULL && strcmp(passing[i].name, "Accept") == 0)
			value = "application/json, text/event-stream";
		/*
		 * JSON has no charset (RFC 8259 section 11): with one of the client's, such as utf-7, an
		 * upstream would read another call than the one that was judged.
		 */
		if (value != NULL && strcmp(passing[i].name, "Content-Type") == 0)
			value = "application/json";
		if (value != NULL && (passing[i].era & (modern ? MODERN : LEGACY)) != 0)
			good = upstream_header_add(rq, plan, passing[i].name, value);
	}
	for (const char *const *name = server->upstream_headers; good && *name != NULL; name++) {
		const char *value = request_variable(rq, variable_of(rq->arena, *name));

		if (value != NULL)
			good = upstream_header_add(rq, plan, *name, value);
	}
	return good ? OAUTH_OK : fail(&rq->failure, INVALID_REQUEST, "too many or too long headers");
}

/* All of a small file, without the line's end; NULL when it cannot be read. */
static struct bytes
read_file(struct request *rq, const char *path)
{
	char *text = arena_alloc(rq->arena, VALUE_MAX + 2);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, VALUE_MAX + 1);

	if (fd >= 0)
		close(fd);
	if (n > VALUE_MAX)
		n = -1;		/* half of a key is none */
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (n <= 0)
		return (struct bytes){ 0 };
	text[n] = '\0';
	return (struct bytes){ .data = (uint8_t *)text, .len = (size_t)n };
}

/* What the configuration says goes before what a client sent under that name. */
static void
take_away(struct relay_plan *plan, const char *name)
{
	size_t n = strlen(name), kept = 0, passed = plan->passed;

	for (size_t i = 0; i < plan->headers; i++)
		if (strncasecmp(plan->header[i], name, n) != 0 || plan->header[i][n] != ':')
			plan->header[kept++] = plan->header[i];
		else if (i < passed)
			plan->passed--;
	plan->headers = kept;
	plan->header[kept] = NULL;
}

enum oauth_error
upstream_header_file(struct request *rq, const char *path, struct relay_plan *plan)
{
	struct bytes line = read_file(rq, path);
	char *text = (char *)line.data, *colon = text == NULL ? NULL : strchr(text, ':');

	if (colon == NULL || colon == text || strcspn(text, " \t\r\n") < (size_t)(colon - text))
		return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
		    "the header-file of upstream_token cannot be read, or is no line \"Name: value\"");
	*colon = '\0';
	take_away(plan, text);
	if (!upstream_header_add(rq, plan, text, colon + 1 + strspn(colon + 1, " \t")))
		return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
		    "the header-file of upstream_token holds more than one line");
	return OAUTH_OK;
}

static const char *
user_claims(struct request *rq, const struct config_server *server, const struct person *p)
{
	const struct session *s = &p->access->session;
	struct buf b = buf_new(rq->arena, VALUE_MAX);

	buf_member(&b, "iss", rq->config->public_url);
	buf_member(&b, "aud", server->resource);
	buf_member(&b, "sub", s->subject);
	buf_member(&b, "oid", s->object_id);
	buf_member(&b, "tid", s->tenant_id);
	buf_member(&b, "name", p->name);
	buf_member(&b, "client_id", s->client_id);
	buf_member(&b, "scope", p->rights.scope);
	buf_member(&b, "jti", random_base64url(rq->arena, 16));
	buf_lit(&b, ",\"iat\":");
	buf_number(&b, rq->now);
	buf_lit(&b, ",\"exp\":");
	buf_number(&b, rq->now + UPSTREAM_USER_LIFE);
	buf_lit(&b, "}");
	return buf_text(&b);
}

static enum oauth_error
add_signed(struct request *rq, const struct config_server *server, const struct person *p,
    struct relay_plan *plan)
{
	struct bytes key = read_file(rq, server->upstream_user_key);
	const char *claims = user_claims(rq, server, p), *token;
	struct hmac *hmac;

	if (key.len < USER_KEY_MIN || claims == NULL)
		return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
		    "upstream_user_key cannot be read, or is shorter than 32 bytes");
	hmac = hmac_new(key.data, key.len);
	token = jws_sign_hs256(rq->arena, hmac, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims);
	hmac_free(hmac);
	return upstream_header_add(rq, plan, "X-Sallyport-User", token) ? OAUTH_OK :
	    fail(&rq->failure, INVALID_REQUEST, "too many headers");
}

/* A field is ASCII: a name of other characters, or with a percent sign, is percent-encoded. */
static const char *
field_text(struct arena *a, const char *text)
{
	struct buf b = buf_new(a, VALUE_MAX);

	for (const char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e || *p == '%') {
			buf_query(&b, text);
			return buf_text(&b) == NULL ? "" : buf_text(&b);
		}
	return text;
}

enum oauth_error
upstream_header_user(struct request *rq, const struct config_server *server, const struct person *p,
    struct relay_plan *plan)
{
	const struct session *s = &p->access->session;

	if (strcmp(server->upstream_user_headers, "off") == 0)
		return OAUTH_OK;
	if (strcmp(server->upstream_user_headers, "signed") == 0)
		return add_signed(rq, server, p, plan);
	return upstream_header_add(rq, plan, "X-Sallyport-Subject", s->subject) &&
	    upstream_header_add(rq, plan, "X-Sallyport-Object-Id", s->object_id) &&
	    upstream_header_add(rq, plan, "X-Sallyport-Tenant", s->tenant_id) &&
	    upstream_header_add(rq, plan, "X-Sallyport-Name", field_text(rq->arena, p->name)) ?
	    OAUTH_OK : fail(&rq->failure, INVALID_REQUEST, "too many headers");
}
