/* SPDX-License-Identifier: MIT */
/*
 * number_fuzz - numbers, durations and sizes as people and headers write them, and times of HTTP
 *
 * What is read is within its bounds, and says what the same value says when we write it.
 */
#include "base/arena.h"
#include "base/number.h"
#include "fuzz.h"
#include "protocol/http.h"
#include "protocol/http_freshness.h"

#define MOST		INT64_C(4000000000)
#define UNTOUCHED	INT64_C(-7)

typedef bool reader(const char *, int64_t, int64_t *);

static void
judge(struct arena *a, const char *text, reader *read)
{
	int64_t n = UNTOUCHED, again = UNTOUCHED;

	if (!read(text, MOST, &n)) {
		EXPECT(n == UNTOUCHED);
		return;
	}
	EXPECT(n >= 0 && n <= MOST);
	EXPECT(*text >= '0' && *text <= '9');
	EXPECT(read(arena_printf(a, "%lld", (long long)n), MOST, &again) && again == n);
	EXPECT(n == 0 || !read(text, n - 1, &again));
}

/* RFC 9110 section 5.6.7: one spelling of each second. */
static void
judge_date(const char *text)
{
	char again[64];
	int64_t seconds = UNTOUCHED;
	struct tm tm;
	time_t at;

	if (!http_date_read(text, &seconds)) {
		EXPECT(seconds == UNTOUCHED);
		return;
	}
	at = (time_t)seconds;
	EXPECT(gmtime_r(&at, &tm) != NULL);
	EXPECT(strftime(again, sizeof again, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 29);
	EXPECT(strcmp(again, text) == 0);
}

/* What Age takes away makes nothing fresher, and what may not be kept is not. */
static void
judge_freshness(struct arena *a, const char *text)
{
	int64_t alone = http_fresh_for(a, text, NULL), aged = http_fresh_for(a, text, text);
	const char *tag = http_etag(text);

	EXPECT(alone >= -1 && aged >= -1 && aged <= alone);
	EXPECT(http_fresh_for(a, arena_printf(a, "no-store, %s", text), NULL) == 0);
	EXPECT(tag == NULL || (tag == text && strchr(tag, '"') != NULL && strpbrk(tag, "\r\n") == NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const char *text;

	if (size > 1024)
		return 0;
	arena_init(&a, (size_t)256 * 1024);
	text = arena_copy(&a, data, size);
	judge(&a, text, number_read);
	judge(&a, text, duration_read);
	judge(&a, text, size_read);
	judge_date(text);
	judge_freshness(&a, text);
	arena_free(&a);
	return 0;
}
