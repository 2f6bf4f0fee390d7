/* SPDX-License-Identifier: MIT */
#include "service/policy.h"

#include "service/audit.h"

enum oauth_error
policy_server(struct request *rq, const struct config_server *server, const struct rights *rights)
{
	switch (tool_policy_judge(server->allow, rights)) {
	case PERMITTED:
		return OAUTH_OK;
	case SCOPE_MISSING:
		return fail_scope(&rq->failure, tool_policy_scope(rq->arena, server->allow, rights->scope),
		    "this server needs more scope");
	default:
		return fail_because(&rq->failure, FORBIDDEN, "you may not use this server; its administrator "
		    "decides who may", "the server's allow");
	}
}

enum permission
policy_tool(struct request *rq, const struct config_server *server, const struct rights *rights,
    const char *tool)
{
	const char *const *words = tool_policy_words(server->rule, tool);
	enum permission permission = tool_policy_judge(words, rights);

	if (permission == SCOPE_MISSING)
		(void)fail_scope(&rq->failure, tool_policy_scope(rq->arena, words, rights->scope),
		    "this tool needs more scope");
	return permission;
}

enum permission
policy_post(struct request *rq, const struct config_server *server, const struct rights *rights,
    const struct mcp_post *post)
{
	enum permission all = PERMITTED;

	for (size_t i = 0; i < post->count && server->rule != NULL; i++) {
		const struct jsonrpc_message *m = &post->message[i].rpc;
		const char *name;
		enum permission one;

		if (m->method == NULL || strcmp(m->method, "tools/call") != 0)
			continue;
		name = json_string(m->params, "name");
		one = name == NULL ? DENIED : policy_tool(rq, server, rights, name);
		if (one == DENIED)
			return DENIED;
		if (one == SCOPE_MISSING)
			all = SCOPE_MISSING;
	}
	return all;
}

void
policy_refused(struct request *rq, const struct config_server *server, const struct session *s,
    const char *tool)
{
	audit(rq, &(struct audit){
		.event = AUDIT_ACCESS_REFUSED, .session = s, .server = server->name, .tool = tool,
		.reason = "the tool's rule",
	});
}
