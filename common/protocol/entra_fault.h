/* SPDX-License-Identifier: MIT */
/* entra_fault.h - what is kept of Entra's errors: word, number, and advice of our own */
#ifndef PROTOCOL_ENTRA_FAULT_H
#define PROTOCOL_ENTRA_FAULT_H

#include "base/arena.h"

/* For an AADSTS number; NULL where the number says nothing about credentials. */
MUST_CHECK const char	*entra_fault_advice(int64_t number);

/* An error word for the log: lower-case letters and _, so that nothing else of an answer gets out;
 * "unreadable" else. */
NONNULL const char	*entra_fault_word(struct arena *, const char *);

/* The AADSTS number in a description; 0 without one, and for NULL. */
int64_t			 entra_fault_number(const char *description);

#endif
