/* SPDX-License-Identifier: MIT */
#include "service/relay_bridge.h"

#include "base/die.h"
#include "protocol/json_edit.h"
#include "protocol/json_member.h"
#include "service/relay_bridge_part.h"

const char *const bridge_modern_alone[] = { "-32022", "-32020", "-32601", "-32602", NULL };

void
bridge_ask_era(struct relay *r)
{
	bridge_step(r, ASK_ERA, (const char *const *)bridge_headers(r, MCP_MODERN_VERSION, NULL,
	    "server/discover", NULL), mcp_bridge_ask_discover(stream_request(&r->s)->arena));
}

void
bridge_learn(struct relay *r, enum spoken modern, enum spoken legacy)
{
	r->bridge->eras = (struct upstream_eras){ modern, legacy };
	upstream_eras_put(stream_request(&r->s), r->call.url, r->bridge->eras);
}

bool
bridge_answers_discover(struct relay *r, struct mcp_upstream *is)
{
	const struct bridge *b = r->bridge;

	return b->status == 200 && mcp_bridge_read_discover(stream_request(&r->s)->arena, fifo_front(&b->answer),
	    fifo_len(&b->answer), is);
}

/* Whatever an upstream says of a method that it does not know, it is not modern. */
static void
era_answered(struct relay *r)
{
	struct mcp_upstream is;

	if (bridge_answers_discover(r, &is)) {
		bridge_learn(r, SPOKEN, r->bridge->eras.legacy);
		r->bridge->step = WATCH;
		relay_call(r, (const char *const *)r->header, r->payload, r->call.len);
	} else {
		bridge_legacy_begin(r);	/* what is learnt of it, its handshake shows */
	}
}

void
bridge_step_done(struct relay *r, enum http_outcome outcome)
{
	struct bridge *b = r->bridge;

	if (r->s.peer.gone && !r->boxed)
		return;
	if (outcome != HTTP_ANSWERED || b->status == 502 || b->status == 503 || b->status == 504) {
		r->status = b->status;
		relay_fault(r, outcome, NULL);
		return;
	}
	if (b->status == 401 || b->status == 403) {
		r->status = b->status;
		relay_refused(r);
		return;
	}
	switch (b->step) {
	case ASK_ERA:
		era_answered(r);
		break;
	case INITIALIZE:
		bridge_legacy_initialized(r);
		break;
	case ANNOUNCE:
		bridge_legacy_announced(r);
		break;
	case PROBE:
		bridge_modern_probed(r);
		break;
	case ASK_TOOLS:
		bridge_modern_listed(r);
		break;
	default:
		bridge_modern_discovered(r);
	}
}

static struct bridge *
new_bridge(struct relay *r, struct upstream_eras eras)
{
	struct bridge *b = calloc(1, sizeof *b);

	if (b == NULL)
		die("no memory for a bridge");
	b->eras = eras;
	r->bridge = b;
	return b;
}

/* What the request's envelope says that matters on the way back. */
static void
read_envelope(struct relay *r, struct bridge *b)
{
	struct json_members message, params, meta, capabilities, elicitation;
	struct arena *a = stream_request(&r->s)->arena;

	if (!json_edit_read(a, r->payload, r->call.len, &message) ||
	    !json_edit_open(a, &message, "params", &params) || !json_edit_open(a, &params, "_meta", &meta))
		return;
	b->wants_log = json_member_has(&meta, "io.modelcontextprotocol/logLevel");
	b->asks_url = json_edit_open(a, &meta, "io.modelcontextprotocol/clientCapabilities", &capabilities) &&
	    json_edit_open(a, &capabilities, "elicitation", &elicitation) &&
	    json_member_has(&elicitation, "url");
}

static bool
begin_for_modern(struct relay *r, struct upstream_eras eras)
{
	if (r->rpc_id == NULL && eras.modern != NOT_SPOKEN)
		return false;
	if (r->rpc_id == NULL) {
		relay_say_nothing(r, 202);	/* a legacy upstream knows nothing of it */
		return true;
	}
	read_envelope(r, new_bridge(r, eras));
	if (eras.modern == SPOKEN)
		return false;	/* WATCH */
	if (eras.modern == NOT_SPOKEN)
		bridge_legacy_begin(r);
	else
		bridge_ask_era(r);
	return true;
}

bool
relay_bridge_begin(struct relay *r)
{
	struct upstream_eras eras;

	if (r->server->upstream_sse || r->endpoint)
		return false;
	eras = upstream_eras(stream_request(&r->s), r->call.url);
	if (r->modern)
		return begin_for_modern(r, eras);
	if (eras.legacy == NOT_SPOKEN) {
		(void)new_bridge(r, eras);
		bridge_modern_begin(r);
		return true;
	}
	if (eras.legacy == UNKNOWN && r->rpc_id != NULL && strcmp(r->rpc_method, "initialize") == 0)
		new_bridge(r, eras)->step = WATCH;
	return false;
}

void
relay_bridge_free(struct relay *r)
{
	struct bridge *b = r->bridge;

	if (b == NULL)
		return;
	for (size_t i = 0; i < COUNT(b->text); i++)
		stream_free_text(&b->text[i]);
	bridge_reply_free(b);
	stream_free_text(&b->body);
	stream_free_text(&b->session);
	fifo_free(&b->answer);
	sse_reader_free(&b->events);
	free(b);
	r->bridge = NULL;
}

bool
relay_bridge_stands(const struct relay *r)
{
	return r->bridge != NULL && (r->bridge->step == CALL_LEGACY || r->bridge->step == CALL_MODERN);
}

static bool
goes_on(const struct relay *r, const char *method)
{
	return strcmp(method, "notifications/progress") == 0 ||
	    (strcmp(method, "notifications/message") == 0 &&
	    (r->bridge->step == CALL_MODERN || r->bridge->wants_log));
}

bool
relay_bridge_message(struct relay *r, const char *message, size_t n, const char **text, int *status)
{
	struct bridge *b = r->bridge;
	struct arena *a = stream_request(&r->s)->arena;
	struct json_members m;
	const char *method;

	if (!json_edit_read(a, message, n, &m))
		return false;
	*status = 200;
	*text = NULL;
	if ((method = json_member_string(a, &m, "method")) != NULL) {
		const char *id = json_edit_source(a, &m, "id");

		/* No capability was named, so nothing may be asked but whether somebody is there. */
		if (id != NULL)
			bridge_reply(r, id, strcmp(method, "ping") == 0);
		else if (goes_on(r, method))
			*text = arena_copy(a, message, n);
		return true;
	}
	*text = b->step == CALL_LEGACY ? mcp_bridge_answer_to_modern(a, message, n, r->rpc_method,
	    &b->kept.is, b->asks_url, status) : mcp_bridge_answer_to_legacy(a, message, n, r->rpc_method);
	return *text != NULL;
}

void
relay_bridge_accepted(struct relay *r)
{
	if (r->bridge != NULL && r->bridge->step == WATCH && !r->modern)
		bridge_learn(r, r->bridge->eras.modern, SPOKEN);
}

/* Whether an error of JSON-RPC has one of these codes. */
bool
bridge_has_code(struct relay *r, const char *body, size_t n, const char *const *codes)
{
	struct arena *a = stream_request(&r->s)->arena;
	struct json_members message, error;
	const char *code;

	if (!json_edit_read(a, body, n, &message) || !json_edit_open(a, &message, "error", &error) ||
	    (code = json_edit_source(a, &error, "code")) == NULL)
		return false;
	while (*codes != NULL && strcmp(*codes, code) != 0)
		codes++;
	return *codes != NULL;
}

bool
relay_bridge_refused(struct relay *r, const char *body, size_t n)
{
	static const char *const header_mismatch[] = { "-32020", NULL };
	static const char *const upgraded[] = { "-32020", "-32022", NULL };
	static const char *const modern[] = { "-32020", "-32021", "-32022", "-32601", "-32602", NULL };
	struct bridge *b = r->bridge;

	if (b == NULL)
		return false;
	if (b->step == WATCH && !r->modern && bridge_has_code(r, body, n, bridge_modern_alone)) {
		bridge_modern_probe(r);
		return true;
	}
	/*
	 * It was modern when it was last asked: 400 of another kind is what an older server says.  It
	 * was legacy: these errors are of one that has been upgraded.
	 */
	if (r->modern && !b->asked_again && r->status == 400 &&
	    ((b->step == WATCH && !bridge_has_code(r, body, n, modern)) ||
	    (b->step == CALL_LEGACY && bridge_has_code(r, body, n, upgraded)))) {
		b->asked_again = true;
		bridge_ask_era(r);
		return true;
	}
	if (b->step == CALL_MODERN && !b->renewed && strcmp(r->rpc_method, "tools/call") == 0 &&
	    bridge_has_code(r, body, n, header_mismatch)) {
		b->renewed = true;
		bridge_modern_ask_tools(r, NULL);
		return true;
	}
	/* 404: the upstream has forgotten the session; some say so with 400.  Any other 400 is an answer. */
	if (b->step == CALL_LEGACY && !b->renewed && b->kept.session != NULL &&
	    (r->status == 404 || (r->status == 400 && strcasestr(body, "session") != NULL))) {
		b->renewed = true;
		upstream_kept_delete(stream_request(&r->s), &r->s.sid, r->server->name);
		bridge_legacy_begin(r);
		return true;
	}
	return false;
}
