/* SPDX-License-Identifier: MIT */
#include "base/secret_watch.h"

#include "../test.h"

#define SECRET	"eyJ0eXAeyJ0eXAi.eyJ"	/* its beginning comes again in it */

static char went_by[4096];
static size_t len;

/* As whoever hands on does: what is kept back stays behind.  False when the secret was seen. */
static bool
hand_on(struct secret_watch *w, const char *bytes, size_t n)
{
	size_t before = w->held, held;

	if (secret_watch_sees(w, bytes, n, &held))
		return false;
	assert_true(before + n >= held);
	memcpy(went_by + len, w->text, before);
	memcpy(went_by + len + before, bytes, n);
	len += before + n - held;
	w->held = held;
	return true;
}

/* The text in pieces of that size. */
static bool
goes_by(const char *secret, const char *text, size_t size)
{
	struct secret_watch w = secret_watch_new(secret);
	size_t n = strlen(text);
	bool good = true;

	len = 0;
	for (size_t at = 0; good && at < n; at += size)
		good = hand_on(&w, text + at, n - at < size ? n - at : size);
	if (good) {
		memcpy(went_by + len, w.text, w.held);
		len += w.held;
	}
	went_by[len] = '\0';
	return good;
}

static void
whatever_is_not_the_secret_goes_by_as_it_is(UNUSED void **state)
{
	static const char *const texts[] = {
		"", "e", "{\"a\":\"eyJ0eXAeyJ0eXAi.ey\"}", "eyJ0eXAeyJ0eXAeyJ0eXAi.ey", "eeeeyeyJeyJ0eyJ0eXAeyJ0e",
		"eyJ0eXAeyJ0eXAi.eyj, eyJ0eXAeyJ0eXAi", "data: x\n\n",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t size = 1; size < 40; size++) {
			assert_true(goes_by(SECRET, texts[i], size));
			assert_string_equal(went_by, texts[i]);
		}
}

/* Of what goes by before it is seen nothing is its own. */
static void
a_secret_is_seen_wherever_it_is_cut(UNUSED void **state)
{
	static const char *const texts[] = {
		SECRET, "{\"token\":\"" SECRET "\"}", "eyJ0eXA" SECRET, "eyJ0eXAeyJ0eXAi.ey" SECRET, "eee" SECRET SECRET,
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t size = 1; size < 60; size++) {
			size_t before = (size_t)(strstr(texts[i], SECRET) - texts[i]);

			assert_false(goes_by(SECRET, texts[i], size));
			assert_true(len <= before);
			assert_memory_equal(went_by, texts[i], len);
		}
}

static void
a_long_one_is_seen_by_how_it_begins(UNUSED void **state)
{
	char secret[1000], cut[SECRET_WATCH_MAX + 1];

	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (char)('a' + i * i % 23);
	secret[sizeof secret - 1] = '\0';
	memcpy(cut, secret, SECRET_WATCH_MAX);
	cut[SECRET_WATCH_MAX] = '\0';
	for (size_t size = 1; size < 300; size++) {
		assert_false(goes_by(secret, cut, size));
		assert_int_equal(len, 0);
	}
	cut[SECRET_WATCH_MAX - 1] = '!';
	assert_true(goes_by(secret, cut, 7));
}

static void
none_and_a_short_one_are_not_looked_for(UNUSED void **state)
{
	assert_true(goes_by(NULL, SECRET, 3));
	assert_string_equal(went_by, SECRET);
	assert_true(goes_by("", SECRET, 3));
	assert_true(goes_by("0123456789abcde", "0123456789abcde", 3));
	assert_false(goes_by("0123456789abcdef", "0123456789abcdef", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_not_the_secret_goes_by_as_it_is),
		cmocka_unit_test(a_secret_is_seen_wherever_it_is_cut),
		cmocka_unit_test(a_long_one_is_seen_by_how_it_begins),
		cmocka_unit_test(none_and_a_short_one_are_not_looked_for),
	};

	return RUN(tests, NULL, NULL);
}
