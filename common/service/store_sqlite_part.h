/* SPDX-License-Identifier: MIT */
/* store_sqlite_part.h - what store_sqlite.c and store_sqlite_open.c share; see store.h */
#ifndef SERVICE_STORE_SQLITE_PART_H
#define SERVICE_STORE_SQLITE_PART_H

#include <sqlite3.h>

#include "service/store.h"

struct statement {
	sqlite3_stmt	*sqlite;	/* NULL until it is first asked for */
};

struct store {
	sqlite3			*db;
	struct statement	 query[QUERY_COUNT];
};

#endif
