/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include "../test.h"

struct vector {
	const char	*key;		/* hexadecimal, as are all but `data` */
	const char	*data;
	const char	*out;
};

static size_t
from_hex(const char *hex, uint8_t out[static 256])
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static void
assert_hex(const uint8_t *bytes, const char *hex)
{
	uint8_t expected[256];
	size_t n = from_hex(hex, expected);

	assert_memory_equal(bytes, expected, n);
}

/* FIPS 180-4, the examples published with it. */
static void
fips180_4_sha_256_examples(UNUSED void **state)
{
	static const struct vector vectors[] = {
		{ "", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	uint8_t out[SHA256_SIZE];

	for (size_t i = 0; i < COUNT(vectors); i++) {
		sha256(vectors[i].data, strlen(vectors[i].data), out);
		assert_hex(out, vectors[i].out);
	}
}

static void
fips180_4_sha_256_of_a_million_times_a(UNUSED void **state)
{
	const size_t n = 1000000;
	char *text = malloc(n);
	uint8_t out[SHA256_SIZE];

	assert_non_null(text);
	memset(text, 'a', n);
	sha256(text, n, out);
	free(text);
	assert_hex(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

#define AA_20	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA_131	AA_20 AA_20 AA_20 AA_20 AA_20 AA_20 "aaaaaaaaaaaaaaaaaaaaaa"
#define DD_10	"\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
#define CD_10	"\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"

/* Case 5 is published cut to 128 bits. */
static const struct vector rfc4231[] = {
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "4a656665", "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ AA_20, DD_10 DD_10 DD_10 DD_10 DD_10,
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ "0102030405060708090a0b0c0d0e0f10111213141516171819", CD_10 CD_10 CD_10 CD_10 CD_10,
	    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "Test With Truncation",
	    "a3b6167473100ee06e0c796c2955552b" },
	{ AA_131, "Test Using Larger Than Block-Size Key - Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ AA_131, "This is a test using a larger than block-size key and a larger than block-size data."
	    " The key needs to be hashed before being used by the HMAC algorithm.",
	    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void
rfc4231_s4_hmac_sha_256_test_cases(UNUSED void **state)
{
	uint8_t key[256], out[SHA256_SIZE];

	for (size_t i = 0; i < COUNT(rfc4231); i++) {
		struct hmac *h = hmac_new(key, from_hex(rfc4231[i].key, key));

		hmac_sign(h, rfc4231[i].data, strlen(rfc4231[i].data), out);
		assert_hex(out, rfc4231[i].out);
		hmac_free(h);
	}
}

static void
a_kept_context_signs_each_message_afresh(UNUSED void **state)
{
	struct hmac *h = hmac_new("Jefe", 4);
	uint8_t out[SHA256_SIZE], other[SHA256_SIZE];

	for (int i = 0; i < 3; i++) {
		hmac_sign(h, "something else", 14, other);
		hmac_sign(h, rfc4231[1].data, strlen(rfc4231[1].data), out);
		assert_hex(out, rfc4231[1].out);
		assert_memory_not_equal(out, other, sizeof out);
	}
	hmac_free(h);
	hmac_free(NULL);
}

static void
the_key_given_may_be_wiped_after_hmac_new(UNUSED void **state)
{
	char key[] = "Jefe";
	struct hmac *h = hmac_new(key, 4);
	uint8_t out[SHA256_SIZE];

	memset(key, 0, sizeof key);
	hmac_sign(h, rfc4231[1].data, strlen(rfc4231[1].data), out);
	assert_hex(out, rfc4231[1].out);
	hmac_free(h);
}

/* The first 32 bytes of the output, which is what one HMAC yields. */
static void
rfc5869_appendix_a_test_cases_1_to_3(UNUSED void **state)
{
	static const struct { const char *ikm, *salt, *info, *okm; } vectors[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
		    "f0f1f2f3f4f5f6f7f8f9",
		    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf" },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
		    "404142434445464748494a4b4c4d4e4f",
		    "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
		    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
		    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
		    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
		    "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c" },
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d" },
	};
	uint8_t ikm[256], salt[256], info[256] = { 0 }, out[SHA256_SIZE];

	for (size_t i = 0; i < COUNT(vectors); i++) {
		size_t ikm_len = from_hex(vectors[i].ikm, ikm), salt_len = from_hex(vectors[i].salt, salt);

		info[from_hex(vectors[i].info, info)] = '\0';
		hkdf_sha256(ikm, ikm_len, salt, salt_len, (const char *)info, out);
		assert_hex(out, vectors[i].okm);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fips180_4_sha_256_examples),
		cmocka_unit_test(fips180_4_sha_256_of_a_million_times_a),
		cmocka_unit_test(rfc4231_s4_hmac_sha_256_test_cases),
		cmocka_unit_test(a_kept_context_signs_each_message_afresh),
		cmocka_unit_test(the_key_given_may_be_wiped_after_hmac_new),
		cmocka_unit_test(rfc5869_appendix_a_test_cases_1_to_3),
	};

	return RUN(tests, NULL, NULL);
}
