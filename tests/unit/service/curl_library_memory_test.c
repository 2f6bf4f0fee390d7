/* SPDX-License-Identifier: MIT */
#include "service/curl_library.h"

#include <sys/resource.h>

#include "../child.h"
#include "../test.h"

static void
ask_until_there_is_none(void)
{
	const struct curl_library *lib = curl_library();
	struct curl_slist *list = NULL;
	struct rlimit little;

	if (lib == NULL || getrlimit(RLIMIT_DATA, &little) != 0)
		return;
	little.rlim_cur = (rlim_t)1 << 20;
	if (setrlimit(RLIMIT_DATA, &little) != 0)
		return;
	do
		list = lib->slist_append(list, "a line that is neither long nor short, and comes again");
	while (list != NULL);
}

static void
without_memory_the_program_dies(void **state UNUSED)
{
	struct child c = child_run(ask_until_there_is_none);

	assert_int_equal(c.status, 70);
	assert_non_null(strstr(c.text, "no memory: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_the_program_dies),
	};

	return RUN(tests, NULL, NULL);
}
