/* SPDX-License-Identifier: MIT */
/*
 * answering.h - an HTTP server in a thread: one answer for every request, and how many came
 *
 * Where `discovery` or `keys` is set, requests for those documents get it and are not counted.  What
 * is counted is answered with `headers`, if any, and not at all for a while where `silent` is set.
 */
#ifndef UNIT_SERVICE_ANSWERING_H
#define UNIT_SERVICE_ANSWERING_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "service/http_client.h"

#include "fixture.h"

#define SILENCE_MS	1200	/* longer than the shortest time limit of a call */
#define ENTRA_ISSUER	"https://login.example/" TENANT "/v2.0"

static struct {
	int		 fd;
	pthread_t	 thread;
	const char	*url;
	atomic_int	 status;
	atomic_int	 requests;
	_Atomic(const char *) body, discovery, keys, headers;
	atomic_bool	 silent;
	atomic_int	 silence_ms;
	char		 head[8192];	/* of the last request, with its body */
} server;

/* A request up to its end: the body's, where there is one. */
static inline bool
is_whole(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n"), *length = strstr(request,
	    "Content-Length: ");

	/* 0x16 begins a TLS handshake, which has no line ends to wait for. */
	return request[0] == 0x16 || (end != NULL &&
	    (length == NULL || strlen(end + 4) >= strtoul(length + 16, NULL, 10)));
}

static inline void
send_answer(int fd, int status, const char *headers, const char *body)
{
	(void)dprintf(fd,
	    "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
	    "%sConnection: close\r\n\r\n%s", status, strlen(body),
	    headers != NULL ? headers : status == 429 ? "Retry-After: 17\r\n" : "", body);
}

static inline void
answer_one(int fd)
{
	const char *discovery = atomic_load(&server.discovery), *keys = atomic_load(&server.keys);
	char request[sizeof server.head] = "";
	size_t n = 0;
	ssize_t got;

	while (n < sizeof request - 1 && !is_whole(request) &&
	    (got = read(fd, request + n, sizeof request - 1 - n)) > 0)
		n += (size_t)got;
	if (discovery != NULL && strstr(request, "openid-configuration") != NULL) {
		send_answer(fd, 200, NULL, discovery);
	} else if (keys != NULL && strstr(request, "GET /k ") != NULL) {
		send_answer(fd, 200, NULL, keys);
	} else {
		memcpy(server.head, request, sizeof request);
		(void)atomic_fetch_add(&server.requests, 1);
		if (atomic_load(&server.silent))
			(void)usleep((useconds_t)atomic_load(&server.silence_ms) * 1000);
		else
			send_answer(fd, atomic_load(&server.status), atomic_load(&server.headers),
			    atomic_load(&server.body));
	}
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
	atomic_store(&server.discovery, NULL);
	atomic_store(&server.keys, NULL);
	atomic_store(&server.headers, NULL);
	atomic_store(&server.silent, false);
	atomic_store(&server.silence_ms, SILENCE_MS);
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

/* Serves discovery with the token endpoint at /t and the keys at /k. */
static inline void
serve_discovery(void)
{
	atomic_store(&server.discovery, arena_printf(&fix.arena, "{\"issuer\":\"" ENTRA_ISSUER "\","
	    "\"authorization_endpoint\":\"%s/a\",\"token_endpoint\":\"%s/t\","
	    "\"jwks_uri\":\"%s/k\"}",
	    server.url, server.url, server.url));
}

/* Entra is down: nobody listens at the authority. */
static inline void
go_down(void)
{
	fix.config.entra.authority_host = "http://127.0.0.1:1";
}

#define SERVED(test)	cmocka_unit_test_setup_teardown(test, server_open, server_close)

#endif
