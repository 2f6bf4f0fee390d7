/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include "base/die.h"

static void *
had(void *block, size_t n)
{
	if (block == NULL && n > 0)
		die("no memory: %zu bytes were asked for", n);
	return block;
}

void *
memory_allocate(size_t n)
{
	return had(malloc(n), n);
}

void *
memory_zeroed(size_t count, size_t n)
{
	return had(calloc(count, n), count > 0 ? n : 0);
}

void *
memory_reallocate(void *block, size_t n)
{
	return had(realloc(block, n), n);
}

char *
memory_string(const char *text)
{
	size_t n = strlen(text) + 1;

	return memcpy(memory_allocate(n), text, n);
}
