/* SPDX-License-Identifier: MIT */
#include "service/client_authenticate.h"

#include "protocol/basic.h"
#include "protocol/client_keys.h"
#include "service/client_secret.h"
#include "service/credential_file.h"
#include "service/store.h"
#include "service/store_failed.h"
#include "service/sweep.h"

static enum oauth_error
refuse(struct request *rq, const char *what)
{
	return fail(&rq->failure, INVALID_CLIENT, what);
}

/* Section 2.3: one way at a time.  *with holds what the client sent, wherever it stood. */
static enum oauth_error
read_credentials(struct request *rq, const struct client_credentials *in, struct client_credentials *with)
{
	const char *id = NULL, *secret = NULL;

	*with = *in;
	switch (basic_read(rq->arena, request_variable(rq, "HTTP_AUTHORIZATION"), &id, &secret)) {
	case BASIC_MALFORMED:
		return refuse(rq, "Authorization must be Basic with client_id and client_secret, each form-encoded");
	case BASIC_PRESENT:
		if (in->client_secret != NULL || in->client_assertion != NULL)
			return fail(&rq->failure, INVALID_REQUEST, "the client authenticates in two ways at once");
		if (in->client_id != NULL && strcmp(in->client_id, id) != 0)
			return fail(&rq->failure, INVALID_REQUEST, "client_id is not that of Authorization");
		with->client_id = id;
		with->client_secret = secret;
		return OAUTH_OK;
	default:
		break;
	}
	if (in->client_secret != NULL && in->client_assertion != NULL)
		return fail(&rq->failure, INVALID_REQUEST, "the client authenticates in two ways at once");
	return OAUTH_OK;
}

/* RFC 7521 section 4.2: client_id is optional beside an assertion, and must be its subject. */
static enum oauth_error
read_assertion(struct request *rq, struct client_credentials *with, struct client_assertion *out)
{
	const struct config *c = rq->config;
	const char *const audiences[] = {
		c->public_url, arena_printf(rq->arena, "%s/token", c->public_url), NULL,
	};

	if (with->client_assertion_type == NULL ||
	    strcmp(with->client_assertion_type, CLIENT_ASSERTION_TYPE) != 0)
		return refuse(rq, "client_assertion_type must be " CLIENT_ASSERTION_TYPE);
	TRY(client_assertion_read(rq->arena, with->client_assertion, audiences, rq->now, out, &rq->failure));
	if (with->client_id != NULL && strcmp(with->client_id, out->client_id) != 0)
		return refuse(rq, "client_id is not the subject of client_assertion");
	with->client_id = out->client_id;
	return OAUTH_OK;
}

/* The keys of a configured client may be one PEM: then the key alone is left in *key. */
static enum oauth_error
open_keys(struct request *rq, const struct client *client, struct json_object **set, EVP_PKEY **key)
{
	const char *text = client->jwks, *why = "holds no public key that can be used";

	if (text == NULL) {
		const char *path = client->configured->key_file;

		if ((text = credential_file_read(rq->arena, path, CREDENTIAL_FILE_MAX, &why)) == NULL)
			return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
			    arena_printf(rq->arena, "key_file %s: %s", path, why));
		if ((*key = client_keys_pem(text)) != NULL)
			return OAUTH_OK;
	}
	*set = json_parse(rq->arena, text, strlen(text));
	if (*set != NULL && client_keys_valid(rq->arena, *set))
		return OAUTH_OK;
	return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
	    arena_printf(rq->arena, "keys of client %s: %s", client->client_id, why));
}

static bool
is_signed(struct request *rq, const struct client_assertion *in, struct json_object *set, EVP_PKEY *key)
{
	if (key != NULL)
		return jws_verify(&in->jws, in->alg, key);
	for (size_t n = 0; n < CLIENT_KEYS_MAX; n++) {
		AUTO(pkey) EVP_PKEY *candidate = client_keys_find(rq->arena, set, in->alg, in->kid, n);

		if (candidate == NULL)
			return false;
		if (jws_verify(&in->jws, in->alg, candidate))
			return true;
	}
	return false;
}

/* RFC 7523 section 3 number 7: kept until it has expired, by the clock of whoever is slowest. */
static enum oauth_error
use_once(struct request *rq, const struct client_assertion *in)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_ASSERTION_USE);
	const char *all = arena_printf(rq->arena, "%s %s", in->client_id, in->jti);
	uint8_t hash[SHA256_SIZE];

	sha256(all, strlen(all), hash);
	statement_hash(q, ":jti_hash", hash);
	statement_int(q, ":expires_at", in->exp + 2 * CLIENT_ASSERTION_SKEW);
	switch (statement_change(q)) {
	case STORED:
		(void)sweep_expired(rq->store, QUERY_CLIENT_ASSERTION_DELETE_EXPIRED, rq->now, SWEEP_FEW, NULL);
		return OAUTH_OK;
	case ABSENT:
		return refuse(rq, "client_assertion was used before");
	default:
		return store_failed(rq);
	}
}

static enum oauth_error
check_assertion(struct request *rq, const struct client *client, const struct client_assertion *in)
{
	AUTO(json) struct json_object *set = NULL;
	AUTO(pkey) EVP_PKEY *key = NULL;

	if (in->alg == NULL)
		return refuse(rq, "this client authenticates by private_key_jwt");
	TRY(open_keys(rq, client, &set, &key));
	if (!is_signed(rq, in, set, key))
		return refuse(rq, "client_assertion is not signed with a key of this client");
	return use_once(rq, in);
}

static enum oauth_error
check(struct request *rq, const struct client *client, const struct client_credentials *with,
    const struct client_assertion *assertion)
{
	const struct config_client *c = client->configured;

	if (client->jwks != NULL || (c != NULL && c->key_file != NULL))
		return check_assertion(rq, client, assertion);
	if (c != NULL && c->secret_sha256[0] != NULL)
		return with->client_secret != NULL && client_secret_matches(rq->arena, c, with->client_secret) ?
		    OAUTH_OK : refuse(rq, "this client authenticates by its client_secret");
	if (with->client_secret != NULL || assertion->alg != NULL)
		return refuse(rq, "this client has no secret and no key: send client_id alone, in the body");
	return OAUTH_OK;
}

static enum oauth_error
authenticate(struct request *rq, const struct client_credentials *in, struct client *out)
{
	struct client_assertion assertion = { 0 };
	struct client_credentials with;

	TRY(read_credentials(rq, in, &with));
	if (with.client_assertion != NULL)
		TRY(read_assertion(rq, &with, &assertion));
	if (with.client_id == NULL)
		return refuse(rq, "client_id is missing");
	TRY(client_find(rq, with.client_id, out));
	return check(rq, out, &with, &assertion);
}

enum oauth_error
client_authenticate(struct request *rq, struct response *rs, const struct client_credentials *in,
    struct client *out)
{
	enum oauth_error error = authenticate(rq, in, out);

	/* Section 5.2: a challenge of the scheme that the client has tried. */
	if (error == INVALID_CLIENT && request_variable(rq, "HTTP_AUTHORIZATION") != NULL)
		response_header(rs, "WWW-Authenticate", arena_printf(rq->arena, "Basic realm=\"%s\"",
		    rq->config->public_host));
	return error;
}
