/* SPDX-License-Identifier: MIT */
#include "service/authorization_response.h"

#include "protocol/uri.h"

#define LOCATION_MAX	RESPONSE_HEADERS_MAX

static void
finish(const struct request *rq, struct response *rs, struct buf *location, const char *state)
{
	if (state != NULL)
		uri_add_query(location, "state", state);
	uri_add_query(location, "iss", rq->config->public_url);
	if (buf_text(location) == NULL)
		rs->headers.overflow = true;	/* the endpoint turns that into a 500 */
	else
		response_redirect(rq, rs, buf_text(location));
}

void
authorization_response_code(const struct request *rq, struct response *rs, const char *redirect_uri,
    const char *state, const char *code)
{
	struct buf location = buf_new(rq->arena, LOCATION_MAX);

	buf_lit(&location, redirect_uri);
	uri_add_query(&location, "code", code);
	finish(rq, rs, &location, state);
}

void
authorization_response_error(const struct request *rq, struct response *rs,
    const char *redirect_uri, const char *state)
{
	struct buf location = buf_new(rq->arena, LOCATION_MAX);

	buf_lit(&location, redirect_uri);
	uri_add_query(&location, "error", oauth_errors[rq->failure.error].code);
	if (rq->failure.description != NULL)
		uri_add_query(&location, "error_description", rq->failure.description);
	finish(rq, rs, &location, state);
}
