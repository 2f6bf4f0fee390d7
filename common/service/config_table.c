/* SPDX-License-Identifier: MIT */
#include "service/config_table.h"

const char *const config_section_names[CONFIG_SECTIONS] = {
	[CONFIG_TOP] = "", [CONFIG_ENTRA] = "entra", [CONFIG_LIMITS] = "limits",
	[CONFIG_SERVER] = "server",
};

#define DAYS	((int64_t)86400)

#define TOP(member)	CONFIG_TOP, #member, offsetof(struct config, member)
#define ENTRA(member)	CONFIG_ENTRA, #member, offsetof(struct config, entra.member)
#define LIMIT(member)	CONFIG_LIMITS, #member, offsetof(struct config, limits.member)
#define SERVER(member)	CONFIG_SERVER, #member, offsetof(struct config_server, member)
#define ANY		0, 0, NULL, NULL
#define CHOICE(words)	0, 0, words, NULL
#define RANGE(a, b)	a, b, NULL, NULL
#define AZURE(name)	0, 0, NULL, name

/* clang-format off */
const struct config_key config_keys[] = {
	{ TOP(public_url), CONFIG_URL, NULL, ANY,
	  "The address people and clients use; the issuer. http on loopback only." },
	{ TOP(state_dir), CONFIG_PATH, "/var/lib/sallyport", ANY,
	  "Folder of the database and the keys." },
	{ TOP(database), CONFIG_TEXT, "", ANY,
	  "sqlite:PATH on a local disk; without it sallyport.db in state_dir." },
	{ TOP(refresh_grace), CONFIG_DURATION, "30", RANGE(0, 3600),
	  "How long a rotated refresh token still yields the same successor; 0 switches that off." },
	{ TOP(workers), CONFIG_NUMBER, "8", RANGE(1, 256),
	  "Requests that one FastCGI process serves at once." },
	{ TOP(stream_heartbeat), CONFIG_DURATION, "15", RANGE(1, 300),
	  "How often a stream that waits says that it is alive, and so finds its client gone." },
	{ TOP(allowed_hosts), CONFIG_LIST, "", ANY,
	  "Host values accepted beside public_url's own." },
	{ TOP(allowed_origins), CONFIG_LIST, "", ANY,
	  "Browser origins that may call the MCP endpoints, beside public_url's own." },
	{ TOP(redirect_schemes), CONFIG_LIST, "", ANY,
	  "Private-use URI schemes that clients may register redirect URIs with." },
	{ TOP(registration), CONFIG_LIST, "dynamic", CHOICE("dynamic off"),
	  "How clients become known: dynamic (RFC 7591) or off." },
	{ TOP(ca_file), CONFIG_PATH, "", ANY,
	  "Certificates trusted for outgoing TLS, instead of the system's." },
	{ TOP(shared_origin), CONFIG_TEXT, "", CHOICE("accept"),
	  "accept: public_url has a path, and everyone who publishes on its host name is trusted." },
	{ TOP(log), CONFIG_TEXT, "errors", CHOICE("errors all"),
	  "Which requests are logged: those that fail, or all." },

	{ ENTRA(tenant_id), CONFIG_GUID, NULL, AZURE("AZURE_TENANT_ID"),
	  "The Entra tenant whose people may come in." },
	{ ENTRA(client_id), CONFIG_GUID, NULL, AZURE("AZURE_CLIENT_ID"),
	  "Sallyport's application (client) id there." },
	{ ENTRA(credential), CONFIG_TEXT, NULL, AZURE("AZURE_CLIENT_CERTIFICATE_PATH"),
	  "certificate:PATH (PEM: private key and certificate) or secret-file:PATH." },
	{ ENTRA(authority_host), CONFIG_URL, "https://login.microsoftonline.com",
	  AZURE("AZURE_AUTHORITY_HOST"), "Where Entra is: national clouds, tests." },
	{ ENTRA(graph_url), CONFIG_URL, "https://graph.microsoft.com", ANY,
	  "Where Microsoft Graph is." },
	{ ENTRA(scope), CONFIG_TEXT, "", ANY,
	  "What Entra's access token is for; without it CLIENT_ID/.default." },
	{ ENTRA(audience), CONFIG_LIST, "", ANY,
	  "What that token must be for; without it client_id and api://CLIENT_ID." },
	{ ENTRA(timeout), CONFIG_DURATION, "10", RANGE(1, 120),
	  "How long one call to Entra or Graph may take." },

	{ LIMIT(access_token), CONFIG_DURATION, "1h", RANGE(5, 1 * DAYS),
	  "Lifetime of our access token." },
	{ LIMIT(code), CONFIG_DURATION, "60", RANGE(1, 600),
	  "Lifetime of our authorization code." },
	{ LIMIT(transaction), CONFIG_DURATION, "10m", RANGE(5, 3600),
	  "Time from /authorize to the return from Entra." },
	{ LIMIT(refresh_idle), CONFIG_DURATION, "30d", RANGE(5, 400 * DAYS),
	  "Lifetime of an unused refresh token." },
	{ LIMIT(session), CONFIG_DURATION, "90d", RANGE(5, 400 * DAYS),
	  "Lifetime of a session, however much it is used." },
	{ LIMIT(client_unused), CONFIG_DURATION, "90d", RANGE(5, 4000 * DAYS),
	  "Lifetime of a registration that nobody signs in through." },
	{ LIMIT(clients), CONFIG_NUMBER, "10000", RANGE(1, 10000000),
	  "Registrations kept at once." },
	{ LIMIT(transactions), CONFIG_NUMBER, "20000", RANGE(8, 10000000),
	  "Sign-ins under way at once; of more, the oldest that nobody has approved are forgotten." },
	{ LIMIT(body_max), CONFIG_SIZE, "1M", RANGE(1024, 64 * 1024 * 1024),
	  "Bytes of a request's body." },
	{ LIMIT(response_max), CONFIG_SIZE, "1M", RANGE(4096, 64 * 1024 * 1024),
	  "Bytes of an answer from Entra or Graph." },
	{ LIMIT(request_memory), CONFIG_SIZE, "24M", RANGE(1024 * 1024, 1024 * 1024 * 1024),
	  "Bytes that one request may use; never less than four times body_max." },
	{ LIMIT(database_wait), CONFIG_DURATION, "5", RANGE(1, 60),
	  "How long a request waits for a locked database." },

	{ SERVER(tools), CONFIG_TEXT, "builtin", CHOICE("builtin"),
	  "builtin: the tools of Sallyport itself." },
};
/* clang-format on */
const size_t config_key_count = COUNT(config_keys);
