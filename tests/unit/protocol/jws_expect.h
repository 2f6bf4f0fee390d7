/* SPDX-License-Identifier: MIT */
/* jws_expect.h - what a token of any algorithm must hold to */
#ifndef UNIT_PROTOCOL_JWS_EXPECT_H
#define UNIT_PROTOCOL_JWS_EXPECT_H

#include "protocol/jws.h"

#define HEADER	"{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS	"{\"sub\":\"alice\"}"

/* Every character of a token changed in turn, where the change still decodes. */
static inline void
assert_each_character_counts(struct arena *a, const char *token,
    bool (*verifies)(const struct jws *))
{
	char *text = arena_string(a, token);
	size_t tried = 0;

	for (char *p = text; *p != '\0'; p++) {
		char was = *p;
		struct jws jws;

		*p = was == 'A' ? 'E' : 'A';
		if (was != '.' && jws_split(a, text, &jws)) {
			tried++;
			assert_false(verifies(&jws));
		}
		*p = was;
	}
	assert_true(tried + 6 > strlen(token));
}

#endif
