/* SPDX-License-Identifier: MIT */
#include "protocol/json.h"

#include <sys/resource.h>

#include "../child.h"
#include "../test.h"

/* Of all kinds, some of them longer than what json-c has at hand. */
static void
parse_until_memory_ends(void)
{
	static const char text[] = "{\"a name that is longer than most of them are, and longer\":[1,true,null,"
	    "{\"b\":\"a string that is longer than most of them are, and longer still\"}]}";
	struct rlimit little;
	struct arena arena;

	arena_init(&arena, 1 << 16);
	if (getrlimit(RLIMIT_DATA, &little) != 0)
		return;
	little.rlim_cur = (rlim_t)1 << 20;
	if (setrlimit(RLIMIT_DATA, &little) != 0)
		return;
	while (json_parse(&arena, text, strlen(text)) != NULL)	/* kept, each of them */
		arena_reset(&arena);
}

static void
without_memory_nothing_is_read_in_part(void **state UNUSED)
{
	struct child c = child_run(parse_until_memory_ends);

	assert_int_equal(c.status, 70);
	assert_non_null(strstr(c.text, "no memory"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_nothing_is_read_in_part),
	};

	return RUN(tests, NULL, NULL);
}
