/* SPDX-License-Identifier: MIT */
/* arena_group.h - an arena for texts, made and freed with the group */
#ifndef UNIT_PROTOCOL_ARENA_GROUP_H
#define UNIT_PROTOCOL_ARENA_GROUP_H

#include "base/arena.h"

#include "../test.h"

static struct arena a;

static inline int
open_arena(UNUSED void **state)
{
	arena_init(&a, (size_t)4 * 1024 * 1024);
	return 0;
}

static inline int
close_arena(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

/* n times the character. */
static inline char *
many(char c, size_t n)
{
	char *text = arena_alloc(&a, n + 1);

	memset(text, c, n);
	return text;
}

#endif
