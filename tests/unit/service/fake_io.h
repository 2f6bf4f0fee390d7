/* SPDX-License-Identifier: MIT */
/* fake_io.h - a web server made of memory: variables and a body in, an answer out */
#ifndef UNIT_SERVICE_FAKE_IO_H
#define UNIT_SERVICE_FAKE_IO_H

#include "service/io.h"
#include "service/request.h"

#include "fixture.h"

#define VARIABLES_MAX	64

static struct {
	struct io	 io;
	char		*envp[VARIABLES_MAX + 1];
	const char	*body;
	size_t		 len, at;
	size_t		 step;		/* bytes of one read at most; 0: all that are asked for */
	bool		 breaks;	/* the connection breaks where the body ends */
	bool		 gone;		/* nobody reads the answer */
	bool		 ended;
	char		*answer;
	FCGX_Request	 fcgx;
} web;

static inline ssize_t
web_read(struct io *io UNUSED, void *to, size_t n)
{
	size_t left = web.len - web.at;

	if (left == 0)
		return web.breaks ? -1 : 0;
	n = web.step > 0 && n > web.step ? web.step : n;
	n = n > left ? left : n;
	memcpy(to, web.body + web.at, n);
	web.at += n;
	return (ssize_t)n;
}

static inline bool
web_write(struct io *io UNUSED, const void *from, size_t n)
{
	web.answer = arena_copy(&fix.arena, from, n);
	return !web.gone;
}

static inline void
web_end(struct io *io UNUSED)
{
	web.ended = true;
}

/* A request in CGI mode; variables are "NAME=value", NULL at the end. */
static inline void
web_request(const char *const *variables, const char *body)
{
	size_t n = 0;

	memset(&web, 0, sizeof web);
	for (; variables[n] != NULL && n < VARIABLES_MAX; n++)
		web.envp[n] = arena_string(&fix.arena, variables[n]);
	web.body = body;
	web.len = strlen(body);
	web.io = (struct io){ .read = web_read, .write = web_write, .end_connection = web_end,
	    .envp = web.envp };
	fix.rq.io = &web.io;
	fix.rq.route = fix.rq.path = fix.rq.client_id = NULL;
	fix.rq.failure = (struct failure){ 0 };
	fix.rq.body_len = 0;
}

#define WEB_REQUEST(body, ...)	web_request((const char *const []){ __VA_ARGS__, NULL }, body)

#endif
