/* SPDX-License-Identifier: MIT */
#include "service/audit_report.h"

#include "fixture.h"

/* The words are NULL at the end. */
static bool
read_words(struct audit_question *q, const char *const *words)
{
	char *argv[8];
	int n = 0;

	for (; words[n] != NULL; n++)
		argv[n] = arena_string(&fix.arena, words[n]);
	return audit_question_read(n, argv, START, q);
}

#define READ(q, ...)	read_words(q, (const char *const []){ __VA_ARGS__, NULL })

static void
the_question_is_read_from_the_arguments(UNUSED void **state)
{
	struct audit_question q;

	assert_true(audit_question_read(0, NULL, START, &q));
	assert_true(q.since == 0 && *q.person == '\0' && !q.json);
	assert_true(READ(&q, "--since", "1h", "--user", "x", "--json"));
	assert_int_equal(q.since, START - 3600);
	assert_string_equal(q.person, "x");
	assert_true(q.json);
	assert_true(READ(&q, "--since", "2027-01-15"));
	assert_int_equal(q.since, START - START % 86400);
	assert_true(READ(&q, "--since", "2027-01-15T08:00:01Z"));
	assert_int_equal(q.since, START + 1);
	assert_false(READ(&q, "--since"));
	assert_false(READ(&q, "--since", "yesterday"));
	assert_false(READ(&q, "--since", "2027-01-15x"));
	assert_false(READ(&q, "--user"));
	assert_false(READ(&q, "--user", ""));
	assert_false(READ(&q, "--all"));
}

/* What the report prints, until it closes. */
static const char *
printed(const struct audit_question *q, bool *good)
{
	static char text[4096];
	int kept = dup(STDOUT_FILENO);
	const char *why = "";
	FILE *f;
	size_t n;

	(void)fflush(stdout);
	assert_non_null(freopen(path_of("printed"), "w", stdout));
	*good = audit_report(&fix.config, q, &why);
	(void)fflush(stdout);
	assert_true(dup2(kept, STDOUT_FILENO) >= 0);
	close(kept);
	f = fopen(path_of("printed"), "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return text;
}

static void
events_are_printed_whatever_stands_in_the_rows(UNUSED void **state)
{
	bool good;

	sql("INSERT INTO audit (event_hash, happened_at, event, request_id, reason, times, expires_at) VALUES "
	    "(x'01', 1800000000, 'signed_in', 'i', 'a' || char(10) || char(27) || 'b', 3, 1)");
	assert_string_equal(printed(&(struct audit_question){ .person = "", .json = true }, &good),
	    "{\"time\":\"2027-01-15T08:00:00Z\",\"event\":\"signed_in\",\"id\":\"i\",\"reason\":\"a??b\",\"times\":3}\n");
	assert_true(good);
	assert_string_equal(printed(&(struct audit_question){ .person = "" }, &good),
	    "2027-01-15T08:00:00Z signed_in          reason=\"a??b\" times=3 id=i\n");
	assert_string_equal(printed(&(struct audit_question){ .person = "", .since = START + 1 }, &good), "");
}

static void
a_database_that_is_not_there_is_a_failure(UNUSED void **state)
{
	bool good;

	fix.config.database = "sqlite:/no/such/database";
	(void)printed(&(struct audit_question){ .person = "" }, &good);
	assert_false(good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_question_is_read_from_the_arguments),
		CASE(events_are_printed_whatever_stands_in_the_rows),
		CASE(a_database_that_is_not_there_is_a_failure),
	};

	return RUN(tests, NULL, NULL);
}
