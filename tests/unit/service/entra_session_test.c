/* SPDX-License-Identifier: MIT */
#include "service/entra_session.h"

#include "service/reauthentication.h"
#include "service/setback.h"

#include "refreshing.h"

static void
a_token_with_time_left_serves_without_entra(UNUSED void **state)
{
	begin("rt");
	at(LIFE - ENTRA_EARLY - 1);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
five_minutes_before_its_end_it_is_refreshed_and_kept(UNUSED void **state)
{
	const char *second;

	begin("rt");
	at(LIFE - ENTRA_EARLY);
	second = will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_non_null(strstr(server.head, "grant_type=refresh_token&refresh_token=rt&scope="));
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_int_equal(atomic_load(&server.requests), 1);
	at(2 * LIFE);
	(void)will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_non_null(strstr(server.head, "&refresh_token=next&"));
}

static void
while_another_refreshes_the_old_one_serves(UNUSED void **state)
{
	struct opaque_token other = opaque_token_new(&fix.arena);

	begin("rt");
	at(LIFE - 1);
	assert_true(session_lease(&fix.rq, &in.session.sid, &other, 10));
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
while_entra_is_down_the_old_one_serves_to_its_end(UNUSED void **state)
{
	begin("rt");
	at(LIFE - 1);
	will_refuse(503, "server_error");
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	at(LIFE);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_null(token);
	assert_true(session_lives(&in.session));
	at(LIFE + SETBACK_BUSY);
	(void)will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
}

static void
a_refused_refresh_ends_the_session(UNUSED void **state)
{
	begin("rt");
	at(LIFE);
	will_refuse(400, "invalid_grant");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_null(token);
	assert_false(session_lives(&in.session));
}

static void
a_fault_of_ours_does_not_end_the_session(UNUSED void **state)
{
	begin("rt");
	at(LIFE);
	will_refuse(401, "invalid_client");
	assert_int_equal(ask(), ENTRA_MISCONFIGURED);
	assert_true(session_lives(&in.session));
}

static void
without_a_refresh_token_the_session_ends_with_the_access_token(UNUSED void **state)
{
	begin("");
	at(LIFE - 1);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	at(LIFE);
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
a_token_of_another_person_is_never_used_or_kept(UNUSED void **state)
{
	begin("rt");
	at(LIFE - 1);
	(void)will_grant("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb");
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	at(LIFE);
	(void)will_grant("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb");
	assert_int_equal(ask(), ENTRA_MISCONFIGURED);
	assert_null(token);
}

static void
tokens_that_do_not_open_end_the_session(UNUSED void **state)
{
	begin("rt");
	sql("UPDATE session SET entra_tokens = zeroblob(length(entra_tokens))");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
}

static void
what_entra_demands_at_a_refresh_waits_for_the_next_sign_in(UNUSED void **state)
{
	struct reauthentication demand = { .claims = NULL };

	begin("rt");
	at(LIFE);
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"invalid_grant\",\"claims\":\"{\\\"access_token\\\":{\\\"a\\\":1}}\"}");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
	assert_int_equal(reauthentication_find(&fix.rq, &in.session, &demand), STORED);
	assert_string_equal(demand.claims, "{\"access_token\":{\"a\":1}}");
	assert_true(reauthentication_waits(&fix.rq, &demand));
}

static void
the_persons_own_tenant_is_asked(UNUSED void **state)
{
	begin("rt");
	at(LIFE);
	in.session.tenant_id = "22222222-2222-4222-8222-222222222222";
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);	/* its document is of another tenant */
	assert_int_equal(atomic_load(&server.requests), 0);
	in.session.tenant_id = TENANT;
	(void)will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(a_token_with_time_left_serves_without_entra),
		SIGNED(five_minutes_before_its_end_it_is_refreshed_and_kept),
		SIGNED(while_another_refreshes_the_old_one_serves),
		SIGNED(while_entra_is_down_the_old_one_serves_to_its_end),
		SIGNED(a_refused_refresh_ends_the_session),
		SIGNED(a_fault_of_ours_does_not_end_the_session),
		SIGNED(without_a_refresh_token_the_session_ends_with_the_access_token),
		SIGNED(a_token_of_another_person_is_never_used_or_kept),
		SIGNED(tokens_that_do_not_open_end_the_session),
		SIGNED(what_entra_demands_at_a_refresh_waits_for_the_next_sign_in),
		SIGNED(the_persons_own_tenant_is_asked),
	};

	return RUN(tests, make_keys, free_keys);
}
