/* SPDX-License-Identifier: MIT */
#include "service/person.h"

#include "person_in.h"

static void
without_entras_token_a_person_has_the_scope_alone(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	assert_int_equal(person_open(&fix.rq, &access_of_person, false, &person), OAUTH_OK);
	assert_ptr_equal(person.access, &access_of_person);
	assert_memory_equal(&person.key, &in.key, sizeof in.key);
	assert_null(person.entra_token);
	assert_string_equal(person.name, "");
	assert_string_equal(person.rights.scope, SCOPE);
	assert_string_equal(person.rights.roles, "");
	assert_string_equal(person.rights.groups, "");
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
with_it_roles_groups_and_name_are_read(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), OAUTH_OK);
	assert_string_equal(person.entra_token, entra_token);
	assert_string_equal(person.name, "Ada");
	assert_string_equal(person.rights.scope, SCOPE);
	assert_string_equal(person.rights.roles, "Reader Auditor");
	assert_string_equal(person.rights.groups, "g1");
}

static void
a_token_that_names_none_gives_no_rights(UNUSED void **state)
{
	sign_in_with("}", LIFE);
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), OAUTH_OK);
	assert_string_equal(person.rights.roles, "");
	assert_string_equal(person.rights.groups, "");
	assert_string_equal(person.name, "");
}

/* The failure, with nothing written. */
static void
fails(bool entra, enum oauth_error error, const char *description)
{
	struct person untouched = { .name = "untouched" };

	fix.rq.failure = (struct failure){ 0 };
	assert_int_equal(person_open(&fix.rq, &access_of_person, entra, &untouched), error);
	assert_int_equal(fix.rq.failure.error, error);
	assert_non_null(strstr(fix.rq.failure.description, description));
	assert_non_null(fix.rq.failure.reason);
	assert_string_equal(untouched.name, "untouched");
	assert_null(untouched.access);
}

static void
a_session_that_was_tampered_with_is_over(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	sql("UPDATE access_token SET wrap = x'00'");
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
	    &access_of_person), OAUTH_OK);
	fails(false, INVALID_TOKEN, "the session has ended; sign in again");
	fails(true, INVALID_TOKEN, "the session has ended; sign in again");
}

static void
another_persons_row_under_the_token_is_nobody(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	sql("UPDATE session SET object_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'");
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
	    &access_of_person), OAUTH_OK);
	fails(false, INVALID_TOKEN, "the session has ended");
}

static void
a_store_that_fails_is_no_session_that_has_ended(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	sql("ALTER TABLE session RENAME COLUMN identity TO out_of_reach");
	fails(false, TEMPORARILY_UNAVAILABLE, "");
	fails(true, TEMPORARILY_UNAVAILABLE, "");
	sql("ALTER TABLE session RENAME COLUMN out_of_reach TO identity");
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), OAUTH_OK);
}

static void
entra_out_of_reach_keeps_the_session(UNUSED void **state)
{
	sign_in_with(RIGHTS, 10);
	assert_int_equal(person_open(&fix.rq, &access_of_person, false, &person), OAUTH_OK);
	at(20);
	atomic_store(&server.status, 503);
	fails(true, TEMPORARILY_UNAVAILABLE, "does not answer just now");
	assert_true(session_lives(&in.session));
	assert_int_equal(person_open(&fix.rq, &access_of_person, false, &person), OAUTH_OK);
}

static void
a_refusal_by_entra_ends_the_session(UNUSED void **state)
{
	sign_in_with(RIGHTS, 10);
	at(20);
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"invalid_grant\",\"error_description\":\"x\"}");
	fails(true, INVALID_TOKEN, "the session has ended; sign in again");
	assert_false(session_lives(&in.session));
}

static void
our_own_credential_refused_is_no_fault_of_the_persons(UNUSED void **state)
{
	sign_in_with(RIGHTS, 10);
	at(20);
	atomic_store(&server.status, 401);
	atomic_store(&server.body, "{\"error\":\"invalid_client\",\"error_description\":\"x\"}");
	fails(true, SERVER_ERROR, "is not set up correctly at Microsoft Entra ID");
	assert_true(session_lives(&in.session));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(without_entras_token_a_person_has_the_scope_alone),
		SIGNED(with_it_roles_groups_and_name_are_read),
		SIGNED(a_token_that_names_none_gives_no_rights),
		SIGNED(a_session_that_was_tampered_with_is_over),
		SIGNED(another_persons_row_under_the_token_is_nobody),
		SIGNED(a_store_that_fails_is_no_session_that_has_ended),
		SIGNED(entra_out_of_reach_keeps_the_session),
		SIGNED(a_refusal_by_entra_ends_the_session),
		SIGNED(our_own_credential_refused_is_no_fault_of_the_persons),
	};

	return RUN(tests, make_keys, free_keys);
}
