/* SPDX-License-Identifier: MIT */
#include "service/rotation.h"

#include "signed_in.h"

static struct signed_in in;
static struct grant got;

/* A session whose first refresh token was rotated once. */
static void
rotate_once(void)
{
	sign_in(&in);
	got = (struct grant){ 0 };
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
}

static struct bytes
predecessor(void)
{
	return (struct bytes){ .data = in.refresh.hash, .len = sizeof in.refresh.hash };
}

static int64_t
kept(void)
{
	return sql_number("SELECT count(*) FROM refresh_token WHERE successor IS NOT NULL");
}

static void
confirming_within_the_grace_keeps_the_copy_and_the_wrap(UNUSED void **state)
{
	rotate_once();
	assert_true(rotation_confirm_use(&fix.rq, &in.session.sid, predecessor()));
	assert_int_equal(kept(), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE wrap IS NULL"), 0);
}

static void
confirming_after_the_grace_erases_what_the_predecessors_row_kept(UNUSED void **state)
{
	rotate_once();
	assert_int_equal(kept(), 1);
	at(fix.config.refresh_grace);
	assert_true(rotation_confirm_use(&fix.rq, &in.session.sid, predecessor()));
	assert_int_equal(kept(), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE wrap IS NULL "
	    "AND confirmed_at = 1800000030"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM access_token WHERE confirms IS NOT NULL"),
	    0);
	assert_true(rotation_confirm_use(&fix.rq, &in.session.sid, predecessor()));
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
}

static void
within_a_transaction_that_dies_nothing_is_erased(UNUSED void **state)
{
	rotate_once();
	{
		AUTO(transaction) struct transaction t = transaction_begin(fix.rq.store);

		assert_non_null(t.store);
		assert_true(rotation_confirm(&fix.rq, &in.session.sid, predecessor()));
	}
	assert_int_equal(kept(), 1);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
}

static void
superseding_takes_the_successor_and_its_access_tokens(UNUSED void **state)
{
	struct opaque_token successor;

	rotate_once();
	assert_true(opaque_token_read(&fix.arena, got.refresh_token, &successor));
	assert_true(rotation_supersede(&fix.rq, (struct bytes){ .data = successor.hash,
	    .len = sizeof successor.hash }));
	assert_int_equal(verify(got.access_token), INVALID_TOKEN);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE superseded_at IS "
	    "NOT NULL "
	    "AND wrap IS NULL"), 1);
	assert_true(session_lives(&in.session));
}

static void
a_store_that_fails_is_told_and_nothing_is_erased(UNUSED void **state)
{
	rotate_once();
	at(fix.config.refresh_grace);
	sql("ALTER TABLE access_token RENAME TO gone");
	assert_false(rotation_confirm_use(&fix.rq, &in.session.sid, predecessor()));
	assert_int_equal(kept(), 1);
	sql("ALTER TABLE gone RENAME TO access_token");
	assert_true(rotation_confirm_use(&fix.rq, &in.session.sid, predecessor()));
	assert_int_equal(kept(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(confirming_within_the_grace_keeps_the_copy_and_the_wrap),
		CASE(confirming_after_the_grace_erases_what_the_predecessors_row_kept),
		CASE(within_a_transaction_that_dies_nothing_is_erased),
		CASE(superseding_takes_the_successor_and_its_access_tokens),
		CASE(a_store_that_fails_is_told_and_nothing_is_erased),
	};

	return RUN(tests, NULL, NULL);
}
