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
