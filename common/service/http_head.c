/* SPDX-License-Identifier: MIT */
#include "service/http_head.h"

#include "base/clock.h"
#include "base/number.h"
#include "protocol/http.h"

#define RETRY_AFTER_MAX		3600	/* seconds: a longer wish is cut */

/* Those that come again are joined. */
static const struct {
	const char	*name;
	size_t		 offset;	/* in struct http_answer */
} texts[HTTP_HEAD_TEXTS] = {
	{ "www-authenticate:", offsetof(struct http_answer, www_authenticate) },
	{ "content-type:", offsetof(struct http_answer, content_type) },
	{ "cache-control:", offsetof(struct http_answer, cache_control) },
	{ "age:", offsetof(struct http_answer, age) },
	{ "etag:", offsetof(struct http_answer, etag) },
};

/* A head of 1xx is followed by another, and says nothing of that. */
static void
begin(struct http_head *h)
{
	h->answer = (struct http_answer){ 0 };
	for (size_t i = 0; i < COUNT(texts); i++)
		h->text[i] = buf_new(h->arena, HTTP_HEADERS_MAX);
}

struct http_head
http_head_new(struct arena *a)
{
	struct http_head h = { .arena = a };

	begin(&h);
	return h;
}

/* In room that doubles: who answers may be a stranger, with as many fields as a head takes. */
static void
join(struct buf *b, const char *value)
{
	buf_lit(b, b->text == NULL ? "" : ", ");
	buf_lit(b, value);
}

/* The value, arena copy, when the line is that field's. */
static const char *
field(struct arena *a, const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0)
		return NULL;
	while (n < len && line[n] == ' ')
		n++;
	while (len > n && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	return arena_copy(a, line + n, len - n);
}

/* RFC 9110 section 10.2.3: seconds, or a date. */
static int64_t
retry_after(const char *value)
{
	int64_t seconds, date;

	if (!number_read(value, INT64_MAX, &seconds))
		seconds = http_date_read(value, &date) && date > clock_seconds() ?
		    date - clock_seconds() : 0;
	return seconds < RETRY_AFTER_MAX ? seconds : RETRY_AFTER_MAX;
}

bool
http_head_line(struct http_head *h, const char *line, size_t n)
{
	const char *value;

	h->bytes += n;
	if (h->bytes > HTTP_HEADERS_MAX)
		return false;
	if (n > 5 && memcmp(line, "HTTP/", 5) == 0)
		begin(h);
	if ((value = field(h->arena, line, n, "retry-after:")) != NULL)
		h->answer.retry_after = retry_after(value);
	if ((value = field(h->arena, line, n, "date:")) != NULL && !http_date_read(value, &h->answer.date))
		h->answer.date = 0;
	for (size_t i = 0; i < COUNT(texts); i++)
		if ((value = field(h->arena, line, n, texts[i].name)) != NULL)
			join(&h->text[i], value);
	return true;
}

struct http_answer
http_head_answer(const struct http_head *h)
{
	struct http_answer answer = h->answer;

	for (size_t i = 0; i < COUNT(texts); i++)
		*(const char **)(void *)((char *)&answer + texts[i].offset) = h->text[i].text;
	return answer;
}
