/* SPDX-License-Identifier: MIT */
#include "service/key_rotation.h"

#include "service/sweep.h"

#include "generations.h"
#include "signed_in.h"

static const char *why;

static bool
change(enum key_purpose purpose, bool add, struct key_rotation *r)
{
	*r = (struct key_rotation){ .purpose = purpose, .add = add };
	why = "";
	fix.rq.now = clock_seconds();
	return key_rotate(&fix.rq, r, &why);
}

static size_t
count(enum key_purpose purpose)
{
	struct generations g;
	size_t n = generations_of(purpose, &g);

	generations_forget(&g);
	return n;
}

static void
a_new_generation_stands_last_and_is_current_later(UNUSED void **state)
{
	const char *before = arena_string(&fix.arena, keyring_current(fix.rq.keys, KEY_SIGN)->kid);
	struct key_rotation r;

	at(100);
	assert_true(change(KEY_SIGN, true, &r));
	assert_int_equal(r.dropped, 0);
	assert_int_equal(count(KEY_SIGN), 2);
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, before);
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, r.kid));
	at(100 + KEY_SETTLE);
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, r.kid);
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, before));
}

/* Three rotations within a session's life, in a ring that nobody opens anew. */
static void
nobody_is_signed_out(UNUSED void **state)
{
	struct signed_in early, late;
	struct grant got;
	struct key_rotation r;

	sign_in(&early);
	for (int64_t i = 1; i <= 3; i++) {
		for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
			assert_true(change(p, true, &r));
		for (int64_t s = 0; s <= 70; s += 5) {
			at(i * 100 + s);
			sign_in(&late);
			assert_int_equal(verify(early.grant.access_token), OAUTH_OK);
			assert_int_equal(verify(late.grant.access_token), OAUTH_OK);
			assert_int_equal(redeem(late.refresh.text, &got), OAUTH_OK);
			assert_int_equal(verify(got.access_token), OAUTH_OK);
		}
	}
	assert_int_equal(redeem(early.refresh.text, &got), OAUTH_OK);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(count(KEY_WRAP), 4);
}

static void
what_nobody_needs_goes_and_opens_nothing_any_more(UNUSED void **state)
{
	const char *old = arena_string(&fix.arena, keyring_current(fix.rq.keys, KEY_WRAP)->kid);
	struct key_rotation r;
	struct signed_in in;
	struct grant got;

	sign_in(&in);
	assert_true(change(KEY_WRAP, true, &r));
	at(1000);
	assert_true(change(KEY_WRAP, false, &r));
	assert_int_equal(r.dropped, 0);
	assert_null(r.kid);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	at(4000);
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
	assert_true(sweep(fix.rq.store, &fix.config, fix.rq.now, SWEEP_ROWS, NULL));	/* as token does */
	assert_true(change(KEY_WRAP, false, &r));
	assert_int_equal(r.dropped, 1);
	assert_int_equal(count(KEY_WRAP), 1);
	at(4000 + KEY_RELOAD);
	assert_null(keyring_find(fix.rq.keys, KEY_WRAP, old));
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
	assert_true(change(KEY_WRAP, false, &r));
	assert_int_equal(r.dropped, 0);
}

static void
a_rotation_makes_room_first(UNUSED void **state)
{
	struct key_rotation r;

	GENERATIONS(KEY_CACHE, 0, 1, 2, 3, 4, 5, 6, 7);
	at(1000);
	assert_true(change(KEY_CACHE, true, &r));
	assert_int_equal(r.dropped, 7);
	assert_int_equal(count(KEY_CACHE), 2);
}

static void
a_full_file_of_needed_keys_stays_as_it_is(UNUSED void **state)
{
	const char *before;
	struct key_rotation r;

	GENERATIONS(KEY_CACHE, 0, 1, 2, 3, 4, 5, 6, 7);
	before = read_text(path_of("keys/cache/key"));
	assert_false(change(KEY_CACHE, true, &r));
	assert_non_null(strstr(why, "keys/cache/key holds 8 generations, and each is still needed"));
	assert_null(r.kid);
	assert_string_equal(read_text(path_of("keys/cache/key")), before);
}

static void
a_file_or_a_store_that_is_no_good_is_told_and_left(UNUSED void **state)
{
	const char *before = read_text(path_of("keys/cache/key"));
	struct key_rotation r;

	sql("ALTER TABLE assertion RENAME TO out_of_reach");
	assert_false(change(KEY_CACHE, true, &r));
	assert_non_null(strstr(why, "the database cannot be read: no such table"));
	assert_string_equal(read_text(path_of("keys/cache/key")), before);
	write_file(path_of("keys/sign/key"), "nonsense\n");
	assert_false(change(KEY_SIGN, true, &r));
	assert_non_null(strstr(why, "keys/sign/key cannot be read, or is not one"));
	assert_string_equal(read_text(path_of("keys/sign/key")), "nonsense\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_new_generation_stands_last_and_is_current_later),
		CASE(nobody_is_signed_out),
		CASE(what_nobody_needs_goes_and_opens_nothing_any_more),
		CASE(a_rotation_makes_room_first),
		CASE(a_full_file_of_needed_keys_stays_as_it_is),
		CASE(a_file_or_a_store_that_is_no_good_is_told_and_left),
	};

	return RUN(tests, NULL, NULL);
}
