/* SPDX-License-Identifier: MIT */
#include "service/credential_file.h"

#include "fixture.h"

static const char *
refusal(const char *path, size_t max)
{
	const char *why = NULL;

	assert_null(credential_file_read(&fix.arena, path, max, &why));
	return why;
}

static void
a_file_is_read_whole(UNUSED void **state)
{
	const char *why = NULL;

	write_file(path_of("f"), "12345678");
	assert_string_equal(credential_file_read(&fix.arena, path_of("f"), 8, &why), "12345678");
	assert_null(why);
}

static void
what_cannot_be_used_is_told_apart(UNUSED void **state)
{
	write_file(path_of("f"), "123456789");
	assert_non_null(strstr(refusal(path_of("f"), 8), "longer"));
	write_file(path_of("f"), "");
	assert_string_equal(refusal(path_of("f"), 8), "is empty");
	assert_string_equal(refusal(path_of("none"), 8), "cannot be read: No such file or directory");
	assert_non_null(strstr(refusal(fix.dir, 8), "no ordinary file"));
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	assert_string_equal(refusal(path_of("pipe"), 8), "is empty");
}

static void
the_reason_names_the_file_and_the_client_hears_nothing_of_it(UNUSED void **state)
{
	assert_int_equal(credential_unusable(&fix.rq, "/x/y", "is empty"), SERVER_ERROR);
	assert_string_equal(fix.rq.failure.reason, "credential /x/y: is empty");
	assert_string_equal(fix.rq.failure.description, "the server is not ready");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_file_is_read_whole),
		CASE(what_cannot_be_used_is_told_apart),
		CASE(the_reason_names_the_file_and_the_client_hears_nothing_of_it),
	};

	return RUN(tests, NULL, NULL);
}
