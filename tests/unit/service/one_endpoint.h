/* SPDX-License-Identifier: MIT */
/* one_endpoint.h - an endpoint that answers "fine", and a worker that serves it */
#ifndef UNIT_SERVICE_ONE_ENDPOINT_H
#define UNIT_SERVICE_ONE_ENDPOINT_H

#include "service/endpoint.h"

#include "fake_io.h"

static int handled;
static struct arena small;	/* a worker's own */

static inline enum oauth_error
handle(struct request *rq UNUSED, struct response *rs)
{
	handled++;
	rs->content_type = "text/plain";
	buf_lit(&rs->body, "fine");
	return OAUTH_OK;
}

static const struct endpoint plain = {
	.name = "plain", .path = "/token", .methods = "POST, OPTIONS", .cors = true,
	.media = "application/x-www-form-urlencoded", .handle = handle,
};

#define FORM	"CONTENT_TYPE=application/x-www-form-urlencoded"

static inline int
open_worker(void **state)
{
	handled = 0;
	(void)fixture_open(state);
	arena_init(&small, (size_t)1024 * 1024);
	return 0;
}

static inline int
close_worker(void **state)
{
	arena_free(&small);
	return fixture_close(state);
}

#define WORKED(test)	cmocka_unit_test_setup_teardown(test, open_worker, close_worker)

/* The answer of an endpoint to the request that was made last. */
static inline const char *
serve_by(const struct endpoint *e)
{
	struct request worker = { .arena = &small, .config = &fix.config };

	arena_reset(&small);
	endpoint_serve(e, &worker, &web.io);
	assert_non_null(web.answer);
	return web.answer;
}

static inline void
begins(const char *answer, const char *status)
{
	if (strncmp(answer, status, strlen(status)) != 0)
		fail_msg("%s", answer);
}

static inline void
holds(const char *answer, const char *text)
{
	if (strstr(answer, text) == NULL)
		fail_msg("no %s in: %s", text, answer);
}

#endif
