/* SPDX-License-Identifier: MIT */
/* audit_report.h - `sallyport audit`: the events of the store, for a person or a program to read */
#ifndef SERVICE_AUDIT_REPORT_H
#define SERVICE_AUDIT_REPORT_H

#include "service/config.h"

struct audit_question {
	int64_t		 since;
	const char	*person;	/* object id or subject; "": everyone */
	bool		 json;		/* one object per line */
};

/*
 * [--since TIME] [--user ID] [--json]; false when they are not that.  TIME is how long ago (30m, 7d),
 * or in UTC a day (2027-01-15) or a second of it (2027-01-15T08:00:00Z).
 */
MUST_CHECK bool	 audit_question_read(int argc, char *const *argv, int64_t now, struct audit_question *);

/* Prints them to standard output.  False with *why set if the store cannot be read. */
MUST_CHECK bool	 audit_report(const struct config *, const struct audit_question *, const char **why);

#endif
