/* SPDX-License-Identifier: MIT */
#include "service/gateway_body.h"

#include "posted.h"

#define TOKEN	"eyJ.entra.token"
#define OURS	"\"bearerToken\":\"" TOKEN "\""

/* The body with the token in it; NULL when it is refused. */
static const char *
with(const char *body, const char *token)
{
	const char *out = NULL;
	size_t len = 0;

	posted(body);
	if (!gateway_body_token(&fix.rq, &post, token, &out, &len))
		return NULL;
	assert_int_equal(strlen(out), len);
	assert_int_equal(json_scan(&fix.arena, out, len, NULL), JSON_FINE);
	return out;
}

static void
the_token_is_put_among_the_arguments(UNUSED void **state)
{
	assert_string_equal(with(CALL("{\"name\":\"x\",\"arguments\":{\"a\":1}}"), TOKEN),
	    CALL("{\"name\":\"x\",\"arguments\":{\"a\":1," OURS "}}"));
	assert_string_equal(with(CALL("{\"arguments\":{},\"name\":\"x\"}"), TOKEN),
	    CALL("{\"arguments\":{" OURS "},\"name\":\"x\"}"));
}

static void
a_token_of_the_clients_own_is_replaced(UNUSED void **state)
{
	static const char *const theirs[] = {
		"{\"bearerToken\":\"theirs\",\"a\":1}",
		"{\"bearerToken\":null,\"a\":1}",
		"{\"bearerToken\":{\"x\":[]},\"a\":1}",
		"{\"\\u0062earerToken\":\"theirs\",\"a\":1}",
		"{\"bearer\\u0054oken\":\"theirs\" , \"a\":1}",
	};

	for (size_t i = 0; i < COUNT(theirs); i++)
		assert_string_equal(with(arena_printf(&fix.arena,
		                             CALL("{\"name\":\"x\",\"arguments\":%s}"), theirs[i]),
		                        TOKEN),
		    CALL("{\"name\":\"x\",\"arguments\":{" OURS ",\"a\":1}}"));
	assert_string_equal(
	    with(CALL("{\"name\":\"x\",\"\\u0061rguments\":{\"bearerToken\":1}}"), TOKEN),
	    CALL("{\"name\":\"x\",\"arguments\":{" OURS "}}"));
}

static void
only_an_argument_of_that_very_name_is_the_token(UNUSED void **state)
{
	assert_string_equal(
	    with(CALL("{\"name\":\"x\",\"bearerToken\":1,\"arguments\":{\"BearerToken\":2,"
	              "\"a\":{\"bearerToken\":3}}}"),
	        TOKEN),
	    CALL("{\"name\":\"x\",\"bearerToken\":1,\"arguments\":"
	         "{\"BearerToken\":2,\"a\":{\"bearerToken\":3}," OURS "}}"));
}

static void
arguments_are_made_where_there_are_none(UNUSED void **state)
{
	assert_string_equal(with(CALL("{\"name\":\"x\"}"), TOKEN),
	    CALL("{\"name\":\"x\",\"arguments\":{" OURS "}}"));
	assert_string_equal(with(CALL("{}"), TOKEN), CALL("{\"arguments\":{" OURS "}}"));
}

static void
arguments_that_are_no_object_are_refused(UNUSED void **state)
{
	static const char *const arguments[] = { "null", "[]", "\"{}\"", "1", "true",
	    "[{\"bearerToken\":1}]" };

	for (size_t i = 0; i < COUNT(arguments); i++)
		assert_null(with(arena_printf(&fix.arena, CALL("{\"name\":\"x\",\"arguments\":%s}"),
		    arguments[i]), TOKEN));
	assert_null(with("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}", TOKEN));
}

static void
all_else_stands_as_it_came(UNUSED void **state)
{
	assert_string_equal(
	    with("{ \"method\":\"tools/call\" , \"id\":\"\\u0061\",\"jsonrpc\":\"2.0\","
	         "\"params\":{\"_meta\":{\"progressToken\":1.0},\"name\":\"\\u0078\","
	         "\"arguments\":{\"n\":12345678901234567890123,\"t\":\"\\/\"}}}",
	        TOKEN),
	    "{\"method\":\"tools/call\",\"id\":\"\\u0061\",\"jsonrpc\":\"2.0\","
	    "\"params\":{\"_meta\":{\"progressToken\":1.0},\"name\":\"\\u0078\","
	    "\"arguments\":{\"n\":12345678901234567890123,\"t\":\"\\/\"," OURS "}}}");
}

static void
what_is_no_tool_call_is_not_touched(UNUSED void **state)
{
	static const char *const bodies[] = {
		PING,
		" " PING "\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/"
		"list\",\"params\":{\"arguments\":{}}}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"arguments\":{}}}",
		("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/"
		 "get\",\"params\":{\"name\":\"p\","
		 "\"arguments\":{\"bearerToken\":\"x\"}}}"),
	};

	for (size_t i = 0; i < COUNT(bodies); i++)
		assert_string_equal(with(bodies[i], TOKEN), bodies[i]);
}

static void
each_call_of_a_batch_gets_it(UNUSED void **state)
{
	assert_string_equal(with(" [ " CALL("{\"name\":\"x\",\"arguments\":{}}") " , " PING " , "
	    CALL("{\"name\":\"y\"}") " ] ", TOKEN),
	    "[" CALL("{\"name\":\"x\",\"arguments\":{" OURS "}}") "," PING ","
	    CALL("{\"name\":\"y\",\"arguments\":{" OURS "}}") "]");
	assert_null(with("[" CALL("{\"name\":\"x\",\"arguments\":{}}") ","
	    CALL("{\"name\":\"y\",\"arguments\":null}") "]", TOKEN));
}

static void
a_token_with_characters_of_json_stays_one_string(UNUSED void **state)
{
	assert_string_equal(with(CALL("{\"name\":\"x\"}"), "a\",\"b\":\"\\"),
	    CALL("{\"name\":\"x\",\"arguments\":{\"bearerToken\":\"a\\\",\\\"b\\\":\\\"\\\\\"}}"));
}

/* Never without it, and so with the client's own. */
static void
a_token_that_is_too_long_is_refused(UNUSED void **state)
{
	char *token = arena_alloc(&fix.arena, 70001);

	memset(token, 'x', 70000);
	assert_null(
	    with(CALL("{\"name\":\"x\",\"arguments\":{\"bearerToken\":\"theirs\"}}"), token));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		POSTED(the_token_is_put_among_the_arguments),
		POSTED(a_token_of_the_clients_own_is_replaced),
		POSTED(only_an_argument_of_that_very_name_is_the_token),
		POSTED(arguments_are_made_where_there_are_none),
		POSTED(arguments_that_are_no_object_are_refused),
		POSTED(all_else_stands_as_it_came),
		POSTED(what_is_no_tool_call_is_not_touched),
		POSTED(each_call_of_a_batch_gets_it),
		POSTED(a_token_with_characters_of_json_stays_one_string),
		POSTED(a_token_that_is_too_long_is_refused),
	};

	return RUN(tests, NULL, NULL);
}
