/* SPDX-License-Identifier: MIT */
/*
 * upstream.h - an HTTP server in a thread that answers every request with the same bytes
 *
 * It answers one connection after the other, over TCP or a Unix socket, and reads on where one is
 * kept; what it sends it may send in two parts with a moment between.
 */
#ifndef UNIT_SERVICE_UPSTREAM_H
#define UNIT_SERVICE_UPSTREAM_H

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"

#include "../test.h"

static struct {
	int		 fd;
	pthread_t	 thread;
	char		 url[64];
	char		 path[64];	/* of the Unix socket; "" over TCP */
	const char	*answer, *second;	/* NULL: none */
	unsigned	 between_ms;
	bool		 keeps;		/* the connection, after an answer */
	atomic_int	 connections, requests;
	char		 request[8192];	/* the last one */
} up;

/* The next request of a connection; false at its end. */
static inline bool
up_read(int fd)
{
	char text[sizeof up.request] = "";
	size_t n = 0;
	ssize_t got;

	for (;;) {
		const char *end = strstr(text, "\r\n\r\n"),
		           *length = strstr(text, "Content-Length: ");

		if (end != NULL && (length == NULL ||
		    strlen(end + 4) >= strtoul(length + 16, NULL, 10)))
			break;
		if ((got = read(fd, text + n, sizeof text - 1 - n)) <= 0)
			return false;
		n += (size_t)got;
	}
	memcpy(up.request, text, sizeof text);
	(void)atomic_fetch_add(&up.requests, 1);
	return true;
}

static inline void
up_send(int fd, const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);
	ssize_t put;

	for (; n > 0 && (put = send(fd, text, n, MSG_NOSIGNAL)) > 0; n -= (size_t)put)
		text += put;
}

static inline void *
up_serve(void *unused UNUSED)
{
	int fd;

	while ((fd = accept(up.fd, NULL, NULL)) >= 0) {
		(void)atomic_fetch_add(&up.connections, 1);
		while (up_read(fd)) {
			up_send(fd, up.answer);
			if (up.second != NULL)
				(void)usleep(up.between_ms * 1000);
			up_send(fd, up.second);
			if (!up.keeps)
				break;
		}
		close(fd);
	}
	return NULL;
}

static inline void
up_start(void)
{
	atomic_store(&up.connections, 0);
	atomic_store(&up.requests, 0);
	assert_int_equal(listen(up.fd, 64), 0);
	assert_int_equal(pthread_create(&up.thread, NULL, up_serve, NULL), 0);
}

static inline void
up_open(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	union { struct sockaddr_in in; struct sockaddr any; } name = { .in = at };
	socklen_t size = sizeof name;

	memset(&up, 0, sizeof up);
	up.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(up.fd, &name.any, size), 0);
	assert_int_equal(getsockname(up.fd, &name.any, &size), 0);
	(void)snprintf(up.url, sizeof up.url, "http://127.0.0.1:%d/mcp", ntohs(name.in.sin_port));
	up_start();
}

static inline void
up_close(void)
{
	(void)shutdown(up.fd, SHUT_RDWR);
	(void)pthread_join(up.thread, NULL);
	close(up.fd);
	if (up.path[0] != '\0')
		assert_int_equal(unlink(up.path), 0);
}

/* The same server on a Unix socket, in place of the one that is open. */
static inline void
up_reopen_unix(void)
{
	union {
		struct sockaddr_un un;
		struct sockaddr any;
	} name = { .un = { .sun_family = AF_UNIX } };

	up_close();
	(void)snprintf(up.path, sizeof up.path, "/tmp/sallyport-%d.sock", (int)getpid());
	(void)snprintf(name.un.sun_path, sizeof name.un.sun_path, "%s", up.path);
	(void)snprintf(up.url, sizeof up.url, "http://localhost/mcp");
	up.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(up.fd, &name.any, sizeof name), 0);
	up_start();
}

#endif
