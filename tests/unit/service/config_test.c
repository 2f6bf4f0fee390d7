/* SPDX-License-Identifier: MIT */
#include "service/config.h"

#include "config_file.h"

static void
what_is_required_must_be_given(UNUSED void **state)
{
	(void)must_read(TOP ENTRA SERVER);
	must_refuse(ENTRA SERVER, 0, "public_url must be given");
	must_refuse(TOP "[entra]\nclient_id = " APP "\ncredential = secret-file:/s\n" SERVER, 0,
	    "tenant_id must be given");
	must_refuse(TOP "[entra]\ntenant_id = " TENANT "\ncredential = secret-file:/s\n" SERVER, 0,
	    "client_id must be given");
	must_refuse(TOP "[entra]\ntenant_id = " TENANT "\nclient_id = " APP "\n" SERVER, 0,
	    "credential must be given");
	must_refuse(TOP ENTRA, 0, "[server NAME]");
	must_refuse("public_url =\n" ENTRA SERVER, 1, "public_url must be given");
	must_refuse("", 0, "public_url must be given");
}

static void
every_line_is_named_that_is_wrong(UNUSED void **state)
{
	must_refuse(TOP "nonsense\n" ENTRA SERVER, 2, "key = value");
	must_refuse(TOP "\n# comment\nwrong = 1\n" ENTRA SERVER, 4, "unknown key in the top");
	must_refuse(TOP ENTRA "wrong = 1\n" SERVER, 6, "unknown key in [entra]");
	must_refuse(TOP ENTRA "[limits]\nwrong = 1\n" SERVER, 7, "unknown key in [limits]");
	must_refuse(TOP ENTRA SERVER "wrong = 1\n", 7, "unknown key in [server]");
	must_refuse(TOP "tenant_id = " TENANT "\n" ENTRA SERVER, 2, "unknown key");
	must_refuse(TOP "Workers = 1\n" ENTRA SERVER, 2, "unknown key");
	must_refuse(TOP "= 1\n" ENTRA SERVER, 2, "unknown key");
	must_refuse(TOP "[nothing]\n" ENTRA SERVER, 2, "unknown section");
	must_refuse(TOP "[Entra]\n" SERVER, 2, "unknown section");
	must_refuse(TOP "[]\n" SERVER, 2, "unknown section");
	must_refuse(TOP "[server]\n", 2, "unknown section");
	must_refuse(TOP "[entra\n" SERVER, 2, "[name]");
}

static void
a_key_set_twice_is_refused_at_its_second_line(UNUSED void **state)
{
	must_refuse(TOP "workers = 1\nworkers = 1\n" ENTRA SERVER, 3, "workers is set twice");
	must_refuse(TOP ENTRA "timeout = 1\n[limits]\n[entra]\ntimeout = 1\n" SERVER, 9,
	    "timeout is set twice");
	must_refuse(TOP ENTRA SERVER "tools = builtin\ntools = builtin\n", 8, "tools is set twice");
	(void)must_read(TOP ENTRA SERVER "tools = builtin\n[server b]\ntools = builtin\n");
}

static void
blanks_comments_and_line_ends_are_passed_over(UNUSED void **state)
{
	const struct config *c =
	    must_read("# first\r\n  public_url\t=  https://a.example  # c\r\n\n"
	    "\tca_file = /a#b\n log=all\t#c\n" ENTRA "  # c\n[ server   mcp ]  # c\n");

	assert_string_equal(c->public_url, "https://a.example");
	assert_string_equal(c->ca_file, "/a#b");
	assert_string_equal(c->log, "all");
	assert_string_equal(c->server[0].name, "mcp");
	c = must_read(TOP ENTRA "[server mcp]");
	assert_int_equal(c->servers, 1);
	c = must_read(TOP ENTRA "audience = a=b\n" SERVER);
	assert_string_equal(c->entra.audience[0], "a=b");
}

static void
a_file_that_cannot_be_read_is_refused(UNUSED void **state)
{
	char *long_text = malloc(CONFIG_FILE_MAX + 2);
	int fd;

	assert_null(config_load_file("/nowhere/sallyport.conf", &why));
	assert_string_equal(why, "/nowhere/sallyport.conf: No such file or directory");
	assert_null(config_load_file("/tmp", &why));
	assert_non_null(strstr(why, "/tmp: "));
	memset(long_text, '#', CONFIG_FILE_MAX + 1);
	long_text[CONFIG_FILE_MAX + 1] = '\0';
	must_refuse(long_text, 0, "too long");
	free(long_text);
	memcpy(path, "/tmp/sallyport-XXXXXX", sizeof "/tmp/sallyport-XXXXXX");
	assert_true((fd = mkstemp(path)) >= 0);
	assert_int_equal(write(fd, TOP "\0" ENTRA SERVER, sizeof TOP ENTRA SERVER),
	    sizeof TOP ENTRA SERVER);
	close(fd);
	assert_null(config_load_file(path, &why));
	assert_int_equal(unlink(path), 0);
	assert_non_null(strstr(why, "zero byte"));
}

static void
the_environment_names_the_file(UNUSED void **state)
{
	const struct config *c;

	assert_int_equal(setenv("SALLYPORT_CONF", "/nowhere/else.conf", 1), 0);
	assert_null(config_load(&why));
	assert_non_null(strstr(why, "/nowhere/else.conf"));
	assert_int_equal(setenv("SALLYPORT_CONF", "", 1), 0);
	c = config_load(&why);		/* this machine may have an installation */
	assert_non_null(strstr(c != NULL ? c->path : why, CONFIG_DEFAULT_PATH));
}

static void
the_environment_overrides_the_file(UNUSED void **state)
{
	const struct config *c;

	assert_int_equal(setenv("SALLYPORT_WORKERS", "3", 1), 0);
	assert_int_equal(setenv("SALLYPORT_PUBLIC_URL", "https://e.example", 1), 0);
	assert_int_equal(setenv("SALLYPORT_ENTRA_TIMEOUT", "7", 1), 0);
	assert_int_equal(setenv("SALLYPORT_ALLOWED_HOSTS", "one two", 1), 0);
	assert_int_equal(setenv("SALLYPORT_LIMITS_CODE", "5", 1), 0);
	assert_int_equal(setenv("SALLYPORT_CODE", "5", 1), 0);
	c = must_read(TOP "workers = 9\nallowed_hosts = three\n" ENTRA SERVER);
	assert_int_equal(c->workers, 3);
	assert_string_equal(c->public_url, "https://e.example");
	assert_string_equal(c->server[0].resource, "https://e.example/mcp");
	assert_int_equal(c->entra.timeout, 7);
	assert_string_equal(c->allowed_hosts[0], "one");
	assert_string_equal(c->allowed_hosts[1], "two");
	assert_null(c->allowed_hosts[2]);
	assert_int_equal(c->limits.code, 60);
	(void)unsetenv("SALLYPORT_CODE");
	(void)unsetenv("SALLYPORT_LIMITS_CODE");
	assert_int_equal(setenv("SALLYPORT_WORKERS", "many", 1), 0);
	must_refuse(TOP ENTRA SERVER, 0, "workers must be a number from 1 to 256");
}

static void
an_empty_value_is_the_default_in_file_and_environment(UNUSED void **state)
{
	const struct config *c = must_read(TOP
	    "workers =\nregistration =\nca_file =\nstate_dir =\n" ENTRA
	    SERVER);

	assert_int_equal(c->workers, 8);
	assert_string_equal(c->registration[0], "dynamic");
	assert_null(c->ca_file);
	assert_string_equal(c->state_dir, "/var/lib/sallyport");
	assert_int_equal(setenv("SALLYPORT_CA_FILE", "", 1), 0);
	assert_int_equal(setenv("SALLYPORT_ALLOWED_HOSTS", "", 1), 0);
	assert_int_equal(setenv("SALLYPORT_STATE_DIR", "", 1), 0);
	c = must_read(TOP "ca_file = /ca\nallowed_hosts = a\nstate_dir = /s\n" ENTRA SERVER);
	assert_null(c->ca_file);
	assert_null(c->allowed_hosts[0]);
	assert_string_equal(c->state_dir, "/var/lib/sallyport");
	assert_int_equal(setenv("SALLYPORT_PUBLIC_URL", "", 1), 0);
	must_refuse(TOP ENTRA SERVER, 0, "public_url must be given");
}

static void
the_azure_names_are_defaults(UNUSED void **state)
{
	const struct config *c;

	assert_int_equal(setenv("AZURE_TENANT_ID", TENANT, 1), 0);
	assert_int_equal(setenv("AZURE_CLIENT_ID", APP, 1), 0);
	assert_int_equal(setenv("AZURE_CLIENT_CERTIFICATE_PATH", "/etc/app.pem", 1), 0);
	assert_int_equal(setenv("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/", 1), 0);
	c = must_read(TOP SERVER);
	assert_string_equal(c->entra.tenant_id, TENANT);
	assert_string_equal(c->entra.client_id, APP);
	assert_string_equal(c->entra.credential, "certificate:/etc/app.pem");
	assert_string_equal(c->entra.authority_host, "https://login.microsoftonline.us");
	assert_int_equal(setenv("AZURE_TENANT_ID", APP, 1), 0);
	c = must_read(TOP ENTRA "authority_host = https://login.example\n" SERVER);
	assert_string_equal(c->entra.tenant_id, TENANT);
	assert_string_equal(c->entra.credential, "secret-file:/s");
	assert_string_equal(c->entra.authority_host, "https://login.example");
	assert_int_equal(setenv("SALLYPORT_ENTRA_TENANT_ID", TENANT, 1), 0);
	assert_string_equal(must_read(TOP SERVER)->entra.tenant_id, TENANT);
	(void)unsetenv("SALLYPORT_ENTRA_TENANT_ID");
}

static void
azure_client_id_alone_names_the_managed_identity(UNUSED void **state)
{
	assert_int_equal(setenv("AZURE_CLIENT_ID", APP, 1), 0);
	must_refuse(TOP "[entra]\ntenant_id = " TENANT "\ncredential = secret-file:/s\n" SERVER, 0,
	    "client_id must be given");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_required_must_be_given),
		CASE(every_line_is_named_that_is_wrong),
		CASE(a_key_set_twice_is_refused_at_its_second_line),
		CASE(blanks_comments_and_line_ends_are_passed_over),
		CASE(a_file_that_cannot_be_read_is_refused),
		CASE(the_environment_names_the_file),
		CASE(the_environment_overrides_the_file),
		CASE(an_empty_value_is_the_default_in_file_and_environment),
		CASE(the_azure_names_are_defaults),
		CASE(azure_client_id_alone_names_the_managed_identity),
	};

	return RUN(tests, NULL, NULL);
}
