/* SPDX-License-Identifier: MIT */
#include "service/config_table.h"

#include "config_file.h"

/* A value of each key that is not its default, as written and as kept. */
static const struct given {
	enum config_section	 section;
	const char		*name, *value;
	int64_t			 number;	/* where the key is one */
} given[] = {
	{ CONFIG_TOP, "public_url", "https://other.example/p", 0 },
	{ CONFIG_TOP, "state_dir", "/srv/state", 0 },
	{ CONFIG_TOP, "database", "sqlite:/srv/db", 0 },
	{ CONFIG_TOP, "refresh_grace", "1m", 60 },
	{ CONFIG_TOP, "workers", "64", 64 },
	{ CONFIG_TOP, "allowed_hosts", "tunnel.example", 0 },
	{ CONFIG_TOP, "allowed_origins", "http://localhost:6274", 0 },
	{ CONFIG_TOP, "redirect_schemes", "com.example.app", 0 },
	{ CONFIG_TOP, "stream_heartbeat", "2", 2 },
	{ CONFIG_TOP, "trusted_proxies", "10.0.0.0/8", 0 },
	{ CONFIG_TOP, "registration", "off", 0 },
	{ CONFIG_TOP, "metadata_domains", "*.example", 0 },
	{ CONFIG_TOP, "metadata_networks", "127.0.0.0/8", 0 },
	{ CONFIG_TOP, "metadata_ports", "8443", 0 },
	{ CONFIG_TOP, "ca_file", "/etc/ca.pem", 0 },
	{ CONFIG_TOP, "shared_origin", "accept", 0 },
	{ CONFIG_TOP, "sse_transport", "off", 0 },
	{ CONFIG_TOP, "sandbox", "off", 0 },
	{ CONFIG_TOP, "log", "all", 0 },
	{ CONFIG_TOP, "audit", "file:/var/log/audit", 0 },
	{ CONFIG_TOP, "audit_identity", "subject", 0 },
	{ CONFIG_ENTRA, "tenant_id", "organizations", 0 },
	{ CONFIG_ENTRA, "client_id", "44444444-4444-4444-8444-444444444444", 0 },
	{ CONFIG_ENTRA, "credential", "certificate:/etc/app.pem", 0 },
	{ CONFIG_ENTRA, "resource_client_id", "55555555-5555-4555-8555-555555555555", 0 },
	{ CONFIG_ENTRA, "resource_credential", "managed-identity", 0 },
	{ CONFIG_ENTRA, "cloud", "china", 0 },
	{ CONFIG_ENTRA, "imds_url", "http://127.0.0.1:1", 0 },
	{ CONFIG_ENTRA, "identity_endpoint", "http://127.0.0.1:2/msi", 0 },
	{ CONFIG_ENTRA, "identity_header", "h", 0 },
	{ CONFIG_ENTRA, "imds_endpoint", "http://127.0.0.1:3", 0 },
	{ CONFIG_ENTRA, "arc_key_dir", "/tokens", 0 },
	{ CONFIG_ENTRA, "allowed_tenants", "any", 0 },
	{ CONFIG_ENTRA, "allow", "role:Reader", 0 },
	{ CONFIG_ENTRA, "client_capabilities", "cp1", 0 },
	{ CONFIG_ENTRA, "authority_host", "https://login.example", 0 },
	{ CONFIG_ENTRA, "graph_url", "https://graph.example", 0 },
	{ CONFIG_ENTRA, "scope", "api://a/b", 0 },
	{ CONFIG_ENTRA, "audience", "api://a", 0 },
	{ CONFIG_ENTRA, "timeout", "2m", 120 },
	{ CONFIG_LIMITS, "access_token", "5m", 300 },
	{ CONFIG_LIMITS, "code", "30s", 30 },
	{ CONFIG_LIMITS, "transaction", "1h", 3600 },
	{ CONFIG_LIMITS, "account", "20m", 1200 },
	{ CONFIG_LIMITS, "refresh_idle", "7d", 604800 },
	{ CONFIG_LIMITS, "session", "8h", 28800 },
	{ CONFIG_LIMITS, "session_idle", "3d", 259200 },
	{ CONFIG_LIMITS, "client_unused", "1d", 86400 },
	{ CONFIG_LIMITS, "client_never_used", "2h", 7200 },
	{ CONFIG_LIMITS, "clients", "5", 5 },
	{ CONFIG_LIMITS, "documents", "6", 6 },
	{ CONFIG_LIMITS, "document_least", "2", 2 },
	{ CONFIG_LIMITS, "document_most", "2h", 7200 },
	{ CONFIG_LIMITS, "document_stale", "0", 0 },
	{ CONFIG_LIMITS, "document_timeout", "3", 3 },
	{ CONFIG_LIMITS, "transactions", "9", 9 },
	{ CONFIG_LIMITS, "body_max", "64K", 65536 },
	{ CONFIG_LIMITS, "response_max", "2M", 2097152 },
	{ CONFIG_LIMITS, "request_memory", "8M", 8388608 },
	{ CONFIG_LIMITS, "streams_person", "7", 7 },
	{ CONFIG_LIMITS, "streams_max", "7", 7 },
	{ CONFIG_LIMITS, "stream", "2h", 7200 },
	{ CONFIG_LIMITS, "database_wait", "9", 9 },
	{ CONFIG_LIMITS, "audit_keep", "2d", 172800 },
	{ CONFIG_LIMITS, "audit_rows", "1000", 1000 },
	{ CONFIG_LIMITS, "rates", "off", 0 },
	{ CONFIG_LIMITS, "rate_register", "11/1h", 11 },
	{ CONFIG_LIMITS, "rate_register_all", "12/1h", 12 },
	{ CONFIG_LIMITS, "rate_browser", "13/1m", 13 },
	{ CONFIG_LIMITS, "rate_token", "14/1m", 14 },
	{ CONFIG_LIMITS, "rate_introspect", "15/1m", 15 },
	{ CONFIG_LIMITS, "rate_client", "16/1m", 16 },
	{ CONFIG_LIMITS, "rate_all", "17/1m", 17 },
	{ CONFIG_LIMITS, "rate_mcp", "18/1s", 18 },
	{ CONFIG_SERVER, "upstream", "https://up.example/mcp", 0 },
	{ CONFIG_SERVER, "upstream_transport", "sse", 0 },
	{ CONFIG_SERVER, "upstream_token", "obo:api://up/.default", 0 },
	{ CONFIG_SERVER, "upstream_token_in", "arguments", 0 },
	{ CONFIG_SERVER, "upstream_headers", "x-tenant", 0 },
	{ CONFIG_SERVER, "upstream_user_headers", "signed", 0 },
	{ CONFIG_SERVER, "upstream_user_key", "/etc/user.key", 0 },
	{ CONFIG_SERVER, "upstream_timeout", "90", 90 },
	{ CONFIG_SERVER, "upstream_plaintext", "accept", 0 },
	{ CONFIG_SERVER, "introspection_key", "/etc/introspection.key", 0 },
	{ CONFIG_SERVER, "allow", "role:Reader", 0 },
	{ CONFIG_CLIENT, "client_id", "one.id", 0 },
	{ CONFIG_CLIENT, "name", "The_client", 0 },
	{ CONFIG_CLIENT, "redirect_uris", "https://client.example/cb", 0 },
	{ CONFIG_CLIENT, "key_file", "/etc/client.pem", 0 },
	{ CONFIG_CLIENT, "scopes", "files:read", 0 },
};

/* The keys that do not go with the others have sections of their own. */
#define SECOND	"[server local]\ntools = builtin\n" \
	    "[client second]\nredirect_uris = https://c.example/\nsecret_sha256 = " HASH "\n"
#define HASH	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct given *
find_given(const struct config_key *key)
{
	for (size_t i = 0; i < COUNT(given); i++)
		if (given[i].section == key->section && strcmp(given[i].name, key->name) == 0)
			return &given[i];
	return NULL;
}

static bool
is_number(const struct config_key *key)
{
	return key->syntax == CONFIG_NUMBER || key->syntax == CONFIG_DURATION ||
	    key->syntax == CONFIG_SIZE;
}

/* Where a key is kept. */
static const void *
kept(const struct config *c, const struct config_key *key)
{
	const void *base = key->section == CONFIG_CLIENT ?
	    &c->client[strcmp(key->name, "secret_sha256") == 0] :
	    key->section != CONFIG_SERVER ? (const void *)c :
	    strcmp(key->name, "tools") == 0 ? &c->server[1] : &c->server[0];

	return (const char *)base + key->offset;
}

/* Its text, a list's first word. */
static const char *
kept_text(const struct config *c, const struct config_key *key)
{
	return *(const char *const *)kept(c, key);
}

static int64_t
kept_number(const struct config *c, const struct config_key *key)
{
	return *(const int64_t *)kept(c, key);
}

/* A file with all of them. */
static const char *
file_of_all(void)
{
	static char text[4096];
	int used = 0;

	for (size_t i = 0; i < COUNT(given); i++) {
		if (i > 0 && given[i].section != given[i - 1].section)
			used += snprintf(text + used, sizeof text - (size_t)used, "[%s%s]\n",
			    config_section_names[given[i].section],
			    given[i].section >= CONFIG_SERVER ? " mcp" : "");
		used += snprintf(text + used, sizeof text - (size_t)used, "%s = %s\n",
		    given[i].name, given[i].value);
	}
	(void)snprintf(text + used, sizeof text - (size_t)used, SECOND);
	return text;
}

static void
every_key_is_read_into_its_member(UNUSED void **state)
{
	const struct config *c = must_read(file_of_all());

	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const struct given *g = find_given(key);

		if (key->syntax == CONFIG_RULE)
			continue;	/* config_server_test has them */
		if (strcmp(key->name, "tools") == 0)
			assert_string_equal(kept_text(c, key), "builtin");
		else if (strcmp(key->name, "secret_sha256") == 0)
			assert_string_equal(kept_text(c, key), HASH);
		else if (g == NULL)
			fail_msg("this test gives no %s", key->name);
		else if (is_number(key) || key->syntax == CONFIG_RATE)
			assert_int_equal(kept_number(c, key), g->number);
		else
			assert_string_equal(kept_text(c, key), g->value);
	}
}

static void
every_key_has_the_default_that_the_manual_states(UNUSED void **state)
{
	const struct config *c = must_read(TOP ENTRA SERVER);

	assert_string_equal(c->state_dir, "/var/lib/sallyport");
	assert_int_equal(c->refresh_grace, 30);
	assert_int_equal(c->workers, 8);
	assert_null(c->allowed_hosts[0]);
	assert_null(c->allowed_origins[0]);
	assert_null(c->redirect_schemes[0]);
	assert_string_equal(c->registration[0], "dynamic");
	assert_string_equal(c->registration[1], "metadata-document");
	assert_string_equal(c->registration[2], "configured");
	assert_null(c->metadata_domains[0]);
	assert_null(c->metadata_networks[0]);
	assert_string_equal(c->metadata_ports[0], "443");
	assert_int_equal(c->limits.client_never_used, 86400);
	assert_int_equal(c->limits.documents, 1000);
	assert_null(c->ca_file);
	assert_null(c->shared_origin);
	assert_string_equal(c->log, "errors");
	assert_string_equal(c->entra.authority_host, "https://login.microsoftonline.com");
	assert_string_equal(c->entra.graph_url, "https://graph.microsoft.com");
	assert_int_equal(c->entra.timeout, 10);
	assert_int_equal(c->limits.access_token, 3600);
	assert_int_equal(c->limits.code, 60);
	assert_int_equal(c->limits.transaction, 600);
	assert_int_equal(c->limits.account, 900);
	assert_int_equal(c->limits.refresh_idle, 30 * 86400);
	assert_int_equal(c->limits.session, 90 * 86400);
	assert_int_equal(c->limits.client_unused, 90 * 86400);
	assert_int_equal(c->limits.clients, 10000);
	assert_int_equal(c->limits.body_max, 1024 * 1024);
	assert_int_equal(c->limits.response_max, 1024 * 1024);
	assert_int_equal(c->limits.request_memory, 24 * 1024 * 1024);
	assert_int_equal(c->limits.streams_max, 1000);
	assert_int_equal(c->limits.stream, 12 * 3600);
	assert_int_equal(c->limits.database_wait, 5);
	assert_string_equal(c->audit[0], "store");
	assert_string_equal(c->audit[1], "syslog");
	assert_null(c->audit[2]);
	assert_string_equal(c->audit_identity, "object-id");
	assert_int_equal(c->limits.audit_keep, 90 * 86400);
	assert_int_equal(c->limits.audit_rows, 500000);
	assert_string_equal(c->limits.rates, "on");
	assert_int_equal(c->limits.rate_register.count, 600);
	assert_int_equal(c->limits.rate_register.period, 3600);
	assert_int_equal(c->limits.rate_mcp.count, 1200);
	assert_null(c->trusted_proxies[0]);
	assert_int_equal(c->stream_heartbeat, 15);
	assert_string_equal(c->sse_transport, "on");
}

static void
every_key_of_a_server_has_the_default_that_the_manual_states(UNUSED void **state)
{
	const struct config *c = must_read(TOP ENTRA SERVER);
	const struct config_server *s = &c->server[0];

	assert_string_equal(s->tools, "builtin");
	assert_null(s->upstream);
	assert_string_equal(s->upstream_transport, "streamable-http");
	assert_string_equal(s->upstream_token, "none");
	assert_string_equal(s->upstream_token_in, "header");
	assert_null(s->upstream_headers[0]);
	assert_string_equal(s->upstream_user_headers, "off");
	assert_null(s->upstream_user_key);
	assert_int_equal(s->upstream_timeout, 300);
	assert_null(s->upstream_plaintext);
	assert_null(s->allow[0]);
	assert_null(s->rule);
}

static void
every_row_is_whole_and_stands_once(UNUSED void **state)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		size_t n = strlen(key->manual);

		assert_in_range(n, 10, 160);
		assert_int_equal(key->manual[n - 1], '.');
		if (is_number(key))
			assert_true(key->least < key->most && key->standard != NULL);
		for (size_t j = 0; j < i; j++)
			assert_false(config_keys[j].section == key->section &&
			    strcmp(config_keys[j].name, key->name) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_key_is_read_into_its_member),
		CASE(every_key_has_the_default_that_the_manual_states),
		CASE(every_key_of_a_server_has_the_default_that_the_manual_states),
		CASE(every_row_is_whole_and_stands_once),
	};

	return RUN(tests, NULL, NULL);
}
