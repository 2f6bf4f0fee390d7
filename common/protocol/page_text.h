/* SPDX-License-Identifier: MIT */
/*
 * page_text.h - every sentence of the pages, in one table
 *
 * Plain text without markup and without gaps to fill in, so that a translation is a second table.
 */
#ifndef PROTOCOL_PAGE_TEXT_H
#define PROTOCOL_PAGE_TEXT_H

#include "base/attr.h"

enum page_text {
	TEXT_LANGUAGE,		/* BCP 47, for the lang attribute */
	TEXT_BRAND,
	TEXT_CONSENT_HEADING,
	TEXT_CONSENT_LEAD,
	TEXT_NAME,
	TEXT_NAME_NONE,
	TEXT_NAME_UNVERIFIED,
	TEXT_UNVERIFIED,
	TEXT_CLIENT_URI,
	TEXT_REDIRECT,
	TEXT_REDIRECT_WHOLE,
	TEXT_REDIRECT_APP,
	TEXT_RESOURCE,
	TEXT_SCOPE,
	TEXT_SCOPE_NONE,
	TEXT_SCOPE_UNKNOWN,
	TEXT_LOOPBACK_HEADING,
	TEXT_LOOPBACK,
	TEXT_NEXT,
	TEXT_APPROVE,
	TEXT_SWITCH,
	TEXT_DENY,
	TEXT_ERROR,
	TEXT_ERROR_NEXT,
	TEXT_REFERENCE,
	TEXT_COUNT
};

NONNULL const char	*page_text(enum page_text);

/* What a scope allows, in words; TEXT_SCOPE_UNKNOWN for one the table does not name. */
NONNULL const char	*page_text_scope(const char *scope);

#endif
