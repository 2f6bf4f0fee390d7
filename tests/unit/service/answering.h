/* SPDX-License-Identifier: MIT */
/* answering.h - an HTTP server in a thread: one answer for every request, and how many came */
#ifndef UNIT_SERVICE_ANSWERING_H
#define UNIT_SERVICE_ANSWERING_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "service/http_client.h"

#include "fixture.h"

static struct {
	int		 fd;
	pthread_t	 thread;
	const char	*url;
	atomic_int	 status;
	atomic_int	 requests;
	_Atomic(const char *) body;
	char		 head[2048];	/* of the last request; read it after an answer */
} server;

static inline void
answer_one(int fd)
{
	const char *body = atomic_load(&server.body);
	size_t n = 0;
	ssize_t got;

	memset(server.head, 0, sizeof server.head);
	/* 0x16 begins a TLS handshake, which has no line ends to wait for. */
	while (n < sizeof server.head - 1 && strstr(server.head, "\r\n\r\n") == NULL &&
	    server.head[0] != 0x16 && (got = read(fd, server.head + n,
	    sizeof server.head - 1 - n)) > 0)
		n += (size_t)got;
	(void)atomic_fetch_add(&server.requests, 1);
	(void)dprintf(fd,
	    "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n%s", atomic_load(&server.status), strlen(body), body);
}

static inline void *
answer_all(void *unused UNUSED)
{
	int fd;

	while ((fd = accept(server.fd, NULL, NULL)) >= 0) {
		answer_one(fd);
		(void)shutdown(fd, SHUT_WR);
		close(fd);
	}
	return NULL;
}

/* The fixture, with Entra's authority at the server. */
static inline int
server_open(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	union { struct sockaddr_in in; struct sockaddr any; } name = { .in = at };
	socklen_t size = sizeof name;

	assert_int_equal(fixture_open(state), 0);
	server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.fd, &name.any, size), 0);
	assert_int_equal(listen(server.fd, 8), 0);
	assert_int_equal(getsockname(server.fd, &name.any, &size), 0);
	server.url = arena_printf(&fix.arena, "http://127.0.0.1:%d", ntohs(name.in.sin_port));
	atomic_store(&server.status, 200);
	atomic_store(&server.requests, 0);
	atomic_store(&server.body, "{}");
	assert_int_equal(pthread_create(&server.thread, NULL, answer_all, NULL), 0);
	fix.config.entra.authority_host = server.url;
	fix.config.entra.timeout = 5;
	fix.rq.http = http_client_open(&fix.config);
	return 0;
}

static inline int
server_close(void **state)
{
	http_client_close(fix.rq.http);
	(void)shutdown(server.fd, SHUT_RDWR);
	(void)pthread_join(server.thread, NULL);
	close(server.fd);
	return fixture_close(state);
}

/* Entra is down: nobody listens at the authority. */
static inline void
go_down(void)
{
	fix.config.entra.authority_host = "http://127.0.0.1:1";
}

#define SERVED(test)	cmocka_unit_test_setup_teardown(test, server_open, server_close)

#endif
