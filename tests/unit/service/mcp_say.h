/* SPDX-License-Identifier: MIT */
/* mcp_say.h - a post to a server's MCP endpoint, by someone with a token, and its answer read */
#ifndef UNIT_SERVICE_MCP_SAY_H
#define UNIT_SERVICE_MCP_SAY_H

#include "protocol/json.h"
#include "protocol/scope.h"
#include "service/mcp_method.h"
#include "service/tool.h"

#include "fake_io.h"

#define MODERN	MCP_MODERN_VERSION
#define KEY	"io.modelcontextprotocol/"
#define META	"\"_meta\":{\"" KEY "protocolVersion\":\"" MODERN "\",\"" KEY \
		"clientCapabilities\":{}}"
#define BOTH	"application/json, text/event-stream"

#define HEADERS(v, m, n)	{ .protocol_version = v, .method = m, .name = n }

/* A request with id 1; params is the text between its braces. */
#define REQUEST(method, params)						\
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":{" params "}}"

static struct access who;
static struct response rs;
static struct json_object *told;	/* the answer's JSON */

static inline int
say_open(void **state)
{
	(void)fixture_open(state);
	who = (struct access){ .scope = SCOPE_TOOLS };
	told = NULL;
	return 0;
}

static inline int
say_close(void **state)
{
	json_auto(&told);
	told = NULL;
	return fixture_close(state);
}

#define SAY(test)	cmocka_unit_test_setup_teardown(test, say_open, say_close)

/* Posts a body that mcp_read takes, with an Accept header, "" for none. */
static inline enum oauth_error
post(const char *body, const struct mcp_headers *headers, const char *accept)
{
	struct mcp_refusal refusal = { 0 };
	struct mcp_post in = { 0 };
	enum oauth_error error;

	WEB_REQUEST("", arena_printf(&fix.arena, "HTTP_ACCEPT=%s", accept));
	rs = response_new(&fix.arena);
	if (!mcp_read(&fix.arena, body, strlen(body), headers, &in, &refusal))
		fail_msg("%s: %s", refusal.message, body);
	error = mcp_answer(&fix.rq, &fix.config.server[0], &who, &in, &rs);
	json_auto(&in.value);
	json_auto(&told);
	assert_non_null(buf_text(&rs.body));
	told = json_parse(&fix.arena, buf_text(&rs.body), rs.body.len);
	return error;
}

static inline void
say_legacy(const char *body)
{
	static const struct mcp_headers legacy = { .protocol_version = "2025-11-25" };

	assert_int_equal(post(body, &legacy, BOTH), OAUTH_OK);
}

/* The headers of a modern request are its method, and a tool's name where it has one. */
static inline enum oauth_error
post_modern(const char *body, const char *method, const char *name)
{
	return post(body, &(struct mcp_headers)HEADERS(MODERN, method, name), BOTH);
}

static inline void
say_modern(const char *body, const char *method, const char *name)
{
	assert_int_equal(post_modern(body, method, name), OAUTH_OK);
}

/* The answer's result, which it must have. */
static inline struct json_object *
told_result(void)
{
	struct json_object *r = json_object_member(told, "result");

	if (r == NULL)
		fail_msg("no result: %s", buf_text(&rs.body));
	assert_int_equal(rs.status, 200);
	assert_string_equal(rs.content_type, "application/json");
	assert_string_equal(json_string(told, "jsonrpc"), "2.0");
	return r;
}

/* The answer is that error for that id, and of that status. */
static inline void
told_error(int status, int code)
{
	int64_t n = 0;

	if (!json_int(json_object_member(told, "error"), "code", &n) || n != code)
		fail_msg("wanted %d: %s", code, buf_text(&rs.body));
	assert_false(json_has(told, "result"));
	assert_true(json_int(told, "id", &n));
	assert_int_equal(n, 1);
	assert_int_equal(rs.status, status);
	assert_string_equal(rs.content_type, "application/json");
}

#endif
