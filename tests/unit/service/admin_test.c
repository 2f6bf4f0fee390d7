/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include "written.h"

static bool
reads(const char *line, const char **a, const char **b, bool *flag)
{
	const struct admin_option options[] = {
		{ "--a", a, NULL }, { "--b", b, NULL }, { "--flag", NULL, flag },
	};
	char *argv[8], *words = arena_string(&fix.arena, line);
	int argc = 0;

	*a = *b = NULL;
	*flag = false;
	for (char *word; (word = strsep(&words, " ")) != NULL;)
		if (*word != '\0')
			argv[argc++] = word;
	return admin_options(argc, argv, options, COUNT(options));
}

static void
options_are_read_in_any_order(UNUSED void **state)
{
	const char *a, *b;
	bool flag;

	assert_true(reads("", &a, &b, &flag));
	assert_true(reads("--flag --b y --a x", &a, &b, &flag));
	assert_string_equal(a, "x");
	assert_string_equal(b, "y");
	assert_true(flag);
}

static void
a_value_is_a_value_whatever_it_looks_like(UNUSED void **state)
{
	const char *a, *b;
	bool flag;

	assert_true(reads("--a --flag", &a, &b, &flag));
	assert_string_equal(a, "--flag");
	assert_false(flag);
	assert_true(reads("--a --b --b --a", &a, &b, &flag));
	assert_string_equal(a, "--b");
	assert_string_equal(b, "--a");
}

static void
anything_else_is_refused(UNUSED void **state)
{
	static const char *const wrong[] = {
		"x", "--a", "--a x --a y", "--flag --flag", "--c", "-a x", "--a=x", "--flag=1", "--", "--b x --a",
	};
	const char *a, *b;
	bool flag;

	for (size_t i = 0; i < COUNT(wrong); i++)
		if (reads(wrong[i], &a, &b, &flag))
			fail_msg("%s was read", wrong[i]);
}

static void
a_store_that_does_not_open_is_told(UNUSED void **state)
{
	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("nowhere"));
	assert_int_equal(run(admin_sessions, ""), ADMIN_FAILED);
	told("sallyport: the database cannot be opened");
	assert_int_equal(run(admin_clients, "--json"), ADMIN_FAILED);
	assert_int_equal(run(admin_revoke, "--all"), ADMIN_FAILED);
	assert_int_equal(run(admin_keys, "rotate"), ADMIN_FAILED);
	assert_string_equal(written.out, "");
	forget_written();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(options_are_read_in_any_order),
		CASE(a_value_is_a_value_whatever_it_looks_like),
		CASE(anything_else_is_refused),
		CASE(a_store_that_does_not_open_is_told),
	};

	return RUN(tests, NULL, NULL);
}
