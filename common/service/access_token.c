/* SPDX-License-Identifier: MIT */
#include "service/access_token.h"

#include "protocol/json_member.h"
#include "protocol/jws.h"
#include "protocol/scope.h"
#include "service/rotation.h"
#include "service/store_failed.h"

#define TABLE		"access_token"
#define CLAIMS_MAX	8192	/* bytes */

static const char *
mint(struct request *rq, const struct session *s, const char *scope, const struct opaque_token *jti,
    int64_t expires_at)
{
	const struct key *key = keyring_current(rq->keys, KEY_SIGN);
	struct buf b = buf_new(rq->arena, CLAIMS_MAX);

	if (key == NULL)
		return NULL;
	buf_member(&b, "iss", rq->config->public_url);
	buf_member(&b, "aud", s->resource);
	buf_member(&b, "sub", s->subject);
	buf_member(&b, "client_id", s->client_id);
	buf_member(&b, "scope", scope);
	buf_member(&b, "sid", sid_text(rq->arena, &s->sid));
	buf_member(&b, "jti", jti->text);
	buf_lit(&b, ",\"iat\":");
	buf_number(&b, rq->now);
	buf_lit(&b, ",\"exp\":");
	buf_number(&b, expires_at);
	buf_lit(&b, "}");
	if (buf_text(&b) == NULL)
		return NULL;
	return jws_sign_hs256(rq->arena, key->hmac, arena_printf(rq->arena,
	    "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", key->kid), buf_text(&b));
}

enum oauth_error
access_token_issue(struct request *rq, const struct session *s, const struct data_key *data_key,
    const char *scope, const struct opaque_token *refresh, const uint8_t *confirms,
    struct grant *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCESS_TOKEN_INSERT);
	struct opaque_token jti = opaque_token_new(rq->arena);
	int64_t expires_at = rq->now + rq->config->limits.access_token;
	const char *token;
	struct wrap wrap;

	if (expires_at > s->expires_at)
		expires_at = s->expires_at;
	if ((token = mint(rq, s, scope, &jti, expires_at)) == NULL ||
	    !seal_wrap(rq->arena, rq->keys, TABLE, &jti, &s->sid, data_key, &wrap))
		return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
		    "the sign or wrap key cannot be read; run `sallyport check`");
	statement_hash(q, ":token_hash", jti.hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_text(q, ":kid", wrap.kid);
	statement_blob(q, ":wrap", wrap.sealed);
	statement_int(q, ":expires_at", expires_at);
	statement_hash(q, ":refresh_hash", refresh->hash);
	if (confirms != NULL)
		statement_hash(q, ":confirms", confirms);
	if (statement_change(q) != STORED)
		return store_failed(rq);
	*out = (struct grant){
		.access_token = token, .expires_in = expires_at - rq->now,
		.refresh_token = refresh->text, .scope = scope, .sid = s->sid,
	};
	return OAUTH_OK;
}

static enum oauth_error
refused(struct request *rq, const char *reason)
{
	return fail_because(&rq->failure, INVALID_TOKEN, "the access token is invalid or expired",
	    reason);
}

/*
 * Header and signature.  Both JSON texts are flat and read in place: this is on the way of every
 * request, and json-c is the dearest step of it.
 */
static enum oauth_error
read_claims(struct request *rq, const char *token, struct json_members *claims)
{
	struct json_members header;
	const char *alg, *typ, *kid;
	const struct key *key;
	struct jws jws;

	if (!jws_split(rq->arena, token, &jws) || json_scan(rq->arena,
	    (const char *)jws.header.data, jws.header.len, &header) != JSON_FINE)
		return refused(rq, "not a token of ours");
	alg = json_member_string(rq->arena, &header, "alg");
	typ = json_member_string(rq->arena, &header, "typ");
	kid = json_member_string(rq->arena, &header, "kid");
	if (alg == NULL || strcmp(alg, "HS256") != 0 || typ == NULL || strcmp(typ, "at+jwt") != 0 ||
	    kid == NULL || json_member_has(&header, "crit"))
		return refused(rq, "not a token of ours");
	if ((key = keyring_find(rq->keys, KEY_SIGN, kid)) == NULL)
		return refused(rq, "unknown kid");
	if (!jws_verify_hs256(&jws, key->hmac))
		return refused(rq, "bad signature");
	return json_scan(rq->arena, (const char *)jws.payload.data, jws.payload.len, claims) ==
	    JSON_FINE ? OAUTH_OK : refused(rq, "claims are not JSON");
}

static enum oauth_error
judge_claims(struct request *rq, const struct json_members *claims, const char *resource,
    struct access *out)
{
	const char *iss = json_member_string(rq->arena, claims, "iss");
	const char *aud = json_member_string(rq->arena, claims, "aud");
	int64_t exp;

	if (iss == NULL || strcmp(iss, rq->config->public_url) != 0)
		return refused(rq, "another issuer");
	if (!json_member_int(rq->arena, claims, "exp", &exp) || exp <= rq->now)
		return refused(rq, "expired");
	if (aud == NULL || strcmp(aud, resource) != 0)
		return refused(rq, "for another resource");
	out->expires_at = exp;
	out->scope = json_member_string(rq->arena, claims, "scope");
	if (out->scope == NULL || !json_member_int(rq->arena, claims, "iat", &out->issued_at) ||
	    !opaque_token_read(rq->arena, json_member_string(rq->arena, claims, "jti"), &out->jti) ||
	    !sid_read(json_member_string(rq->arena, claims, "sid"), &out->session.sid))
		return refused(rq, "claims are missing");
	return OAUTH_OK;
}

/* The one statement of an ordinary request; *confirms is the rotation this use confirms. */
static enum oauth_error
find_session(struct request *rq, struct access *out, struct bytes *confirms)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCESS_TOKEN_SESSION);
	struct session *s = &out->session;

	statement_hash(q, ":token_hash", out->jti.hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_int(q, ":now", rq->now);
	statement_int(q, ":idle_since", session_idle_since(rq));
	switch (statement_row(q)) {
	case STORED:
		break;
	case ABSENT:
		return refused(rq, "revoked, or its session is over");
	default:
		return store_failed(rq);
	}
	out->wrap.kid = statement_column_text(q, 0, rq->arena);
	out->wrap.sealed = statement_column_blob(q, 1, rq->arena);
	*confirms = statement_column_blob(q, 2, rq->arena);
	s->client_id = statement_column_text(q, 3, rq->arena);
	s->resource = statement_column_text(q, 4, rq->arena);
	s->scope = statement_column_text(q, 5, rq->arena);
	s->subject = statement_column_text(q, 6, rq->arena);
	s->tenant_id = statement_column_text(q, 7, rq->arena);
	s->object_id = statement_column_text(q, 8, rq->arena);
	s->expires_at = statement_column_int(q, 9);
	s->last_used_at = statement_column_int(q, 10);
	s->entra_until = statement_column_int(q, 11);
	s->created_at = statement_column_int(q, 12);
	return OAUTH_OK;
}

/* A short idle lifetime is measured more finely. */
static int64_t
used_every(const struct request *rq)
{
	int64_t quarter = rq->config->limits.session_idle / 4;

	return quarter < SESSION_USED_EVERY ? quarter : SESSION_USED_EVERY;
}

/* At most once a minute; what cannot be written now is written another time. */
static void
note_use(struct request *rq, const struct session *s)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_USE);

	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_int(q, ":now", rq->now);
	statement_int(q, ":used_before", rq->now - used_every(rq));
	if (statement_change(q) == STORE_FAILED)
		return;
}

enum oauth_error
access_token_verify(struct request *rq, const char *token, const char *resource, struct access *out)
{
	struct json_members claims;
	struct access access = { 0 };
	struct bytes confirms = { 0 };

	TRY(read_claims(rq, token, &claims));
	TRY(judge_claims(rq, &claims, resource, &access));
	TRY(find_session(rq, &access, &confirms));
	rq->client_id = access.session.client_id;
	if (strcmp(access.session.resource, resource) != 0 ||
	    !scope_within(access.scope, access.session.scope))
		return refused(rq, "token and session disagree");
	if (confirms.data != NULL && !rotation_confirm_use(rq, &access.session.sid, confirms))
		return store_failed(rq);
	if (rq->now - access.session.last_used_at > used_every(rq))
		note_use(rq, &access.session);
	*out = access;
	return OAUTH_OK;
}

enum stored
access_token_unseal(struct request *rq, const struct access *access, struct data_key *out)
{
	const struct session *s = &access->session;
	struct session now;
	struct bytes identity;
	enum stored stored;

	if (!seal_unwrap(rq->arena, rq->keys, TABLE, &access->jti, &s->sid, &access->wrap, out))
		return ABSENT;
	if ((stored = session_get(rq, &s->sid, &now, &identity)) != STORED)
		return stored;
	return session_identity_agrees(rq, s, out, identity) ? STORED : ABSENT;
}

bool
access_token_hash(struct request *rq, const char *token, uint8_t out[static SHA256_SIZE])
{
	struct json_members claims;
	struct opaque_token jti;
	struct jws jws;

	if (!jws_split(rq->arena, token, &jws) || json_scan(rq->arena,
	    (const char *)jws.payload.data, jws.payload.len, &claims) != JSON_FINE ||
	    !opaque_token_read(rq->arena, json_member_string(rq->arena, &claims, "jti"), &jti))
		return false;
	memcpy(out, jti.hash, SHA256_SIZE);
	return true;
}
