/* SPDX-License-Identifier: MIT */
/*
 * introspect: token introspection, RFC 7662, for whoever serves one of our resources.
 *
 * The caller proves with a [server]'s introspection_key that it is that resource (section 2.1), and
 * learns of access tokens for that resource alone.  Of anything else, a refresh token too, it
 * learns nothing but "active": false (section 2.2).  What is told comes from the token and its
 * sealed session; nothing of Entra's is among it.
 *
 * This program has no credential, and so cannot ask Entra about the person.  Where nobody else has
 * for too long, the token is not active, and the client's next refresh opens the browser.
 */
#include "protocol/bearer.h"
#include "protocol/param.h"
#include "service/access_token.h"
#include "service/endpoint.h"
#include "service/introspection_key.h"
#include "service/rate.h"
#include "service/store_failed.h"

#define TOKEN_MAX	8192	/* bytes */

static enum oauth_error	introspect(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "introspect",
		.path    = "/introspect",
		.methods = "POST",
		.media   = "application/x-www-form-urlencoded",
		.needs   = { &store_service, &keyring_service },
		.admit   = rate_take,
		.handle  = introspect,
	});
}

struct introspect_request {
	const char	*token;
	const char	*token_type_hint;	/* not needed: there is one kind */
};

static const struct param introspect_params[] = {
	PARAM(introspect_request, token,	   REQUIRED, TOKEN_MAX, is_vschar),
	PARAM(introspect_request, token_type_hint, OPTIONAL, 64,	is_vschar),
};

/* RFC 6750 section 3: without credentials the challenge names no error. */
static void
challenge(struct request *rq, struct response *rs, enum bearer sent)
{
	struct buf value = buf_new(rq->arena, RESPONSE_HEADERS_MAX);

	bearer_challenge(&value, &(struct challenge){
		.realm = "introspection",
		.error = sent == BEARER_ABSENT ? NULL : oauth_errors[INVALID_TOKEN].code,
	});
	response_header(rs, "WWW-Authenticate", buf_text(&value));
}

static enum oauth_error
authenticate(struct request *rq, struct response *rs, uint32_t *servers)
{
	const char *secret = "";
	enum bearer sent = bearer_read(request_variable(rq, "HTTP_AUTHORIZATION"), &secret);

	if (!rq->config->introspection)
		return fail(&rq->failure, NOT_FOUND, "there is nothing at this address");
	if (sent == BEARER_PRESENT && (*servers = introspection_key_opens(rq, secret)) != 0)
		return OAUTH_OK;
	challenge(rq, rs, sent);
	return fail_because(&rq->failure, INVALID_TOKEN,
	    "the introspection key is missing or wrong", rq->failure.reason);
}

/* INVALID_TOKEN for one that is not active, with the reason for the log. */
static enum oauth_error
look_up(struct request *rq, uint32_t servers, const char *token, struct access *out)
{
	enum oauth_error error = INVALID_TOKEN;
	enum stored stored;
	struct data_key key;

	for (size_t i = 0; error == INVALID_TOKEN && i < rq->config->servers; i++)
		if ((servers >> i & 1) != 0)
			error = access_token_verify(rq, token, rq->config->server[i].resource, out);
	if (error != OAUTH_OK)
		return error;
	if ((stored = access_token_unseal(rq, out, &key)) == ABSENT)
		return fail_because(&rq->failure, INVALID_TOKEN, NULL,
		    "the stored session does not open or was tampered with");
	if (stored == STORED && (stored = session_alive(rq, &out->session.sid)) == ABSENT) {
		session_step_up(rq, &out->session.sid);
		return fail_because(&rq->failure, INVALID_TOKEN, NULL,
		    "nobody has asked Entra about the person for too long");
	}
	return stored == STORED ? OAUTH_OK : store_failed(rq);
}

/* The jti is the token's own secret, and so is not among it. */
static void
describe(struct request *rq, struct buf *b, const struct access *access)
{
	const struct session *s = &access->session;

	buf_lit(b, "{\"active\":true");
	buf_member(b, "token_type", "Bearer");
	buf_member(b, "scope", access->scope);
	buf_member(b, "client_id", s->client_id);
	buf_member(b, "sub", s->subject);
	buf_member(b, "aud", s->resource);
	buf_member(b, "iss", rq->config->public_url);
	buf_member(b, "sid", sid_text(rq->arena, &s->sid));
	buf_lit(b, ",\"iat\":");
	buf_number(b, access->issued_at);
	buf_lit(b, ",\"exp\":");
	buf_number(b, access->expires_at);
	buf_lit(b, "}");
}

static enum oauth_error
introspect(struct request *rq, struct response *rs)
{
	struct introspect_request in = { 0 };
	struct access access = { 0 };
	uint32_t servers = 0;
	enum oauth_error error;

	TRY(authenticate(rq, rs, &servers));
	if (*rq->query != '\0')
		return fail(&rq->failure, INVALID_REQUEST, "what is asked belongs into the body");
	TRY(param_read(&in, introspect_params, COUNT(introspect_params), rq->body, rq->arena,
	    &rq->failure));
	if ((error = look_up(rq, servers, in.token, &access)) == OAUTH_OK)
		describe(rq, &rs->body, &access);
	else if (error == INVALID_TOKEN)
		buf_lit(&rs->body, "{\"active\":false}");
	else
		return error;
	rq->failure.error = OAUTH_OK;	/* it is answered; why it is not active stays for the log */
	rs->content_type = "application/json";
	return OAUTH_OK;
}
