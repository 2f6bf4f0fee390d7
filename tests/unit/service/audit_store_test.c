/* SPDX-License-Identifier: MIT */
#include "service/audit_store.h"

#include "fixture.h"

static char seen[1024];

static void
note(const struct audit_record *r, void *context)
{
	size_t used = strlen(seen);

	assert_ptr_equal(context, seen);
	(void)snprintf(seen + used, sizeof seen - used, "%s/%s/%lld ", r->event,
	    r->field[AUDIT_OBJECT] == NULL ? "-" : r->field[AUDIT_OBJECT], (long long)r->times);
}

static int64_t
put(const char *event, const char *object, const char *subject, bool repeats)
{
	const struct audit_record r = {
		.at = fix.rq.now, .event = event, .id = fix.rq.id, .times = 1,
		.field = { [AUDIT_OBJECT] = object, [AUDIT_SUBJECT] = subject },
	};
	int64_t times = -1;
	const char *why;

	assert_true(audit_store_put(&fix.rq, &r, repeats, &times, &why));
	return times;
}

static const char *
list(int64_t since, const char *person)
{
	struct arena a;

	arena_init(&a, (size_t)64 * 1024);
	*seen = '\0';
	assert_true(audit_store_list(fix.rq.store, &a, since, person, note, seen));
	arena_free(&a);
	return seen;
}

static void
events_are_listed_in_their_order_since_then_and_of_whom(UNUSED void **state)
{
	assert_int_equal(put("first", "a", NULL, false), 1);
	at(10);
	assert_int_equal(put("second", "b", NULL, true), 1);
	assert_int_equal(put("second", "b", NULL, true), 2);
	at(20);
	assert_int_equal(put("third", NULL, "s", false), 1);
	assert_string_equal(list(0, ""), "first/a/1 second/b/2 third/-/1 ");
	assert_string_equal(list(START + 10, ""), "second/b/2 third/-/1 ");
	assert_string_equal(list(0, "a"), "first/a/1 ");
	assert_string_equal(list(0, "s"), "third/-/1 ");
	assert_string_equal(list(0, "nobody"), "");
}

static void
what_happens_twice_in_one_request_is_one_event(UNUSED void **state)
{
	assert_int_equal(put("first", "a", NULL, false), 1);
	assert_int_equal(put("first", "a", NULL, false), 2);
	assert_int_equal(put("first", "b", NULL, false), 1);
}

static void
a_store_that_fails_is_told(UNUSED void **state)
{
	const struct audit_record r = { .at = 1, .event = "e", .id = "i", .times = 1 };
	struct arena a;
	const char *why = NULL;
	int64_t times;

	sql("ALTER TABLE audit RENAME TO other");
	assert_false(audit_store_put(&fix.rq, &r, false, &times, &why));
	assert_non_null(why);
	arena_init(&a, (size_t)64 * 1024);
	assert_false(audit_store_list(fix.rq.store, &a, 0, "", note, seen));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(events_are_listed_in_their_order_since_then_and_of_whom),
		CASE(what_happens_twice_in_one_request_is_one_event),
		CASE(a_store_that_fails_is_told),
	};

	return RUN(tests, NULL, NULL);
}
