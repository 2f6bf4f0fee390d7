/* SPDX-License-Identifier: MIT */
/* generations.h - key files with generations of the tests' own making */
#ifndef UNIT_SERVICE_GENERATIONS_H
#define UNIT_SERVICE_GENERATIONS_H

#include "service/key_file.h"

#include "base/buf.h"

#include "fixture.h"

#define ZEROS	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* Generations whose kids are aaaaaaaaaaaaaaaa, bbbb... and which were made so long after START. */
static inline void
write_generations(enum key_purpose purpose, const int64_t *made, size_t count)
{
	struct buf b = buf_new(&fix.arena, 4096);

	for (size_t i = 0; i < count; i++) {
		struct key key = key_new();

		memset(key.kid, 'a' + (int)i, sizeof key.kid - 1);
		key.created_at = START + made[i];
		buf_lit(&b, key_line(&fix.arena, &key));
	}
	write_file(key_file_path(&fix.arena, &fix.config, purpose), buf_text(&b));
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
}

#define GENERATIONS(purpose, ...)						\
	write_generations(purpose, (const int64_t[]){ __VA_ARGS__ },		\
	    COUNT(((const int64_t[]){ __VA_ARGS__ })))

static inline const char *
read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = arena_alloc(&fix.arena, 8192);

	assert_non_null(f);
	assert_true(fread(text, 1, 8191, f) > 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

static inline size_t
generations_of(enum key_purpose purpose, struct generations *g)
{
	assert_true(key_file_read(&fix.arena, key_file_path(&fix.arena, &fix.config, purpose), g));
	return g->count;
}

#endif
