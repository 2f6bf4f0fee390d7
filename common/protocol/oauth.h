/* SPDX-License-Identifier: MIT */
/*
 * oauth.h - every error that a program can answer with, as a table
 *
 * The wire codes are the registered ones (RFC 6749, 6750, 7009, 7591, 8707); errors of plain HTTP
 * borrow "invalid_request" with their own status.
 */
#ifndef PROTOCOL_OAUTH_H
#define PROTOCOL_OAUTH_H

#include "base/attr.h"

enum oauth_error {
	OAUTH_OK,
	INVALID_REQUEST,
	INVALID_CLIENT,
	INVALID_GRANT,
	UNAUTHORIZED_CLIENT,
	UNSUPPORTED_GRANT_TYPE,
	INVALID_SCOPE,
	ACCESS_DENIED,
	UNSUPPORTED_RESPONSE_TYPE,
	SERVER_ERROR,
	TEMPORARILY_UNAVAILABLE,
	TOO_MANY_REQUESTS,
	INVALID_TARGET,
	INVALID_REDIRECT_URI,
	INVALID_CLIENT_METADATA,
	INVALID_TOKEN,
	INSUFFICIENT_SCOPE,
	FORBIDDEN,
	NOT_FOUND,
	METHOD_NOT_ALLOWED,
	CONTENT_TOO_LARGE,
	NOT_ACCEPTABLE,
	UNSUPPORTED_MEDIA_TYPE,
	OAUTH_ERROR_COUNT
};

struct oauth_error_info {
	int		 status;	/* HTTP status when the error is answered directly */
	const char	*code;		/* the "error" member or parameter */
	const char	*section;	/* where it is defined */
};

extern const struct oauth_error_info oauth_errors[OAUTH_ERROR_COUNT];

/* Why a request failed.  Both texts are ours or built from our own tables, never an echo. */
struct failure {
	enum oauth_error	 error;
	const char		*description;	/* for the client: error_description; may be NULL */
	const char		*reason;	/* for the log alone; may be NULL */
	const char		*scope;		/* what a challenge asks for; NULL: what it always asks for */
	int64_t			 retry_after;	/* seconds, of the two that pass; 0: nobody said */
	const char		*again;		/* path of our page where a person begins anew; NULL: no page of ours */
};

/* Records the failure and returns its error, so that a check is one line. */
enum oauth_error	 fail(struct failure *, enum oauth_error, const char *description);
enum oauth_error	 fail_because(struct failure *, enum oauth_error, const char *description,
			    const char *reason);

/* INSUFFICIENT_SCOPE, with all scopes that the request needs. */
enum oauth_error	 fail_scope(struct failure *, const char *scope, const char *description);

/* TEMPORARILY_UNAVAILABLE, and when to come again. */
enum oauth_error	 fail_unavailable(struct failure *, const char *description, const char *reason,
			    int64_t retry_after);

/* TOO_MANY_REQUESTS, the same way. */
enum oauth_error	 fail_too_many(struct failure *, const char *description, const char *reason,
			    int64_t retry_after);

/* The one macro that hides control flow.  Requests own an arena: returning is cleaning up. */
#define TRY(call)							\
	do {								\
		enum oauth_error try_ = (call);				\
		if (try_ != OAUTH_OK)					\
			return try_;					\
	} while (0)

#endif
