/* SPDX-License-Identifier: MIT */
#include "service/session_selection.h"

#include <ctype.h>

#include "protocol/guid.h"

#define SUBJECT_TEXT	43	/* characters of base64url */

/* Entra writes them in lower case, and so does the store. */
static bool
read_guid(const char *text, size_t n, char out[static GUID_TEXT + 1])
{
	if (n != GUID_TEXT)
		return false;
	for (size_t i = 0; i < GUID_TEXT; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	out[GUID_TEXT] = '\0';
	return guid_is(out);
}

static bool
is_subject(const char *text)
{
	return strlen(text) == SUBJECT_TEXT &&
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == SUBJECT_TEXT;
}

bool
session_selection_user(struct session_selection *s, const char *text)
{
	const char *slash = strchr(text, '/'), *object = slash == NULL ? text : slash + 1;

	if (slash == NULL && is_subject(text)) {
		s->subject = text;
		return true;
	}
	return (slash == NULL || read_guid(text, (size_t)(slash - text), s->tenant_id)) &&
	    read_guid(object, strlen(object), s->object_id);
}

bool
session_selection_person(struct session_selection *s, const char *tenant_id, const char *object_id)
{
	struct session_selection person = *s;

	if (!read_guid(tenant_id, strlen(tenant_id), person.tenant_id) ||
	    !read_guid(object_id, strlen(object_id), person.object_id))
		return false;
	*s = person;
	return true;
}

void
session_selection_bind_person(const struct session_selection *s, struct statement *q)
{
	statement_text(q, ":tenant_id", *s->tenant_id == '\0' ? NULL : s->tenant_id);
	statement_text(q, ":object_id", *s->object_id == '\0' ? NULL : s->object_id);
	statement_text(q, ":subject", s->subject);
}

void
session_selection_bind(const struct session_selection *s, struct statement *q)
{
	session_selection_bind_person(s, q);
	statement_text(q, ":client_id", s->client_id);
}
