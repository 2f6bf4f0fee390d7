/* SPDX-License-Identifier: MIT */
/* session_selection.h - which sessions an administrator means, or a person of their own */
#ifndef SERVICE_SESSION_SELECTION_H
#define SERVICE_SESSION_SELECTION_H

#include "service/seal.h"
#include "service/store.h"

#define GUID_TEXT	36	/* characters */

/* What is not named is any. */
struct session_selection {
	struct sid	 sid;
	bool		 by_sid;
	char		 tenant_id[GUID_TEXT + 1];	/* "": any */
	char		 object_id[GUID_TEXT + 1];
	const char	*subject;			/* NULL: any */
	const char	*client_id;
};

/* OBJECT_ID, TENANT_ID/OBJECT_ID or a subject; false when it is none of them. */
MUST_CHECK bool	 session_selection_user(struct session_selection *, const char *text);

/* Exactly that person's; false, with nothing selected, unless both are GUIDs. */
MUST_CHECK bool	 session_selection_person(struct session_selection *, const char *tenant_id,
		    const char *object_id);

/* Binds :tenant_id, :object_id and :subject. */
void		 session_selection_bind_person(const struct session_selection *, struct statement *);

/* And :client_id. */
void		 session_selection_bind(const struct session_selection *, struct statement *);

#endif
