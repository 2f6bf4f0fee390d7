/* SPDX-License-Identifier: MIT */
/* admin_session_test.c drives it too, through many batches. */
#include "service/session_revoke.h"

#include "signed_in.h"

#define BOB	"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

static struct signed_in alice, other, bob;

static struct session_revocation
of_person(const char *object_id, const char *client_id)
{
	struct session_revocation r = {
		.of = { .client_id = client_id }, .event = AUDIT_ADMINISTRATOR_REVOKED, .reason = "a test",
	};

	memcpy(r.of.tenant_id, TENANT, sizeof TENANT);
	memcpy(r.of.object_id, object_id, GUID_TEXT + 1);
	return r;
}

/* Alice at two clients, and Bob at one. */
static void
three_sessions(void)
{
	sign_in(&alice);
	sign_in(&other);
	sign_in(&bob);
	sql(arena_printf(&fix.arena, "UPDATE session SET client_id = '" OTHER_CLIENT "' WHERE sid = x'%s'",
	    sid_text(&fix.arena, &other.session.sid)));
	sql(arena_printf(&fix.arena, "UPDATE session SET object_id = '" BOB "' WHERE sid = x'%s'",
	    sid_text(&fix.arena, &bob.session.sid)));
}

static void
a_person_s_sessions_at_one_client_end(UNUSED void **state)
{
	struct session_revocation r = of_person(PERSON, CLIENT);

	three_sessions();
	assert_true(session_revoke_batch(&fix.rq, &r));
	assert_true(r.over);
	assert_int_equal(r.ended, 1);
	assert_int_equal(verify(alice.grant.access_token), INVALID_TOKEN);
	assert_true(session_lives(&other.session));
	assert_true(session_lives(&bob.session));
}

static void
each_leaves_its_mark_in_the_audit(UNUSED void **state)
{
	struct session_revocation r = of_person(PERSON, NULL);

	three_sessions();
	assert_true(session_revoke_batch(&fix.rq, &r));
	assert_int_equal(r.ended, 2);
	assert_int_equal(sql_number("SELECT count(*) FROM audit WHERE event = 'administrator_revoked' "
	    "AND reason = 'a test' AND object_id = '" PERSON "'"), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM audit"), 2);
}

static void
a_batch_is_one_of_several_and_goes_on_where_the_last_one_ended(UNUSED void **state)
{
	struct session_revocation r = of_person(PERSON, NULL);

	for (int i = 0; i < SESSION_BATCH + 1; i++)
		open_session(&alice);
	assert_true(session_revoke_batch(&fix.rq, &r));
	assert_false(r.over);
	assert_int_equal(r.ended, SESSION_BATCH);
	assert_true(session_revoke_batch(&fix.rq, &r));
	assert_true(r.over);
	assert_int_equal(r.ended, SESSION_BATCH + 1);
}

static void
a_store_that_fails_ends_nothing(UNUSED void **state)
{
	struct session_revocation r = of_person(PERSON, NULL);

	open_session(&alice);
	sql("DROP TABLE upstream_session");
	assert_false(session_revoke_batch(&fix.rq, &r));
	assert_int_equal(r.ended, 0);
	assert_false(r.over);
	assert_true(session_lives(&alice.session));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_person_s_sessions_at_one_client_end),
		CASE(each_leaves_its_mark_in_the_audit),
		CASE(a_batch_is_one_of_several_and_goes_on_where_the_last_one_ended),
		CASE(a_store_that_fails_ends_nothing),
	};

	return RUN(tests, NULL, NULL);
}
