/* SPDX-License-Identifier: MIT */
#include "protocol/jws.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/base64url.h"
#include "protocol/jwk.h"

#include "../test.h"
#include "jws_expect.h"

static struct arena a;
static EVP_PKEY *key;		/* RSA, 2048 bits */
static struct hmac *mac;

static int
make_keys(UNUSED void **state)
{
	arena_init(&a, 4 * 1024 * 1024);
	key = EVP_RSA_gen(2048);
	mac = hmac_new("0123456789abcdef0123456789abcdef", 32);
	return key == NULL;
}

static int
free_keys(UNUSED void **state)
{
	hmac_free(mac);
	EVP_PKEY_free(key);
	arena_free(&a);
	return 0;
}

/* A token over HEADER and CLAIMS with the key's own padding, PKCS #1 for RSA, and that digest. */
static const char *
sign_with(EVP_PKEY *with, const EVP_MD *digest)
{
	char *input = arena_printf(&a, "%s.%s", base64url_encode(&a, HEADER, strlen(HEADER)),
	    base64url_encode(&a, CLAIMS, strlen(CLAIMS)));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t n = sizeof signature;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, digest, NULL, with), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &n, (uint8_t *)input, strlen(input)), 1);
	EVP_MD_CTX_free(ctx);
	return arena_printf(&a, "%s.%s", input, base64url_encode(&a, signature, n));
}

static bool
verifies_rs256(const char *token, EVP_PKEY *with)
{
	struct jws jws;

	assert_true(jws_split(&a, token, &jws));
	return jws_verify_rs256(&jws, with);
}

static bool
verifies_hs256(const char *token, struct hmac *with)
{
	struct jws jws;

	assert_true(jws_split(&a, token, &jws));
	return jws_verify_hs256(&jws, with);
}

#define A2_N									\
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4"	\
	"d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re"	\
	"xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX"	\
	"FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define A2_TOKEN								\
	"eyJhbGciOiJSUzI1NiJ9."						\
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"	\
	"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."				\
	"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"	\
	"jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"	\
	"1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"	\
	"YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"

static void
rfc7515_a2_rs256_verifies_the_example_with_its_jwk(UNUSED void **state)
{
	static const char set_text[] =
	    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a2\",\"n\":\"" A2_N "\",\"e\":\"AQAB\"}]}";
	AUTO(json) struct json_object *set = json_parse(&a, set_text, strlen(set_text));
	const char *issuer;
	AUTO(pkey) EVP_PKEY *rfc = jwk_find(&a, set, "a2", &issuer);

	assert_non_null(rfc);
	assert_true(verifies_rs256(A2_TOKEN, rfc));
	assert_false(verifies_rs256(A2_TOKEN, key));
}

static bool
rs256_with_key(const struct jws *jws)
{
	return jws_verify_rs256(jws, key);
}

static void
rs256_protects_each_character(UNUSED void **state)
{
	const char *token = sign_with(key, EVP_sha256());

	assert_true(verifies_rs256(token, key));
	assert_each_character_counts(&a, token, rs256_with_key);
}

static void
rs256_refuses_other_digests_padding_and_a_mac(UNUSED void **state)
{
	assert_false(verifies_rs256(sign_with(key, EVP_sha512()), key));
	assert_false(verifies_rs256(sign_with(key, EVP_sha1()), key));
	assert_false(verifies_rs256(jws_sign_ps256(&a, key, HEADER, CLAIMS), key));
	assert_false(verifies_rs256(jws_sign_hs256(&a, mac, HEADER, CLAIMS), key));
}

/* The classic confusion: the public key's bytes taken for a MAC key. */
static void
rs256_and_hs256_cannot_be_confused(UNUSED void **state)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	struct hmac *h = hmac_new(der, (size_t)n);

	assert_false(verifies_rs256(jws_sign_hs256(&a, h, HEADER, CLAIMS), key));
	assert_false(verifies_hs256(sign_with(key, EVP_sha256()), h));
	hmac_free(h);
	OPENSSL_free(der);
}

static void
rfc7518_s3_3_a_key_under_2048_bits_neither_verifies_nor_signs(UNUSED void **state)
{
	AUTO(pkey) EVP_PKEY *small = EVP_RSA_gen(1024);

	assert_non_null(small);
	assert_false(verifies_rs256(sign_with(small, EVP_sha256()), small));
	assert_null(jws_sign_ps256(&a, small, HEADER, CLAIMS));
}

static void
a_key_that_is_no_rsa_neither_verifies_nor_signs(UNUSED void **state)
{
	AUTO(pkey) EVP_PKEY *ec = EVP_EC_gen("P-256");

	assert_non_null(ec);
	assert_false(verifies_rs256(sign_with(ec, EVP_sha256()), ec));
	assert_null(jws_sign_ps256(&a, ec, HEADER, CLAIMS));
}

/* Left to itself, OpenSSL would check PSS padding with such a key: that is another algorithm. */
static void
a_key_for_pss_alone_does_not_verify_rs256(UNUSED void **state)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	AUTO(pkey) EVP_PKEY *pss = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &pss), 1);
	EVP_PKEY_CTX_free(ctx);
	assert_false(verifies_rs256(sign_with(pss, EVP_sha256()), pss));
}

static void
a_refused_signature_leaves_no_openssl_error_behind(UNUSED void **state)
{
	assert_false(verifies_rs256(jws_sign_ps256(&a, key, HEADER, CLAIMS), key));
	assert_int_equal(ERR_peek_error(), 0);
}

/* Checked with OpenSSL itself, told to accept this salt length alone. */
static void
rfc7518_s3_5_ps256_signs_with_sha_256_mgf1_and_a_salt_of_32_bytes(UNUSED void **state)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p;
	struct jws jws;

	assert_true(jws_split(&a, jws_sign_ps256(&a, key, "{\"alg\":\"PS256\"}", CLAIMS), &jws));
	assert_string_equal((char *)jws.header.data, "{\"alg\":\"PS256\"}");
	assert_string_equal((char *)jws.payload.data, CLAIMS);
	assert_int_equal(jws.signature.len, 256);
	assert_int_equal(EVP_DigestVerifyInit(ctx, &p, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(p, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(p, 32), 1);
	assert_int_equal(EVP_DigestVerify(ctx, jws.signature.data, jws.signature.len,
	    (const uint8_t *)jws.signing_input, jws.signing_input_len), 1);
	EVP_MD_CTX_free(ctx);
}

static void
a_public_key_cannot_sign(UNUSED void **state)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	const unsigned char *from = der;
	AUTO(pkey) EVP_PKEY *public = d2i_PUBKEY(NULL, &from, n);

	OPENSSL_free(der);
	assert_non_null(public);
	assert_null(jws_sign_ps256(&a, public, HEADER, CLAIMS));
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7515_a2_rs256_verifies_the_example_with_its_jwk),
		cmocka_unit_test(rs256_protects_each_character),
		cmocka_unit_test(rs256_refuses_other_digests_padding_and_a_mac),
		cmocka_unit_test(rs256_and_hs256_cannot_be_confused),
		cmocka_unit_test(rfc7518_s3_3_a_key_under_2048_bits_neither_verifies_nor_signs),
		cmocka_unit_test(a_key_that_is_no_rsa_neither_verifies_nor_signs),
		cmocka_unit_test(a_key_for_pss_alone_does_not_verify_rs256),
		cmocka_unit_test(a_refused_signature_leaves_no_openssl_error_behind),
		cmocka_unit_test(rfc7518_s3_5_ps256_signs_with_sha_256_mgf1_and_a_salt_of_32_bytes),
		cmocka_unit_test(a_public_key_cannot_sign),
	};

	return RUN(tests, make_keys, free_keys);
}
