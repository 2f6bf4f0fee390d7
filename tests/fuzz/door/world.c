/* SPDX-License-Identifier: MIT */
/* world.c - a state_dir in which somebody has signed in, and somebody else is about to */
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64url.h"
#include "protocol/pkce.h"
#include "service/access_token.h"
#include "service/account_session.h"
#include "service/authorization_code.h"
#include "service/authorization_request.h"
#include "service/browser.h"
#include "service/client.h"
#include "service/entra_endpoints.h"
#include "service/entra_sid.h"
#include "service/http_client.h"
#include "service/keyring.h"
#include "service/mailbox_store.h"
#include "service/refresh_token.h"
#include "service/store.h"

#include "door.h"

#define VALUES_MAX	64
#define VERIFIER	"a-code-verifier-of-forty-three-characters-or-more"
#define APP_SECRET	"the-secret-of-our-application-at-entra"
#define INTROSPECTION	"an-introspection-key-of-thirty-two-or-more"
#define ENTRA_REFRESH	"entra-s-own-refresh-token"
#define SECRET		"the-secret-of-the-client-called-desk"
#define SCOPE		"mcp:tools offline_access"

static struct {
	char		 dir[256];
	const char	*conf;
	struct arena	 arena;
	struct request	 rq;
	struct bytes	 database;	/* as each request finds it */
	struct { const char *name, *value; } value[VALUES_MAX];
	size_t		 values;
} world;

const char *
world_config(void)
{
	return world.conf;
}

const char *
world_value(const char *name)
{
	for (size_t i = 0; i < world.values; i++)
		if (strcmp(world.value[i].name, name) == 0)
			return world.value[i].value;
	return "";
}

static void
set(const char *name, const char *value)
{
	EXPECT(world.values < VALUES_MAX);
	world.value[world.values].name = name;
	world.value[world.values++].value = arena_string(&world.arena, value);
}

char *
world_fill(struct arena *a, const char *text, size_t n)
{
	struct buf b = buf_new(a, FILLED_MAX);

	for (size_t i = 0; i < n;) {
		const char *end = text[i] == '@' ? memchr(text + i + 1, '@', n - i - 1) : NULL;
		size_t len = end == NULL ? 0 : (size_t)(end - (text + i)) - 1;
		const char *value = len == 0 || len > 32 ? "" : world_value(arena_copy(a, text + i + 1, len));

		if (*value == '\0')
			buf_bytes(&b, text + i++, 1);
		else {
			buf_lit(&b, value);
			i += len + 2;
		}
	}
	return arena_copy(a, b.text, b.len);
}

/* --- the files -------------------------------------------------------------------------------------- */

static const char *
path(const char *name)
{
	return arena_printf(&world.arena, "%s/%s", world.dir, name);
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(path(name), "w");

	EXPECT(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static const char configuration[] =
    "public_url = " ISSUER "\nstate_dir = %s\naudit = store\ntrusted_proxies = 127.0.0.1\n"
    "sandbox = off\nallowed_origins = http://localhost:6274\nredirect_schemes = cursor\nmetadata_ports = 443, 8443\n"
    "[entra]\ntenant_id = " TENANT "\nclient_id = " APP "\ncredential = secret-file:%s/secret\n"
    "authority_host = " AUTHORITY "\nclient_capabilities = cp1\n"
    "[limits]\nstream = 60\ndatabase_wait = 1\nbody_max = 64K\nresponse_max = 64K\nrequest_memory = 2M\n"
    "[client desk]\nredirect_uris = " REDIRECT ", " REDIRECT_WEB "\nsecret_sha256 = %s\n"
    "[server mcp]\nintrospection_key = %s/introspection\ntool.secret = nobody\n"
    "[server up]\nupstream = http://127.0.0.1:9/up\nupstream_token = entra\nupstream_user_headers = plain\n"
    "tool.secret = nobody\ntool.mail = scope:mail.send\n"
    "[server graph]\nupstream = https://up.example/graph\nupstream_token = obo:api://up/.default\n"
    "upstream_token_in = arguments\nallow = role:Reader\n"
    "[server old]\nupstream = http://127.0.0.1:9/old\nupstream_transport = sse\n";

static void
write_files(void)
{
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	sha256(SECRET, sizeof SECRET - 1, hash);
	for (size_t i = 0; i < sizeof hash; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	EXPECT(mkdir(path("keys"), 0770) == 0 && mkdir(path("run"), 0770) == 0);
	write_file("secret", APP_SECRET "\n");
	write_file("introspection", INTROSPECTION "\n");
	write_file("sallyport.conf", arena_printf(&world.arena, configuration, world.dir, world.dir, hex,
	    world.dir));
	world.conf = path("sallyport.conf");
	set("secret", SECRET);
	set("introspection", INTROSPECTION);
	set("app_secret", APP_SECRET);
	set("entra_refresh", ENTRA_REFRESH);
}

static int
remove_one(const char *name, const struct stat *st UNUSED, int type UNUSED, struct FTW *at UNUSED)
{
	return remove(name);
}

static pid_t owner;

static void
remove_all(void)
{
	if (getpid() == owner)
		(void)nftw(world.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- who is in the database ------------------------------------------------------------------------- */

static void
add_client(void)
{
	const struct client_metadata m = {
		.client_name = "Of the fuzzer", .redirect_uri = { REDIRECT, REDIRECT_WEB }, .redirect_uris = 2,
	};
	const char *id;

	EXPECT(client_register(&world.rq, &m, &id) == OAUTH_OK);
	client_keep(&world.rq, id);	/* somebody has signed in through it */
	set("client", id);
}

static struct session
session_at(const char *server)
{
	return (struct session){
		.sid = sid_new(), .client_id = world_value("client"), .scope = SCOPE, .tenant_id = TENANT,
		.resource = arena_printf(&world.arena, ISSUER "/%s", server), .object_id = PERSON,
		.subject = session_subject(&world.rq, TENANT, PERSON), .created_at = world.rq.now,
		.expires_at = world.rq.now + 86400, .last_used_at = world.rq.now,
	};
}

/* A stream of the transport of 2024-11-05 whose process looks by itself: no socket to be hinted at. */
static void
add_mailbox(const char *server, const struct sid *sid)
{
	struct mailbox_id id = { .sid = *sid, .server = server };
	struct opaque_token t = opaque_token_new(&world.arena);

	memcpy(id.hash, t.hash, sizeof id.hash);
	EXPECT(mailbox_insert(&world.rq, &id, "", world.rq.now + 3600) == STORED);
	set(arena_printf(&world.arena, "stream_%s", server), t.text);
}

/* Each with a code, an access token, a refresh token and a stream. */
static void
add_session(const char *server)
{
	struct arena *a = &world.arena;
	struct session s = session_at(server);
	struct data_key key = data_key_new();
	struct entra_tokens tokens = {
		.access_token = world_value("entra_access"), .refresh_token = ENTRA_REFRESH,
		.expires_at = world.rq.now + 3600, .renew_at = world.rq.now + 3300, .asked_at = world.rq.now,
	};
	struct opaque_token refresh, code;
	struct grant grant;

	EXPECT(entra_sid_mark(&world.rq, "entra-sid", &s.entra_sid) == OAUTH_OK);
	EXPECT(session_insert(&world.rq, &s, &key, &tokens) == STORED);
	EXPECT(refresh_token_issue(&world.rq, &s, &key, NULL, &refresh) == OAUTH_OK);
	EXPECT(access_token_issue(&world.rq, &s, &key, SCOPE, &refresh, NULL, &grant) == OAUTH_OK);
	EXPECT(authorization_code_issue(&world.rq, &s, &key, REDIRECT, pkce_challenge(a, VERIFIER),
	    &code) == OAUTH_OK);
	add_mailbox(server, &s.sid);
	set(arena_printf(a, "access_%s", server), grant.access_token);
	set(arena_printf(a, "refresh_%s", server), refresh.text);
	set(arena_printf(a, "code_%s", server), code.text);
}

static struct authorization_request
transaction(void)
{
	return (struct authorization_request){
		.client_id = world_value("client"), .redirect_uri = REDIRECT, .state = "the-clients-state",
		.code_challenge = pkce_challenge(&world.arena, VERIFIER), .scope = SCOPE,
		.resource = ISSUER "/mcp",
	};
}

/* One that waits for the person's word. */
static void
add_asking(const struct opaque_token *browser)
{
	struct authorization_request t = transaction(), stored;
	struct opaque_token id;

	EXPECT(authorization_request_open(&world.rq, &t, &id) == STORED);
	EXPECT(authorization_request_get(&world.rq, &id, &stored) == STORED);
	set("transaction", id.text);
	set("csrf", browser_csrf(&world.rq, browser, authorization_request_binding(&world.rq, &stored)));
}

/* One that is under way at Entra. */
static void
add_approved(const struct opaque_token *browser)
{
	struct authorization_request t = transaction(), stored;
	struct opaque_token id;
	struct entra_round round;

	EXPECT(authorization_request_open(&world.rq, &t, &id) == STORED);
	EXPECT(authorization_request_get(&world.rq, &id, &stored) == STORED);
	EXPECT(authorization_request_approve(&world.rq, &stored, browser, &round) == STORED);
	set("state", round.state.text);
	set("cookie", arena_printf(&world.arena, "__Host-sallyport-transaction-%s=%s",
	    base64url_encode(&world.arena, id.hash, 12), round.cookie.text));
	set("id_token", entra_id_token(&world.arena, round.nonce));
}

/* A person at the page of their clients, and somebody who is about to sign in there. */
static void
add_account(const struct opaque_token *browser)
{
	static char *no_cookies[] = { NULL };
	struct io io = { .envp = no_cookies };
	const struct entra_identity who = {
		.tenant_id = TENANT, .object_id = PERSON, .name = "A Person", .username = "a@example.org", .sid = "entra-sid",
	};
	struct response rs = response_new(&world.arena);
	struct opaque_token token;
	const char *cookie;

	world.rq.io = &io;
	EXPECT(account_session_begin(&world.rq, &rs, &who) == OAUTH_OK);
	cookie = strstr(rs.headers.text, "Set-Cookie: ") + strlen("Set-Cookie: ");
	cookie = arena_copy(&world.arena, cookie, strcspn(cookie, ";"));
	EXPECT(opaque_token_read(&world.arena, strchr(cookie, '=') + 1, &token));
	set("account", cookie);
	set("csrf_account", browser_csrf(&world.rq, &token, "account"));
	set("csrf_closed", browser_csrf(&world.rq, browser, "account sign-in"));
}

static void
populate(void)
{
	static const char *const servers[] = { "mcp", "up", "graph", "old" };
	struct opaque_token browser = opaque_token_new(&world.arena);
	const char *url;

	set("verifier", VERIFIER);
	set("challenge", pkce_challenge(&world.arena, VERIFIER));
	set("browser", arena_printf(&world.arena, "__Host-sallyport-browser=%s", browser.text));
	set("entra_access", entra_access_token(&world.arena));
	set("openid-configuration", entra_discovery);
	set("/keys", entra_keys(&world.arena));
	/* Where browsers are sent is known from the first sign-in. */
	network_begin(NULL);
	EXPECT(entra_authorization_endpoint(&world.rq, &url) == OAUTH_OK);
	add_client();
	for (size_t i = 0; i < COUNT(servers); i++)
		add_session(servers[i]);
	add_asking(&browser);
	add_approved(&browser);
	add_account(&browser);
	set("/token", arena_printf(&world.arena, "{\"token_type\":\"Bearer\",\"expires_in\":3600,"
	    "\"access_token\":\"%s\",\"refresh_token\":\"" ENTRA_REFRESH "\",\"id_token\":\"%s\"}",
	    world_value("entra_access"), world_value("id_token")));
}

/* --- opening and putting back ---------------------------------------------------------------------- */

static void
keep_database(void)
{
	int fd = open(path("sallyport.db"), O_RDONLY | O_CLOEXEC);
	struct stat st;

	EXPECT(fd >= 0 && fstat(fd, &st) == 0);
	world.database.len = (size_t)st.st_size;
	world.database.data = malloc(world.database.len);
	EXPECT(world.database.data != NULL &&
	    read(fd, world.database.data, world.database.len) == (ssize_t)world.database.len);
	close(fd);
}

void
world_reset(void)
{
	static char file[3][300];
	static const char *const suffix[] = { "", "-wal", "-shm" };
	int fd;

	for (size_t i = 0; i < COUNT(suffix); i++) {
		(void)snprintf(file[i], sizeof file[i], "%s/sallyport.db%s", world.dir, suffix[i]);
		(void)unlink(file[i]);
	}
	fd = open(file[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0660);
	EXPECT(fd >= 0 &&
	    write(fd, world.database.data, world.database.len) == (ssize_t)world.database.len);
	close(fd);
}

#undef getenv	/* where temporary files belong */

void
world_open(void)
{
	const char *tmp = getenv("TMPDIR"), *why = "";
	const struct config *config;

	owner = getpid();
	(void)snprintf(world.dir, sizeof world.dir, "%s/sallyport-door-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	EXPECT(mkdtemp(world.dir) != NULL && atexit(remove_all) == 0);
	arena_init(&world.arena, (size_t)4 * 1024 * 1024);
	write_files();
	if ((config = config_load_file(world.conf, &why)) == NULL)
		fprintf(stderr, "%s\n", why);
	EXPECT(config != NULL);
	for (enum key_purpose p = KEY_SIGN; p < KEY_PURPOSES; p++)
		EXPECT(keyring_create(config, p));
	EXPECT(store_create(config, &why));
	world.rq = (struct request){
		.arena = &world.arena, .config = config, .id = "0123456789abcdef", .now = NOW - 10,
		.keys = keyring_open(config), .store = store_open(config, &why), .http = http_client_open(config),
	};
	EXPECT(world.rq.store != NULL);
	populate();
	http_client_close(world.rq.http);
	store_close(world.rq.store);
	keyring_close(world.rq.keys);
	keep_database();
}
