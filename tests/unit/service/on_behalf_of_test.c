/* SPDX-License-Identifier: MIT */
#include "service/on_behalf_of.h"

#include "answering.h"
#include "signed_in.h"

#define SCOPE_A	"https://graph.microsoft.com/User.Read"

static struct signed_in in;

static void
begin(void)
{
	open_session(&in);
	serve_discovery();
	write_file(path_of("secret"), "s3cret\n");
}

static void
will_grant(const char *token)
{
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\","
	    "\"expires_in\":600,\"access_token\":\"%s\"}", token));
}

/* The token for that scope, NULL unless granted. */
static const char *
token_for(const struct signed_in *who, const char *scope, bool fresh)
{
	const char *token = NULL;

	if (on_behalf_of(&fix.rq, &who->session, &who->key, "the.users.token", scope, fresh,
	    &token) !=
	    ENTRA_GRANTED)
		assert_null(token);
	return token;
}

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
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"invalid_grant\"}");
	assert_null(token_for(&thief, SCOPE_A, false));
	assert_string_equal(token_for(&in, SCOPE_A, false), "the-token");
}

static void
a_refusal_is_not_kept(UNUSED void **state)
{
	const char *token = NULL;

	begin();
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"interaction_required\"}");
	assert_int_equal(on_behalf_of(&fix.rq, &in.session, &in.key, "a", SCOPE_A, false, &token),
	    ENTRA_INTERACTION);
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 0);
	atomic_store(&server.status, 200);
	will_grant("later");
	assert_string_equal(token_for(&in, SCOPE_A, false), "later");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(rfc7523_s2_1_the_users_token_is_the_assertion),
		SERVED(a_result_serves_until_shortly_before_its_end),
		SERVED(results_of_scopes_and_sessions_do_not_mix),
		SERVED(nothing_of_it_stands_in_clear_and_another_key_opens_nothing),
		SERVED(a_refusal_is_not_kept),
	};

	return RUN(tests, NULL, NULL);
}
