/* SPDX-License-Identifier: MIT */
/*
 * bridge_fuzz - one era's messages as the other's
 *
 * The first line is a method, the rest a message of either side.  Whatever comes out is one JSON
 * object; what is not the bridge's business is in it as it was; nothing grows without bounds.
 */
#include "base/utf8.h"
#include "fuzz.h"
#include "protocol/json.h"
#include "protocol/json_edit.h"
#include "protocol/json_member.h"
#include "protocol/mcp_bridge.h"
#include "protocol/mcp_header.h"
#include "protocol/mcp_names.h"
#include "protocol/mcp_param.h"

#define SIZE_MAX_TRIED	32768

static struct arena arena;

static const char *
object(const char *text)
{
	struct json_members m;

	if (text != NULL)
		EXPECT(json_edit_read(&arena, text, strlen(text), &m));
	return text;
}

/* The members that no bridge touches. */
static void
same_id(const char *before, const char *after)
{
	struct json_members b, a;
	const char *one, *other;

	if (after == NULL || !json_edit_read(&arena, before, strlen(before), &b) ||
	    !json_edit_read(&arena, after, strlen(after), &a))
		return;
	one = json_edit_source(&arena, &b, "id");
	other = json_edit_source(&arena, &a, "id");
	EXPECT(one == NULL || (other != NULL && strcmp(one, other) == 0));
}

static void
judge_requests(const char *text, size_t n)
{
	const char *legacy = object(mcp_bridge_request_to_legacy(&arena, text, n));
	const char *modern = object(mcp_bridge_request_to_modern(&arena, text, n));

	same_id(text, legacy);
	same_id(text, modern);
	EXPECT(modern == NULL || strstr(modern, "io.modelcontextprotocol/protocolVersion") != NULL);
	if (legacy != NULL)
		EXPECT(object(mcp_bridge_request_to_modern(&arena, legacy, strlen(legacy))) != NULL);
}

static void
judge_answers(const char *method, const char *text, size_t n)
{
	static const struct mcp_upstream known = {
		.version = "2025-11-25", .capabilities = "{\"tools\":{}}", .server_info = "{\"name\":\"x\"}",
	};
	int status = 200;

	(void)object(mcp_bridge_answer_to_modern(&arena, text, n, method, &known, false, &status));
	EXPECT(status >= 200 && status < 600);
	same_id(text, object(mcp_bridge_answer_to_legacy(&arena, text, n, method)));
}

static void
judge_handshake(const char *text, size_t n)
{
	struct mcp_upstream is = { 0 };

	if (mcp_bridge_read_initialize(&arena, text, n, &is)) {
		EXPECT(is.version != NULL);
		(void)object(mcp_bridge_discover(&arena, "1", &is));
	}
	is = (struct mcp_upstream){ 0 };
	if (mcp_bridge_read_discover(&arena, text, n, &is))
		(void)object(mcp_bridge_initialize_answer(&arena, "1", "2025-11-25", &is));
	EXPECT(is.instructions == NULL || strlen(is.instructions) <= MCP_BRIDGE_TEXT_MAX);
	EXPECT(is.server_info == NULL || strlen(is.server_info) <= MCP_BRIDGE_TEXT_MAX);
}

/* A header is one line of printable ASCII, and says what was put into it. */
static void
judge_headers(const char *list, const char *call)
{
	const char *header[MCP_PARAMS_MAX] = { NULL };
	int count = mcp_param_headers(&arena, list, call, header);
	const char *encoded = mcp_header_encode(&arena, call), *next;

	EXPECT(count >= -1 && count <= MCP_PARAMS_MAX);
	for (int i = 0; i < count; i++) {
		EXPECT(strncmp(header[i], "Mcp-Param-", 10) == 0 && strchr(header[i], ':') != NULL);
		for (const char *p = header[i]; *p != '\0'; p++)
			EXPECT(*p >= 0x20 && *p <= 0x7e);
	}
	for (const char *p = encoded; *p != '\0'; p++)
		EXPECT(*p >= 0x20 && *p <= 0x7e);
	EXPECT(!utf8_valid(call, strlen(call)) || mcp_header_decodes_to(&arena, encoded, call));
	EXPECT(!mcp_header_decodes_to(&arena, encoded, "not what it says") ||
	    strcmp(call, "not what it says") == 0);
	next = mcp_param_next(&arena, list);
	EXPECT(next == NULL || strstr(list, "nextCursor") != NULL || strchr(list, '\\') != NULL);
}

/* A member that differs from one of the protocol's by its case alone. */
static void
judge_names(const char *text, size_t n)
{
	struct json_members m;

	if (!mcp_names_are_exact(&arena, text, n, "bearerToken"))
		return;
	EXPECT(json_scan(&arena, text, n, &m) == JSON_FINE);
	EXPECT(!json_member_has(&m, "Method") && !json_member_has(&m, "PARAMS") && !json_member_has(&m, "iD"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *method, *text;
	size_t n;

	if (size > SIZE_MAX_TRIED)
		return 0;
	if (arena.base == NULL)
		arena_init(&arena, (size_t)32 * 1024 * 1024);
	arena_reset(&arena);
	text = arena_copy(&arena, data, size);
	n = strcspn(text, "\n");
	method = arena_copy(&arena, text, n);
	text += n + (text[n] == '\n');
	n = strlen(text);
	judge_requests(text, n);
	judge_answers(method, text, n);
	judge_handshake(text, n);
	judge_headers(text, text);
	judge_headers(text, "{\"params\":{\"name\":\"x\",\"arguments\":{\"a\":\"\\u00e4\",\"b\":7,\"c\":true}}}");
	judge_names(text, n);
	EXPECT(!arena.exhausted);
	return 0;
}
