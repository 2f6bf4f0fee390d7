/* SPDX-License-Identifier: MIT */
#include "protocol/mcp.h"

#include "sse_events.h"

#include "arena_group.h"

#define ID_KEY	"\"io.modelcontextprotocol/subscriptionId\":"

/* What a client reads of the answer. */
static const char *
read_by_client(const char *id, const char *server_info)
{
	struct buf b = buf_new(&a, 8192);
	struct sse_reader r = sse_reader_new(4096);

	mcp_listen_to_nothing(&b, id, server_info);
	assert_non_null(buf_text(&b));
	forget();
	assert_true(sse_read(&r, b.text, b.len, take, told));
	assert_false(r.has_data);
	sse_reader_free(&r);
	return told;
}

static void
mcp_2026_07_28_it_is_acknowledged_and_over(UNUSED void **state)
{
	assert_string_equal(read_by_client("1", NULL),
	    "message/-/-/{\"jsonrpc\":\"2.0\",\"method\":"
	    "\"notifications/subscriptions/acknowledged\",\"params\":{\"_meta\":{" ID_KEY "1},"
	    "\"notifications\":{}}}|message/-/-/"
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":"
	    "\"complete\",\"_meta\":{" ID_KEY "1}}}|");
}

static void
the_server_is_named_where_it_is_known(UNUSED void **state)
{
	const char *text = read_by_client("\"a\"", "{\"name\":\"up\",\"version\":\"1\"}");

	assert_int_equal(taken, 2);
	assert_non_null(strstr(text,
	    "\"id\":\"a\",\"result\":{\"resultType\":\"complete\",\"_meta\":{"
	    "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"up\",\"version\":\"1\"}," ID_KEY
	    "\"a\"}}}|"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mcp_2026_07_28_it_is_acknowledged_and_over),
		cmocka_unit_test(the_server_is_named_where_it_is_known),
	};

	return RUN(tests, open_arena, close_arena);
}
