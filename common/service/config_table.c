/* SPDX-License-Identifier: MIT */
#include "service/config_table.h"

#include "protocol/entra_cloud.h"

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
	{ TOP(sse_transport), CONFIG_TEXT, "on", CHOICE("on off"),
	  "The transport of 2024-11-05, /NAME/sse and /NAME/message, beside each server's own." },
	{ TOP(log), CONFIG_TEXT, "errors", CHOICE("errors all"),
	  "Which requests are logged: those that fail, or all." },

	{ ENTRA(tenant_id), CONFIG_TENANT, NULL, AZURE("AZURE_TENANT_ID"),
	  "The Entra tenant whose people may come in; organizations or common beside allowed_tenants." },
	{ ENTRA(client_id), CONFIG_GUID, NULL, AZURE("AZURE_CLIENT_ID"),
	  "Sallyport's application (client) id there." },
	{ ENTRA(credential), CONFIG_TEXT, NULL, AZURE("AZURE_CLIENT_CERTIFICATE_PATH"),
	  "certificate:PATH[,PATH] (PEM: key and certificate), managed-identity[:CLIENT_ID], "
	  "federated-token-file:PATH (AZURE_FEDERATED_TOKEN_FILE) or secret-file:PATH." },
	{ ENTRA(resource_client_id), CONFIG_GUID, "", ANY,
	  "The API's application where it is not client_id: what tokens are for, and what exchanges them." },
	{ ENTRA(resource_credential), CONFIG_TEXT, "", ANY,
	  "The API's own credential; without it credential." },
	{ ENTRA(cloud), CONFIG_TEXT, "global", CHOICE(ENTRA_CLOUDS),
	  "global, usgov (GCC High), usgov-dod or china: authority_host and graph_url follow it." },
	{ ENTRA(authority_host), CONFIG_URL, "", AZURE("AZURE_AUTHORITY_HOST"),
	  "Where Entra is, when it is not the cloud's own address: tests." },
	{ ENTRA(graph_url), CONFIG_URL, "", ANY,
	  "Where Microsoft Graph is, when it is not the cloud's own address." },
	{ ENTRA(imds_url), CONFIG_METADATA_URL, "http://169.254.169.254", ANY,
	  "The virtual machine's metadata service, for a managed identity." },
	{ ENTRA(identity_endpoint), CONFIG_METADATA_URL, "", AZURE("IDENTITY_ENDPOINT"),
	  "Where App Service, Container Apps, Automation or Azure Arc give a managed identity's token." },
	{ ENTRA(identity_header), CONFIG_TEXT, "", AZURE("IDENTITY_HEADER"),
	  "What that address wants to be told, except on Azure Arc." },
	{ ENTRA(imds_endpoint), CONFIG_METADATA_URL, "", AZURE("IMDS_ENDPOINT"),
	  "Beside identity_endpoint: this is Azure Arc." },
	{ ENTRA(arc_key_dir), CONFIG_PATH, "/var/opt/azcmagent/tokens", ANY,
	  "The one folder where Azure Arc's key files are believed." },
	{ ENTRA(scope), CONFIG_TEXT, "", ANY,
	  "What Entra's access token is for; without it /.default of resource_client_id or client_id." },
	{ ENTRA(audience), CONFIG_LIST, "", ANY,
	  "What that token must be for; without it that application's id, with and without api://." },
	{ ENTRA(allowed_tenants), CONFIG_LIST, "", ANY,
	  "With tenant_id organizations or common: the tenants whose people may come in, by GUID, or any." },
	{ ENTRA(allow), CONFIG_LIST, "", ANY,
	  "Who may sign in at all: role:NAME, group:ID. Of each kind that is named, one must hold." },
	{ ENTRA(client_capabilities), CONFIG_LIST, "", CHOICE("cp1"),
	  "cp1: Entra gives tokens for a day and revokes them at once (continuous access evaluation)." },
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
	{ LIMIT(session_idle), CONFIG_DURATION, "30d", RANGE(5, 400 * DAYS),
	  "Lifetime of a session through which no MCP server is used." },
	{ LIMIT(client_unused), CONFIG_DURATION, "90d", RANGE(5, 4000 * DAYS),
	  "Lifetime of a registration that nobody signs in through." },
	{ LIMIT(clients), CONFIG_NUMBER, "10000", RANGE(1, 10000000),
	  "Registrations kept at once." },
	{ LIMIT(transactions), CONFIG_NUMBER, "20000", RANGE(8, 10000000),
	  "Sign-ins under way at once; of more, the oldest that nobody has approved are forgotten." },
	{ LIMIT(body_max), CONFIG_SIZE, "1M", RANGE(1024, 64 * 1024 * 1024),
	  "Bytes of a request's body." },
	{ LIMIT(response_max), CONFIG_SIZE, "1M", RANGE(4096, 64 * 1024 * 1024),
	  "Bytes of an answer from Entra or Graph, or of a message of an upstream that must be read whole." },
	{ LIMIT(request_memory), CONFIG_SIZE, "24M", RANGE(1024 * 1024, 1024 * 1024 * 1024),
	  "Bytes that one request may use; never less than four times body_max." },
	{ LIMIT(streams_max), CONFIG_NUMBER, "1000", RANGE(1, 100000),
	  "Streams and upstream calls that one process has open at once." },
	{ LIMIT(streams_person), CONFIG_NUMBER, "100", RANGE(1, 100000),
	  "How many of them one person may have." },
	{ LIMIT(stream), CONFIG_DURATION, "12h", RANGE(1, 30 * DAYS),
	  "How long one of them may last." },
	{ LIMIT(database_wait), CONFIG_DURATION, "5", RANGE(1, 60),
	  "How long a request waits for a locked database." },

	{ SERVER(tools), CONFIG_TEXT, "", CHOICE("builtin"),
	  "builtin: the tools of Sallyport itself, which is the default without upstream." },
	{ SERVER(upstream), CONFIG_TEXT, "", ANY,
	  "The MCP server that this one stands in front of: http://, https:// or unix:SOCKET:/PATH." },
	{ SERVER(upstream_transport), CONFIG_TEXT, "streamable-http", CHOICE("streamable-http sse"),
	  "sse: upstream is the event stream's URL of a server of 2024-11-05." },
	{ SERVER(upstream_token), CONFIG_TEXT, "none", ANY,
	  "What it is given: none, entra (Entra's token for us), obo:SCOPE (one exchanged on behalf of the "
	  "person), header-file:PATH (one line, Name: value)." },
	{ SERVER(upstream_token_in), CONFIG_TEXT, "header", CHOICE("header arguments"),
	  "header: Authorization; arguments: bearerToken among the arguments of each tool call." },
	{ SERVER(upstream_headers), CONFIG_LIST, "", ANY,
	  "Request headers of the client that are passed on, beside those of MCP." },
	{ SERVER(upstream_user_headers), CONFIG_TEXT, "off", CHOICE("off plain signed"),
	  "Who calls: plain X-Sallyport-Subject, -Object-Id, -Tenant and -Name, or signed X-Sallyport-User "
	  "(a JWT, HS256)." },
	{ SERVER(upstream_user_key), CONFIG_PATH, "", ANY,
	  "The key that signs it: a file of 32 bytes or more, the last line feed aside." },
	{ SERVER(upstream_timeout), CONFIG_DURATION, "5m", RANGE(1, 3600),
	  "How long it may be silent before its answer begins, and within one that is JSON." },
	{ SERVER(upstream_plaintext), CONFIG_TEXT, "", CHOICE("accept"),
	  "accept: it is reached by http:// beyond this machine, and the network between is trusted." },
	{ SERVER(allow), CONFIG_LIST, "", ANY,
	  "Who may use the server: role:NAME, group:ID, scope:NAME. Of each kind that is named, one must "
	  "hold." },
	{ CONFIG_SERVER, "tool.NAME", offsetof(struct config_server, rule), CONFIG_RULE, "", ANY,
	  "The same for one tool, or everyone, or nobody; tool.* for those that are not named." },
};
/* clang-format on */
const size_t config_key_count = COUNT(config_keys);
