/* SPDX-License-Identifier: MIT */
#include "service/client_secret.h"

#include "../protocol/arena_group.h"

static void
a_new_secret_is_unguessable_and_matches_its_hash(UNUSED void **state)
{
	const char *hash, *other, *secret = client_secret_new(&a, &hash);
	struct config_client c = { .secret_sha256 = { hash } };

	assert_int_equal(strlen(secret), 43);
	assert_int_equal(strlen(hash), 64);
	assert_true(client_secret_matches(&a, &c, secret));
	assert_string_not_equal(client_secret_new(&a, &other), secret);
	assert_string_not_equal(other, hash);
}

static void
nothing_else_matches(UNUSED void **state)
{
	const char *hash, *secret = client_secret_new(&a, &hash);
	struct config_client c = { .secret_sha256 = { hash } }, none = { 0 };

	assert_false(client_secret_matches(&a, &c, ""));
	assert_false(client_secret_matches(&a, &c, hash));
	assert_false(client_secret_matches(&a, &c, arena_printf(&a, "%s ", secret)));
	assert_false(client_secret_matches(&a, &none, secret));
}

static void
the_old_one_serves_beside_the_new_one(UNUSED void **state)
{
	const char *first, *second;
	const char *old = client_secret_new(&a, &first), *new = client_secret_new(&a, &second);
	struct config_client c = { .secret_sha256 = { first, second } };

	assert_true(client_secret_matches(&a, &c, old));
	assert_true(client_secret_matches(&a, &c, new));
}

static void
the_hash_is_sha_256(UNUSED void **state)
{
	struct config_client c = { .secret_sha256 = {
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" } };

	assert_true(client_secret_matches(&a, &c, "abc"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_secret_is_unguessable_and_matches_its_hash),
		cmocka_unit_test(nothing_else_matches),
		cmocka_unit_test(the_old_one_serves_beside_the_new_one),
		cmocka_unit_test(the_hash_is_sha_256),
	};

	return RUN(tests, open_arena, close_arena);
}
