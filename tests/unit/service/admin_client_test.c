/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include "written.h"

static void
clients_are_listed_with_what_they_say_of_themselves(UNUSED void **state)
{
	sql("INSERT INTO client (client_id, client_name, client_uri, redirect_uris, created_at, used_at, expires_at) "
	    "VALUES ('second', 'Caf' || char(233) || char(27) || ']0;x' || char(7), 'https://c.example', "
	    "'[\"http://127.0.0.1/cb\",\"x:' || char(155) || '\"]', 1799990000, 1799999000, 1800000002), "
	    "('first', '', NULL, '[]', 1799980000, NULL, 1800000001), ('gone', 'x', NULL, '[]', 1, NULL, 1800000000)");
	assert_int_equal(run(admin_clients, ""), ADMIN_DONE);
	assert_int_equal(written_lines(), 3);
	wrote("first                   2027-01-15 02:26  -                 2027-01-15 08:00  -");
	wrote("second                  2027-01-15 05:13  2027-01-15 07:43  2027-01-15 08:00  "
	    "Caf\\u00e9\\u001b]0;x\\u0007  http://127.0.0.1/cb x:\\u009b\n");
	assert_true(strstr(written.out, "first") < strstr(written.out, "second"));
	told("2 clients; names and addresses are what they say of themselves");
	assert_int_equal(run(admin_clients, "--json"), ADMIN_DONE);
	wrote("{\"client_id\":\"first\",\"created_at\":1799980000,\"used_at\":null,\"expires_at\":1800000001,"
	    "\"client_name\":\"\",\"client_uri\":null,\"redirect_uris\":[]},\n");
	wrote("\"redirect_uris\":[\"http://127.0.0.1/cb\",\"x:\\u009b\"]");
	forget_written();
}

static void
a_long_list_comes_whole_and_each_once(UNUSED void **state)
{
	sql("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 301) INSERT INTO client "
	    "(client_id, client_name, redirect_uris, created_at, expires_at) SELECT printf('%0700d', n), '', "
	    "'[]', 1, 1800000001 + n % 3 FROM i");
	assert_int_equal(run(admin_clients, ""), ADMIN_DONE);
	assert_int_equal(written_lines(), 302);
	forget_written();
}

static void
a_store_that_fails_is_told(UNUSED void **state)
{
	sql("ALTER TABLE client RENAME TO out_of_reach");
	assert_int_equal(run(admin_clients, ""), ADMIN_FAILED);
	told("sallyport: no such table");
	assert_int_equal(run(admin_clients, "x"), ADMIN_USAGE);
	forget_written();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(clients_are_listed_with_what_they_say_of_themselves),
		CASE(a_long_list_comes_whole_and_each_once),
		CASE(a_store_that_fails_is_told),
	};

	return RUN(tests, NULL, NULL);
}
