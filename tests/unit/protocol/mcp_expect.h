/* SPDX-License-Identifier: MIT */
/* mcp_expect.h - what the tests of mcp.c share */
#ifndef MCP_EXPECT_H
#define MCP_EXPECT_H

#include "protocol/mcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MODERN		MCP_MODERN_VERSION
#define VERSION_KEY	"io.modelcontextprotocol/protocolVersion"
#define CAPABILITIES_KEY "io.modelcontextprotocol/clientCapabilities"
#define META		"\"_meta\":{\"" VERSION_KEY "\":\"" MODERN "\",\"" CAPABILITIES_KEY "\":{}}"

/* A request with id 1; params are the inside of an object. */
#define REQUEST(method, params)	\
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":{" params "}}"
#define CALL		REQUEST("tools/call", "\"name\":\"echo\"," META)

#define HEADERS(v, m, n)	{ .protocol_version = v, .method = m, .name = n }

static const struct mcp_headers call UNUSED = HEADERS(MODERN, "tools/call", "echo");
static const struct mcp_headers list UNUSED = HEADERS(MODERN, "tools/list", NULL);
static const struct mcp_headers no_headers UNUSED = HEADERS(NULL, NULL, NULL);

static struct arena arena;
static struct mcp_post post;		/* of the latest body accepted */
static struct mcp_refusal refusal;	/* of the latest body refused */

/* The first message of a body that must be accepted. */
static const struct mcp_message *
accepted(const char *body, const struct mcp_headers *h)
{
	json_auto(&post.value);
	if (!mcp_read(&arena, body, strlen(body), h, &post, &refusal))
		fail_msg("%s: %d %s", body, refusal.code, refusal.message);
	return &post.message[0];
}

static void
refused(const char *body, const struct mcp_headers *h, int code)
{
	struct mcp_post untouched = { .count = 77 };

	if (mcp_read(&arena, body, strlen(body), h, &untouched, &refusal))
		fail_msg("%s was accepted", body);
	assert_int_equal(refusal.status, 400);
	if (refusal.code != code)
		fail_msg("%s: %d %s", body, refusal.code, refusal.message);
	assert_non_null(refusal.message);
	assert_int_equal(untouched.count, 77);
	assert_null(untouched.value);
}

static int
begin(void **state UNUSED)
{
	arena_init(&arena, 4 * 1024 * 1024);
	return 0;
}

static int
end(void **state UNUSED)
{
	json_auto(&post.value);
	arena_free(&arena);
	return 0;
}

#endif
