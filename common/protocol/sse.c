/* SPDX-License-Identifier: MIT */
#include "protocol/sse.h"

struct sse_reader
sse_reader_new(size_t most)
{
	return (struct sse_reader){
		.line.most = most + SSE_FIELD_MAX, .data.most = most, .event.most = SSE_FIELD_MAX,
		.id.most = SSE_FIELD_MAX, .retry.most = SSE_FIELD_MAX,
	};
}

static void
next_event(struct sse_reader *r)
{
	fifo_free(&r->event);
	fifo_free(&r->id);
	fifo_free(&r->retry);
	fifo_free(&r->data);
	r->has_id = r->has_retry = r->has_data = false;
}

void
sse_reader_free(struct sse_reader *r)
{
	next_event(r);
	fifo_free(&r->line);
}

static bool
set(struct fifo *f, const char *value, size_t n)
{
	fifo_free(f);
	return fifo_put(f, value, n);
}

/* "Interpretation": a line with a colon is field and value, one blank after the colon goes. */
static bool
take_field(struct sse_reader *r, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	size_t name = colon == NULL ? n : (size_t)(colon - line);
	const char *value = colon == NULL ? line + n : colon + 1;
	size_t len = (size_t)(line + n - value);

	if (len > 0 && *value == ' ') {
		value++;
		len--;
	}
	if (name == 4 && memcmp(line, "data", 4) == 0) {
		bool more = r->has_data;

		r->has_data = true;
		return (!more || fifo_put(&r->data, "\n", 1)) && fifo_put(&r->data, value, len);
	}
	if (name == 5 && memcmp(line, "event", 5) == 0)
		return set(&r->event, value, len);
	if (name == 2 && memcmp(line, "id", 2) == 0 && memchr(value, '\0', len) == NULL) {
		r->has_id = true;
		return set(&r->id, value, len);
	}
	if (name == 5 && memcmp(line, "retry", 5) == 0) {
		r->has_retry = true;
		return set(&r->retry, value, len);
	}
	return true;	/* a comment has an empty name; unknown fields are ignored */
}

static bool
end_line(struct sse_reader *r, bool (*take)(void *, const struct sse_event *), void *argument)
{
	bool good = true;

	if (fifo_len(&r->line) > 0) {
		good = take_field(r, fifo_front(&r->line), fifo_len(&r->line));
		fifo_free(&r->line);
		return good;
	}
	if (r->has_data || r->has_id || r->has_retry)
		good = take(argument, &(struct sse_event){
			.event = fifo_front(&r->event), .id = r->has_id ? fifo_front(&r->id) : NULL,
			.retry = r->has_retry ? fifo_front(&r->retry) : NULL,
			.data = r->has_data ? fifo_front(&r->data) : NULL, .len = fifo_len(&r->data),
		});
	next_event(r);
	return good;
}

/* Bytes of text before the next end of a line. */
static size_t
line_part(const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n);
	size_t part = lf == NULL ? n : (size_t)(lf - p);
	const char *cr = memchr(p, '\r', part);

	return cr == NULL ? part : (size_t)(cr - p);
}

static bool
take_part(struct sse_reader *r, const char *p, size_t n)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (!fifo_put(&r->line, p, n))
		return false;
	if (!r->begun && fifo_len(&r->line) >= 3) {
		r->begun = true;
		if (memcmp(fifo_front(&r->line), mark, 3) == 0)
			fifo_drop(&r->line, 3);
	}
	return true;
}

bool
sse_read(struct sse_reader *r, const char *p, size_t n,
    bool (*take)(void *, const struct sse_event *), void *argument)
{
	while (n > 0) {
		size_t part;

		if (r->after_cr && *p == '\n') {
			r->after_cr = false;
			p++;
			n--;
			continue;
		}
		r->after_cr = false;
		part = line_part(p, n);
		if (part > 0 && !take_part(r, p, part))
			return false;
		p += part;
		n -= part;
		if (n == 0)
			return true;
		r->begun = true;
		r->after_cr = *p == '\r';
		p++;
		n--;
		if (!end_line(r, take, argument))
			return false;
	}
	return true;
}

static void
put(struct fifo *f, const char *text, size_t n)
{
	if (!fifo_put(f, text, n))
		return;		/* the caller's fifo has no limit */
}

static void
field(struct fifo *f, const char *name, const char *value, size_t n)
{
	put(f, name, strlen(name));
	put(f, ": ", 2);
	put(f, value, n);
	put(f, "\n", 1);
}

void
sse_write(struct fifo *f, const struct sse_event *e)
{
	const char *p = e->data, *end = p == NULL ? NULL : p + e->len;

	if (*e->event != '\0')
		field(f, "event", e->event, strlen(e->event));
	if (e->id != NULL)
		field(f, "id", e->id, strlen(e->id));
	if (e->retry != NULL)
		field(f, "retry", e->retry, strlen(e->retry));
	while (p != NULL) {
		size_t n = line_part(p, (size_t)(end - p));

		field(f, "data", p, n);
		p += n;
		if (p == end)
			break;
		p += p[0] == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
	}
	put(f, "\n", 1);
}

bool
sse_boundary_follow(struct sse_boundary *b, const char *p, size_t n)
{
	for (; n > 0; p++, n--) {
		bool second = b->after_cr && *p == '\n';

		b->after_cr = *p == '\r';
		if (second)
			continue;
		if (*p != '\n' && *p != '\r')
			b->in_line = b->in_event = true;
		else if (b->in_line)
			b->in_line = false;
		else
			b->in_event = false;
	}
	return !b->in_line && !b->in_event;
}
