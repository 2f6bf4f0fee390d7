/* SPDX-License-Identifier: MIT */
/* transfer_take.c - what comes of a transfer: the fields that matter, and the body on its way to the owner */
#include "base/buf.h"
#include "base/clock.h"
#include "service/transfer_part.h"

static const char *const field_names[FIELD_COUNT] = {
	[FIELD_CONTENT_TYPE] = "content-type:",
	[FIELD_SESSION_ID] = "mcp-session-id:",
	[FIELD_PROTOCOL_VERSION] = "mcp-protocol-version:",
	[FIELD_RETRY_AFTER] = "retry-after:",
	[FIELD_ALLOW] = "allow:",
	[FIELD_WWW_AUTHENTICATE] = "www-authenticate:",
};

/* A head of 1xx is followed by another, and says nothing of that. */
void
transfer_forget_fields(struct transfer *t)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		free(t->field[i]);
		t->field[i] = NULL;
	}
}

void
transfer_mind_silence(struct transfer *t)
{
	if (t->silence_ms > 0)
		loop_timer_set(t->home->loop, &t->silence, clock_monotonic_ms() + t->silence_ms);
}

/* One that comes again is joined: RFC 9110 section 5.3. */
static void
add_field(char **field, const char *value, size_t n)
{
	char *before = *field;

	if (asprintf(field, "%s%s%.*s", before == NULL ? "" : before, before == NULL ? "" : ", ", (int)n,
	    value) < 0)
		*field = NULL;
	free(before);
}

static void
keep_field(struct transfer *t, const char *line, size_t n)
{
	size_t held;

	if (secret_watch_sees(&t->watch, line, n, &held))
		return;
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		size_t name = strlen(field_names[i]);

		if (n <= name || strncasecmp(line, field_names[i], name) != 0 ||
		    (t->field[i] != NULL && i != FIELD_WWW_AUTHENTICATE))
			continue;
		for (line += name, n -= name; n > 0 && (*line == ' ' || *line == '\t'); n--)
			line++;
		while (n > 0 && strchr("\r\n\t ", line[n - 1]) != NULL)
			n--;
		if (buf_header_takes(line, n))
			add_field(&t->field[i], line, n);
		return;
	}
}

bool
transfer_take_line(struct transfer *t, const char *line, size_t n)
{
	if (t->head_over)
		return true;	/* a trailer */
	t->head_bytes += n;
	if (t->head_bytes > HTTP_HEADERS_MAX) {
		t->overlong = true;
		return false;
	}
	if (n > 2) {
		keep_field(t, line, n);
		return true;
	}
	if (transfer_status(t) < 200) {
		transfer_forget_fields(t);
	} else {
		t->head_over = true;
		transfer_mind_silence(t);
		t->is->head(t->owner, t);
		loop_served(t->home->loop);
	}
	return true;
}

/* What may be the beginning of the secret waits for what follows it. */
static enum taken
hand_on(struct transfer *t, const char *data, size_t n, size_t held)
{
	size_t before = t->watch.held, first = held > n ? before + n - held : before;
	enum taken taken = first == 0 ? TAKEN : t->is->data(t->owner, t->watch.text, first);

	if (taken == TAKEN && held < n) {
		t->watch.held = 0;
		taken = t->is->data(t->owner, data, n - held);
	}
	if (taken == TAKEN)
		t->watch.held = held;
	return taken;
}

enum taken
transfer_take_data(struct transfer *t, const char *data, size_t n)
{
	enum taken taken;
	size_t held;

	t->shows_secret = secret_watch_sees(&t->watch, data, n, &held);
	taken = t->shows_secret ? TAKEN_STOP : hand_on(t, data, n, held);
	loop_served(t->home->loop);
	if (taken == TAKEN)
		transfer_mind_silence(t);
	return taken;
}
