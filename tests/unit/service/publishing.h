/* SPDX-License-Identifier: MIT */
/*
 * publishing.h - the fixture with a client's server behind it, in place of http_client.c
 *
 * `say` is what the next call is answered with, `keys_say` a call for what ends in /keys; before it
 * is, `meanwhile` happens, once.
 */
#ifndef UNIT_SERVICE_PUBLISHING_H
#define UNIT_SERVICE_PUBLISHING_H

#include "service/http_client.h"

#include "fixture.h"

#define URL	"https://client.example/c.json"

struct saying {
	enum http_outcome	 outcome;
	struct http_answer	 answer;
};

static struct saying say, keys_say;
static struct http_call asked;		/* the last call */
static void (*meanwhile)(void);	/* NULL: nothing */
static int calls;

struct http_client *
http_client_open(const struct config *config UNUSED)
{
	return NULL;
}

void
http_client_close(struct http_client *c UNUSED)
{
}

enum http_outcome
http_client_call(struct http_client *c UNUSED, struct arena *a UNUSED, const struct http_call *call,
    struct http_answer *out)
{
	size_t n = strlen(call->url);
	const struct saying *s = n > 5 && strcmp(call->url + n - 5, "/keys") == 0 ? &keys_say : &say;

	void (*happens)(void) = meanwhile;

	calls++;
	asked = *call;
	meanwhile = NULL;
	if (happens != NULL)
		happens();
	if (s->outcome == HTTP_ANSWERED) {
		*out = s->answer;
		out->len = strlen(out->body);
	}
	return s->outcome;
}

const char *
http_client_error(const struct http_client *c UNUSED)
{
	return "it does not answer";
}

bool
http_client_pause(struct http_client *c UNUSED, int64_t ms)
{
	clock_sleep_ms(ms);
	return true;
}

/* A good document of that name, as the next answer. */
static inline void
publish(const char *name, const char *more)
{
	say = (struct saying){ .answer = {
		.status = 200, .content_type = "application/json",
		.body = arena_printf(&fix.arena, "{\"client_id\":\"" URL "\",\"client_name\":\"%s\","
		    "\"redirect_uris\":[\"https://client.example/cb\"]%s}", name, more),
	} };
}

static inline int
publishing_open(void **state)
{
	calls = 0;
	meanwhile = NULL;
	keys_say = (struct saying){ .outcome = HTTP_UNREACHABLE };
	memset(&asked, 0, sizeof asked);
	if (fixture_open(state) != 0)
		return -1;
	publish("A client", "");
	return 0;
}

#define PUBLISHED(test)	cmocka_unit_test_setup_teardown(test, publishing_open, fixture_close)

#endif
