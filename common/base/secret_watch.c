/* SPDX-License-Identifier: MIT */
#include "base/secret_watch.h"

struct secret_watch
secret_watch_new(const char *secret)
{
	struct secret_watch w = { .len = secret == NULL ? 0 : strnlen(secret, SECRET_WATCH_MAX) };

	if (w.len < SECRET_WATCH_MIN)
		w.len = 0;
	else
		memcpy(w.text, secret, w.len);
	return w;
}

static size_t
lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* It may have begun in what was kept back. */
static bool
is_across(const struct secret_watch *w, const char *bytes, size_t n)
{
	char both[2 * SECRET_WATCH_MAX];
	size_t more = lesser(n, w->len - 1);

	if (w->held == 0)
		return false;
	memcpy(both, w->text, w->held);
	memcpy(both + w->held, bytes, more);
	return memmem(both, w->held + more, w->text, w->len) != NULL;
}

/* How many bytes at the end are its first: the most that there can be, so that none is let by. */
static size_t
may_begin(const struct secret_watch *w, const char *bytes, size_t n)
{
	char end[SECRET_WATCH_MAX];
	size_t len = lesser(w->held + n, w->len - 1), new = lesser(n, len), old = len - new;

	memcpy(end, w->text + w->held - old, old);
	memcpy(end + old, bytes + n - new, new);
	for (size_t at = 0; at < len; at++)
		if (memcmp(end + at, w->text, len - at) == 0)
			return len - at;
	return 0;
}

bool
secret_watch_sees(const struct secret_watch *w, const char *bytes, size_t n, size_t *held)
{
	*held = 0;
	if (w->len == 0)
		return false;
	if (is_across(w, bytes, n) || memmem(bytes, n, w->text, w->len) != NULL)
		return true;
	*held = may_begin(w, bytes, n);
	return false;
}
