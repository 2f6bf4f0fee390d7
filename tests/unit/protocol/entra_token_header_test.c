/* SPDX-License-Identifier: MIT */
#include "protocol/entra_token.h"

#include "../test.h"
#include "json_altered.h"

#define HEADER	"{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"key-1\"}"

#define BAD_ALG		"alg is not RS256"
#define BAD_TYP		"typ is not JWT or at+jwt"
#define BAD_CRIT	"crit is not understood"
#define BAD_KID		"kid is absent"

static struct arena a;

static int
open_arena(UNUSED void **state)
{
	arena_init(&a, 1024 * 1024);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

static const char *
header(const char *name, const char *value)
{
	AUTO(json) struct json_object *object = altered(&a, HEADER, name, value);
	const char *kid = "untouched", *why = NULL;
	bool good = entra_token_header(&a, object, &kid, &why);

	assert_int_equal(good, why == NULL);
	if (!good)
		assert_string_equal(kid, "untouched");
	return why;
}

static void
rfc7515_s4_1_1_no_algorithm_but_rs256(UNUSED void **state)
{
	static const char *const values[] = { NULL, "null", "\"\"", "\"none\"", "\"None\"", "\"HS256\"",
	    "\"rs256\"", "\"RS512\"", "\"PS256\"", "\"ES256\"", "[\"RS256\"]", "0" };

	assert_null(header("alg", "\"RS256\""));
	for (size_t i = 0; i < COUNT(values); i++)
		assert_string_equal(header("alg", values[i]), BAD_ALG);
}

static void
rfc7515_s4_1_9_the_type_is_a_jwt_where_present(UNUSED void **state)
{
	static const char *const values[] = { "null", "\"\"", "\"JOSE\"", "\"dpop+jwt\"",
	    "\"logout+jwt\"", "[\"JWT\"]" };

	assert_null(header("typ", NULL));
	assert_null(header("typ", "\"JWT\""));
	assert_null(header("typ", "\"at+jwt\""));
	for (size_t i = 0; i < COUNT(values); i++)
		assert_string_equal(header("typ", values[i]), BAD_TYP);
}

static void
rfc7515_s4_1_11_any_crit_is_refused(UNUSED void **state)
{
	static const char *const values[] = { "[\"exp\"]", "[\"b64\"]", "[]", "null", "\"exp\"" };

	for (size_t i = 0; i < COUNT(values); i++)
		assert_string_equal(header("crit", values[i]), BAD_CRIT);
}

static void
rfc7515_s4_1_4_the_kid_is_a_string_and_handed_back(UNUSED void **state)
{
	AUTO(json) struct json_object *object = json_parse(&a, HEADER, strlen(HEADER));
	const char *kid = NULL, *why = NULL;

	assert_true(entra_token_header(&a, object, &kid, &why));
	assert_string_equal(kid, "key-1");
	assert_string_equal(header("kid", NULL), BAD_KID);
	assert_string_equal(header("kid", "null"), BAD_KID);
	assert_string_equal(header("kid", "7"), BAD_KID);
}

/* By json_parse, before any check sees one of the two. */
static void
rfc7515_s4_a_member_given_twice_is_refused(UNUSED void **state)
{
	const char *text = "{\"alg\":\"none\",\"kid\":\"key-1\",\"alg\":\"RS256\"}";

	assert_null(json_parse(&a, text, strlen(text)));
}

static void
what_is_no_object_is_refused(UNUSED void **state)
{
	AUTO(json) struct json_object *array = json_parse(&a, "[]", 2);
	const char *kid, *why;

	assert_false(entra_token_header(&a, NULL, &kid, &why));
	assert_false(entra_token_header(&a, array, &kid, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7515_s4_1_1_no_algorithm_but_rs256),
		cmocka_unit_test(rfc7515_s4_1_9_the_type_is_a_jwt_where_present),
		cmocka_unit_test(rfc7515_s4_1_11_any_crit_is_refused),
		cmocka_unit_test(rfc7515_s4_1_4_the_kid_is_a_string_and_handed_back),
		cmocka_unit_test(rfc7515_s4_a_member_given_twice_is_refused),
		cmocka_unit_test(what_is_no_object_is_refused),
	};

	return RUN(tests, open_arena, close_arena);
}
