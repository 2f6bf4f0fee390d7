/* SPDX-License-Identifier: MIT */
/* posted.h - a body that a legacy client posted, read as the endpoint reads it */
#ifndef UNIT_SERVICE_POSTED_H
#define UNIT_SERVICE_POSTED_H

#include "protocol/mcp.h"

#include "fixture.h"

static struct mcp_post post;

/* Batches are 2025-03-26's. */
static inline void
posted(const char *body)
{
	const struct mcp_headers h = { .protocol_version = "2025-03-26" };
	struct mcp_refusal refusal = { 0 };

	json_auto(&post.value);
	fix.rq.body = body;
	fix.rq.body_len = strlen(body);
	fix.rq.failure = (struct failure){ 0 };
	if (!mcp_read(&fix.arena, body, fix.rq.body_len, &h, &post, &refusal))
		fail_msg("%s: %s", refusal.message, body);
}

static inline int
post_open(void **state)
{
	memset(&post, 0, sizeof post);
	return fixture_open(state);
}

static inline int
post_close(void **state)
{
	json_auto(&post.value);
	return fixture_close(state);
}

#define POSTED(test)	cmocka_unit_test_setup_teardown(test, post_open, post_close)

#define CALL(params)							\
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":" params "}"
#define CALL_OF(name)	CALL("{\"name\":\"" name "\"}")
#define PING		"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}"

#endif
