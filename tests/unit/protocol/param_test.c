/* SPDX-License-Identifier: MIT */
#include "protocol/param.h"

#include "protocol/form.h"

#include "arena_group.h"

struct rec {
	const char		*code;
	const char		*state;
	const char		*scope;
	struct param_values	 resource;
};

static const struct param rows[] = {
	PARAM(rec, code,     REQUIRED, 8,  is_vschar),
	PARAM(rec, state,    OPTIONAL, 16, is_text),
	PARAM(rec, scope,    OPTIONAL, 16, is_vschar),
	PARAM(rec, resource, REPEATED, 16, is_vschar),
};

static struct failure failure;

static enum oauth_error
read_form(const char *form, struct rec *r)
{
	*r = (struct rec){ 0 };
	failure = (struct failure){ 0 };
	return param_read(r, rows, COUNT(rows), form, &a, &failure);
}

/* Refused, and the description says so. */
static void
refused(const char *form, const char *description)
{
	struct rec r;

	assert_int_equal(read_form(form, &r), INVALID_REQUEST);
	assert_string_equal(failure.description, description);
}

static void
members_are_filled_by_name(UNUSED void **state)
{
	struct rec r;

	assert_int_equal(read_form("state=s+1&code=abc&resource=x&resource=y", &r), OAUTH_OK);
	assert_string_equal(r.code, "abc");
	assert_string_equal(r.state, "s 1");
	assert_int_equal(r.resource.count, 2);
	assert_string_equal(r.resource.value[0], "x");
	assert_string_equal(r.resource.value[1], "y");
}

static void
rfc6749_s3_1_unknown_parameters_are_ignored(UNUSED void **state)
{
	struct rec r;

	assert_int_equal(read_form("code=a&nonce=1&nonce=2&CODE=b&cod=c&%63ode2=d", &r), OAUTH_OK);
	assert_string_equal(r.code, "a");
	assert_null(r.state);
	assert_int_equal(r.resource.count, 0);
}

static void
rfc6749_s3_1_a_parameter_without_value_is_omitted(UNUSED void **state)
{
	struct rec r;

	assert_int_equal(read_form("code=a&state=&state&code=&resource=", &r), OAUTH_OK);
	assert_null(r.state);
	assert_int_equal(r.resource.count, 0);
	refused("code=", "code is missing");
	refused("code", "code is missing");
}

static void
rfc6749_s3_2_a_parameter_sent_twice_is_refused(UNUSED void **state)
{
	refused("code=a&code=b", "code is sent more than once");
	refused("code=a&code=a", "code is sent more than once");
	refused("code=a&%63%6fde=b", "code is sent more than once");
	refused("code=a&state=1&state=2", "state is sent more than once");
}

static void
a_required_parameter_is_missed_by_name(UNUSED void **state)
{
	refused("", "code is missing");
	refused("state=a", "code is missing");
	refused("&&&", "code is missing");
}

static void
limits_count_decoded_bytes(UNUSED void **state)
{
	struct rec r;

	assert_int_equal(read_form("code=%61%61%61%61%61%61%61%61", &r), OAUTH_OK);
	refused("code=aaaaaaaaa", "code is too long");
	refused("code=a&resource=aaaaaaaaaaaaaaaaa", "resource is too long");
}

static void
syntax_is_judged_on_the_decoded_value(UNUSED void **state)
{
	struct rec r;

	refused("code=a%0ab", "code is malformed");
	refused("code=%C3%A4", "code is malformed");
	refused("code=a&state=a%00", "a parameter is not properly encoded");
	refused("code=a&state=%0d%0a", "state is malformed");
	refused("code=a&state=%7f", "state is malformed");
	assert_int_equal(read_form("code=a&state=%C3%A4", &r), OAUTH_OK);
	assert_string_equal(r.state, "\xc3\xa4");
}

static void
rfc6749_s5_2_a_malformed_scope_and_resource_have_their_own_errors(UNUSED void **state)
{
	struct rec r;

	assert_int_equal(read_form("code=a&scope=%0a", &r), INVALID_SCOPE);
	assert_string_equal(failure.description, "scope is malformed");
	assert_int_equal(read_form("code=a&resource=%0a", &r), INVALID_TARGET);
	assert_string_equal(failure.description, "resource is malformed");
	refused("code=a&scope=b&scope=b", "scope is sent more than once");
}

static void
bad_encoding_anywhere_is_refused(UNUSED void **state)
{
	refused("code=a&other=%", "a parameter is not properly encoded");
	refused("code=a&%ff=1", "a parameter is not properly encoded");
}

static void
repeated_values_and_pairs_have_a_limit(UNUSED void **state)
{
	struct rec r;
	const char *form = "code=a";

	for (int i = 0; i < PARAM_VALUES_MAX; i++)
		form = arena_printf(&a, "%s&resource=%d", form, i);
	assert_int_equal(read_form(form, &r), OAUTH_OK);
	assert_int_equal(r.resource.count, PARAM_VALUES_MAX);
	refused(arena_printf(&a, "%s&resource=x", form), "resource is sent too often");
	form = "code=a";
	for (int i = 1; i < FORM_PAIRS_MAX; i++)
		form = arena_printf(&a, "%s&x=%d", form, i);
	assert_int_equal(read_form(form, &r), OAUTH_OK);
	refused(arena_printf(&a, "%s&y=1", form), "too many parameters");
}

static void
rfc6749_appendix_a_vschar_and_text(UNUSED void **state)
{
	for (int c = 1; c < 256; c++) {
		char text[] = { 'a', (char)c, '\0' };

		assert_int_equal(is_vschar(text), c >= 0x20 && c <= 0x7e);
		assert_int_equal(is_text(text), c >= 0x20 && c != 0x7f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_filled_by_name),
		cmocka_unit_test(rfc6749_s3_1_unknown_parameters_are_ignored),
		cmocka_unit_test(rfc6749_s3_1_a_parameter_without_value_is_omitted),
		cmocka_unit_test(rfc6749_s3_2_a_parameter_sent_twice_is_refused),
		cmocka_unit_test(a_required_parameter_is_missed_by_name),
		cmocka_unit_test(limits_count_decoded_bytes),
		cmocka_unit_test(syntax_is_judged_on_the_decoded_value),
		cmocka_unit_test(rfc6749_s5_2_a_malformed_scope_and_resource_have_their_own_errors),
		cmocka_unit_test(bad_encoding_anywhere_is_refused),
		cmocka_unit_test(repeated_values_and_pairs_have_a_limit),
		cmocka_unit_test(rfc6749_appendix_a_vschar_and_text),
	};

	return RUN(tests, open_arena, close_arena);
}
