/* SPDX-License-Identifier: MIT */
#include "service/on_behalf_of.h"

#include "service/reauthentication.h"
#include "service/setback.h"

#include "routes.h"

#include "exchanging.h"

#define OTHER_TENANT	"22222222-2222-4222-8222-222222222222"
#define API		"44444444-4444-4444-8444-444444444444"

static void
rfc7523_s2_1_the_users_token_is_the_assertion(UNUSED void **state)
{
	begin();
	will_grant("one");
	assert_string_equal(token_for(&in, SCOPE_A, false), "one");
	assert_non_null(strstr(server.head, "\r\n\r\n"
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
	    "&assertion=the.users.token&requested_token_use=on_behalf_of"
	    "&scope=https%3A%2F%2Fgraph.microsoft.com%2FUser.Read&client_id="));
}

static void
a_result_serves_until_shortly_before_its_end(UNUSED void **state)
{
	begin();
	will_grant("one");
	assert_string_equal(token_for(&in, SCOPE_A, false), "one");
	will_grant("two");
	at(600 - EXCHANGED_MARGIN - 1);
	assert_string_equal(token_for(&in, SCOPE_A, false), "one");
	at(600 - EXCHANGED_MARGIN);
	assert_string_equal(token_for(&in, SCOPE_A, false), "two");
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 1);
	will_grant("three");
	assert_string_equal(token_for(&in, SCOPE_A, true), "three");
	assert_string_equal(token_for(&in, SCOPE_A, false), "three");
}

static void
results_of_scopes_and_sessions_do_not_mix(UNUSED void **state)
{
	struct signed_in other;

	begin();
	will_grant("mine");
	assert_string_equal(token_for(&in, SCOPE_A, false), "mine");
	will_grant("of another scope");
	assert_string_equal(token_for(&in, "other", false), "of another scope");
	open_session(&other);
	will_grant("theirs");
	assert_string_equal(token_for(&other, SCOPE_A, false), "theirs");
	assert_string_equal(token_for(&in, SCOPE_A, false), "mine");
	sql("UPDATE exchanged_token SET sealed = (SELECT sealed FROM exchanged_token "
	    "WHERE scope = 'other')");
	will_grant("asked again");
	assert_string_equal(token_for(&in, SCOPE_A, false), "asked again");
}

static void
nothing_of_it_stands_in_clear_and_another_key_opens_nothing(UNUSED void **state)
{
	struct signed_in thief;

	begin();
	will_grant("the-token");
	assert_string_equal(token_for(&in, SCOPE_A, false), "the-token");
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token WHERE "
	    "instr(hex(sealed), hex('the-token')) > 0"), 0);
	thief = in;
	thief.key = data_key_new();
	will_refuse("\"error\":\"invalid_grant\"");
	assert_null(token_for(&thief, SCOPE_A, false));
	assert_string_equal(token_for(&in, SCOPE_A, false), "the-token");
}

static void
a_refusal_keeps_no_token_and_is_not_asked_for_again_at_once(UNUSED void **state)
{
	begin();
	will_refuse("\"error\":\"interaction_required\"");
	assert_int_equal(exchange(&in, SCOPE_A, false), ENTRA_INTERACTION);
	assert_null(got.claims);
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM lease"), 0);
	will_grant("later");
	at(SETBACK_SAME - 1);
	assert_int_equal(exchange(&in, SCOPE_A, false), ENTRA_INTERACTION);
	assert_int_equal(asked(), 1);
	at(SETBACK_SAME);
	assert_string_equal(token_for(&in, SCOPE_A, false), "later");
}

static void
what_entra_demands_comes_with_the_refusal(UNUSED void **state)
{
	begin();
	will_refuse("\"error\":\"invalid_grant\",\"claims\":\"{\\\"access_token\\\":{\\\"a\\\":1}}\"");
	assert_int_equal(exchange(&in, SCOPE_A, false), ENTRA_INTERACTION);
	assert_null(got.access_token);
	assert_string_equal(got.claims, "{\"access_token\":{\"a\":1}}");
}

static void
what_the_person_has_not_met_yet_is_not_asked_for_again(UNUSED void **state)
{
	struct reauthentication demand;
	struct signed_in next;

	begin();
	will_grant("one");
	assert_string_equal(token_for(&in, "kept before", false), "one");
	assert_int_equal(reauthentication_keep(&fix.rq, &in.session, "{\"access_token\":{\"a\":1}}"), STORED);
	assert_int_equal(exchange(&in, SCOPE_A, false), ENTRA_INTERACTION);
	assert_string_equal(got.claims, "{\"access_token\":{\"a\":1}}");
	assert_null(got.access_token);
	assert_non_null(fix.rq.failure.reason);
	assert_int_equal(exchange(&in, "kept before", true), ENTRA_INTERACTION);
	assert_int_equal(asked(), 1);
	assert_string_equal(token_for(&in, "kept before", false), "one");
	at(10);
	open_session(&next);
	assert_int_equal(reauthentication_find(&fix.rq, &next.session, &demand), STORED);
	assert_int_equal(reauthentication_asked(&fix.rq, &next.session, &demand), STORED);
	assert_string_equal(token_for(&next, SCOPE_A, false), "one");
	assert_string_equal(token_for(&in, SCOPE_A, false), "one");
	assert_int_equal(asked(), 3);
}

static void
a_result_that_is_forgotten_is_asked_for_anew(UNUSED void **state)
{
	begin();
	will_grant("one");
	assert_string_equal(token_for(&in, SCOPE_A, false), "one");
	assert_string_equal(token_for(&in, "other", false), "one");
	on_behalf_of_forget(&fix.rq, &in.session, SCOPE_A);
	will_grant("two");
	assert_string_equal(token_for(&in, "other", false), "one");
	assert_string_equal(token_for(&in, SCOPE_A, false), "two");
	assert_int_equal(asked(), 3);
}

static void
before_there_is_a_session_nothing_is_kept(UNUSED void **state)
{
	begin();
	will_grant("one");
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(on_behalf_of(&fix.rq, &in.session, NULL, "the.users.token", SCOPE_A, false,
		    &got), ENTRA_GRANTED);
		assert_string_equal(got.access_token, "one");
		assert_int_equal(asked(), i);
	}
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 0);
}

/* The API exchanges, and it may be another application than the one that signs people in. */
static void
the_persons_own_tenant_is_asked_by_the_api(UNUSED void **state)
{
	begin();
	routes_open();
	fix.config.entra.authority_host = routes.url;
	fix.config.entra.resource_app = (struct config_app){
		.client_id = API, .credential = CREDENTIAL_SECRET, .path = { path_of("api") },
	};
	in.session.tenant_id = OTHER_TENANT;
	ROUTE({ .holds = "GET /" OTHER_TENANT "/v2.0/", .status = 200, .body = arena_printf(&fix.arena,
	    "{\"issuer\":\"https://login.example/" OTHER_TENANT "/v2.0\",\"authorization_endpoint\":\"%s/a\","
	    "\"token_endpoint\":\"%s/theirs\",\"jwks_uri\":\"%s/k\"}", routes.url, routes.url, routes.url) },
	    { .holds = "POST /theirs ", .status = 200, .body = "{\"token_type\":\"Bearer\","
	    "\"expires_in\":600,\"access_token\":\"one\"}" });
	assert_string_equal(token_for(&in, SCOPE_A, false), "one");
	assert_non_null(strstr(routes.head, "&client_id=" API "&client_secret=of%20the%20api"));
	routes_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(rfc7523_s2_1_the_users_token_is_the_assertion),
		SERVED(a_result_serves_until_shortly_before_its_end),
		SERVED(results_of_scopes_and_sessions_do_not_mix),
		SERVED(nothing_of_it_stands_in_clear_and_another_key_opens_nothing),
		SERVED(a_refusal_keeps_no_token_and_is_not_asked_for_again_at_once),
		SERVED(what_entra_demands_comes_with_the_refusal),
		SERVED(what_the_person_has_not_met_yet_is_not_asked_for_again),
		SERVED(a_result_that_is_forgotten_is_asked_for_anew),
		SERVED(before_there_is_a_session_nothing_is_kept),
		SERVED(the_persons_own_tenant_is_asked_by_the_api),
	};

	return RUN(tests, NULL, NULL);
}
