/* SPDX-License-Identifier: MIT */
/*
 * routes.h - a second HTTP server in a thread, which answers by what a request holds
 *
 * Beside answering.h's, for what talks to two hosts, or to one in many ways.
 */
#ifndef UNIT_SERVICE_ROUTES_H
#define UNIT_SERVICE_ROUTES_H

#include "answering.h"

/* The first row whose text the request holds answers it; 404 without one. */
struct route {
	const char	*holds;		/* NULL after the last */
	int		 status;
	const char	*headers;	/* each with its line's end, NULL for none */
	const char	*body;
	int		 times;		/* how often it answers; 0: always */
	int		 used;
};

static struct {
	int			 fd;
	pthread_t		 thread;
	const char		*url;
	struct route		 table[16];
	_Atomic(struct route *)	 first;		/* of the table; NULL: answer nothing but 404 */
	atomic_int		 requests;
	char			 head[8192];	/* of the last request, with its body */
} routes;

static inline struct route *
route_of(const char *request)
{
	static struct route none = { .status = 404, .body = "not here" };
	struct route *r = atomic_load(&routes.first);

	for (; r != NULL && r->holds != NULL; r++)
		if (strstr(request, r->holds) != NULL && (r->times == 0 || r->used++ < r->times))
			return r;
	return &none;
}

static inline void
route_one(int fd)
{
	char request[sizeof routes.head] = "";
	const struct route *r;
	size_t n = 0;
	ssize_t got;

	while (n < sizeof request - 1 && !is_whole(request) &&
	    (got = read(fd, request + n, sizeof request - 1 - n)) > 0)
		n += (size_t)got;
	memcpy(routes.head, request, sizeof request);
	(void)atomic_fetch_add(&routes.requests, 1);
	r = route_of(request);
	(void)dprintf(fd, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%sConnection: close\r\n\r\n%s",
	    r->status, strlen(r->body), r->headers == NULL ? "" : r->headers, r->body);
}

static inline void *
route_all(void *unused UNUSED)
{
	int fd;

	while ((fd = accept(routes.fd, NULL, NULL)) >= 0) {
		route_one(fd);
		(void)shutdown(fd, SHUT_WR);
		close(fd);
	}
	return NULL;
}

/* Needs the fixture; answers 404 until the table is set. */
static inline void
routes_open(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	union { struct sockaddr_in in; struct sockaddr any; } name = { .in = at };
	socklen_t size = sizeof name;

	atomic_store(&routes.first, NULL);
	atomic_store(&routes.requests, 0);
	routes.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(routes.fd, &name.any, size), 0);
	assert_int_equal(listen(routes.fd, 8), 0);
	assert_int_equal(getsockname(routes.fd, &name.any, &size), 0);
	routes.url = arena_printf(&fix.arena, "http://127.0.0.1:%d", ntohs(name.in.sin_port));
	assert_int_equal(pthread_create(&routes.thread, NULL, route_all, NULL), 0);
}

static inline void
routes_close(void)
{
	(void)shutdown(routes.fd, SHUT_RDWR);
	(void)pthread_join(routes.thread, NULL);
	close(routes.fd);
}

/* The rows for the next requests, one without text after the last. */
static inline void
routes_set(const struct route *rows)
{
	size_t n = 0;

	while (rows[n].holds != NULL)
		n++;
	assert_true(n < COUNT(routes.table));
	memcpy(routes.table, rows, (n + 1) * sizeof *rows);
	atomic_store(&routes.first, routes.table);
}

#define ROUTE(...)	routes_set((const struct route[]){ __VA_ARGS__, { .holds = NULL } })

#endif
