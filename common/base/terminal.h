/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - text from outside on its way to somebody's terminal, where escapes are commands
 *
 * Whatever is no printable character is written as an escape of ours: controls of both sets, what
 * turns the direction of writing or takes no room, bytes that are no UTF-8; and the backslash, so that
 * an escape is always ours.
 */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include "base/buf.h"

/* Answers how many columns that takes, a character each.  Without utf8 all but ASCII is escaped. */
size_t		 buf_terminal(struct buf *, const char *, bool utf8);

/* A JSON string, with its quotes, in ASCII alone; a byte that is no UTF-8 becomes U+FFFD. */
void		 buf_json_ascii(struct buf *, const char *);

#endif
