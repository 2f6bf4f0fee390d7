/* SPDX-License-Identifier: MIT */
/* attr.h - the few words this code base adds to C */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/banned.h"

#define MUST_CHECK	__attribute__((warn_unused_result))
#define NONNULL		__attribute__((returns_nonnull))
#define PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define NORETURN	__attribute__((noreturn))
#define UNUSED		__attribute__((unused))

/* AUTO(thing) type x: thing_auto(&x) runs when x goes out of scope. */
#define AUTO(thing)	__attribute__((cleanup(thing##_auto)))

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#endif
