/* SPDX-License-Identifier: MIT */
#include "service/tool.h"

const struct tool *const tools_builtin[] = { &tool_graph_user, NULL };

const struct tool *
tool_find(const char *name)
{
	for (const struct tool *const *t = tools_builtin; *t != NULL; t++)
		if (strcmp((*t)->name, name) == 0)
			return *t;
	return NULL;
}

enum oauth_error
tool_failed(struct request *rq, bool retryable, const char *sentence, struct tool_result *out)
{
	struct buf b = buf_new(rq->arena, 4096);

	out->is_error = true;
	out->text = arena_printf(rq->arena, "%s (reference %s)", sentence, rq->id);
	buf_lit(&b, "{\"success\":false,\"error\":");
	buf_json(&b, out->text);
	buf_lit(&b, retryable ? ",\"retryable\":true}" : ",\"retryable\":false}");
	out->structured = buf_text(&b);
	return OAUTH_OK;
}
