/* SPDX-License-Identifier: MIT */
/* number.h - reading decimal numbers and durations strictly */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/attr.h"

/* Digits alone, no sign, no blank, within [0, max].  Nothing is written on failure. */
MUST_CHECK bool	 number_read(const char *, int64_t max, int64_t *out);

/* A number followed by nothing or s, m, h, d: seconds. */
MUST_CHECK bool	 duration_read(const char *, int64_t max, int64_t *out);

/* A number followed by nothing or K, M (times 1024): bytes. */
MUST_CHECK bool	 size_read(const char *, int64_t max, int64_t *out);

#endif
