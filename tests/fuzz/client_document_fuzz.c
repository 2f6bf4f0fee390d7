/* SPDX-License-Identifier: MIT */
/*
 * client_document_fuzz - what a client says of itself: a registration, a metadata document at its own
 * address, its keys, its assertion
 *
 * What is kept of it fits, leads nowhere that it must not, and is said back as JSON; what it signs is
 * believed by none of its keys unless it is signed.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "protocol/client_assertion.h"
#include "protocol/client_document.h"
#include "protocol/client_id_url.h"
#include "protocol/client_keys.h"
#include "protocol/param.h"
#include "protocol/redirect_uri.h"

#define NOW	INT64_C(1800000000)
#define OURS	"https://mcp.example.org"

static const char *const schemes[] = { "cursor", NULL };

static void
judge_metadata(struct arena *a, const struct client_metadata *m)
{
	struct buf b = buf_new(a, 64 * 1024);

	EXPECT(m->redirect_uris >= 1 && m->redirect_uris <= CLIENT_REDIRECT_URIS_MAX);
	for (size_t i = 0; i < m->redirect_uris; i++)
		EXPECT(redirect_uri_acceptable(a, m->redirect_uri[i], schemes));
	EXPECT(strlen(m->client_name) <= CLIENT_NAME_MAX && is_text(m->client_name));
	EXPECT(m->client_uri == NULL || strncasecmp(m->client_uri, "http", 4) == 0);
	client_metadata_response(&b, "id", NOW, m);
	EXPECT(buf_text(&b) != NULL && json_scan(a, b.text, b.len, NULL) == JSON_FINE);
}

static void
judge_registration(struct arena *a, struct json_object *json)
{
	struct client_metadata m = { 0 };
	struct failure f = { 0 };
	enum oauth_error error = client_metadata_read(a, json, schemes, &m, &f);

	EXPECT(error == f.error && (error == OAUTH_OK) == (f.description == NULL));
	if (error == OAUTH_OK)
		judge_metadata(a, &m);
	else
		EXPECT(m.redirect_uris == 0);
}

/* At the address that it names itself, and at no other. */
static void
judge_document(struct arena *a, struct json_object *json)
{
	const char *url = json_string(json, "client_id");
	struct client_document d = { 0 };
	struct failure f = { 0 };

	EXPECT(client_document_read(a, json, "https://not.example/the-same", schemes, &d, &f) != OAUTH_OK);
	if (url == NULL || client_document_read(a, json, url, schemes, &d, &f) != OAUTH_OK)
		return;
	judge_metadata(a, &d.metadata);
	EXPECT(*d.metadata.client_name != '\0' && !json_has(json, "client_secret"));
	EXPECT(d.private_key_jwt == (d.jwks != NULL || d.jwks_uri != NULL));
	EXPECT(d.jwks == NULL || strstr(d.jwks, "\"d\":") == NULL || strstr(d.jwks, "\"kty\"") != NULL);
}

static void
judge_keys(struct arena *a, struct json_object *json)
{
	static const char *const algs[] = { "RS256", "PS256", "ES256" };
	bool any = false;

	for (size_t i = 0; i < COUNT(algs); i++)
		for (size_t n = 0; n < 4; n++) {
			AUTO(pkey) EVP_PKEY *key = client_keys_find(a, json, algs[i], NULL, n);

			EXPECT(key == NULL || jws_key_fits(key, algs[i]));
			any = any || key != NULL;
		}
	EXPECT(!client_keys_valid(a, json) || any);
}

static void
judge_assertion(struct arena *a, const char *token, struct json_object *keys)
{
	static const char *const audiences[] = { OURS, OURS "/token", NULL };
	struct client_assertion assertion = { 0 };
	struct failure f = { 0 };
	AUTO(pkey) EVP_PKEY *key = NULL;

	if (client_assertion_read(a, token, audiences, NOW, &assertion, &f) != OAUTH_OK) {
		EXPECT(f.error == INVALID_CLIENT && assertion.client_id == NULL);
		return;
	}
	EXPECT(assertion.exp > NOW - 300 && *assertion.jti != '\0' && *assertion.client_id != '\0');
	key = client_keys_find(a, keys, assertion.alg, assertion.kid, 0);
	EXPECT(key == NULL || !jws_verify(&assertion.jws, assertion.alg, key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct json_object *json;
	struct uri u;
	const char *text;

	if (size > 16384)
		return 0;
	arena_init(&a, (size_t)8 * 1024 * 1024);
	text = arena_copy(&a, data, size);
	json = json_parse(&a, (const char *)data, size);
	judge_registration(&a, json);
	judge_document(&a, json);
	judge_keys(&a, json);
	judge_assertion(&a, text, json);
	if (client_id_url_read(&a, text, &u)) {
		EXPECT(client_id_is_url(text) && strcmp(u.scheme, "https") == 0 && *u.path == '/');
		EXPECT(u.userinfo == NULL && u.fragment == NULL && strstr(u.path, "/../") == NULL);
	}
	json_auto(&json);
	arena_free(&a);
	return 0;
}
