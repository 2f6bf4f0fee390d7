/* SPDX-License-Identifier: MIT */
/*
 * register: dynamic client registration, RFC 7591 section 3.
 *
 * Anyone may register a public client, so a registration is worth nothing by itself: it names
 * redirect URIs, and every sign-in through it asks the person first.  Success is section 3.2.1,
 * failure section 3.2.2.
 */
#include "service/audit.h"
#include "service/client.h"
#include "service/endpoint.h"
#include "service/rate.h"
#include "service/sweep.h"

#define REGISTRATION_MAX	((size_t)64 * 1024)	/* bytes: sixteen long redirect URIs and more */

static enum oauth_error	register_client(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "register",
		.path    = "/register",
		.methods = "POST, OPTIONS",
		.media   = "application/json",
		.cors    = true,
		.needs   = { &store_service },
		.admit   = rate_take,
		.handle  = register_client,
	});
}

static enum oauth_error
register_client(struct request *rq, struct response *rs)
{
	AUTO(json) struct json_object *body = NULL;
	struct client_metadata metadata;
	const char *client_id;

	if (!config_list_has(rq->config->registration, "dynamic"))
		return fail(&rq->failure, NOT_FOUND, "dynamic registration is switched off");
	if (rq->body_len > REGISTRATION_MAX)
		return fail(&rq->failure, CONTENT_TOO_LARGE, "the body is too large for a registration");
	body = json_parse(rq->arena, rq->body, rq->body_len);
	if (body == NULL || !json_object_is_type(body, json_type_object))
		return fail(&rq->failure, INVALID_CLIENT_METADATA, "the body must be one JSON object");
	TRY(client_metadata_read(rq->arena, body, rq->config->redirect_schemes, &metadata,
	    &rq->failure));
	TRY(client_register(rq, &metadata, &client_id));
	rq->client_id = client_id;
	audit(rq, &(struct audit){ .event = AUDIT_CLIENT_REGISTERED });
	(void)sweep(rq->store, rq->config, rq->now, SWEEP_ROWS, NULL);

	rs->status = 201;
	rs->content_type = "application/json";
	client_metadata_response(&rs->body, client_id, rq->now, &metadata);
	return OAUTH_OK;
}
