/* SPDX-License-Identifier: MIT */
#include "service/sse_transport.h"

#include "protocol/param.h"
#include "service/gateway.h"
#include "service/mailbox.h"
#include "service/mcp_method.h"
#include "service/policy.h"
#include "service/store_failed.h"
#include "service/upstream_session.h"

#define SID_MAX		4096	/* bytes of the parameter */

struct message_request {
	const char	*sid;
};

static const struct param message_params[] = {
	PARAM(message_request, sid, REQUIRED, SID_MAX, is_vschar),
};

enum oauth_error
sse_transport_open(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access)
{
	struct person p;

	if (server->upstream != NULL)
		return gateway_events(rq, rs, server, access);
	TRY(person_open(rq, access, server->asks_entra, &p));
	TRY(policy_server(rq, server, &p.rights));
	return mailbox_begin(rq, rs, server, &access->session, &p.key, NULL);
}

static enum oauth_error
no_stream(struct request *rq)
{
	return fail(&rq->failure, NOT_FOUND, "there is no such stream; connect again");
}

static enum oauth_error
accepted(struct response *rs)
{
	rs->status = 202;
	rs->content_type = "text/plain";
	rs->body.len = 0;
	buf_lit(&rs->body, "Accepted");
	return OAUTH_OK;
}

/* The answer goes to the stream; what says no to the post itself stays with it. */
static enum oauth_error
post_builtin(struct request *rq, struct response *rs, const struct config_server *server,
    const struct person *p, const struct mcp_post *in, const struct mailbox_id *id,
    const struct mailbox_row *row)
{
	TRY(mcp_answer(rq, server, p->access, in, rs));
	if (rs->status == 202)
		return accepted(rs);
	if (buf_text(&rs->body) == NULL)
		return OAUTH_OK;	/* too long: the endpoint says so */
	switch (mailbox_put(rq, id, &p->key, row->socket, rs->body.text, rs->body.len)) {
	case STORED:
		return accepted(rs);
	case ABSENT:
		return no_stream(rq);
	default:
		return store_failed(rq);
	}
}

enum oauth_error
sse_transport_post(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access, const struct mcp_post *in)
{
	struct message_request asked = { 0 };
	struct mailbox_id id = { .sid = access->session.sid, .server = server->name };
	struct opaque_token token;
	struct mailbox_row row;
	struct person p;

	TRY(param_read(&asked, message_params, COUNT(message_params), rq->query, rq->arena,
	    &rq->failure));
	if (in->message[0].era == MCP_MODERN)
		return fail(&rq->failure, INVALID_REQUEST, MCP_MODERN_VERSION " is not spoken over this "
		    "transport; post to the server's own address");
	if (server->upstream_sse)
		return gateway_message(rq, rs, server, access, in, asked.sid);
	TRY(person_open(rq, access, false, &p));
	if (!opaque_token_read(rq->arena, asked.sid, &token))
		return no_stream(rq);
	memcpy(id.hash, token.hash, sizeof id.hash);
	switch (mailbox_get(rq, &id, &p.key, &row)) {
	case STORED:
		break;
	case ABSENT:
		return no_stream(rq);
	default:
		return store_failed(rq);
	}
	return server->upstream == NULL ? post_builtin(rq, rs, server, &p, in, &id, &row) :
	    gateway_mailbox(rq, rs, server, access, in, &(struct relay_mailbox){ &id, row.socket,
	    row.upstream });
}
