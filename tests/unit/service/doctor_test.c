/* SPDX-License-Identifier: MIT */
#include "service/doctor.h"

#include "captured.h"

#define NOBODY	"http://127.0.0.1:1"	/* nobody listens there */

/* The fixture as `sallyport init` would leave it, with Entra and the public address down. */
static int
healthy_open(void **state)
{
	(void)fixture_open(state);
	write_file(path_of("secret"), "s3cret\n");
	assert_int_equal(chmod(path_of("secret"), 0640), 0);
	fix.config.public_url = fix.config.entra.authority_host = NOBODY;
	fix.config.entra.timeout = 2;
	return 0;
}

#define HEALTHY(test)	cmocka_unit_test_setup_teardown(test, healthy_open, fixture_close)

/* How many problems there are beside the public address, which is down in every run. */
static int
run(void)
{
	int problems;

	capture_begin();
	problems = doctor_run(&fix.config);
	(void)capture_end();
	assert_int_equal(lines_of("PROBLEM "), problems);
	printed("PROBLEM ", "the public address does not answer at " NOBODY "/.well-known/"
	    "oauth-authorization-server");
	return problems - 1;
}

static void
in_good_order_entra_and_the_public_address_alone_are_missed(UNUSED void **state)
{
	assert_int_equal(run(), 1);
	printed("PROBLEM ", "Entra does not answer at " NOBODY "/" TENANT "/v2.0/");
	printed("ok ", "configuration: ");
	printed("ok ", fix.dir);
	printed("ok ", "database opens and has this version's schema");
	printed("ok ", "credential file: ");
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
		printed("ok ", path_of(arena_printf(&fix.arena, "keys/%s/key", key_purpose_names[p])));
	assert_int_equal(lines_of("note "), 0);
}

static void
a_missing_state_directory_says_how_to_make_it(UNUSED void **state)
{
	fix.config.state_dir = path_of("elsewhere");
	assert_int_equal(run(), 1);
	printed("PROBLEM ", arena_printf(&fix.arena, "state directory %s is missing",
	    path_of("elsewhere")));
	printed("PROBLEM ", "run `sallyport init --group GROUP`");
	assert_null(strstr(captured.text, "key file"));
	assert_null(strstr(captured.text, "Entra"));
}

static void
what_is_open_to_everyone_is_a_problem(UNUSED void **state)
{
	static const struct { const char *name, *what; } paths[] = {
		{ ".", "state directory" }, { "keys/sign/key", "key file" },
		{ "secret", "credential file" },
	};

	for (size_t i = 0; i < COUNT(paths); i++) {
		const char *path = i == 0 ? fix.dir : path_of(paths[i].name);
		struct stat st;

		assert_int_equal(stat(path, &st), 0);
		for (mode_t bit = 01; bit <= 04; bit <<= 1) {
			assert_int_equal(chmod(path, (st.st_mode & 07770) | bit), 0);
			(void)run();
			printed("PROBLEM ", arena_printf(&fix.arena,
			    "%s %s is open to everyone on this machine: chmod o= %s", paths[i].what,
			    path, path));
		}
		assert_int_equal(chmod(path, st.st_mode & 07770), 0);
	}
	assert_int_equal(run(), 1);
}

static void
a_database_open_to_everyone_is_a_problem(UNUSED void **state)
{
	const char *path = strchr(fix.config.database, ':') + 1;

	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(run(), 1);
	printed("PROBLEM ", arena_printf(&fix.arena, "database %s is open to everyone", path));
	assert_null(strstr(captured.text, "database opens"));
}

static void
a_missing_key_file_is_a_problem_of_its_own(UNUSED void **state)
{
	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++) {
		const char *path = path_of(arena_printf(&fix.arena, "keys/%s/key",
		    key_purpose_names[p]));

		assert_int_equal(rename(path, path_of("aside")), 0);
		assert_int_equal(run(), 2);
		printed("PROBLEM ", arena_printf(&fix.arena, "key file %s is missing", path));
		assert_int_equal(rename(path_of("aside"), path), 0);
	}
}

static void
a_key_file_with_other_contents_is_a_problem(UNUSED void **state)
{
	write_file(path_of("keys/sign/key"), "not a key\n");
	assert_int_equal(run(), 2);
	printed("PROBLEM ", arena_printf(&fix.arena,
	    "key file %s is not one that `sallyport init` makes", path_of("keys/sign/key")));
}

static void
a_missing_database_or_one_of_another_schema_is_a_problem(UNUSED void **state)
{
	const char *was = fix.config.database;

	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("none.db"));
	assert_int_equal(run(), 1);
	printed("PROBLEM ", arena_printf(&fix.arena, "database %s is missing", path_of("none.db")));
	write_file(path_of("none.db"), "");
	assert_int_equal(chmod(path_of("none.db"), 0660), 0);
	assert_int_equal(run(), 1);
	printed("PROBLEM ", arena_printf(&fix.arena, "database %s: ", path_of("none.db")));
	fix.config.database = was;
	sql("UPDATE schema_version SET version = 9999 WHERE version = "
	    "(SELECT max(version) FROM schema_version)");
	assert_int_equal(run(), 1);
	printed("PROBLEM ", arena_printf(&fix.arena, "database %s: ", strchr(was, ':') + 1));
	printed("PROBLEM ", "newer version than this program");
}

static void
a_missing_credential_is_a_problem(UNUSED void **state)
{
	assert_int_equal(unlink(path_of("secret")), 0);
	assert_int_equal(run(), 1);
	printed("PROBLEM ", arena_printf(&fix.arena, "credential file %s is missing",
	    path_of("secret")));
	assert_null(strstr(captured.text, "Entra does not answer"));
}

static void
plain_http_is_noted(UNUSED void **state)
{
	fix.config.public_https = false;
	assert_int_equal(run(), 1);
	printed("note ", "public_url is http: good for this machine alone");
}

static void
a_path_shared_with_others_must_be_accepted(UNUSED void **state)
{
	capture_begin();
	fix.config.public_path = "/mcp";
	assert_int_equal(doctor_run(&fix.config), 3);
	(void)capture_end();
	printed("PROBLEM ", "everyone who can publish on mcp.example.org can act for your users");
	printed("PROBLEM ", "/.well-known/openid-configuration");
	fix.config.shared_origin = "accept";
	capture_begin();
	assert_int_equal(doctor_run(&fix.config), 2);
	(void)capture_end();
	printed("note ", "everyone who can publish on mcp.example.org is trusted");
}

static void
keys_of_a_client_that_cannot_be_read_are_a_problem(UNUSED void **state)
{
	fix.config.client[0] = (struct config_client){ .section = "reports", .key_file = path_of("none.pem") };
	fix.config.clients = 1;
	capture_begin();
	(void)doctor_run(&fix.config);
	(void)capture_end();
	printed("PROBLEM ", "[client reports]: key_file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(in_good_order_entra_and_the_public_address_alone_are_missed),
		HEALTHY(a_missing_state_directory_says_how_to_make_it),
		HEALTHY(what_is_open_to_everyone_is_a_problem),
		HEALTHY(a_database_open_to_everyone_is_a_problem),
		HEALTHY(a_missing_key_file_is_a_problem_of_its_own),
		HEALTHY(a_key_file_with_other_contents_is_a_problem),
		HEALTHY(a_missing_database_or_one_of_another_schema_is_a_problem),
		HEALTHY(a_missing_credential_is_a_problem),
		HEALTHY(keys_of_a_client_that_cannot_be_read_are_a_problem),
		HEALTHY(plain_http_is_noted),
		HEALTHY(a_path_shared_with_others_must_be_accepted),
	};

	return RUN(tests, NULL, NULL);
}
