/* SPDX-License-Identifier: MIT */
#include "base/aead.h"

#include <openssl/evp.h>

#include "../test.h"

static const uint8_t key[AEAD_KEY_SIZE] = "0123456789abcdef0123456789abcde";
static const char plain[] = "what nobody may read";
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

static bool
opens(const uint8_t with[static AEAD_KEY_SIZE], const char *associated, struct bytes sealed)
{
	struct bytes out = { .data = NULL, .len = 7 };
	bool good = aead_open(&a, with, associated, sealed, &out);

	if (!good) {	/* what is not authentic is not shown */
		assert_null(out.data);
		assert_int_equal(out.len, 7);
	}
	return good;
}

static void
what_was_sealed_opens_again_with_a_nul_after_it(UNUSED void **state)
{
	struct bytes sealed = aead_seal(&a, key, "session", plain, strlen(plain)), out;

	assert_int_equal(sealed.len, strlen(plain) + AEAD_OVERHEAD);
	assert_int_equal(sealed.data[0], 1);
	assert_true(aead_open(&a, key, "session", sealed, &out));
	assert_int_equal(out.len, strlen(plain));
	assert_string_equal((char *)out.data, plain);
}

static void
nothing_at_all_can_be_sealed(UNUSED void **state)
{
	struct bytes sealed = aead_seal(&a, key, "", NULL, 0), out;

	assert_int_equal(sealed.len, AEAD_OVERHEAD);
	assert_true(aead_open(&a, key, "", sealed, &out));
	assert_int_equal(out.len, 0);
	assert_int_equal(out.data[0], 0);
	assert_false(opens(key, "x", sealed));
}

static void
the_plain_text_does_not_show(UNUSED void **state)
{
	struct bytes sealed = aead_seal(&a, key, "", plain, strlen(plain));

	assert_null(memmem(sealed.data, sealed.len, plain, 4));
}

static void
the_same_text_never_seals_to_the_same_bytes(UNUSED void **state)
{
	struct bytes one = aead_seal(&a, key, "", plain, strlen(plain));
	struct bytes two = aead_seal(&a, key, "", plain, strlen(plain));

	assert_memory_not_equal(one.data + 1, two.data + 1, 12);
	assert_memory_not_equal(one.data + 13, two.data + 13, strlen(plain));
}

static void
each_bit_of_the_message_is_protected(UNUSED void **state)
{
	struct bytes sealed = aead_seal(&a, key, "session", plain, strlen(plain));

	for (size_t bit = 0; bit < sealed.len * 8; bit++) {
		sealed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_false(opens(key, "session", sealed));
		sealed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_true(opens(key, "session", sealed));
}

static void
a_message_of_any_other_length_is_refused(UNUSED void **state)
{
	struct bytes sealed = aead_seal(&a, key, "session", plain, strlen(plain));
	struct bytes longer = { (uint8_t *)arena_copy(&a, sealed.data, sealed.len), sealed.len + 1 };

	for (size_t n = 0; n < sealed.len; n++)
		assert_false(opens(key, "session", (struct bytes){ sealed.data, n }));
	assert_false(opens(key, "session", longer));
}

static void
another_key_or_purpose_does_not_open(UNUSED void **state)
{
	struct bytes sealed = aead_seal(&a, key, "session", plain, strlen(plain));
	uint8_t other[AEAD_KEY_SIZE];

	memcpy(other, key, sizeof other);
	other[31] ^= 1;
	assert_false(opens(other, "session", sealed));
	assert_false(opens(key, "sessioN", sealed));
	assert_false(opens(key, "session ", sealed));
	assert_false(opens(key, "sessio", sealed));
	assert_false(opens(key, "", sealed));
	assert_true(opens(key, "session", sealed));
}

/* A message as the header describes it, made without our code. */
static struct bytes
seal_by_hand(uint8_t format, const char *associated)
{
	struct bytes out = { arena_alloc(&a, 128), strlen(plain) + AEAD_OVERHEAD };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	out.data[0] = format;
	memcpy(out.data + 1, "nonce-nonce!", 12);
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out.data + 1), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &n, &format, 1), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *)associated,
	    (int)strlen(associated)), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, out.data + 13, &n, (const uint8_t *)plain,
	    (int)strlen(plain)), 1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, out.data + 13 + n, &n), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16,
	    out.data + 13 + strlen(plain)), 1);
	EVP_CIPHER_CTX_free(ctx);
	return out;
}

static void
a_message_made_by_hand_opens_in_format_1_only(UNUSED void **state)
{
	assert_true(opens(key, "session", seal_by_hand(1, "session")));
	assert_false(opens(key, "session", seal_by_hand(0, "session")));
	assert_false(opens(key, "session", seal_by_hand(2, "session")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens_again_with_a_nul_after_it),
		cmocka_unit_test(nothing_at_all_can_be_sealed),
		cmocka_unit_test(the_plain_text_does_not_show),
		cmocka_unit_test(the_same_text_never_seals_to_the_same_bytes),
		cmocka_unit_test(each_bit_of_the_message_is_protected),
		cmocka_unit_test(a_message_of_any_other_length_is_refused),
		cmocka_unit_test(another_key_or_purpose_does_not_open),
		cmocka_unit_test(a_message_made_by_hand_opens_in_format_1_only),
	};

	return RUN(tests, open_arena, close_arena);
}
