/* SPDX-License-Identifier: MIT */
#include "service/config_value.h"

#include "config_file.h"

/* Sets one key in its section; the line that it stands on. */
static const char *
with(const char *section, const char *key, const char *value)
{
	static char text[4096];

	if (*section == '\0')
		(void)snprintf(text, sizeof text, "%s = %s\n%s" ENTRA SERVER, key, value,
		    strcmp(key, "public_url") == 0 ? "" : TOP);
	else
		(void)snprintf(text, sizeof text,
		    "[%s]\n%s = %s\n[entra]\n%s%s%scredential = secret-file:/s\n"
		    SERVER, section, key, value, strcmp(key, "tenant_id") == 0 ? "" :
		    "tenant_id = " TENANT "\n", strcmp(key, "client_id") == 0 ? "" :
		    "client_id = " APP "\n", "");
	return text;
}

/* A key below the top stands on line 2, and public_url comes by the environment. */
static void
refuse_each(const char *section, const char *key, const char *const *values, size_t n,
    const char *reason)
{
	if (*section != '\0')
		assert_int_equal(setenv("SALLYPORT_PUBLIC_URL", "https://mcp.example.org", 1), 0);
	for (size_t i = 0; i < n; i++)
		must_refuse(with(section, key, values[i]), *section == '\0' ? 1 : 2, reason);
}

static void
urls_are_https_or_http_on_loopback_and_bare(UNUSED void **state)
{
	static const char *const good[] = { "https://a.example", "https://a.example:8443/x/~y",
	    "http://localhost", "http://127.0.0.1:8080/a", "http://[::1]:80", "https://10.0.0.1" };
	static const char *const bad[] = { "http://a.example", "http://localhost.example",
	    "http://127.0.0.1.example", "ftp://localhost", "https://", "https:///x", "//a.example",
	    "a.example", "https://a.example/", "https://a.example?x", "https://a.example/x#y",
	    "https://u@a.example", "https://u:p@a.example", "https://A.example",
	    "HTTPS://a.example",
	    "https://a.example/%41", "https://a.example/a;b", "https://a b.example",
	    "https://a.example\\x", "https://a.example:99999", "https://a.example:",
	    "https://\xc3\xa4.de", "https://a.example/x/../y", "https://a.example/..",
	    "https://a.example/./x", "https://a.example//x" };

	for (size_t i = 0; i < COUNT(good); i++)
		assert_string_equal(must_read(with("", "public_url", good[i]))->public_url,
		    good[i]);
	refuse_each("", "public_url", bad, COUNT(bad), "public_url must be an https URL");
	refuse_each("entra", "authority_host", bad, COUNT(bad),
	    "authority_host must be an https URL");
	refuse_each("entra", "graph_url", bad, COUNT(bad), "graph_url must be an https URL");
}

static void
paths_are_absolute(UNUSED void **state)
{
	static const char *const bad[] = { "a", "./a", "~/a", "\"/a\"" };

	refuse_each("", "state_dir", bad, COUNT(bad), "state_dir must be an absolute path");
	refuse_each("", "ca_file", bad, COUNT(bad), "ca_file must be an absolute path");
}

static void
guids_are_guids(UNUSED void **state)
{
	static const char *const bad[] = { "x", "11111111-1111-4111-8111-11111111111",
	    "11111111-1111-4111-8111-1111111111111", "11111111111141118111111111111111",
	    "{11111111-1111-4111-8111-111111111111}", "1111111g-1111-4111-8111-111111111111",
	    "11111111-1111-4111-8111_111111111111", "contoso.onmicrosoft.com", "consumers" };

	refuse_each("entra", "tenant_id", bad, COUNT(bad), "tenant_id must be a GUID");
	refuse_each("entra", "client_id", bad, COUNT(bad), "client_id must be a GUID");
}

static void
numbers_times_and_sizes_have_bounds(UNUSED void **state)
{
	static const char *const bad_numbers[] = { "0", "257", "-1", "1.5", "many", "8 8", "1m" };
	static const char *const bad_times[] = { "4", "2d", "1w", "-5", "1h30m", "5 m", "m" };
	static const char *const bad_sizes[] = { "1023", "65M", "1G", "1k", "-1", "1h" };

	refuse_each("", "workers", bad_numbers, COUNT(bad_numbers),
	    "workers must be a number from 1 to 256");
	refuse_each("limits", "access_token", bad_times, COUNT(bad_times),
	    "access_token must be a time (30, 30s, 5m, 1h, 30d) from 5 to 86400");
	refuse_each("limits", "body_max", bad_sizes, COUNT(bad_sizes),
	    "body_max must be a size (512, 64K, 1M) from 1024 to 67108864");
	assert_int_equal(must_read(with("limits", "access_token", "5"))->limits.access_token, 5);
	assert_int_equal(must_read(with("limits", "access_token", "1d"))->limits.access_token,
	    86400);
	assert_int_equal(must_read(with("limits", "body_max", "1K"))->limits.body_max, 1024);
	assert_int_equal(must_read(with("limits", "body_max", "64M"))->limits.body_max, 67108864);
}

static void
rates_are_a_number_in_a_time(UNUSED void **state)
{
	static const char *const bad[] = { "60", "60/", "/1m", "0/1m", "60/0", "60/2d", "1000001/1m",
	    "60/1m/1m", "60 / 1m", "-1/1m", "60/1w", "off" };
	const struct config *c;

	refuse_each("limits", "rate_token", bad, COUNT(bad), "rate_token must be a number from 1 to 1000000");
	c = must_read(with("limits", "rate_token", "90/1m"));
	assert_int_equal(c->limits.rate_token.count, 90);
	assert_int_equal(c->limits.rate_token.period, 60);
	assert_int_equal(c->limits.rate_register.count, 600);
	assert_int_equal(c->limits.rate_register.period, 3600);
	c = must_read(with("limits", "rate_mcp", "1000000/1d"));
	assert_int_equal(c->limits.rate_mcp.period, 86400);
}

static void
proxies_are_addresses_and_networks(UNUSED void **state)
{
	static const char *const bad[] = { "proxy.example", "10.0.0.0/33", "10.0.0.1, x", "*", "10.0.0.1:80" };
	const struct config *c = must_read(with("", "trusted_proxies", "10.0.0.1, 2001:db8::/32"));

	assert_string_equal(c->trusted_proxies[0], "10.0.0.1");
	assert_string_equal(c->trusted_proxies[1], "2001:db8::/32");
	assert_null(c->trusted_proxies[2]);
	assert_null(must_read(with("", "log", "all"))->trusted_proxies[0]);
	refuse_each("", "trusted_proxies", bad, COUNT(bad), "trusted_proxies must list addresses");
}

static void
sinks_are_those_that_there_are(UNUSED void **state)
{
	static const char *const bad[] = { "on", "off, store", "store, off", "file:audit", "file:", "stdout",
	    "file" };
	const struct config *c = must_read(with("", "audit", "file:/var/log/a, store"));

	assert_string_equal(c->audit[0], "file:/var/log/a");
	assert_string_equal(c->audit[1], "store");
	assert_string_equal(must_read(with("", "audit", "off"))->audit[0], "off");
	refuse_each("", "audit", bad, COUNT(bad), "audit must be off, or list store");
}

static void
choices_are_what_is_offered(UNUSED void **state)
{
	static const char *const bad_logs[] = { "none", "error", "ALL", "errors all", "errorsall" };
	static const char *const bad_registrations[] = { "on", "dynamic, on", "Dynamic", "dynami" };
	static const char *const bad_origins[] = { "yes", "Accept" };

	refuse_each("", "log", bad_logs, COUNT(bad_logs), "log must be one of: errors all");
	refuse_each("", "registration", bad_registrations, COUNT(bad_registrations),
	    "registration must be one of: dynamic metadata-document configured off");
	refuse_each("", "shared_origin", bad_origins, COUNT(bad_origins),
	    "shared_origin must be one of");
	must_refuse(TOP ENTRA SERVER "tools = other\n", 7, "tools must be one of: builtin");
}

static void
lists_are_words_between_commas_and_blanks(UNUSED void **state)
{
	const struct config *c = must_read(with("", "allowed_hosts", ",, a ,b\tc,"));
	char many[CONFIG_LIST_MAX * 2 + 2] = "";

	assert_string_equal(c->allowed_hosts[0], "a");
	assert_string_equal(c->allowed_hosts[1], "b");
	assert_string_equal(c->allowed_hosts[2], "c");
	assert_null(c->allowed_hosts[3]);
	for (size_t i = 0; i < CONFIG_LIST_MAX; i++)
		memcpy(many + 2 * i, "x,", 3);
	c = must_read(with("", "allowed_hosts", many));
	assert_string_equal(c->allowed_hosts[CONFIG_LIST_MAX - 1], "x");
	assert_null(c->allowed_hosts[CONFIG_LIST_MAX]);
	memcpy(many + (size_t)CONFIG_LIST_MAX * 2, "x", 2);
	must_refuse(with("", "allowed_hosts", many), 1, "allowed_hosts lists too many values");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(urls_are_https_or_http_on_loopback_and_bare),
		CASE(paths_are_absolute),
		CASE(guids_are_guids),
		CASE(numbers_times_and_sizes_have_bounds),
		CASE(rates_are_a_number_in_a_time),
		CASE(proxies_are_addresses_and_networks),
		CASE(sinks_are_those_that_there_are),
		CASE(choices_are_what_is_offered),
		CASE(lists_are_words_between_commas_and_blanks),
	};

	return RUN(tests, NULL, NULL);
}
