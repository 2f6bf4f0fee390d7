/* SPDX-License-Identifier: MIT */
/* sweep.h - rows expire by themselves, a few at a time */
#ifndef SERVICE_SWEEP_H
#define SERVICE_SWEEP_H

#include "service/store.h"

#define SWEEP_ROWS	20	/* rows of one table deleted on the way of a request */
#define SWEEP_FEW	8	/* rows deleted with each that is written, in a table that requests which fail fill */

/*
 * Deletes at most `rows` expired rows of the one table that the query is of.  False if the store
 * failed.  *deleted (may be NULL) counts them.
 */
bool		 sweep_expired(struct store *, enum query, int64_t now, int64_t rows, int64_t *deleted);

/*
 * Erases what rotations kept for their grace, and deletes at most `rows` rows of each table that are
 * expired, and of sessions that are idle, each in its own transaction.  False if the store failed;
 * the rows are then deleted another time.  *deleted (may be NULL) counts them.
 */
bool		 sweep(struct store *, const struct config *, int64_t now, int64_t rows, int64_t *deleted);

#endif
