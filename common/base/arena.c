/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "base/die.h"

#ifndef __has_feature		/* clang has it; gcc defines __SANITIZE_ADDRESS__ */
#define __has_feature(name)	0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define GUARD		16	/* poisoned bytes after each block, so that ASan sees an overflow */
#define POISON(p, n)	ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n)	ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define GUARD		0
#define POISON(p, n)	((void)(p), (void)(n))
#define UNPOISON(p, n)	((void)(p), (void)(n))
#endif

#define KEPT	((size_t)256 * 1024)	/* bytes of memory that a reset keeps for the next request */

void
arena_init(struct arena *a, size_t budget)
{
	size_t size = budget * ARENA_SLACK;
	void *base = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		die("no memory for an arena of %zu bytes", size);
	(void)madvise(base, size, MADV_DONTDUMP);
	*a = (struct arena){ .base = base, .budget = budget, .size = size };
}

void
arena_free(struct arena *a)
{
	if (a->base == NULL)
		return;
	arena_reset(a);
	munmap(a->base, a->size);
	*a = (struct arena){ 0 };
}

void
arena_reset(struct arena *a)
{
	UNPOISON(a->base, a->used);
	explicit_bzero(a->base, a->used);
	if (a->used > KEPT)
		(void)madvise(a->base + KEPT, a->size - KEPT, MADV_DONTNEED);
	a->used = 0;
	a->exhausted = false;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	unsigned char *p = a->base + a->used;
	size_t taken;

	if (n > a->size - a->used || a->size - a->used - n < align + GUARD)
		die("arena: %zu bytes asked, %zu of %zu used", n, a->used, a->size);
	taken = (n + GUARD + align - 1) / align * align;
	POISON(p, taken);
	UNPOISON(p, n);
	a->used += taken;
	if (a->used > a->budget)
		a->exhausted = true;
	return p;
}

char *
arena_copy(struct arena *a, const void *from, size_t n)
{
	char *to = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(to, from, n);
	return to;
}

char *
arena_string(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("arena_printf: bad format");
	text = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}
