/* SPDX-License-Identifier: MIT */
/*
 * One POST: three lines hold MCP-Protocol-Version, Mcp-Method and Mcp-Name ("-" for an absent
 * one), the rest is the body.
 */
#include "fuzz.h"
#include "protocol/mcp.h"

#define SIZE_MAX_TRIED	65536

static struct arena arena;

/* The next line's text, NULL for "-"; the cursor passes its end. */
static const char *
header(const char **at, const char *end)
{
	const char *from = *at, *newline = memchr(from, '\n', (size_t)(end - from));
	size_t n = (size_t)((newline == NULL ? end : newline) - from);

	*at = newline == NULL ? end : newline + 1;
	return n == 1 && *from == '-' ? NULL : arena_copy(&arena, from, n);
}

static bool
is_one_of_ours(const char *version)
{
	for (const char *const *v = mcp_versions; *v != NULL; v++)
		if (strcmp(*v, version) == 0)
			return true;
	return false;
}

/* An id is echoed into an answer, so it must be one value and change nothing around it. */
static void
check_id(const char *id)
{
	struct buf b = buf_new(&arena, 4096);
	struct json_members m;
	const char *text;

	jsonrpc_result(&b, id, "{}");
	EXPECT((text = buf_text(&b)) != NULL);
	EXPECT(json_scan(&arena, text, b.len, &m) == JSON_FINE && m.count == 3);
	EXPECT(m.member[1].len == strlen(id) && memcmp(m.member[1].text, id, strlen(id)) == 0);
	EXPECT(id[0] == '"' || strpbrk(id, ".eE") == NULL);
}

static void
check_message(const struct mcp_message *m, const struct mcp_headers *h, bool batch)
{
	const struct jsonrpc_message *rpc = &m->rpc;

	EXPECT(is_one_of_ours(m->version));
	EXPECT((m->era == MCP_MODERN) == (strcmp(m->version, MCP_MODERN_VERSION) == 0));
	EXPECT((rpc->method == NULL) == (rpc->kind == JSONRPC_RESPONSE));
	EXPECT(rpc->kind != JSONRPC_REQUEST || rpc->id != NULL);
	EXPECT(rpc->kind != JSONRPC_NOTIFICATION || rpc->id == NULL);
	EXPECT(rpc->method == NULL || strlen(rpc->method) <= JSONRPC_METHOD_MAX);
	EXPECT(rpc->params == NULL || json_object_is_type(rpc->params, json_type_object));
	EXPECT(!batch || (m->era == MCP_LEGACY && strcmp(m->version, "2025-03-26") == 0));
	if (m->era == MCP_MODERN && rpc->kind == JSONRPC_REQUEST)
		EXPECT(strstr(h->protocol_version, m->version) != NULL &&
		    strstr(h->method, rpc->method) != NULL);
	if (rpc->id != NULL)
		check_id(rpc->id);
}

static void
check_refusal(const struct mcp_refusal *r)
{
	static const int codes[] = {
		JSONRPC_PARSE_ERROR, JSONRPC_INVALID_REQUEST, JSONRPC_INVALID_PARAMS,
		MCP_HEADER_MISMATCH, MCP_UNSUPPORTED_VERSION,
	};
	struct buf b = buf_new(&arena, 65536);
	bool known = false;

	for (size_t i = 0; i < COUNT(codes); i++)
		known = known || codes[i] == r->code;
	EXPECT(r->status == 400 && known && r->message != NULL);
	mcp_refusal_body(&b, r);
	EXPECT(buf_text(&b) != NULL && json_scan(&arena, b.text, b.len, NULL) == JSON_FINE);
	if (r->id != NULL)
		check_id(r->id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct mcp_headers h = { 0 };
	struct mcp_post post = { 0 };
	struct mcp_refusal refusal = { 0 };

	if (size > SIZE_MAX_TRIED)
		return 0;
	if (arena.base == NULL)
		arena_init(&arena, (size_t)16 * 1024 * 1024);
	arena_reset(&arena);
	h.protocol_version = header(&at, end);
	h.method = header(&at, end);
	h.name = header(&at, end);
	if (!mcp_read(&arena, at, (size_t)(end - at), &h, &post, &refusal)) {
		EXPECT(post.value == NULL);
		check_refusal(&refusal);
		return 0;
	}
	EXPECT(post.count >= 1 && post.count <= MCP_BATCH_MAX && (post.batch || post.count == 1));
	for (size_t i = 0; i < post.count; i++)
		check_message(&post.message[i], &h, post.batch);
	json_auto(&post.value);
	return 0;
}
