/* SPDX-License-Identifier: MIT */
#include "service/audit.h"

#include "fake_io.h"
#include "signed_in.h"
#include "content.h"

#define COLUMN(name)	"SELECT count(*) FROM audit WHERE " name

static void
to_a_file(void)
{
	memset(fix.config.audit, 0, sizeof fix.config.audit);
	fix.config.audit[0] = arena_printf(&fix.arena, "file:%s", path_of("audit"));
}

static int
lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
every_event_has_a_name_of_its_own(UNUSED void **state)
{
	for (int i = 0; i < AUDIT_EVENTS; i++) {
		assert_non_null(audit_events[i].name);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(audit_events[i].name, audit_events[j].name);
	}
}

static void
an_event_says_who_through_which_client_where_and_from(UNUSED void **state)
{
	struct signed_in in;

	sign_in(&in);
	WEB_REQUEST("", "REMOTE_ADDR=2001:db8::1");
	audit(&fix.rq, &(struct audit){ .event = AUDIT_SIGNED_IN, .session = &in.session });
	assert_int_equal(sql_number("SELECT count(*) FROM audit"), 1);
	assert_int_equal(sql_number(COLUMN("event = 'signed_in' AND happened_at = 1800000000 AND "
	    "request_id = '0123456789abcdef' AND address = '2001:db8::1' AND tenant_id = '" TENANT
	    "' AND object_id = '" PERSON "' AND subject IS NULL AND client_id = '" CLIENT "' AND server = 'mcp' "
	    "AND length(sid) = 32 AND tool IS NULL AND reason IS NULL AND times = 1")), 1);
}

static void
a_session_that_has_ended_is_still_somebody_s(UNUSED void **state)
{
	struct signed_in in;

	sign_in(&in);
	session_end_now(&fix.rq, &in.session.sid, "the test is over");
	assert_int_equal(sql_number(COLUMN("event = 'session_ended' AND object_id = '" PERSON "' AND "
	    "reason = 'the test is over'")), 1);
	audit_sid(&fix.rq, AUDIT_SESSION_ENDED, &(struct sid){ .id = { 1 } }, "unknown");
	assert_int_equal(sql_number(COLUMN("reason = 'unknown' AND object_id IS NULL AND length(sid) = 32")), 1);
}

static void
a_replay_is_told_with_what_it_ended(UNUSED void **state)
{
	struct signed_in in;
	struct grant first, second;

	fix.config.refresh_grace = 0;
	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &first), OAUTH_OK);
	assert_int_equal(redeem(first.refresh_token, &second), OAUTH_OK);
	assert_int_equal(redeem(in.refresh.text, &second), INVALID_GRANT);
	assert_int_equal(sql_number(COLUMN("event = 'token_replayed' AND reason = 'a refresh token'")), 1);
	assert_int_equal(sql_number(COLUMN("event = 'session_ended' AND reason = 'a token was replayed'")), 1);
}

static void
a_subject_can_stand_in_for_the_person_s_ids(UNUSED void **state)
{
	struct signed_in in;

	sign_in(&in);
	fix.config.audit_identity = "subject";
	audit(&fix.rq, &(struct audit){ .event = AUDIT_SIGNED_IN, .session = &in.session });
	assert_int_equal(sql_number(COLUMN("tenant_id IS NULL AND object_id IS NULL AND length(subject) = 43")), 1);
}

static void
the_same_again_within_a_minute_is_counted(UNUSED void **state)
{
	to_a_file();
	fix.config.audit[1] = "store";
	for (int i = 0; i < 100; i++)
		audit(&fix.rq, &(struct audit){ .event = AUDIT_ACCESS_REFUSED, .tool = "t" });
	audit(&fix.rq, &(struct audit){ .event = AUDIT_ACCESS_REFUSED, .tool = "u" });
	assert_int_equal(sql_number("SELECT count(*) FROM audit"), 2);
	assert_int_equal(sql_number("SELECT max(times) FROM audit"), 100);
	assert_int_equal(lines(content(path_of("audit"))), 2);
	at(60);
	audit(&fix.rq, &(struct audit){ .event = AUDIT_ACCESS_REFUSED, .tool = "t" });
	assert_int_equal(sql_number("SELECT count(*) FROM audit"), 3);
}

static void
what_does_not_repeat_is_written_each_time(UNUSED void **state)
{
	audit(&fix.rq, &(struct audit){ .event = AUDIT_CLIENT_REGISTERED });
	fix.rq.id = "fedcba9876543210";
	audit(&fix.rq, &(struct audit){ .event = AUDIT_CLIENT_REGISTERED });
	assert_int_equal(sql_number("SELECT count(*) FROM audit"), 2);
}

static void
events_are_bounded_by_age_and_by_number(UNUSED void **state)
{
	fix.config.limits.audit_rows = 100;
	fix.config.limits.audit_keep = 3600;
	for (int i = 0; i < 1000; i++) {
		at(i);
		fix.rq.id = arena_printf(&fix.arena, "%d", i);
		audit(&fix.rq, &(struct audit){ .event = AUDIT_CLIENT_REGISTERED });
	}
	assert_in_range(sql_number("SELECT count(*) FROM audit"), 100, 500);
	assert_int_equal(sql_number("SELECT max(happened_at) FROM audit"), START + 999);
	assert_int_equal(sql_number("SELECT max(expires_at) FROM audit"), START + 999 + 3600);
}

/* One line, whatever a client calls its tool. */
static void
nobody_writes_a_line_of_ours(UNUSED void **state)
{
	to_a_file();
	fix.rq.client_id = "c\",\"event\":\"signed_in";
	WEB_REQUEST("", "REMOTE_ADDR=192.0.2.1\n{}");
	fix.rq.client_id = "c\",\"event\":\"signed_in";
	audit(&fix.rq, &(struct audit){ .event = AUDIT_ACCESS_REFUSED, .tool = "t\n{\"event\":\"signed_in\"}" });
	assert_string_equal(content(path_of("audit")), "{\"time\":\"2027-01-15T08:00:00Z\","
	    "\"event\":\"access_refused\",\"id\":\"0123456789abcdef\","
	    "\"client\":\"c\\\",\\\"event\\\":\\\"signed_in\",\"tool\":\"t?{\\\"event\\\":\\\"signed_in\\\"}\"}\n");
}

static void
switched_off_nothing_is_written(UNUSED void **state)
{
	fix.config.audit[0] = "off";
	fix.config.audit[1] = NULL;
	audit(&fix.rq, &(struct audit){ .event = AUDIT_SIGNED_IN });
	assert_int_equal(sql_number("SELECT count(*) FROM audit"), 0);
}

static void
what_cannot_be_written_fails_nothing(UNUSED void **state)
{
	struct store *store = fix.rq.store;

	to_a_file();
	fix.config.audit[1] = "store";
	fix.config.audit[2] = "file:/no/such/folder/audit";
	sql("ALTER TABLE audit RENAME TO other");
	fix.rq.failure = (struct failure){ .error = INVALID_GRANT, .reason = "kept" };
	audit(&fix.rq, &(struct audit){ .event = AUDIT_SIGNED_IN });
	assert_string_equal(fix.rq.failure.reason, "kept");
	assert_non_null(strstr(content(path_of("audit")), "signed_in"));
	fix.rq.store = NULL;
	fix.rq.io = NULL;
	audit_sid(&fix.rq, AUDIT_SIGNED_IN, &(struct sid){ .id = { 1 } }, NULL);
	fix.rq.store = store;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_event_has_a_name_of_its_own),
		CASE(an_event_says_who_through_which_client_where_and_from),
		CASE(a_session_that_has_ended_is_still_somebody_s),
		CASE(a_replay_is_told_with_what_it_ended),
		CASE(a_subject_can_stand_in_for_the_person_s_ids),
		CASE(the_same_again_within_a_minute_is_counted),
		CASE(what_does_not_repeat_is_written_each_time),
		CASE(events_are_bounded_by_age_and_by_number),
		CASE(nobody_writes_a_line_of_ours),
		CASE(switched_off_nothing_is_written),
		CASE(what_cannot_be_written_fails_nothing),
	};

	return RUN(tests, NULL, NULL);
}
