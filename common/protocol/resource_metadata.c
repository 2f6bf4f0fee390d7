/* SPDX-License-Identifier: MIT */
#include "protocol/resource_metadata.h"

void
resource_metadata(struct buf *b, const char *resource, const char *issuer, const char *scope,
    const char *name)
{
	buf_lit(b, "{\"resource\":");
	buf_json(b, resource);
	buf_lit(b, ",\"authorization_servers\":[");
	buf_json(b, issuer);
	buf_lit(b, "],\"bearer_methods_supported\":[\"header\"]"
	    ",\"scopes_supported\":[");
	while (*scope != '\0') {
		size_t len = strcspn(scope, " ");

		buf_json(b, arena_copy(b->arena, scope, len));
		scope += len + (scope[len] == ' ');
		buf_lit(b, *scope == '\0' ? "" : ",");
	}
	buf_lit(b, "],\"resource_name\":");
	buf_json(b, name);
	buf_lit(b, "}");
}
