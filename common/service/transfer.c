/* SPDX-License-Identifier: MIT */
#include "service/transfer.h"

#include "base/clock.h"
#include "base/die.h"
#include "service/transfer_part.h"

#define HEADER_NAME_MAX	256	/* bytes of a header without a value */

static void
dispose(struct transfer *t)
{
	struct transfers *home = t->home;

	loop_timer_clear(home->loop, &t->silence);
	(void)home->lib->multi_remove_handle(home->multi, t->easy);
	home->lib->easy_cleanup(t->easy);
	home->lib->slist_free_all(t->headers);
	transfer_forget_fields(t);
	explicit_bzero(t, sizeof *t);
	free(t);
}

static enum http_outcome
outcome_of(const struct transfer *t, CURLcode code)
{
	if (t->timed_out || code == CURLE_OPERATION_TIMEDOUT)
		return HTTP_TIMED_OUT;
	if (t->overlong)
		return HTTP_TOO_LONG;
	if (t->shows_secret)
		return HTTP_SECRET;
	return code == CURLE_OK ? HTTP_ANSWERED : HTTP_UNREACHABLE;
}

static void
finish(struct transfer *t, enum http_outcome outcome)
{
	t->is->done(t->owner, outcome);
	dispose(t);
}

void
transfer_over(struct transfer *t, CURLcode code)
{
	/* It was not the secret: a message that ends so is none, but for its reader to say. */
	if (code == CURLE_OK && t->watch.held > 0)
		(void)t->is->data(t->owner, t->watch.text, t->watch.held);
	finish(t, outcome_of(t, code));
}

static void
silent(struct loop_timer *timer)
{
	struct transfer *t = OWNER(timer, struct transfer, silence);

	t->timed_out = true;
	finish(t, HTTP_TIMED_OUT);
}

static size_t
take_header(char *line, size_t size, size_t n, void *argument)
{
	return transfer_take_line(argument, line, size * n) ? size * n : 0;
}

static size_t
take_data(char *data, size_t size, size_t n, void *argument)
{
	struct transfer *t = argument;

	n *= size;
	switch (transfer_take_data(t, data, n)) {
	case TAKEN:
		return n;
	case TAKEN_PAUSE:
		t->paused = true;
		loop_timer_clear(t->home->loop, &t->silence);
		return CURL_WRITEFUNC_PAUSE;
	default:
		return n == 0 ? 1 : 0;
	}
}

/* --- one call ------------------------------------------------------------------------------------- */

static bool
add_header(struct transfer *t, const char *line)
{
	size_t n = strlen(line), name = strcspn(line, ":");
	char empty[HEADER_NAME_MAX];
	struct curl_slist *longer;

	/* "Name:" would take a header of libcurl's own away; one without a value is written "Name;". */
	if (n > name && line[name + 1 + strspn(line + name + 1, " ")] == '\0' && name < sizeof empty &&
	    strcmp(line, "Expect:") != 0) {
		(void)snprintf(empty, sizeof empty, "%.*s;", (int)name, line);
		line = empty;
	}
	longer = t->home->lib->slist_append(t->headers, line);

	if (longer != NULL)
		t->headers = longer;
	return longer != NULL;
}

/* A proxy of the environment is for the outside: this machine's own servers are reached directly. */
static bool
is_near(const struct transfer_call *call)
{
	return call->socket != NULL || strncmp(call->url, "http://127.", 11) == 0 ||
	    strncmp(call->url, "http://localhost", 16) == 0 || strncmp(call->url, "http://[::1]", 12) == 0;
}

static bool
set_up(struct transfer *t, const struct transfer_call *call)
{
	const struct curl_library *lib = t->home->lib;
	CURL *h = t->easy;
	bool post = strcmp(call->method, "POST") == 0;

	if (!add_header(t, "Expect:"))
		return false;
	for (const char *const *line = call->header; *line != NULL; line++)
		if (!add_header(t, *line))
			return false;
	return curl_prepare(lib, h, t->home->config) &&
	    lib->easy_setopt(h, CURLOPT_URL, call->url) == CURLE_OK &&
	    (call->socket == NULL ||
	    lib->easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, call->socket) == CURLE_OK) &&
	    (!is_near(call) || lib->easy_setopt(h, CURLOPT_PROXY, "") == CURLE_OK) &&
	    (!call->once || lib->easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK) &&
	    lib->easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_PRIVATE, t) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_ERRORBUFFER, t->error) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_WRITEFUNCTION, take_data) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_WRITEDATA, t) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_HEADERDATA, t) == CURLE_OK &&
	    (!post || (lib->easy_setopt(h, CURLOPT_POST, 1L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_POSTFIELDS, call->body) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->len) == CURLE_OK)) &&
	    (post || strcmp(call->method, "GET") == 0 ||
	    lib->easy_setopt(h, CURLOPT_CUSTOMREQUEST, call->method) == CURLE_OK);
}

struct transfer *
transfer_begin(struct transfers *home, const struct transfer_call *call,
    const struct transfer_owner *is, void *owner)
{
	struct transfer *t = calloc(1, sizeof *t);

	if (t == NULL)
		die("no memory for a transfer");
	*t = (struct transfer){
		.home = home, .is = is, .owner = owner, .silence_ms = call->silence_ms, .silence.due = silent,
		.watch = secret_watch_new(call->secret),
	};
	if (!transfers_open(home) || (t->easy = home->lib->easy_init()) == NULL) {
		free(t);
		return NULL;
	}
	transfer_mind_silence(t);
	if (!set_up(t, call) || home->lib->multi_add_handle(home->multi, t->easy) != CURLM_OK) {
		dispose(t);
		return NULL;
	}
	return t;
}

void
transfer_cancel(struct transfer *t)
{
	if (t != NULL)
		dispose(t);
}

void
transfer_resume(struct transfer *t)
{
	if (!t->paused)
		return;
	t->paused = false;
	transfer_mind_silence(t);
	(void)t->home->lib->easy_pause(t->easy, CURLPAUSE_CONT);
	/* What was held back may have been the last of it. */
	transfers_finish(t->home);
}

int
transfer_status(const struct transfer *t)
{
	long status = 0;

	(void)t->home->lib->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

const char *
transfer_field(const struct transfer *t, enum transfer_field which)
{
	return t->field[which];
}

void
transfer_may_be_silent(struct transfer *t)
{
	t->silence_ms = 0;
	loop_timer_clear(t->home->loop, &t->silence);
}

const char *
transfer_error(const struct transfer *t)
{
	return t->shows_secret ? "its answer holds the token that it was given" :
	    t->error[0] == '\0' ? "no answer" : t->error;
}
