/* SPDX-License-Identifier: MIT */
/*
 * tool.h - the tools that Sallyport serves itself
 *
 * A tool is a row: its name, its definition as tools/list shows it, and a function.  Failures that
 * a model can act on are results with isError; only the end of the session is an error of HTTP.
 */
#ifndef SERVICE_TOOL_H
#define SERVICE_TOOL_H

#include <json-c/json_object.h>

#include "service/access_token.h"

struct tool_result {
	const char	*text;		/* what the model reads: JSON text, or a sentence */
	const char	*structured;	/* JSON object, or NULL */
	bool		 is_error;
};

struct tool {
	const char	*name;
	const char	*definition;	/* JSON object: a Tool of the specification */
	/* `arguments` is an object or NULL.  INVALID_TOKEN when the session has ended; else OAUTH_OK
	 * with the result filled, or another error when the request itself cannot be served. */
	enum oauth_error (*call)(struct request *, const struct access *, struct json_object *arguments,
			    struct tool_result *);
};

extern const struct tool *const tools_builtin[];	/* in the order of tools/list, NULL at the end */

/* NULL for an unknown name. */
MUST_CHECK const struct tool *tool_find(const char *name);

/*
 * A failure that a model can act on: `sentence` is for it and the person behind it, the reference
 * leads to our log, and `retryable` says whether the same call may succeed later.  OAUTH_OK.
 */
enum oauth_error	 tool_failed(struct request *, bool retryable, const char *sentence,
			    struct tool_result *);

extern const struct tool tool_graph_user;

#endif
