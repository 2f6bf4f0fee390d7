/* SPDX-License-Identifier: MIT */
#include "protocol/oauth.h"

/* clang-format off */
const struct oauth_error_info oauth_errors[OAUTH_ERROR_COUNT] = {
	[OAUTH_OK]		    = { 200, "",			  "" },
	[INVALID_REQUEST]	    = { 400, "invalid_request",		  "RFC 6749 section 5.2" },
	[INVALID_CLIENT]	    = { 401, "invalid_client",		  "RFC 6749 section 5.2" },
	[INVALID_GRANT]		    = { 400, "invalid_grant",		  "RFC 6749 section 5.2" },
	[UNAUTHORIZED_CLIENT]	    = { 400, "unauthorized_client",	  "RFC 6749 section 5.2" },
	[UNSUPPORTED_GRANT_TYPE]    = { 400, "unsupported_grant_type",	  "RFC 6749 section 5.2" },
	[INVALID_SCOPE]		    = { 400, "invalid_scope",		  "RFC 6749 section 5.2" },
	[ACCESS_DENIED]		    = { 403, "access_denied",		  "RFC 6749 section 4.1.2.1" },
	[UNSUPPORTED_RESPONSE_TYPE] = { 400, "unsupported_response_type", "RFC 6749 section 4.1.2.1" },
	[SERVER_ERROR]		    = { 500, "server_error",		  "RFC 6749 section 4.1.2.1" },
	[TEMPORARILY_UNAVAILABLE]   = { 503, "temporarily_unavailable",	  "RFC 6749 section 4.1.2.1" },
	[TOO_MANY_REQUESTS]	    = { 429, "temporarily_unavailable",	  "RFC 6585 section 4" },
	[INVALID_TARGET]	    = { 400, "invalid_target",		  "RFC 8707 section 2" },
	[INVALID_REDIRECT_URI]	    = { 400, "invalid_redirect_uri",	  "RFC 7591 section 3.2.2" },
	[INVALID_CLIENT_METADATA]   = { 400, "invalid_client_metadata",	  "RFC 7591 section 3.2.2" },
	[INVALID_TOKEN]		    = { 401, "invalid_token",		  "RFC 6750 section 3.1" },
	[INSUFFICIENT_SCOPE]	    = { 403, "insufficient_scope",	  "RFC 6750 section 3.1" },
	[FORBIDDEN]		    = { 403, "access_denied",		  "RFC 9110 section 15.5.4" },
	[NOT_FOUND]		    = { 404, "invalid_request",		  "RFC 9110 section 15.5.5" },
	[METHOD_NOT_ALLOWED]	    = { 405, "invalid_request",		  "RFC 9110 section 15.5.6" },
	[CONTENT_TOO_LARGE]	    = { 413, "invalid_request",		  "RFC 9110 section 15.5.14" },
	[NOT_ACCEPTABLE]	    = { 406, "invalid_request",		  "RFC 9110 section 15.5.7" },
	[UNSUPPORTED_MEDIA_TYPE]    = { 415, "invalid_request",		  "RFC 9110 section 15.5.16" },
};
/* clang-format on */

enum oauth_error
fail(struct failure *f, enum oauth_error error, const char *description)
{
	return fail_because(f, error, description, NULL);
}

enum oauth_error
fail_because(struct failure *f, enum oauth_error error, const char *description, const char *reason)
{
	*f = (struct failure){ .error = error, .description = description, .reason = reason };
	return error;
}

enum oauth_error
fail_scope(struct failure *f, const char *scope, const char *description)
{
	*f = (struct failure){ .error = INSUFFICIENT_SCOPE, .description = description, .scope = scope };
	return INSUFFICIENT_SCOPE;
}

static enum oauth_error
fail_for_now(struct failure *f, enum oauth_error error, const char *description, const char *reason,
    int64_t retry_after)
{
	*f = (struct failure){
		.error = error, .description = description, .reason = reason, .retry_after = retry_after,
	};
	return error;
}

enum oauth_error
fail_unavailable(struct failure *f, const char *description, const char *reason, int64_t retry_after)
{
	return fail_for_now(f, TEMPORARILY_UNAVAILABLE, description, reason, retry_after);
}

enum oauth_error
fail_too_many(struct failure *f, const char *description, const char *reason, int64_t retry_after)
{
	return fail_for_now(f, TOO_MANY_REQUESTS, description, reason, retry_after);
}
