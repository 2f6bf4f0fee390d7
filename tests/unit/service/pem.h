/* SPDX-License-Identifier: MIT */
/* pem.h - credential files with keys and certificates of a test's own, timed by the fixture's clock */
#ifndef UNIT_SERVICE_PEM_H
#define UNIT_SERVICE_PEM_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "protocol/jwk.h"

#include "fixture.h"

/* Valid from and to that many seconds after START. */
static inline X509 *
certificate_of(EVP_PKEY *of, int64_t from, int64_t to)
{
	X509 *x = X509_new();

	assert_non_null(x);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(START + from)));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(START + to)));
	assert_int_equal(X509_set_pubkey(x, of), 1);
	assert_true(X509_sign(x, of, EVP_sha256()) > 0);
	return x;
}

/* Writes key and certificate, either may be NULL; the file's path. */
static inline const char *
write_pem(const char *name, EVP_PKEY *private_key, X509 *x, const char *passphrase)
{
	const char *path = path_of(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	if (private_key != NULL)
		assert_int_equal(PEM_write_PrivateKey(f, private_key, passphrase == NULL ? NULL :
		    EVP_aes_128_cbc(), (const unsigned char *)passphrase,
		    passphrase == NULL ? 0 : (int)strlen(passphrase), NULL, NULL), 1);
	if (x != NULL)
		assert_int_equal(PEM_write_X509(f, x), 1);
	assert_int_equal(fclose(f), 0);
	return path;
}

/* The same with a certificate of that time. */
static inline const char *
write_timed(const char *name, EVP_PKEY *private_key, int64_t from, int64_t to)
{
	X509 *x = certificate_of(private_key, from, to);
	const char *path = write_pem(name, private_key, x, NULL);

	X509_free(x);
	return path;
}

#endif
