/* SPDX-License-Identifier: MIT */
#include "protocol/basic.h"

#include "base/base64url.h"

#include "arena_group.h"

static const char *id, *secret;

static enum basic
sent(const char *pair)
{
	id = secret = NULL;
	return basic_read(&a, arena_printf(&a, "Basic %s", base64_encode(&a, pair, strlen(pair))), &id,
	    &secret);
}

static void
rfc6749_s2_3_1_id_and_secret_are_form_encoded(UNUSED void **state)
{
	assert_int_equal(sent("client:secret"), BASIC_PRESENT);
	assert_string_equal(id, "client");
	assert_string_equal(secret, "secret");
	assert_int_equal(sent("a%3Ab:c+d%26%3D:e"), BASIC_PRESENT);
	assert_string_equal(id, "a:b");
	assert_string_equal(secret, "c d&=:e");
	assert_int_equal(sent("client:"), BASIC_PRESENT);
	assert_string_equal(secret, "");
}

static void
no_header_is_no_attempt(UNUSED void **state)
{
	assert_int_equal(basic_read(&a, NULL, &id, &secret), BASIC_ABSENT);
	assert_int_equal(basic_read(&a, "", &id, &secret), BASIC_ABSENT);
}

static void
anything_else_is_malformed(UNUSED void **state)
{
	static const char *const headers[] = { "Basic", "Basic ", "Bearer abc", "Basic a", "Basic YQ==",
	    "Basic YTpi, Basic YTpi", "basicYTpi", "Basic YTp\xff" };
	static const char *const pairs[] = { ":secret", "client", "a&b:c", "a:b=c", "a%:b", "a:%00",
	    "a:\xff", "a\n:b", "a:%0a" };

	for (size_t i = 0; i < COUNT(headers); i++)
		if (basic_read(&a, headers[i], &id, &secret) != BASIC_MALFORMED)
			fail_msg("%s", headers[i]);
	for (size_t i = 0; i < COUNT(pairs); i++)
		if (sent(pairs[i]) != BASIC_MALFORMED)
			fail_msg("%s", pairs[i]);
	assert_int_equal(basic_read(&a, arena_printf(&a, "Basic %s", base64_encode(&a, "a:\0b", 4)), &id,
	    &secret), BASIC_MALFORMED);
	assert_int_equal(sent(arena_printf(&a, "a:%s", many('x', 4000))), BASIC_MALFORMED);
	assert_int_equal(basic_read(&a, "bAsIc YTpi", &id, &secret), BASIC_PRESENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc6749_s2_3_1_id_and_secret_are_form_encoded),
		cmocka_unit_test(no_header_is_no_attempt),
		cmocka_unit_test(anything_else_is_malformed),
	};

	return RUN(tests, open_arena, close_arena);
}
