/* SPDX-License-Identifier: MIT */
/*
 * param.h - the parameters of a request as a table
 *
 * A row records the parameter's name, which is its member's own name, its rule, limit and syntax,
 * so that name and member cannot drift.  param_read holds RFC 6749 section 3.1's and 3.2's rules
 * once: a parameter without a value is omitted, an unknown one is ignored, one sent twice is
 * invalid_request unless its row says REPEATED.  A malformed value is invalid_request too, but that
 * of scope is invalid_scope and that of resource invalid_target.
 */
#ifndef PROTOCOL_PARAM_H
#define PROTOCOL_PARAM_H

#include "base/arena.h"
#include "protocol/oauth.h"

enum param_rule { OPTIONAL, REQUIRED, REPEATED };

#define PARAM_VALUES_MAX	8	/* values of one REPEATED parameter */

struct param_values {
	const char	*value[PARAM_VALUES_MAX];
	size_t		 count;
};

struct param {
	const char		*name;
	size_t			 offset;	/* const char *, or struct param_values if REPEATED */
	enum param_rule		 rule;
	size_t			 limit;		/* bytes of the decoded value */
	bool			(*syntax)(const char *);
};

#define PARAM(type, member, rule, limit, syntax) \
	{ #member, offsetof(struct type, member), rule, limit, syntax }

/*
 * Fills *out from a form's text ("" for none).  On failure nothing of *out may be used, and the
 * description names the parameter by our own table's word.
 */
MUST_CHECK enum oauth_error param_read(void *out, const struct param *, size_t count,
		    const char *form, struct arena *, struct failure *);

MUST_CHECK bool	 is_vschar(const char *);	/* RFC 6749 appendix A: VSCHAR is %x20-7E */
MUST_CHECK bool	 is_text(const char *);		/* any UTF-8 without control characters */

#endif
