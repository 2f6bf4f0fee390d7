/* SPDX-License-Identifier: MIT */
#include "service/request.h"

#include "base/number.h"
#include "base/random.h"

#define READ_STEP	16384			/* bytes asked for at once */
#define DISCARD_MAX	((int64_t)256 * 1024)	/* bytes beyond body_max that are read and dropped */

const char *
request_variable(const struct request *rq, const char *name)
{
	size_t n = strlen(name);

	for (char **e = rq->io->envp; *e != NULL; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return (*e)[n + 1] == '\0' ? NULL : *e + n + 1;
	return NULL;
}

/*
 * Mcp-Method and Mcp_Method become one variable: where a server passes both, a name occurs twice.
 * A filter of 256 bits finds the few pairs that must be compared.
 */
static bool
a_name_occurs_twice(char **envp)
{
	uint64_t seen[4] = { 0 };

	for (char **e = envp; *e != NULL; e++) {
		size_t n = strcspn(*e, "=");
		unsigned hash = 5381;

		for (size_t i = 0; i < n; i++)
			hash = hash * 33 ^ (unsigned char)(*e)[i];
		hash &= 255;
		if ((seen[hash / 64] & (uint64_t)1 << hash % 64) != 0)
			for (char **f = envp; f != e; f++)
				if (strncmp(*f, *e, n) == 0 && (*f)[n] == '=')
					return true;
		seen[hash / 64] |= (uint64_t)1 << hash % 64;
	}
	return false;
}

/* Anything that a web server might have decoded or cleaned on its way here has no route. */
static bool
is_plain(const char *path)
{
	return *path == '/' && strpbrk(path, "%\\#") == NULL && strstr(path, "//") == NULL &&
	    strstr(path, "/./") == NULL && strstr(path, "/../") == NULL &&
	    (strlen(path) < 2 || strcmp(path + strlen(path) - 2, "/.") != 0) &&
	    (strlen(path) < 3 || strcmp(path + strlen(path) - 3, "/..") != 0);
}

static void
read_path(struct request *rq, const char *standard)
{
	const char *uri = request_variable(rq, "REQUEST_URI"), *base = rq->config->public_path;
	const char *query = request_variable(rq, "QUERY_STRING");
	size_t n = strlen(base);

	if (uri != NULL) {
		rq->path = arena_copy(rq->arena, uri, strcspn(uri, "?"));
	} else {
		const char *script = request_variable(rq, "SCRIPT_NAME");
		const char *info = request_variable(rq, "PATH_INFO");

		rq->path = arena_printf(rq->arena, "%s%s", script == NULL ? "" : script,
		    info == NULL ? "" : info);
		if (*rq->path == '\0')
			rq->path = arena_printf(rq->arena, "%s%s", base, standard);
	}
	rq->query = query == NULL ? "" : query;
	if (is_plain(rq->path) && strncmp(rq->path, base, n) == 0 &&
	    (rq->path[n] == '/' || rq->path[n] == '\0'))
		rq->route = rq->path + n;
	if (!is_plain(rq->path))
		rq->path = "";
}

/*
 * Reads until the end or until more than `most` bytes came; -1 on an error of the connection.  All
 * memory of a request is wiped after it, so a short body is read through a short piece.
 */
static ssize_t
read_up_to(struct request *rq, struct buf *body, size_t most, int64_t announced)
{
	size_t size = announced > 0 && announced < READ_STEP ? (size_t)announced + 1 : READ_STEP;
	char *step = arena_alloc(rq->arena, size);
	ssize_t n = 0;

	while (body->len <= most && (n = rq->io->read(rq->io, step,
	    most + 1 - body->len < size ? most + 1 - body->len : size)) > 0)
		buf_bytes(body, step, (size_t)n);
	return n < 0 ? -1 : (ssize_t)body->len;
}

/* Apache's mod_cgid loses the answer of a program that leaves its body unread. */
static enum oauth_error
too_large(struct request *rq)
{
	int64_t most = rq->config->limits.body_max + DISCARD_MAX;
	char *step = arena_alloc(rq->arena, READ_STEP);
	ssize_t n;

	for (int64_t got = 0; got < most && (n = rq->io->read(rq->io, step, READ_STEP)) > 0; got += n)
		continue;
	rq->io->end_connection(rq->io);
	return fail(&rq->failure, CONTENT_TOO_LARGE, "the body is too large");
}

/*
 * Under FastCGI the stream is read to its end, else kept connections lose requests.  A CGI program
 * reads what CONTENT_LENGTH says (RFC 3875 section 4.2), or to the end when the body is chunked.
 */
static enum oauth_error
read_body(struct request *rq)
{
	const char *length = request_variable(rq, "CONTENT_LENGTH");
	bool chunked = request_variable(rq, "HTTP_TRANSFER_ENCODING") != NULL;
	int64_t announced = 0, most = rq->config->limits.body_max;
	struct buf body = buf_new(rq->arena, (size_t)most + 1);
	ssize_t got;

	rq->body = "";
	if (length != NULL && !number_read(length, INT64_MAX, &announced))
		return fail(&rq->failure, INVALID_REQUEST, "the content length is malformed");
	if (announced > most)
		return too_large(rq);
	if (rq->io->fcgx == NULL && !chunked)
		most = announced - 1;
	if (most < 0)
		return OAUTH_OK;
	if ((got = read_up_to(rq, &body, (size_t)most, announced)) < 0)
		return fail(&rq->failure, INVALID_REQUEST, "the body could not be read");
	if (got > rq->config->limits.body_max)
		return too_large(rq);
	if (length != NULL && got < announced)
		return fail(&rq->failure, INVALID_REQUEST, "the body is shorter than announced");
	rq->body = body.text == NULL ? "" : body.text;
	rq->body_len = body.len;
	return OAUTH_OK;
}

/* It keeps no secret, so one call for random bytes serves many. */
void
request_id_new(char id[static REQUEST_ID + 1])
{
	static const char hex[] = "0123456789abcdef";
	static _Thread_local uint8_t pool[32 * REQUEST_ID];
	static _Thread_local size_t left;

	if (left == 0) {
		random_bytes(pool, sizeof pool);
		left = sizeof pool;
	}
	for (size_t i = 0; i < REQUEST_ID; i += 2) {
		uint8_t byte = pool[--left];

		id[i] = hex[byte >> 4];
		id[i + 1] = hex[byte & 15];
	}
	id[REQUEST_ID] = '\0';
}

enum oauth_error
request_read(struct request *rq, const char *standard)
{
	char *id = arena_alloc(rq->arena, REQUEST_ID + 1);

	request_id_new(id);
	rq->id = id;
	rq->method = request_variable(rq, "REQUEST_METHOD");
	if (rq->method == NULL)
		rq->method = "GET";
	read_path(rq, standard);
	TRY(read_body(rq));
	if (a_name_occurs_twice(rq->io->envp))
		return fail(&rq->failure, INVALID_REQUEST, "a header is sent twice, or in two spellings");
	if (*rq->path == '\0')
		return fail(&rq->failure, NOT_FOUND, "there is nothing at this address");
	return OAUTH_OK;
}

struct response
response_new(struct arena *a)
{
	return (struct response){
		.status = 200,
		.cache_control = "no-store",
		.headers = buf_new(a, RESPONSE_HEADERS_MAX),
		.body = buf_new(a, RESPONSE_BODY_MAX),
	};
}

void
response_header(struct response *rs, const char *name, const char *value)
{
	buf_lit(&rs->headers, name);
	buf_lit(&rs->headers, ": ");
	buf_header(&rs->headers, value);
	buf_lit(&rs->headers, "\r\n");
}

void
response_redirect(const struct request *rq, struct response *rs, const char *location)
{
	rs->status = strcmp(rq->method, "POST") == 0 ? 303 : 302;
	response_header(rs, "Location", location);
}

void
response_head(struct buf *out, const struct response *rs, int64_t length)
{
	buf_lit(out, "Status: ");
	buf_number(out, rs->status);
	buf_lit(out, "\r\n");
	if (rs->content_type != NULL) {
		buf_lit(out, "Content-Type: ");
		buf_lit(out, rs->content_type);
		buf_lit(out, "\r\nX-Content-Type-Options: nosniff\r\n");
	}
	if (length >= 0 && rs->status != 204) {
		buf_lit(out, "Content-Length: ");
		buf_number(out, length);
		buf_lit(out, "\r\n");
	}
	buf_lit(out, "Cache-Control: ");
	buf_lit(out, rs->cache_control);
	buf_lit(out, "\r\n");
	buf_bytes(out, rs->headers.text, rs->headers.len);
}

bool
response_open(const struct request *rq, struct response *rs)
{
	struct buf out = buf_new(rq->arena, RESPONSE_HEADERS_MAX + 1024);

	rs->content_type = "text/event-stream";
	rs->opened = true;
	response_head(&out, rs, -1);
	buf_lit(&out, "X-Accel-Buffering: no\r\n\r\n: working\n\n");
	return buf_text(&out) != NULL && rq->io->write(rq->io, out.text, out.len) &&
	    rq->io->flush(rq->io);
}

bool
response_send(const struct request *rq, const struct response *rs)
{
	struct buf out = buf_new(rq->arena, RESPONSE_HEADERS_MAX + RESPONSE_BODY_MAX + 1024);

	if (!rs->opened) {
		response_head(&out, rs, (int64_t)rs->body.len);
		buf_lit(&out, "\r\n");
	}
	if (strcmp(rq->method, "HEAD") != 0)
		buf_bytes(&out, rs->body.text, rs->body.len);
	return buf_text(&out) != NULL && (out.len == 0 || rq->io->write(rq->io, out.text, out.len));
}
