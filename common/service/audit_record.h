/* SPDX-License-Identifier: MIT */
/* audit_record.h - one event as it is written down; see audit.h */
#ifndef SERVICE_AUDIT_RECORD_H
#define SERVICE_AUDIT_RECORD_H

#include "base/buf.h"

#define AUDIT_VALUE_MAX	200	/* bytes of one value; the rest is cut */
#define AUDIT_LINE_MAX	4096	/* bytes: every value twice as long when each byte is escaped */

enum audit_field {
	AUDIT_ADDRESS, AUDIT_TENANT, AUDIT_OBJECT, AUDIT_SUBJECT, AUDIT_CLIENT, AUDIT_SID, AUDIT_SERVER,
	AUDIT_TOOL, AUDIT_REASON,
	AUDIT_FIELDS
};

extern const char *const audit_field_names[AUDIT_FIELDS];

struct audit_record {
	int64_t		 at;		/* seconds since 1970 */
	const char	*event;
	const char	*id;		/* of the request */
	int64_t		 times;
	const char	*field[AUDIT_FIELDS];	/* NULL: none */
};

/* Bounds each value and turns what is not printable ASCII into '?': nobody writes a line of ours. */
void		 audit_record_clean(struct arena *, struct audit_record *);

/* One object without a line feed; NULL if it does not fit. */
MUST_CHECK const char *audit_record_json(struct arena *, const struct audit_record *);

/* The same for a person to read: time, event, name=value. */
MUST_CHECK const char *audit_record_text(struct arena *, const struct audit_record *);

#endif
