/* SPDX-License-Identifier: MIT */
#include "protocol/resource_metadata.h"

#include "protocol/scope.h"

void
resource_metadata(struct buf *b, const char *resource, const char *issuer, const char *name)
{
	buf_lit(b, "{\"resource\":");
	buf_json(b, resource);
	buf_lit(b, ",\"authorization_servers\":[");
	buf_json(b, issuer);
	buf_lit(b, "],\"bearer_methods_supported\":[\"header\"]"
	    ",\"scopes_supported\":[\"" SCOPE_TOOLS "\"],\"resource_name\":");
	buf_json(b, name);
	buf_lit(b, "}");
}
