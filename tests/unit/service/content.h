/* SPDX-License-Identifier: MIT */
/* content.h - what a file holds, as text that serves until the next call; after ../test.h */
#ifndef UNIT_CONTENT_H
#define UNIT_CONTENT_H

#include <stdio.h>

static inline const char *
content(const char *path)
{
	static char text[16384];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	assert_int_equal(fclose(f), 0);
	return text;
}

#endif
