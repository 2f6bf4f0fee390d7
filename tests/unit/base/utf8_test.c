/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include "../test.h"

#define VALID(text)	utf8_valid(text, sizeof text - 1)

/* The bytes of a code point in the form of `len` bytes, be it the shortest or not. */
static void
encode(uint32_t point, size_t len, unsigned char out[static 4])
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; i-- > 1; point >>= 6)
		out[i] = (unsigned char)(0x80 | (point & 0x3f));
	out[0] = (unsigned char)(lead[len] | point);
}

static size_t
shortest(uint32_t point)
{
	return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

static void
rfc3629_s3_every_scalar_value_in_its_shortest_form_and_no_other(UNUSED void **state)
{
	unsigned char text[4];
	uint32_t wrong = 0;

	for (uint32_t point = 0; point < 0x200000; point++)
		for (size_t len = shortest(point); len <= 4; len++) {
			bool scalar = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);

			encode(point, len, text);
			wrong += utf8_valid(text, len) != (scalar && len == shortest(point));
		}
	assert_int_equal(wrong, 0);
}

static void
rfc3629_s7_examples(UNUSED void **state)
{
	assert_true(VALID("\x41\xe2\x89\xa2\xce\x91\x2e"));
	assert_true(VALID("\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4"));
	assert_true(VALID("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"));
	assert_true(VALID("\xef\xbb\xbf\xf0\xa3\x8e\xb4"));
}

static void
rfc3629_s10_overlong_and_surrogate_forms_are_refused(UNUSED void **state)
{
	assert_false(VALID("\xc0\x80"));
	assert_false(VALID("/\xc0\xae./"));
	assert_false(VALID("\xe0\x80\xaf"));
	assert_false(VALID("\xed\xa0\x80"));
	assert_false(VALID("\xed\xa1\x8c\xed\xbe\xb4"));
	assert_false(VALID("\xf4\x90\x80\x80"));
	assert_false(VALID("\xf8\x88\x80\x80\x80"));
}

static void
a_sequence_cut_short_or_a_lone_continuation_is_refused(UNUSED void **state)
{
	assert_false(VALID("\x80"));
	assert_false(VALID("a\xbf"));
	assert_false(VALID("\xc3"));
	assert_false(VALID("\xc3\x41"));
	assert_false(VALID("\xe2\x82"));
	assert_false(VALID("\xe2\x82\x41"));
	assert_false(VALID("\xf0\xa3\x8e"));
	assert_false(VALID("\xfe"));
	assert_false(VALID("\xff"));
}

static void
a_zero_byte_is_a_character_and_no_bytes_are_valid(UNUSED void **state)
{
	assert_true(utf8_valid("a\0b", 3));
	assert_false(utf8_valid("a\0\xff", 3));
	assert_true(utf8_valid("\xff", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc3629_s3_every_scalar_value_in_its_shortest_form_and_no_other),
		cmocka_unit_test(rfc3629_s7_examples),
		cmocka_unit_test(rfc3629_s10_overlong_and_surrogate_forms_are_refused),
		cmocka_unit_test(a_sequence_cut_short_or_a_lone_continuation_is_refused),
		cmocka_unit_test(a_zero_byte_is_a_character_and_no_bytes_are_valid),
	};

	return RUN(tests, NULL, NULL);
}
