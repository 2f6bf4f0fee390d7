/* SPDX-License-Identifier: MIT */
/* arenas.c - see arenas.h; linked with --wrap=arena_init,--wrap=arena_free */
#include "arenas.h"

#include <sys/mman.h>

#include "fuzz.h"

#define ARENAS_MAX	16

static struct {
	void		*base;
	size_t		 size;
} arenas[ARENAS_MAX];

/* ASan's, where there is one: its marks outlive the mapping. */
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *, size_t);

void		 __real_arena_init(struct arena *, size_t);
void		 __wrap_arena_init(struct arena *, size_t);
void		 __real_arena_free(struct arena *);
void		 __wrap_arena_free(struct arena *);

void
__wrap_arena_init(struct arena *a, size_t budget)
{
	size_t i = 0;

	__real_arena_init(a, budget);
	while (i < ARENAS_MAX && arenas[i].base != NULL)
		i++;
	EXPECT(i < ARENAS_MAX);
	arenas[i].base = a->base;
	arenas[i].size = a->size;
}

void
__wrap_arena_free(struct arena *a)
{
	for (size_t i = 0; i < ARENAS_MAX; i++)
		if (a->base != NULL && arenas[i].base == a->base)
			arenas[i].base = NULL;
	__real_arena_free(a);
}

void
arenas_begin(void)
{
	memset(arenas, 0, sizeof arenas);
}

size_t
arenas_end(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ARENAS_MAX; i++) {
		if (arenas[i].base == NULL)
			continue;
		if (__asan_unpoison_memory_region != NULL)
			__asan_unpoison_memory_region(arenas[i].base, arenas[i].size);
		(void)munmap(arenas[i].base, arenas[i].size);
		arenas[i].base = NULL;
		n++;
	}
	return n;
}
