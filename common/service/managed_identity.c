/* SPDX-License-Identifier: MIT */
#include "service/managed_identity.h"

#include "base/clock.h"
#include "base/number.h"
#include "protocol/json.h"
#include "protocol/jws.h"
#include "service/arc_key.h"
#include "service/http_client.h"

#define ENTRA(member)	offsetof(struct config_entra, member)

/* The first row whose two settings are there is the source. */
static const struct source {
	const char	*name;
	const char	*place;		/* for people */
	size_t		 endpoint;	/* a setting */
	size_t		 also;		/* a setting */
	const char	*path;		/* below the endpoint */
	const char	*version;
	bool		 metadata;	/* "Metadata: true"; else X-IDENTITY-HEADER with `also` */
	bool		 challenges;	/* a first answer names a key file */
} sources[] = {
	{ "app-service", "App Service", ENTRA(identity_endpoint), ENTRA(identity_header), "", "2019-08-01",
	    false, false },
	{ "arc", "Azure Arc", ENTRA(identity_endpoint), ENTRA(imds_endpoint), "", "2020-06-01",
	    true, true },
	{ "virtual-machine", "the virtual machine's metadata service", ENTRA(imds_url), ENTRA(imds_url),
	    "/metadata/identity/oauth2/token", "2018-02-01", true, false },
};

static const char *
setting(const struct config_entra *e, size_t offset)
{
	return *(const char *const *)(const void *)((const char *)e + offset);
}

static const struct source *
source_of(const struct config_entra *e)
{
	for (size_t i = 0; i < COUNT(sources) - 1; i++)
		if (setting(e, sources[i].endpoint) != NULL && setting(e, sources[i].also) != NULL)
			return &sources[i];
	return &sources[COUNT(sources) - 1];
}

const char *
managed_identity_source(const struct config_entra *e)
{
	return source_of(e)->name;
}

const char *
managed_identity_place(const struct config_entra *e)
{
	return source_of(e)->place;
}

static enum identity_outcome
because(struct request *rq, enum identity_outcome outcome, const char *what)
{
	rq->failure.reason = arena_printf(rq->arena, "managed identity, %s: %s",
	    managed_identity_place(&rq->config->entra), what);
	return outcome;
}

/* NULL when a setting holds what no request can. */
static const char *
url_of(struct request *rq, const struct source *s, const struct config_app *app, const char *audience)
{
	struct buf url = buf_new(rq->arena, 4096);

	buf_lit(&url, setting(&rq->config->entra, s->endpoint));
	buf_lit(&url, s->path);
	buf_lit(&url, arena_printf(rq->arena, "?api-version=%s&resource=", s->version));
	buf_query(&url, audience);
	if (app->identity != NULL) {
		buf_lit(&url, "&client_id=");
		buf_query(&url, app->identity);
	}
	return buf_text(&url);
}

/* A number, or one in digits. */
static bool
read_seconds(struct json_object *json, const char *name, int64_t *out)
{
	const char *text = json_string(json, name);

	return text != NULL ? number_read(text, INT64_MAX / 2, out) : json_int(json, name, out);
}

/* expires_in first: it needs no clock that agrees with ours. */
static bool
read_expiry(struct json_object *json, int64_t *expires_at)
{
	int64_t now = clock_seconds(), left;

	if (!read_seconds(json, "expires_in", &left)) {
		if (!read_seconds(json, "expires_on", &left) || left < 0)
			return false;
		left -= now;
	}
	if (left <= 0)
		return false;
	*expires_at = now + (left < IDENTITY_LIFE_MAX ? left : IDENTITY_LIFE_MAX);
	return true;
}

static bool
is_token(const char *text)
{
	size_t n = text == NULL ? 0 : strnlen(text, JWS_MAX + 1);

	return n > 0 && n <= JWS_MAX && text[strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=")] == '\0';
}

static enum identity_outcome
read_token(struct request *rq, const struct http_answer *answer, struct identity_answer *out)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, answer->body, answer->len);
	const char *token = json_string(json, "access_token");

	if (!is_token(token))
		return because(rq, IDENTITY_UNAVAILABLE, "an answer without a token");
	if (!read_expiry(json, &out->expires_at))
		return because(rq, IDENTITY_UNAVAILABLE, "a token that is over, or does not say until when");
	out->token = arena_string(rq->arena, token);
	return IDENTITY_GIVEN;
}

/* A wire word for the log, so that nothing else of the answer gets there. */
static const char *
error_word(struct request *rq, const struct http_answer *answer)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, answer->body, answer->len);
	const char *error = json_string(json, "error");
	size_t n = error == NULL ? 0 : strspn(error, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n == 0 || n > 40 || error[n] != '\0' ? "" : arena_printf(rq->arena, " %s", error);
}

/* 404: the endpoint is being updated.  410: it will be back within 70 seconds. */
static bool
passes(int status)
{
	return status == 404 || status == 410 || status == 429 || status >= 500;
}

static enum identity_outcome
judge(struct request *rq, const struct http_answer *answer, struct identity_answer *out)
{
	out->status = answer->status;
	out->retry_after = answer->retry_after;
	if (answer->status == 200)
		return read_token(rq, answer, out);
	return because(rq, passes(answer->status) ? IDENTITY_UNAVAILABLE : IDENTITY_REFUSED,
	    arena_printf(rq->arena, "status %d%s", answer->status, error_word(rq, answer)));
}

static bool
get(struct request *rq, const struct http_call *call, struct http_answer *answer)
{
	if (http_client_call(rq->http, rq->arena, call, answer) == HTTP_ANSWERED)
		return true;
	(void)because(rq, IDENTITY_UNAVAILABLE, http_client_error(rq->http));
	return false;
}

static enum identity_outcome
ask_once(struct request *rq, const struct config_app *app, const char *audience,
    struct identity_answer *out)
{
	const struct config_entra *e = &rq->config->entra;
	const struct source *s = source_of(e);
	struct http_call call = {
		.url = url_of(rq, s, app, audience), .direct = true, .connect = IDENTITY_CONNECT,
		.header = { s->metadata ? "Metadata: true" :
		    arena_printf(rq->arena, "X-IDENTITY-HEADER: %s", setting(e, s->also)) },
	};
	struct http_answer answer;
	const char *key, *why = "";

	*out = (struct identity_answer){ 0 };
	if (call.url == NULL || strpbrk(call.header[0], "\r\n") != NULL)
		return because(rq, IDENTITY_REFUSED, "its address or header in the environment is unusable");
	if (!get(rq, &call, &answer))
		return IDENTITY_UNAVAILABLE;
	if (!s->challenges || answer.status != 401)
		return judge(rq, &answer, out);
	if ((key = arc_key_read(rq->arena, e->arc_key_dir, answer.www_authenticate, &why)) == NULL) {
		out->status = answer.status;
		return because(rq, IDENTITY_REFUSED, why);
	}
	call.header[1] = arena_printf(rq->arena, "Authorization: Basic %s", key);
	return get(rq, &call, &answer) ? judge(rq, &answer, out) : IDENTITY_UNAVAILABLE;
}

enum identity_outcome
managed_identity_ask(struct request *rq, const struct config_app *app, const char *audience,
    bool patient, struct identity_answer *out)
{
	static const int64_t begins[] = { 0, 2000, 6000, 14000, 30000 };	/* milliseconds */
	int64_t start = clock_monotonic_ms();

	for (size_t i = 1;; i++) {
		enum identity_outcome outcome = ask_once(rq, app, audience, out);
		int64_t now = clock_monotonic_ms(), next;

		if (outcome != IDENTITY_UNAVAILABLE || !patient || i == COUNT(begins))
			return outcome;
		next = start + begins[i];
		if (next < now + out->retry_after * 1000)
			next = now + out->retry_after * 1000;
		if (next < now)
			next = now;
		if (next - start > IDENTITY_PATIENCE * 1000)
			return outcome;
		if (!http_client_pause(rq->http, next - now))
			return outcome;
	}
}
