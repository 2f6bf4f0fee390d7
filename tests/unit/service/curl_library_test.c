/* SPDX-License-Identifier: MIT */
#include "service/curl_library.h"

#include <glob.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "../test.h"

static int options, refused_at;
static bool no_redirects, no_netrc, no_signals, only_http, own_ca, no_ca, no_ca_path;
static const char *ca_path;

/* Notes what is set; says no to the option of that number. */
static CURLcode
note_option(CURL *h UNUSED, CURLoption option, ...)
{
	va_list ap;
	long number = 0;
	const char *text = NULL;

	va_start(ap, option);
	if (option < CURLOPTTYPE_OBJECTPOINT)
		number = va_arg(ap, long);
	else
		text = va_arg(ap, const char *);
	va_end(ap);
	no_redirects |= option == CURLOPT_FOLLOWLOCATION && number == 0;
	no_netrc |= option == CURLOPT_NETRC && number == CURL_NETRC_IGNORED;
	no_signals |= option == CURLOPT_NOSIGNAL && number == 1;
	only_http |= option == CURLOPT_PROTOCOLS_STR && strcmp(text, "http,https") == 0;
	own_ca |= option == CURLOPT_CAINFO && text != NULL && strcmp(text, "/ca.pem") == 0;
	no_ca |= option == CURLOPT_CAINFO && text == NULL;
	no_ca_path |= option == CURLOPT_CAPATH && text == NULL;
	if (option == CURLOPT_CAPATH)
		ca_path = text;
	assert_true(option != CURLOPT_SSL_VERIFYPEER && option != CURLOPT_SSL_VERIFYHOST);
	return ++options == refused_at ? CURLE_UNKNOWN_OPTION : CURLE_OK;
}

static bool
prepare(const char *ca_file)
{
	struct curl_library lib = { .easy_setopt = note_option };
	struct config config = { .ca_file = ca_file };

	options = 0;
	no_redirects = no_netrc = no_signals = only_http = own_ca = no_ca = no_ca_path = false;
	ca_path = NULL;
	return curl_prepare(&lib, NULL, &config);
}

static void
every_function_is_found(UNUSED void **state)
{
	const struct curl_library *lib = curl_library();
	const unsigned char *byte = (const unsigned char *)lib;
	void (*none)(void) = NULL;

	assert_non_null(lib);
	for (size_t at = 0; at < sizeof *lib; at += sizeof none)
		assert_memory_not_equal(byte + at, &none, sizeof none);
}

static void *
load(void *out)
{
	*(const struct curl_library **)out = curl_library();
	return NULL;
}

static void
all_threads_get_the_same(UNUSED void **state)
{
	const struct curl_library *lib[8] = { NULL };
	pthread_t thread[COUNT(lib)];

	for (size_t i = 0; i < COUNT(lib); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, load, &lib[i]), 0);
	for (size_t i = 0; i < COUNT(lib); i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	for (size_t i = 0; i < COUNT(lib); i++)
		assert_ptr_equal(lib[i], curl_library());
}

static void
every_call_speaks_http_alone_and_follows_nothing(UNUSED void **state)
{
	assert_true(prepare(NULL));
	assert_true(no_redirects && no_netrc && no_signals && only_http);
	assert_false(own_ca || no_ca_path);
}

/* Those of the machine that runs this: by hash where it has them so, else as libcurl was built. */
static void
the_systems_certificates_are_taken_one_by_one_or_as_libcurl_has_them(UNUSED void **state)
{
	glob_t found;
	const char *pattern = "/[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f].0";
	char path[512];

	(void)snprintf(path, sizeof path, "%s%s", X509_get_default_cert_dir(), pattern);
	assert_int_not_equal(glob(path, 0, NULL, &found), GLOB_NOSPACE);
	assert_true(prepare(NULL));
	if (found.gl_pathc >= 64 && strstr(curl_library()->version(), "OpenSSL") != NULL) {
		assert_true(no_ca);
		assert_string_equal(ca_path, X509_get_default_cert_dir());
	} else {
		assert_false(no_ca);
		assert_null(ca_path);
	}
	globfree(&found);
}

static void
our_own_certificates_stand_in_the_place_of_the_systems(UNUSED void **state)
{
	assert_true(prepare("/ca.pem"));
	assert_true(own_ca && no_ca_path);
}

static void
an_option_that_libcurl_does_not_know_is_a_failure(UNUSED void **state)
{
	int all;

	refused_at = 0;
	assert_true(prepare("/ca.pem"));
	all = options;
	for (refused_at = 1; refused_at <= all; refused_at++)
		assert_false(prepare("/ca.pem"));
	refused_at = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function_is_found),
		cmocka_unit_test(all_threads_get_the_same),
		cmocka_unit_test(every_call_speaks_http_alone_and_follows_nothing),
		cmocka_unit_test(the_systems_certificates_are_taken_one_by_one_or_as_libcurl_has_them),
		cmocka_unit_test(our_own_certificates_stand_in_the_place_of_the_systems),
		cmocka_unit_test(an_option_that_libcurl_does_not_know_is_a_failure),
	};

	return RUN(tests, NULL, NULL);
}
