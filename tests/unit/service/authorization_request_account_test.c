/* SPDX-License-Identifier: MIT */
/* The page of a person's own clients signs them in with no client behind it. */
#include "service/authorization_request.h"

#include "fixture.h"

static struct opaque_token id;
static struct authorization_request found;	/* by Entra's state */
static struct bytes cookie_hash, sealed;

static struct entra_round
approved(bool account)
{
	struct authorization_request asked = {
		.client_id = account ? "" : "client", .redirect_uri = account ? "" : "https://c.example/cb",
		.code_challenge = account ? "" : "challenge", .scope = account ? "" : "mcp:tools",
		.resource = account ? "" : RESOURCE, .account = account,
	};
	struct opaque_token browser = opaque_token_new(&fix.arena);
	struct entra_round round;

	assert_int_equal(authorization_request_open(&fix.rq, &asked, &id), STORED);
	asked.id_hash = (struct bytes){ .data = id.hash, .len = sizeof id.hash };
	assert_int_equal(authorization_request_approve(&fix.rq, &asked, &browser, &round), STORED);
	return round;
}

static bool
comes_back(const struct entra_round *round)
{
	const char *nonce = NULL, *verifier = NULL;

	assert_int_equal(authorization_request_by_state(&fix.rq, &round->state, &found, &cookie_hash,
	    &sealed), STORED);
	return authorization_request_unseal(&fix.rq, &found, &round->cookie, sealed, &nonce, &verifier);
}

static void
each_kind_comes_back_as_what_it_was(UNUSED void **state)
{
	struct entra_round round = approved(true);

	assert_true(comes_back(&round));
	assert_true(found.account);
	round = approved(false);
	assert_true(comes_back(&round));
	assert_false(found.account);
}

static void
it_is_nothing_for_the_consent_page(UNUSED void **state)
{
	struct authorization_request got;

	(void)approved(true);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &got), ABSENT);
	(void)approved(false);
	assert_int_equal(authorization_request_get(&fix.rq, &id, &got), STORED);
}

static void
neither_kind_becomes_the_other(UNUSED void **state)
{
	struct entra_round round = approved(true);

	sql("UPDATE authorization_request SET kind = 'client'");
	assert_false(comes_back(&round));
	sql("DELETE FROM authorization_request");
	round = approved(false);
	sql("UPDATE authorization_request SET kind = 'account'");
	assert_false(comes_back(&round));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_kind_comes_back_as_what_it_was),
		CASE(it_is_nothing_for_the_consent_page),
		CASE(neither_kind_becomes_the_other),
	};

	return RUN(tests, NULL, NULL);
}
