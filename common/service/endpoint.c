/* SPDX-License-Identifier: MIT */
#include "service/endpoint.h"

#include "base/clock.h"
#include "base/log.h"
#include "protocol/http.h"

#define RETRY_AFTER	5	/* seconds, where nobody said when to come again */

void
refuse_json(const struct request *rq, struct response *rs)
{
	rs->content_type = "application/json";
	buf_lit(&rs->body, "{\"error\":");
	buf_json(&rs->body, oauth_errors[rq->failure.error].code);
	if (rq->failure.description != NULL) {
		buf_lit(&rs->body, ",\"error_description\":");
		buf_json(&rs->body, rq->failure.description);
	}
	buf_lit(&rs->body, "}");
}

/* A page's heading and advice by error; anything else is the last row's. */
static const struct advice {
	enum oauth_error	 error;
	enum page_text		 title, next;
} advices[] = {
	{ SERVER_ERROR,		   TEXT_FAULT_HEADING,	     TEXT_FAULT },
	{ TEMPORARILY_UNAVAILABLE, TEXT_UNAVAILABLE_HEADING, TEXT_UNAVAILABLE },
	{ TOO_MANY_REQUESTS,	   TEXT_TOO_MANY_HEADING,    TEXT_TOO_MANY },
	{ FORBIDDEN,		   TEXT_ELSEWHERE_HEADING,   TEXT_ELSEWHERE },
	{ NOT_FOUND,		   TEXT_NOT_FOUND_HEADING,   TEXT_NOT_FOUND },
	{ OAUTH_OK,		   TEXT_NO_WAY_HEADING,	     TEXT_NO_WAY },
};

void
refuse_page_saying(const struct request *rq, struct response *rs, struct error_page page)
{
	const char *said = rq->failure.description;

	page.status = oauth_errors[rq->failure.error].status;
	page.reference = rq->id;
	if (said != NULL && page_text_has(said))
		page.what = said;
	else
		page.detail = said;
	rs->content_type = "text/html; charset=utf-8";
	response_header(rs, "Content-Security-Policy", page_policy(rq->arena, NULL));
	response_header(rs, "Referrer-Policy", "same-origin");
	page_error(&rs->body, &page);
}

void
refuse_page(const struct request *rq, struct response *rs)
{
	const struct advice *a = advices;

	while (a->error != OAUTH_OK && a->error != rq->failure.error)
		a++;
	if (rq->failure.again != NULL && (a->error == FORBIDDEN || a->error == OAUTH_OK))
		refuse_page_saying(rq, rs, (struct error_page){
			.title = page_text(TEXT_AGAIN_HEADING), .next = page_text(TEXT_AGAIN),
			.link = rq->failure.again, .link_text = TEXT_ACCOUNT_OPEN,
		});
	else
		refuse_page_saying(rq, rs, (struct error_page){
			.title = page_text(a->title), .next = page_text(a->next),
		});
}

static void
preflight(const struct endpoint *e, struct response *rs)
{
	rs->status = 204;
	response_header(rs, "Access-Control-Allow-Methods", e->methods);
	response_header(rs, "Access-Control-Allow-Headers",
	    "authorization, content-type, mcp-protocol-version");
	response_header(rs, "Access-Control-Max-Age", "86400");
}

static bool
method_is_allowed(const char *methods, const char *method)
{
	size_t n = strlen(method);

	for (const char *p = methods; *p != '\0';) {
		size_t len = strcspn(p, ",");

		if (len == n && memcmp(p, method, n) == 0)
			return true;
		p += len + strspn(p + len, ", ");
	}
	return false;
}

static enum oauth_error
open_needs(const struct endpoint *e, struct request *rq)
{
	for (size_t i = 0; i < NEEDS_MAX && e->needs[i] != NULL; i++) {
		void **slot = (void **)(void *)((char *)rq + e->needs[i]->slot);
		const char *why = "";

		if (*slot == NULL && (*slot = e->needs[i]->open(rq->config, &why)) == NULL)
			return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready", why);
	}
	return OAUTH_OK;
}

static enum oauth_error
serve(const struct endpoint *e, struct request *rq, struct response *rs)
{
	TRY(request_read(rq, e->standard != NULL ? e->standard : e->path));
	if (e->path != NULL && (rq->route == NULL || strcmp(rq->route, e->path) != 0))
		return fail(&rq->failure, NOT_FOUND, "there is nothing at this address");
	if (e->methods != NULL) {
		if (e->cors)
			response_header(rs, "Access-Control-Allow-Origin", "*");
		if (e->cors && strcmp(rq->method, "OPTIONS") == 0) {
			preflight(e, rs);
			return OAUTH_OK;
		}
		if (!method_is_allowed(e->methods, rq->method)) {
			response_header(rs, "Allow", e->methods);
			return fail(&rq->failure, METHOD_NOT_ALLOWED, "this method is not allowed here");
		}
	}
	if (e->media != NULL && strcmp(rq->method, "POST") == 0 &&
	    !http_media_type_is(request_variable(rq, "CONTENT_TYPE"), e->media))
		return fail(&rq->failure, UNSUPPORTED_MEDIA_TYPE,
		    arena_printf(rq->arena, "the body must be %s", e->media));
	if (e->media != NULL && memchr(rq->body, '\0', rq->body_len) != NULL)
		return fail(&rq->failure, INVALID_REQUEST, "the body holds a zero byte");
	TRY(open_needs(e, rq));
	if (e->admit != NULL)
		TRY(e->admit(rq));
	return e->handle(rq, rs);
}

/* Only what failed is logged, unless all is asked for. */
void
request_log(const struct config *config, const struct request_line *l)
{
	if (l->error == NULL && l->reason == NULL && l->status < 400 && strcmp(config->log, "all") != 0)
		return;
	log_line("%s %s %d %s client=%s id=%s %lldms %s%s%s", l->method, l->path, l->status,
	    l->error == NULL ? "ok" : l->error, l->client_id == NULL ? "-" : l->client_id, l->id,
	    (long long)l->ms, l->description == NULL ? "" : l->description,
	    l->reason == NULL ? "" : ": ", l->reason == NULL ? "" : l->reason);
}

/* A tool's failure is an answer with status 200; its reason is for the log all the same. */
static void
log_request(const struct request *rq, const struct response *rs, int64_t began_ms)
{
	bool failed = rq->failure.error != OAUTH_OK || rs->status >= 400;

	request_log(rq->config, &(struct request_line){
		.method = rq->method, .path = rq->path, .status = rs->status,
		.error = failed ? oauth_errors[rq->failure.error].code : NULL, .client_id = rq->client_id,
		.id = rq->id, .ms = clock_monotonic_ms() - began_ms,
		.description = rq->failure.description, .reason = rq->failure.reason,
	});
}

static void
refuse(const struct endpoint *e, struct request *rq, struct response *rs)
{
	rs->status = oauth_errors[rq->failure.error].status;
	rs->body = buf_new(rq->arena, RESPONSE_BODY_MAX);
	if (rs->status == 503 || rs->status == 429) {
		response_header(rs, "Retry-After", arena_printf(rq->arena, "%lld",
		    (long long)(rq->failure.retry_after > 0 ? rq->failure.retry_after : RETRY_AFTER)));
		if (e->cors)
			response_header(rs, "Access-Control-Expose-Headers", "Retry-After");
	}
	(e->refuse != NULL ? e->refuse : refuse_json)(rq, rs);
}

void
endpoint_serve(const struct endpoint *e, struct request *worker, struct io *io)
{
	struct request *rq = worker;
	struct response rs = response_new(rq->arena);
	int64_t began_ms = clock_monotonic_ms();

	rq->io = io;
	rq->program = e->name;
	rq->now = clock_seconds();
	rq->failure = (struct failure){ 0 };
	rq->route = rq->client_id = NULL;
	rq->body_len = 0;
	rq->goes_on = NULL;
	if (serve(e, rq, &rs) != OAUTH_OK)
		refuse(e, rq, &rs);
	else if (rq->goes_on != NULL && !rq->arena->exhausted) {
		rq->goes_on->take_over(rq->goes_on, io);
		return;
	}
	if (rq->goes_on != NULL)
		rq->goes_on->give_up(rq->goes_on);
	if (rq->arena->exhausted || buf_text(&rs.headers) == NULL || buf_text(&rs.body) == NULL) {
		bool opened = rs.opened;

		rs = response_new(rq->arena);
		rs.opened = opened;
		(void)fail_because(&rq->failure, SERVER_ERROR, "the request needs too much memory",
		    rq->arena->exhausted ? "arena exhausted" : "answer too long or malformed");
		refuse(e, rq, &rs);
	}
	if (!response_send(rq, &rs) && rq->failure.error == OAUTH_OK)
		rq->failure.reason = "the peer is gone";
	log_request(rq, &rs, began_ms);
}

void
endpoint_close(const struct endpoint *e, struct request *worker)
{
	for (size_t i = 0; i < NEEDS_MAX && e->needs[i] != NULL; i++) {
		void **slot = (void **)(void *)((char *)worker + e->needs[i]->slot);

		if (*slot != NULL)
			e->needs[i]->close(*slot);
		*slot = NULL;
	}
	arena_free(worker->arena);
}
