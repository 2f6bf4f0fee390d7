/* SPDX-License-Identifier: MIT */
/* The tools of our own under the rules of their [server]. */
#include "mcp_say.h"

#define TOOL	"get_graph_user_details"
/* This tool refuses arguments before it asks anybody: a result, without a session. */
#define REFUSED	"\"name\":\"" TOOL "\",\"arguments\":{\"a\":1}"

static const char *const nobody[] = { "nobody", NULL }, *const everyone[] = { "everyone", NULL },
    *const profilers[] = { "scope:profile", NULL };
static struct tool_rule rest, own;

/* The server's rules: for the tool and for those that are not named, NULL for none. */
static void
rules(const char *const *tool, const char *const *others)
{
	rest = (struct tool_rule){ .tool = "*", .words = others };
	own = (struct tool_rule){
		.tool = TOOL, .words = tool, .next = others == NULL ? NULL : &rest
	};
	fix.config.server[0].rule = tool != NULL ? &own : others != NULL ? &rest : NULL;
}

/* How many tools a list names. */
static size_t
listed(void)
{
	say_legacy(REQUEST("tools/list", ""));
	return json_object_array_length(json_array_member(told_result(), "tools"));
}

static void
without_rules_every_tool_is_listed(UNUSED void **state)
{
	size_t n = 0;

	while (tools_builtin[n] != NULL)
		n++;
	assert_int_equal(listed(), n);
}

static void
a_tool_that_is_denied_is_neither_listed_nor_known(UNUSED void **state)
{
	size_t all = listed();

	rules(nobody, NULL);
	assert_int_equal(listed(), all - 1);
	assert_null(strstr(buf_text(&rs.body), TOOL));
	say_legacy(REQUEST("tools/call", REFUSED));
	told_error(200, JSONRPC_INVALID_PARAMS);
	assert_string_equal(
	    json_string(json_object_member(told, "error"), "message"), "Unknown tool");
	say_modern(REQUEST("tools/call", META "," REFUSED), "tools/call", TOOL);
	told_error(200, JSONRPC_INVALID_PARAMS);
}

static void
a_tools_own_rule_goes_before_that_of_the_rest(UNUSED void **state)
{
	rules(NULL, nobody);
	assert_int_equal(listed(), 0);
	rules(everyone, nobody);
	assert_int_equal(listed(), 1);
	say_legacy(REQUEST("tools/call", REFUSED));
	assert_true(json_has(told_result(), "isError"));
}

static void
a_tool_that_lacks_a_scope_is_listed_and_its_call_asks_for_it(UNUSED void **state)
{
	rules(profilers, nobody);
	assert_int_equal(listed(), 1);
	assert_int_equal(fix.rq.failure.error, OAUTH_OK);
	assert_int_equal(post_modern(REQUEST("tools/call", META "," REFUSED), "tools/call", TOOL),
	    INSUFFICIENT_SCOPE);
	assert_string_equal(fix.rq.failure.scope, SCOPE_TOOLS " profile");
	who.scope = SCOPE_TOOLS " profile";
	say_modern(REQUEST("tools/call", META "," REFUSED), "tools/call", TOOL);
	assert_true(json_has(told_result(), "isError"));
}

static void
who_may_not_use_the_server_gets_no_answer_at_all(UNUSED void **state)
{
	struct config_server *s = &fix.config.server[0];

	s->allow[0] = "scope:profile";
	s->allow[1] = NULL;
	assert_int_equal(
	    post_modern(REQUEST("tools/list", META), "tools/list", NULL), INSUFFICIENT_SCOPE);
	assert_string_equal(fix.rq.failure.scope, SCOPE_TOOLS " profile");
	s->allow[0] = "nobody";
	assert_int_equal(post_modern(REQUEST("tools/list", META), "tools/list", NULL), FORBIDDEN);
	assert_string_equal(buf_text(&rs.body), "");
	s->allow[0] = NULL;
}

/* A rule that names roles is judged by Entra's token, which only a living session gives. */
static void
a_rule_that_names_roles_needs_a_session(UNUSED void **state)
{
	static const char *const readers[] = { "role:Reader", NULL };

	rules(readers, NULL);
	who.wrap.kid = "none";
	fix.config.server[0].asks_entra = true;
	assert_int_equal(
	    post_modern(REQUEST("tools/list", META), "tools/list", NULL), INVALID_TOKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SAY(without_rules_every_tool_is_listed),
		SAY(a_tool_that_is_denied_is_neither_listed_nor_known),
		SAY(a_tools_own_rule_goes_before_that_of_the_rest),
		SAY(a_tool_that_lacks_a_scope_is_listed_and_its_call_asks_for_it),
		SAY(who_may_not_use_the_server_gets_no_answer_at_all),
		SAY(a_rule_that_names_roles_needs_a_session),
	};

	return RUN(tests, NULL, NULL);
}
