/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what every target in this folder shares
 *
 * A target is NAME_fuzz.c with one entry; its seeds are the files in corpus/NAME.  It builds with
 * standalone.c, which replays files, or with a fuzzer, which invents them; dict/NAME has words for it.
 * A target door-PROGRAM is a whole program behind door/.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/attr.h"

/* A broken promise: says which, and aborts so that a fuzzer notices. */
#define EXPECT(promise)								\
	do {									\
		if (!(promise)) {						\
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #promise); \
			abort();						\
		}								\
	} while (0)

int		 LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
