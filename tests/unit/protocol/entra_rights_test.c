/* SPDX-License-Identifier: MIT */
#include "protocol/entra_rights.h"

#include "base/base64url.h"
#include "base/buf.h"

#include "arena_group.h"

/* The rights of a token with those claims. */
static struct entra_rights
rights_of(const char *claims)
{
	return entra_rights(&a, arena_printf(&a, "eyJhbGciOiJSUzI1NiJ9.%s.c2ln",
	    base64url_encode(&a, claims, strlen(claims))));
}

static void
are(struct entra_rights r, const char *roles, const char *groups, const char *name)
{
	assert_string_equal(r.roles, roles);
	assert_string_equal(r.groups, groups);
	assert_string_equal(r.name, name);
}

static void
roles_groups_and_name_are_read(UNUSED void **state)
{
	are(rights_of("{\"roles\":[\"Reader\",\"Auditor\"],\"groups\":[\"g1\",\"g2\",\"g3\"],"
	              "\"name\":\"Ada L\xc3\xb6velace\"}"),
	    "Reader Auditor", "g1 g2 g3", "Ada L\xc3\xb6velace");
	are(rights_of("{\"roles\":[\"\\u0052eader\"],\"name\":\"\"}"), "Reader", "", "");
}

static void
what_is_absent_is_nothing(UNUSED void **state)
{
	are(rights_of("{}"), "", "", "");
	are(rights_of("{\"roles\":[],\"groups\":[]}"), "", "", "");
}

/* Entra leaves groups out above 200 and points at Graph instead: nothing may follow from that. */
static void
groups_that_are_too_many_for_entra_are_none(UNUSED void **state)
{
	are(rights_of("{\"_claim_names\":{\"groups\":\"src1\"},\"_claim_sources\":{\"src1\":"
	              "{\"endpoint\":\"https://graph.example/\"}},\"roles\":[\"Reader\"]}"),
	    "Reader", "", "");
	are(rights_of("{\"hasgroups\":true}"), "", "", "");
}

static void
groups_left_out_as_too_many_are_told_from_none(UNUSED void **state)
{
	static const char *const over[] = {
		"{\"_claim_names\":{\"groups\":\"src1\"},\"_claim_sources\":{\"src1\":{}}}",
		"{\"_claim_names\":{\"groups\":\"src1\"}}", "{\"hasgroups\":true}", "{\"hasgroups\":\"true\"}",
	}, *const none[] = {
		"{}", "{\"groups\":[]}", "{\"groups\":[\"g1\"]}", "{\"_claim_names\":{\"roles\":\"src1\"}}",
		"{\"_claim_names\":\"groups\"}", "{\"_claim_names\":{}}",
		"{\"groups\":[\"g1\"],\"hasgroups\":true}",
		"{\"groups\":[\"g1\"],\"_claim_names\":{\"groups\":\"src1\"}}", "null",
	};

	for (size_t i = 0; i < COUNT(over); i++)
		if (!rights_of(over[i]).overage)
			fail_msg("none left out: %s", over[i]);
	for (size_t i = 0; i < COUNT(none); i++)
		if (rights_of(none[i]).overage)
			fail_msg("left out: %s", none[i]);
	assert_false(entra_rights(&a, "opaque").overage);
}

static void
what_is_of_another_type_is_nothing(UNUSED void **state)
{
	are(rights_of("{\"roles\":\"Reader\",\"groups\":{\"a\":\"b\"},\"name\":[\"x\"]}"), "", "",
	    "");
	are(rights_of("{\"roles\":null,\"groups\":1,\"name\":null}"), "", "", "");
	are(rights_of("{\"roles\":[1,null,[\"a\"],{\"b\":\"c\"},true,\"Reader\"]}"), "Reader", "",
	    "");
}

/* A role "A B" must not become the roles A and B. */
static void
a_word_with_a_blank_inside_is_none(UNUSED void **state)
{
	are(rights_of(
	        "{\"roles\":[\"A B\",\" C\",\"D \",\"E\\tF\",\"G\\nH\",\"I\\rJ\",\"\",\"K\"]}"),
	    "K", "", "");
}

/* Of Entra's own most, 200 groups, all are read; a token beyond any of Entra's gives nothing. */
static void
a_token_that_is_too_long_gives_no_right(UNUSED void **state)
{
	for (int groups = 200; groups <= 400; groups += 200) {
		struct buf b = buf_new(&a, (size_t)64 * 1024);
		const char *read;

		buf_lit(&b, "{\"roles\":[\"Reader\"],\"groups\":[\"g\"");
		for (int i = 0; i < groups; i++)
			buf_lit(&b, ",\"0f000000-0000-4000-8000-000000000001\"");
		buf_lit(&b, "]}");
		assert_non_null(buf_text(&b));
		read = rights_of(b.text).groups;
		assert_int_equal(strlen(read), groups == 200 ? 1 + 200 * 37 : 0);
	}
}

static void
what_cannot_be_read_is_nothing(UNUSED void **state)
{
	static const char *const tokens[] = {
		"", "x", "a.b", "a.b.c.d", "..", "eyJhbGciOiJSUzI1NiJ9.!!.c2ln",
		"eyJhbGciOiJSUzI1NiJ9.e30", "opaque-token",
	};

	for (size_t i = 0; i < COUNT(tokens); i++)
		are(entra_rights(&a, tokens[i]), "", "", "");
	are(rights_of("[\"roles\"]"), "", "", "");
	are(rights_of("{\"roles\":[\"Reader\"]"), "", "", "");
	are(rights_of("{\"roles\":[\"Reader\"],\"roles\":[\"Admin\"]}"), "", "", "");
	are(rights_of("null"), "", "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_groups_and_name_are_read),
		cmocka_unit_test(what_is_absent_is_nothing),
		cmocka_unit_test(groups_that_are_too_many_for_entra_are_none),
		cmocka_unit_test(groups_left_out_as_too_many_are_told_from_none),
		cmocka_unit_test(what_is_of_another_type_is_nothing),
		cmocka_unit_test(a_word_with_a_blank_inside_is_none),
		cmocka_unit_test(a_token_that_is_too_long_gives_no_right),
		cmocka_unit_test(what_cannot_be_read_is_nothing),
	};

	return RUN(tests, open_arena, close_arena);
}
