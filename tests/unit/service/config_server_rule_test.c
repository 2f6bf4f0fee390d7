/* SPDX-License-Identifier: MIT */
/* allow and tool.NAME, and what follows from them. */
#include "service/config_server.h"

#include "config_file.h"

/* The first server of a file whose section has those lines. */
static const struct config_server *
server_with(const char *lines)
{
	char text[2048];

	(void)snprintf(text, sizeof text, TOP ENTRA SERVER "%s", lines);
	return &must_read(text)->server[0];
}

static void
refuse_at(const char *lines, int line, const char *reason)
{
	char text[2048];

	(void)snprintf(text, sizeof text, TOP ENTRA SERVER "%s", lines);
	must_refuse(text, line, reason);
}

static void
rules_keep_their_order_and_their_words(UNUSED void **state)
{
	const struct config_server *s = server_with("tool.read = role:Reader, scope:files:read\n"
	    "tool.* = nobody\ntool.Write File = everyone\n");
	const struct tool_rule *r = s->rule;

	assert_string_equal(r->tool, "read");
	assert_string_equal(r->words[0], "role:Reader");
	assert_string_equal(r->words[1], "scope:files:read");
	assert_null(r->words[2]);
	r = r->next;
	assert_string_equal(r->tool, "*");
	assert_string_equal(r->words[0], "nobody");
	r = r->next;
	assert_string_equal(r->tool, "Write File");
	assert_null(r->next);
}

static void
a_rule_belongs_to_its_section(UNUSED void **state)
{
	const struct config *c = must_read(TOP ENTRA "[server a]\ntool.x = nobody\n[server b]\n"
	    "tool.x = everyone\n[server c]\n");

	assert_string_equal(c->server[0].rule->words[0], "nobody");
	assert_string_equal(c->server[1].rule->words[0], "everyone");
	assert_null(c->server[2].rule);
	must_refuse(TOP "tool.x = nobody\n" ENTRA SERVER, 2, "unknown key");
	must_refuse(TOP ENTRA "tool.x = nobody\n" SERVER, 6, "unknown key");
}

static void
a_tool_has_one_rule(UNUSED void **state)
{
	refuse_at(
	    "tool.x = nobody\ntool.y = nobody\ntool.x = everyone\n", 9, "tool.x is set twice");
	assert_string_equal(
	    server_with("tool.x = nobody\ntool.X = everyone\n")->rule->next->tool, "X");
}

static void
a_rule_needs_words_that_are_known(UNUSED void **state)
{
	static const char *const bad[] = { "yes", "role:", "role:a everybody", "Reader",
		"scope:a\"b", "group:x, role" };
	char line[128];

	refuse_at("tool.x =\n", 7, "tool.x needs a word: everyone, nobody, role:NAME");
	refuse_at("tool.x = ,\n", 7, "tool.x needs a word");
	for (size_t i = 0; i < COUNT(bad); i++) {
		(void)snprintf(line, sizeof line, "tool.x = %s\n", bad[i]);
		refuse_at(line, 7,
		    "tool.x: a word is everyone, nobody, role:NAME, group:ID or scope:NAME");
	}
	refuse_at("tool.x = role:1 role:2 role:3 role:4 role:5 role:6 role:7 role:8 role:9 role:10 "
	    "role:11 role:12 role:13 role:14 role:15 role:16 role:17\n", 7, "too many values");
}

static void
a_tools_name_has_128_bytes_at_most(UNUSED void **state)
{
	char line[256];

	(void)snprintf(line, sizeof line, "tool.%0128d = nobody\n", 0);
	assert_int_equal(strlen(server_with(line)->rule->tool), CONFIG_TOOL_NAME_MAX);
	(void)snprintf(line, sizeof line, "tool.%0129d = nobody\n", 0);
	refuse_at(line, 7, "tool.NAME names a tool of 1 to 128 characters");
	refuse_at("tool. = nobody\n", 7, "tool.NAME names a tool of 1 to 128 characters");
}

static void
who_may_use_a_server_is_a_list_of_the_same_words(UNUSED void **state)
{
	const struct config_server *s = server_with("allow = role:Reader, group:g1\n");

	assert_string_equal(s->allow[0], "role:Reader");
	assert_string_equal(s->allow[1], "group:g1");
	assert_null(s->allow[2]);
	assert_null(server_with("")->allow[0]);
	refuse_at(
	    "allow = Reader\n", 0, "[server mcp]: allow lists role:NAME, group:ID, scope:NAME");
	refuse_at("allow = role:a\nallow = role:b\n", 8, "allow is set twice");
}

static void
entras_token_is_wanted_where_roles_or_groups_are_named(UNUSED void **state)
{
	assert_false(server_with("")->asks_entra);
	assert_false(server_with("allow = scope:x\ntool.x = nobody\n")->asks_entra);
	assert_true(server_with("allow = role:Reader\n")->asks_entra);
	assert_true(server_with("tool.x = nobody\ntool.y = scope:z, group:g\n")->asks_entra);
}

static void
the_scopes_that_rules_name_are_known_and_those_of_allow_needed(UNUSED void **state)
{
	const struct config_server *s = server_with("allow = scope:files, role:Reader\n"
	    "tool.x = scope:mail scope:files\ntool.* = scope:rest\n");

	assert_string_equal(s->scope_needed, "mcp:tools files");
	assert_string_equal(s->scope_known, "mcp:tools files mail rest");
	s = server_with("");
	assert_string_equal(s->scope_needed, "mcp:tools");
	assert_string_equal(s->scope_known, "mcp:tools");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rules_keep_their_order_and_their_words),
		CASE(a_rule_belongs_to_its_section),
		CASE(a_tool_has_one_rule),
		CASE(a_rule_needs_words_that_are_known),
		CASE(a_tools_name_has_128_bytes_at_most),
		CASE(who_may_use_a_server_is_a_list_of_the_same_words),
		CASE(entras_token_is_wanted_where_roles_or_groups_are_named),
		CASE(the_scopes_that_rules_name_are_known_and_those_of_allow_needed),
	};

	return RUN(tests, NULL, NULL);
}
