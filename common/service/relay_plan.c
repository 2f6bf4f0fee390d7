/* SPDX-License-Identifier: MIT */
/* relay_plan.c - a relay is made by a worker, of what the plan says, and freed by the streams' thread */
#include "base/die.h"
#include "service/relay.h"
#include "service/relay_bridge.h"
#include "service/session.h"

static void
copy_plan(struct relay *r, const struct relay_plan *plan)
{
	r->server = plan->server;
	r->passed = plan->passed;
	for (size_t i = 0; i < plan->headers; i++)
		r->header[i] = stream_text(plan->header[i]);
	if (plan->body != NULL) {
		if ((r->payload = malloc(plan->len + 1)) == NULL)
			die("no memory for a body");
		memcpy(r->payload, plan->body, plan->len);
		r->payload[plan->len] = '\0';
	}
	r->secret = stream_text(plan->secret);
	r->call = (struct transfer_call){
		.method = r->s.method, .url = stream_text(plan->url), .socket = plan->server->upstream_socket,
		.header = (const char *const *)r->header, .body = r->payload, .len = plan->len,
		.secret = r->secret,
		.silence_ms = plan->server->upstream_timeout * 1000,
		/* RFC 9110 section 9.2.2: libcurl repeats a POST when a kept connection breaks; a tool runs once. */
		.once = plan->body != NULL && (plan->rpc_method == NULL ||
		    strcmp(plan->rpc_method, "tools/call") == 0),
	};
	r->rpc_id = stream_text(plan->id);
	r->opens = plan->opens;
	r->filtered = plan->rights != NULL;
	if (r->filtered)
		r->rights = (struct rights){
			.scope = r->right[0] = stream_text(plan->rights->scope),
			.roles = r->right[1] = stream_text(plan->rights->roles),
			.groups = r->right[2] = stream_text(plan->rights->groups),
		};
	r->unauthorized = stream_text(plan->unauthorized);
	r->forbidden = stream_text(plan->forbidden);
	r->exchanged = stream_text(plan->exchanged);
	r->modern = plan->modern;
	r->rpc_method = stream_text(plan->rpc_method);
	r->version = stream_text(plan->version);
	r->initialized = plan->initialized;
	r->endpoint = plan->endpoint;
	r->posts = plan->posts;
	if ((r->boxed = r->s.lasts = plan->mailbox != NULL)) {
		r->mailbox = *plan->mailbox->id;
		r->socket = stream_text(plan->mailbox->socket);
	}
}

static const struct stream_kind relay_kind = {
	.start = relay_start, .beat = relay_beat, .drained = relay_drained, .stop = relay_stop,
	.room = relay_room, .free = relay_free,
};

enum oauth_error
relay_begin(struct request *rq, const struct response *rs, const struct relay_plan *plan)
{
	struct relay *r = stream_new(rq, rs, plan->session, plan->key, &relay_kind, sizeof *r);

	if (r == NULL)
		return rq->failure.error;
	copy_plan(r, plan);
	rq->goes_on = &r->s.continuation;
	return OAUTH_OK;
}

void
relay_free(struct stream *s)
{
	struct relay *r = OWNER(s, struct relay, s);
	char *url = (char *)(uintptr_t)r->call.url;
	char **const text[] = {
		&url, &r->rpc_id, &r->right[0], &r->right[1], &r->right[2], &r->unauthorized, &r->forbidden,
		&r->exchanged, &r->secret, &r->claims, &r->session_id, &r->socket, &r->rpc_method, &r->version,
	};

	if (s->peer.loop != NULL)
		loop_timer_clear(stream_loop(s), &r->waits);
	transfer_cancel(r->transfer);
	relay_bridge_free(r);
	for (size_t i = 0; i < RELAY_HEADERS_MAX; i++)
		stream_free_text(&r->header[i]);
	for (size_t i = 0; i < COUNT(text); i++)
		stream_free_text(text[i]);
	if (r->payload != NULL)
		explicit_bzero(r->payload, r->call.len);
	free(r->payload);
	fifo_free(&r->body);
	sse_reader_free(&r->events);
}
