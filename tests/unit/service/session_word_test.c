/* SPDX-License-Identifier: MIT */
/* How long Entra's word on a person stands, whatever its token's life. */
#include "service/session.h"

#include "signed_in.h"

static struct signed_in in;

/* The clear hint beside tokens that are renewed then and were given then. */
static int64_t
hint_of(int64_t renew_at, int64_t asked_at)
{
	const struct entra_tokens tokens = { .access_token = "a", .refresh_token = "r",
	    .expires_at = START + 100000, .renew_at = START + renew_at, .asked_at = START + asked_at };
	struct opaque_token owner = opaque_token_new(&fix.arena);

	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 10));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens), STORED);
	return sql_number("SELECT entra_until FROM session") - START;
}

static void
entras_word_stands_to_the_renewal_and_an_hour_at_most(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(sql_number("SELECT entra_until FROM session"), START + 3300);
	assert_int_equal(hint_of(80000, 0), ENTRA_WORD_LASTS);
	assert_int_equal(hint_of(ENTRA_WORD_LASTS + 1, 0), ENTRA_WORD_LASTS);
	assert_int_equal(hint_of(ENTRA_WORD_LASTS - 1, 0), ENTRA_WORD_LASTS - 1);
	assert_int_equal(hint_of(80000, 500), ENTRA_WORD_LASTS + 500);
	assert_int_equal(ENTRA_WORD_LASTS, 3600);
}

static void
entra_can_be_asked_sooner(UNUSED void **state)
{
	struct signed_in other;

	open_session(&other);
	open_session(&in);
	session_ask_entra_at(&fix.rq, &in.session.sid, START + 60);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE entra_until = 1800000060"), 1);
	assert_int_equal(sql_number(arena_printf(&fix.arena, "SELECT entra_until FROM session "
	    "WHERE sid = x'%s'", sid_text(&fix.arena, &in.session.sid))), START + 60);
}

static const char *
hex_of(struct bytes b)
{
	const char *text = "";

	for (size_t i = 0; i < b.len; i++)
		text = arena_printf(&fix.arena, "%s%02x", text, b.data[i]);
	return text;
}

/* Their word has no time: it is asked for anew. */
static void
tokens_of_an_earlier_version_are_due(UNUSED void **state)
{
	static const char *const texts[] = {
		"{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":1800003600}",
		"{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":1800003600,\"renew_at\":1800003300}",
	};
	struct entra_tokens got;

	open_session(&in);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct bytes sealed = seal_column(&fix.arena, &in.key, "session.entra_tokens", &in.session.sid,
		    texts[i]);

		sql(arena_printf(&fix.arena, "UPDATE session SET entra_tokens = x'%s'", hex_of(sealed)));
		assert_int_equal(session_entra_tokens(&fix.rq, &in.session, &in.key, &got), STORED);
		assert_string_equal(got.access_token, "a");
		assert_int_equal(got.renew_at, 0);
		assert_int_equal(got.asked_at, 0);
	}
}

/* Leases are taken for the same time by all: a longer one was taken by a clock that ran ahead. */
static void
a_lease_of_the_future_is_taken_over(UNUSED void **state)
{
	struct opaque_token one = opaque_token_new(&fix.arena), two = opaque_token_new(&fix.arena);

	open_session(&in);
	at(86400);
	assert_true(session_lease(&fix.rq, &in.session.sid, &one, 20));
	at(0);
	assert_true(session_lease(&fix.rq, &in.session.sid, &two, 20));
	assert_false(session_lease(&fix.rq, &in.session.sid, &one, 20));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(entras_word_stands_to_the_renewal_and_an_hour_at_most),
		CASE(entra_can_be_asked_sooner),
		CASE(tokens_of_an_earlier_version_are_due),
		CASE(a_lease_of_the_future_is_taken_over),
	};

	return RUN(tests, NULL, NULL);
}
