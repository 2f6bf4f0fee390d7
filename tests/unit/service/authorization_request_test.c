/* SPDX-License-Identifier: MIT */
#include "service/authorization_request.h"

#include "fixture.h"

static struct opaque_token id, browser;
static struct authorization_request asked;	/* as the consent page read it */

static void
open_request(const char *client_state)
{
	browser = opaque_token_new(&fix.arena);
	assert_int_equal(authorization_request_open(&fix.rq, &(struct authorization_request){
	    .client_id = "client", .redirect_uri = "https://c.example/cb", .state = client_state,
	    .code_challenge = "challenge", .scope = "mcp:tools", .resource = RESOURCE }, &id),
	    STORED);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &asked), STORED);
}

static struct entra_round
approved(void)
{
	struct entra_round round;

	assert_int_equal(authorization_request_approve(&fix.rq, &asked, &browser, &round), STORED);
	return round;
}

static struct authorization_request found;	/* by Entra's state */
static struct bytes cookie_hash, sealed;

static enum stored
come_back(const struct entra_round *round)
{
	return authorization_request_by_state(&fix.rq, &round->state, &found, &cookie_hash,
	    &sealed);
}

static bool
unseals(const struct opaque_token *cookie)
{
	const char *nonce = NULL, *verifier = NULL;

	return authorization_request_unseal(&fix.rq, &found, cookie, sealed, &nonce, &verifier);
}

static void
an_opened_request_comes_back_as_it_was_sent(UNUSED void **state)
{
	open_request("a&b=\"c\"\xc3\xa4");
	assert_string_equal(asked.client_id, "client");
	assert_string_equal(asked.redirect_uri, "https://c.example/cb");
	assert_string_equal(asked.state, "a&b=\"c\"\xc3\xa4");
	assert_string_equal(asked.code_challenge, "challenge");
	assert_string_equal(asked.scope, "mcp:tools");
	assert_string_equal(asked.resource, RESOURCE);
	assert_null(asked.browser_hash.data);
	assert_memory_equal(asked.id_hash.data, id.hash, SHA256_SIZE);
	open_request(NULL);
	assert_null(asked.state);
}

static void
the_id_stands_in_the_database_as_hash_alone(UNUSED void **state)
{
	struct authorization_request got;
	struct opaque_token other = opaque_token_new(&fix.arena);

	open_request(NULL);
	assert_int_equal(sql_number("SELECT length(id_hash) FROM authorization_request"), 32);
	assert_int_equal(authorization_request_get(&fix.rq, &other, &got), ABSENT);
	other = opaque_token_of(&fix.arena, id.hash);
	assert_int_equal(authorization_request_get(&fix.rq, &other, &got), ABSENT);
}

static void
the_first_approval_binds_it_to_its_browser(UNUSED void **state)
{
	struct opaque_token stranger = opaque_token_new(&fix.arena);
	struct entra_round first, second;

	open_request(NULL);
	first = approved();
	assert_int_equal(authorization_request_approve(&fix.rq, &asked, &stranger, &second),
	    ABSENT);
	assert_int_equal(come_back(&second), ABSENT);
	assert_int_equal(come_back(&first), STORED);
	assert_memory_equal(cookie_hash.data, first.cookie.hash, SHA256_SIZE);
	assert_memory_equal(found.id_hash.data, id.hash, SHA256_SIZE);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &asked), STORED);
	assert_int_equal(asked.browser_hash.len, SHA256_SIZE);
	assert_memory_equal(asked.browser_hash.data, browser.hash, SHA256_SIZE);
}

static void
the_same_browser_may_approve_again_and_the_earlier_round_is_worthless(UNUSED void **state)
{
	struct entra_round first, second;

	open_request(NULL);
	first = approved();
	second = approved();
	assert_int_equal(come_back(&first), ABSENT);
	assert_int_equal(come_back(&second), STORED);
	assert_false(unseals(&first.cookie));
	assert_true(unseals(&second.cookie));
}

static void
rfc7636_s4_1_nonce_and_verifier_have_43_characters_and_differ(UNUSED void **state)
{
	struct entra_round round;

	open_request(NULL);
	round = approved();
	assert_int_equal(strlen(round.nonce), 43);
	assert_int_equal(strlen(round.code_verifier), 43);
	assert_string_not_equal(round.nonce, round.code_verifier);
	assert_string_not_equal(round.state.text, round.cookie.text);
	assert_string_not_equal(round.state.text, id.text);
}

static void
nonce_and_verifier_open_with_the_browsers_cookie_alone(UNUSED void **state)
{
	struct entra_round round, other;
	const char *nonce = NULL, *verifier = NULL;

	open_request(NULL);
	other = approved();
	open_request(NULL);
	round = approved();
	assert_int_equal(come_back(&round), STORED);
	assert_false(unseals(&other.cookie));
	assert_false(unseals(&round.state));
	assert_false(unseals(&browser));
	assert_true(authorization_request_unseal(&fix.rq, &found, &round.cookie, sealed, &nonce,
	    &verifier));
	assert_string_equal(nonce, round.nonce);
	assert_string_equal(verifier, round.code_verifier);
	sealed.data[sealed.len - 1] ^= 1;
	assert_false(unseals(&round.cookie));
	sealed = (struct bytes){ 0 };
	assert_false(unseals(&round.cookie));
}

/* The second visit to Entra: of whom more was demanded. */
static void
the_person_of_whom_more_was_demanded_comes_back(UNUSED void **state)
{
	struct entra_round round;

	open_request(NULL);
	assert_null(asked.reauthenticates);
	asked.reauthenticates = "subject-of-alice";
	assert_int_equal(authorization_request_open(&fix.rq, &asked, &id), STORED);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &asked), STORED);
	assert_string_equal(asked.reauthenticates, "subject-of-alice");
	round = approved();
	assert_int_equal(come_back(&round), STORED);
	assert_string_equal(found.reauthenticates, "subject-of-alice");
	assert_true(unseals(&round.cookie));
	sql("UPDATE authorization_request SET reauthenticates = NULL WHERE reauthenticates IS NOT NULL");
	assert_int_equal(come_back(&round), STORED);
	assert_null(found.reauthenticates);
	assert_false(unseals(&round.cookie));
}

static void
each_clear_column_is_held_by_what_was_approved(UNUSED void **state)
{
	static const char *const changes[] = {
		"client_id = 'evil'", "redirect_uri = 'https://evil.example/'", "state = 'other'",
		"state = NULL", "code_challenge = 'other'", "scope = 'mcp:tools admin'",
		"resource = 'https://mcp.example.org/other'", "reauthenticates = 'someone'",
		"id_hash = x'0000000000000000000000000000000000000000000000000000000000000000'",
		"client_id = client_id || redirect_uri, redirect_uri = ''",
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct entra_round round;

		sql("DELETE FROM authorization_request");
		open_request("state");
		round = approved();
		assert_int_equal(come_back(&round), STORED);
		assert_true(unseals(&round.cookie));
		sql(arena_printf(&fix.arena, "UPDATE authorization_request SET %s", changes[i]));
		assert_int_equal(come_back(&round), STORED);
		if (unseals(&round.cookie))
			fail_msg("%s went unseen", changes[i]);
	}
}

static void
the_binding_covers_what_a_page_shows(UNUSED void **state)
{
	struct authorization_request other;
	const char *binding;

	open_request(NULL);
	binding = authorization_request_binding(&fix.rq, &asked);
	assert_int_equal(strlen(binding), 43);
	assert_string_equal(authorization_request_binding(&fix.rq, &asked), binding);
	other = asked;
	other.redirect_uri = "https://evil.example/";
	assert_string_not_equal(authorization_request_binding(&fix.rq, &other), binding);
	other = asked;
	other.state = "added";
	assert_string_not_equal(authorization_request_binding(&fix.rq, &other), binding);
	other = asked;
	other.reauthenticates = "someone";
	assert_string_not_equal(authorization_request_binding(&fix.rq, &other), binding);
}

static void
it_expires_whatever_its_state(UNUSED void **state)
{
	struct entra_round round, late;
	struct authorization_request got;

	open_request(NULL);
	round = approved();
	at(fix.config.limits.transaction - 1);
	assert_int_equal(come_back(&round), STORED);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &got), STORED);
	at(fix.config.limits.transaction);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &got), ABSENT);
	assert_int_equal(authorization_request_approve(&fix.rq, &asked, &browser, &late), ABSENT);
	assert_int_equal(come_back(&round), ABSENT);
}

static void
it_is_closed_once(UNUSED void **state)
{
	struct authorization_request got;

	open_request(NULL);
	assert_int_equal(authorization_request_close(&fix.rq, asked.id_hash), STORED);
	assert_int_equal(authorization_request_close(&fix.rq, asked.id_hash), ABSENT);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &got), ABSENT);
}

static void
without_the_browser_key_nothing_is_approved(UNUSED void **state)
{
	struct entra_round round;

	open_request(NULL);
	assert_int_equal(unlink(path_of("keys/browser/key")), 0);
	assert_int_equal(authorization_request_approve(&fix.rq, &asked, &browser, &round),
	    STORE_FAILED);
	assert_int_equal(sql_number("SELECT count(*) FROM authorization_request WHERE "
	    "entra_state_hash IS NULL AND browser_hash IS NULL"), 1);
}

static void
a_flood_of_requests_is_bounded_and_takes_no_approved_ones_place(UNUSED void **state)
{
	struct entra_round round;

	fix.config.limits.transactions = 8;
	open_request(NULL);
	round = approved();
	for (int i = 0; i < 40; i++)
		open_request(NULL);
	assert_true(sql_number("SELECT count(*) FROM authorization_request") <= 8);
	assert_int_equal(come_back(&round), STORED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_opened_request_comes_back_as_it_was_sent),
		CASE(the_id_stands_in_the_database_as_hash_alone),
		CASE(the_first_approval_binds_it_to_its_browser),
		CASE(the_same_browser_may_approve_again_and_the_earlier_round_is_worthless),
		CASE(rfc7636_s4_1_nonce_and_verifier_have_43_characters_and_differ),
		CASE(nonce_and_verifier_open_with_the_browsers_cookie_alone),
		CASE(the_person_of_whom_more_was_demanded_comes_back),
		CASE(each_clear_column_is_held_by_what_was_approved),
		CASE(the_binding_covers_what_a_page_shows),
		CASE(it_expires_whatever_its_state),
		CASE(it_is_closed_once),
		CASE(without_the_browser_key_nothing_is_approved),
		CASE(a_flood_of_requests_is_bounded_and_takes_no_approved_ones_place),
	};

	return RUN(tests, NULL, NULL);
}
