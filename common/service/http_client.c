/* SPDX-License-Identifier: MIT */
#include "service/http_client.h"

#include <errno.h>

#include "base/clock.h"
#include "base/die.h"
#include "service/curl_library.h"
#include "service/endpoint.h"
#include "service/http_head.h"

#define WATCH_MS	1000

struct http_client {
	const struct config	*config;
	const struct curl_library *lib;		/* NULL before the first call */
	CURL			*curl;
	bool			(*wanted)(void *);	/* NULL: nobody watches */
	void			*watcher;
	const struct http_call	*call;		/* the present one */
	bool			 refused;	/* an address by may_connect */
	char			 error[CURL_ERROR_SIZE];
};

struct transfer {
	struct buf		 body;
	struct http_head	 head;
};

struct http_client *
http_client_open(const struct config *config)
{
	struct http_client *c = calloc(1, sizeof *c);

	if (c == NULL)
		die("no memory for an HTTP client");
	c->config = config;
	return c;
}

void
http_client_close(struct http_client *c)
{
	if (c == NULL)
		return;
	if (c->curl != NULL)
		c->lib->easy_cleanup(c->curl);
	free(c);
}

const char *
http_client_error(const struct http_client *c)
{
	return c->error[0] == '\0' ? "no answer" : c->error;
}

static size_t
take_body(char *data, size_t size, size_t n, void *argument)
{
	struct transfer *t = argument;

	buf_bytes(&t->body, data, size * n);
	return buf_text(&t->body) == NULL ? 0 : size * n;
}

static size_t
take_header(char *line, size_t size, size_t n, void *argument)
{
	struct transfer *t = argument;

	return http_head_line(&t->head, line, size * n) ? size * n : 0;
}

void
http_client_watch(struct http_client *c, bool (*wanted)(void *), void *watcher)
{
	if (c == NULL)
		return;
	c->wanted = wanted;
	c->watcher = watcher;
}

bool
http_client_wanted(struct http_client *c)
{
	return c == NULL || c->wanted == NULL || c->wanted(c->watcher);
}

static int
watch(void *client, curl_off_t a UNUSED, curl_off_t b UNUSED, curl_off_t d UNUSED,
    curl_off_t e UNUSED)
{
	return !http_client_wanted(client);
}

bool
http_client_pause(struct http_client *c, int64_t ms)
{
	for (; ms > 0; ms -= WATCH_MS) {
		if (!http_client_wanted(c))
			return false;
		clock_sleep_ms(ms < WATCH_MS ? ms : WATCH_MS);
	}
	return true;
}

/* The last moment: from here on the address is the connection's. */
static curl_socket_t
open_socket(void *client, curlsocktype purpose UNUSED, struct curl_sockaddr *at)
{
	struct http_client *c = client;

	if (!c->call->may_connect(c->config, &at->addr)) {
		c->refused = true;
		errno = EACCES;
		return CURL_SOCKET_BAD;
	}
	return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

/* A connection that was opened for another call was never judged, so none is taken over. */
static bool
set_guard(struct http_client *c)
{
	const struct curl_library *lib = c->lib;
	CURL *h = c->curl;

	return lib->easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_NOPROXY, "*") == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_OPENSOCKETDATA, c) == CURLE_OK;
}

static bool
set_up(struct http_client *c, const struct http_call *call, struct curl_slist *headers,
    struct transfer *t)
{
	int64_t timeout = call->timeout > 0 ? call->timeout : c->config->entra.timeout;
	const struct curl_library *lib = c->lib;
	CURL *h = c->curl;

	lib->easy_reset(h);
	return curl_prepare(lib, h, c->config) &&
	    lib->easy_setopt(h, CURLOPT_URL, call->url) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_ERRORBUFFER, c->error) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)timeout * 1000) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_USERAGENT, "sallyport/" SALLYPORT_VERSION) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_WRITEDATA, t) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_HEADERDATA, t) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	    (!call->direct || lib->easy_setopt(h, CURLOPT_NOPROXY, "*") == CURLE_OK) &&
	    (call->connect == 0 ||
	    lib->easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect * 1000) == CURLE_OK) &&
	    lib->easy_setopt(h, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_XFERINFOFUNCTION, watch) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_XFERINFODATA, c) == CURLE_OK &&
	    (call->may_connect == NULL || set_guard(c)) &&
	    (call->form == NULL ||
	    (lib->easy_setopt(h, CURLOPT_POST, 1L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_POSTFIELDS, call->form) == CURLE_OK));
}

static struct curl_slist *
header_list(const struct curl_library *lib, const struct http_call *call)
{
	struct curl_slist *list = lib->slist_append(NULL, "Expect:");

	for (size_t i = 0; i < HTTP_CALL_HEADERS_MAX && call->header[i] != NULL; i++)
		list = lib->slist_append(list, call->header[i]);
	return list;
}

static enum http_outcome
outcome_of(CURLcode code, const struct transfer *t)
{
	if (code == CURLE_OK)
		return HTTP_ANSWERED;
	if (code == CURLE_WRITE_ERROR && buf_text(&t->body) == NULL)
		return HTTP_TOO_LONG;
	return code == CURLE_OPERATION_TIMEDOUT ? HTTP_TIMED_OUT : HTTP_UNREACHABLE;
}

enum http_outcome
http_client_call(struct http_client *c, struct arena *a, const struct http_call *call,
    struct http_answer *out)
{
	struct transfer t = {
		.body = buf_new(a, call->most > 0 ? call->most : (size_t)c->config->limits.response_max),
		.head = http_head_new(a),
	};
	struct curl_slist *headers;
	CURLcode code;
	long status = 0;

	c->error[0] = '\0';
	c->refused = false;
	c->call = call;
	if (c->lib == NULL)
		c->lib = curl_library();
	if (c->lib == NULL || (c->curl == NULL && (c->curl = c->lib->easy_init()) == NULL)) {
		(void)snprintf(c->error, sizeof c->error, "libcurl.so.4 is not installed");
		return HTTP_NO_CLIENT;
	}
	headers = header_list(c->lib, call);
	code = set_up(c, call, headers, &t) ? c->lib->easy_perform(c->curl) : CURLE_FAILED_INIT;
	(void)c->lib->easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	c->lib->slist_free_all(headers);
	if (code == CURLE_OK) {
		*out = http_head_answer(&t.head);
		out->status = (int)status;
		out->body = buf_text(&t.body);
		out->len = t.body.len;
	} else if (c->refused)
		(void)snprintf(c->error, sizeof c->error, "its address is not one that may be asked");
	else if (t.head.bytes > HTTP_HEADERS_MAX)
		(void)snprintf(c->error, sizeof c->error, "its headers are too long");
	return outcome_of(code, &t);
}

static void *
open_service(const struct config *config, const char **why UNUSED)
{
	return http_client_open(config);
}

static void
close_service(void *client)
{
	http_client_close(client);
}

const struct service http_service = {
	.name = "http", .slot = offsetof(struct request, http),
	.open = open_service, .close = close_service,
};
