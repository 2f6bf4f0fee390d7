/* SPDX-License-Identifier: MIT */
#include "service/refresh_token.h"

#include "service/sweep.h"

#include "signed_in.h"

#define GRACE	30

static void
rfc6749_s6_a_refresh_yields_a_working_pair(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_string_not_equal(got.refresh_token, in.refresh.text);
	assert_string_equal(got.scope, SCOPE);
	assert_int_equal(got.expires_in, 3600);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
}

static void
case_a_within_grace_the_same_successor_comes_again(UNUSED void **state)
{
	struct signed_in in;
	struct grant first = { 0 }, again = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &first), OAUTH_OK);
	at(GRACE - 1);
	assert_int_equal(redeem(in.refresh.text, &again), OAUTH_OK);
	assert_string_equal(again.refresh_token, first.refresh_token);
	assert_string_not_equal(again.access_token, first.access_token);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token"), 2);
	assert_int_equal(verify(first.access_token), OAUTH_OK);
}

static void
case_b_after_grace_a_new_successor_supersedes_the_lost_one(UNUSED void **state)
{
	struct signed_in in;
	struct grant lost = { 0 }, got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &lost), OAUTH_OK);
	at(GRACE);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_string_not_equal(got.refresh_token, lost.refresh_token);
	assert_int_equal(verify(lost.access_token), INVALID_TOKEN);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE superseded_at IS "
	    "NOT NULL "
	    "AND wrap IS NULL"), 1);
}

static void
case_b_a_superseded_token_presented_ends_the_session(UNUSED void **state)
{
	struct signed_in in;
	struct grant lost = { 0 }, got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &lost), OAUTH_OK);
	at(GRACE);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(redeem(lost.refresh_token, &lost), INVALID_GRANT);
	assert_false(session_lives(&in.session));
	assert_int_equal(redeem(got.refresh_token, &got), INVALID_GRANT);
	assert_int_equal(verify(got.access_token), INVALID_TOKEN);
}

static void
case_c_after_its_successor_was_used_a_replay_ends_the_session(UNUSED void **state)
{
	struct signed_in in;
	struct grant second = { 0 }, third = { 0 }, none = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &second), OAUTH_OK);
	assert_int_equal(redeem(second.refresh_token, &third), OAUTH_OK);
	assert_true(session_lives(&in.session));
	at(GRACE);
	assert_int_equal(redeem(in.refresh.text, &none), INVALID_GRANT);
	assert_string_equal(fix.rq.failure.reason, "replayed");
	assert_null(none.access_token);
	assert_false(session_lives(&in.session));
	assert_int_equal(redeem(third.refresh_token, &none), INVALID_GRANT);
	assert_int_equal(verify(third.access_token), INVALID_TOKEN);
}

static void
case_c_after_its_access_token_was_used_a_replay_ends_the_session(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 }, none = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM access_token WHERE confirms IS NOT NULL"),
	    1);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM access_token WHERE confirms IS NOT NULL"),
	    0);
	at(GRACE);
	assert_int_equal(redeem(in.refresh.text, &none), INVALID_GRANT);
	assert_false(session_lives(&in.session));
}

static void
case_a_within_grace_the_same_successor_comes_again_although_it_was_used(UNUSED void **state)
{
	struct signed_in in;
	struct grant first = { 0 }, again = { 0 }, next = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &first), OAUTH_OK);
	assert_int_equal(verify(first.access_token), OAUTH_OK);
	at(GRACE - 1);
	assert_int_equal(redeem(in.refresh.text, &again), OAUTH_OK);
	assert_string_equal(again.refresh_token, first.refresh_token);
	assert_int_equal(verify(again.access_token), OAUTH_OK);
	assert_int_equal(redeem(again.refresh_token, &next), OAUTH_OK);
	at(GRACE);
	assert_int_equal(redeem(in.refresh.text, &again), INVALID_GRANT);
	assert_false(session_lives(&in.session));
}

static void
case_c_a_used_rotation_whose_copy_was_altered_ends_the_session(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	sql("UPDATE refresh_token SET successor = zeroblob(length(successor)) "
	    "WHERE successor IS NOT NULL");
	assert_int_equal(redeem(in.refresh.text, &got), INVALID_GRANT);
	assert_false(session_lives(&in.session));
}

static int64_t
confirmed_rows_that_open(void)
{
	return sql_number("SELECT count(*) FROM refresh_token WHERE confirmed_at IS NOT NULL "
	    "AND (wrap IS NOT NULL OR successor IS NOT NULL)");
}

static void
what_grace_kept_is_erased_by_the_next_confirmation(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(confirmed_rows_that_open(), 1);
	at(GRACE);
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE confirmed_at IS NOT NULL"), 2);
	assert_int_equal(confirmed_rows_that_open(), 1);
}

static void
what_grace_kept_of_an_idle_session_is_erased_by_the_sweep(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_true(sweep(fix.rq.store, &fix.config, START + GRACE - 1, SWEEP_ROWS, NULL));
	assert_int_equal(confirmed_rows_that_open(), 1);
	assert_true(sweep(fix.rq.store, &fix.config, START + GRACE, SWEEP_ROWS, NULL));
	assert_int_equal(confirmed_rows_that_open(), 0);
}

static void
confirmation_erases_the_old_wrap_and_the_successors_copy(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE successor IS NOT "
	    "NULL "
	    "AND wrap IS NOT NULL"), 1);
	at(GRACE);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE confirmed_at IS "
	    "NOT NULL "
	    "AND successor IS NULL AND wrap IS NULL"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE predecessor IS NOT "
	    "NULL"),
	    0);
}

static void
a_second_access_token_of_one_rotation_confirms_as_well(UNUSED void **state)
{
	struct signed_in in;
	struct grant first = { 0 }, again = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &first), OAUTH_OK);
	assert_int_equal(redeem(in.refresh.text, &again), OAUTH_OK);
	assert_int_equal(verify(again.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE confirmed_at IS "
	    "NOT NULL"),
	    1);
	assert_int_equal(verify(first.access_token), OAUTH_OK);
	assert_true(session_lives(&in.session));
}

static void
the_first_access_token_of_a_session_confirms_nothing(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE confirmed_at IS "
	    "NOT NULL"),
	    0);
}

static void
grace_zero_gives_a_new_successor_at_once(UNUSED void **state)
{
	struct signed_in in;
	struct grant lost = { 0 }, got = { 0 };

	fix.config.refresh_grace = 0;
	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &lost), OAUTH_OK);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_string_not_equal(got.refresh_token, lost.refresh_token);
	assert_int_equal(redeem(lost.refresh_token, &lost), INVALID_GRANT);
	assert_false(session_lives(&in.session));
}

static void
two_rotations_may_be_lost_in_a_row(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	for (int i = 0; i < 4; i++) {
		at(i * GRACE);
		assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	}
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
	assert_true(session_lives(&in.session));
}

static void
an_altered_copy_of_the_successor_is_not_handed_out(UNUSED void **state)
{
	struct signed_in in;
	struct grant first = { 0 }, got = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &first), OAUTH_OK);
	sql("UPDATE refresh_token SET successor = zeroblob(length(successor)) "
	    "WHERE successor IS NOT NULL");
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_string_not_equal(got.refresh_token, first.refresh_token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6749_s6_a_refresh_yields_a_working_pair),
		CASE(case_a_within_grace_the_same_successor_comes_again),
		CASE(case_b_after_grace_a_new_successor_supersedes_the_lost_one),
		CASE(case_b_a_superseded_token_presented_ends_the_session),
		CASE(case_c_after_its_successor_was_used_a_replay_ends_the_session),
		CASE(case_c_after_its_access_token_was_used_a_replay_ends_the_session),
		CASE(case_a_within_grace_the_same_successor_comes_again_although_it_was_used),
		CASE(case_c_a_used_rotation_whose_copy_was_altered_ends_the_session),
		CASE(what_grace_kept_is_erased_by_the_next_confirmation),
		CASE(what_grace_kept_of_an_idle_session_is_erased_by_the_sweep),
		CASE(confirmation_erases_the_old_wrap_and_the_successors_copy),
		CASE(a_second_access_token_of_one_rotation_confirms_as_well),
		CASE(the_first_access_token_of_a_session_confirms_nothing),
		CASE(grace_zero_gives_a_new_successor_at_once),
		CASE(two_rotations_may_be_lost_in_a_row),
		CASE(an_altered_copy_of_the_successor_is_not_handed_out),
	};

	return RUN(tests, NULL, NULL);
}
