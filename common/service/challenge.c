/* SPDX-License-Identifier: MIT */
#include "service/challenge.h"

#include "protocol/bearer.h"

const char *
challenge_text(struct request *rq, const struct config_server *server, enum oauth_error error,
    const char *description, const char *scope)
{
	struct buf value = buf_new(rq->arena, RESPONSE_HEADERS_MAX);
	const char *code = oauth_errors[error].code;

	bearer_challenge(&value, &(struct challenge){
		.realm = server->name,
		.error = *code == '\0' ? NULL : code,
		.error_description = description,
		.scope = scope == NULL ? server->scope_needed : scope,
		.resource_metadata = arena_printf(rq->arena,
		    "%s/.well-known/oauth-protected-resource/%s", rq->config->public_url, server->name),
	});
	return buf_text(&value) == NULL ? "Bearer" : buf_text(&value);
}
