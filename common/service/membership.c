/* SPDX-License-Identifier: MIT */
#include "service/membership.h"

#include "base/number.h"
#include "protocol/guid.h"
#include "protocol/json.h"
#include "service/graph_person.h"
#include "service/reauthentication.h"
#include "service/single_flight.h"
#include "service/store_failed.h"

#define SEALED		"session_groups.sealed"
#define PREFIX		"group:"
#define LIST_MAX	((size_t)16 * 1024)	/* bytes of a list or a question */

/* --- which groups matter --------------------------------------------------------------------------- */

struct named {
	const char	*id[MEMBERSHIP_MAX];
	size_t		 count;
};

/* A group that is named otherwise than by its object id comes in tokens alone. */
static void
add(struct named *n, const char *const *words)
{
	for (; words != NULL && *words != NULL; words++) {
		const char *id = strncmp(*words, PREFIX, sizeof PREFIX - 1) != 0 ? NULL :
		    *words + sizeof PREFIX - 1;
		bool known = false;

		if (!guid_is(id))
			continue;
		for (size_t i = 0; i < n->count; i++)
			known = known || strcmp(n->id[i], id) == 0;
		if (!known && n->count < MEMBERSHIP_MAX)
			n->id[n->count++] = id;
	}
}

static void
collect(const struct config *c, struct named *n)
{
	add(n, c->entra.allow);
	for (size_t i = 0; i < c->servers; i++) {
		add(n, c->server[i].allow);
		for (const struct tool_rule *r = c->server[i].rule; r != NULL; r = r->next)
			add(n, r->words);
	}
}

/* --- what is kept ---------------------------------------------------------------------------------- */

/* When it was told is sealed with it: an old row put back says nothing.  NULL when that was `seconds` ago or longer. */
static const char *
kept(struct request *rq, const struct session *s, const struct data_key *key, int64_t seconds)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_GROUPS_GET);
	const char *text, *blank;
	int64_t told_at;

	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_int(q, ":now", rq->now);
	if (statement_row(q) != STORED || (text = seal_open_column(rq->arena, key, SEALED, &s->sid,
	    statement_column_blob(q, 0, rq->arena))) == NULL || (blank = strchr(text, ' ')) == NULL)
		return NULL;
	return number_read(arena_copy(rq->arena, text, (size_t)(blank - text)), INT64_MAX, &told_at) &&
	    told_at <= rq->now && rq->now - told_at < seconds ? blank + 1 : NULL;
}

static void
keep(struct request *rq, const struct session *s, const struct data_key *key, const char *groups)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_GROUPS_PUT);

	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_blob(q, ":sealed", seal_column(rq->arena, key, SEALED, &s->sid,
	    arena_printf(rq->arena, "%lld %s", (long long)rq->now, groups)));
	statement_int(q, ":expires_at", rq->now + ENTRA_WORD_MOST);
	if (statement_change(q) == STORE_FAILED)
		return;		/* asked again by the next request */
}

/* --- the question ---------------------------------------------------------------------------------- */

static enum oauth_error
untold(struct request *rq, bool later)
{
	const char *reason = arena_printf(rq->arena, "groups beyond the token's: %s",
	    rq->failure.reason == NULL ? "no reason" : rq->failure.reason);

	return later ? fail_unavailable(&rq->failure, "Microsoft Graph does not answer just now", reason,
	    rq->failure.retry_after) : fail_because(&rq->failure, SERVER_ERROR,
	    "this server cannot read its users' groups", reason);
}

/* Before there is a session the next sign-in finds the demand. */
static enum oauth_error
demanded(struct request *rq, const struct session *s, const struct data_key *key, const char *claims)
{
	const char *reason = rq->failure.reason;

	if (key != NULL) {
		TRY(reauthentication_demand(rq, s, claims));
		return untold(rq, false);
	}
	return reauthentication_keep(rq, s, claims) != STORED ? store_failed(rq) :
	    fail_because(&rq->failure, ACCESS_DENIED, "Microsoft Entra ID asks for more; sign in again",
	    reason);
}

static const char *
group_ids(struct request *rq, const struct named *n, size_t from)
{
	struct buf b = buf_new(rq->arena, LIST_MAX);

	buf_lit(&b, "{\"groupIds\":[");
	for (size_t i = from; i < n->count && i < from + MEMBERSHIP_BATCH; i++) {
		buf_lit(&b, i > from ? "," : "");
		buf_json(&b, n->id[i]);
	}
	buf_lit(&b, "]}");
	return buf_text(&b);
}

/* False when the answer tells of no groups at all, not even that there are none. */
static bool
take(struct json_object *reply, struct buf *groups)
{
	struct json_object *list = json_array_member(reply, "value");

	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *id = json_object_is_type(item, json_type_string) ?
		    json_object_get_string(item) : "";

		if (!guid_is(id))
			continue;
		buf_lit(groups, groups->len == 0 ? "" : " ");
		buf_lit(groups, id);
	}
	return list != NULL;
}

static enum oauth_error
failed(struct request *rq, const struct graph_person *p)
{
	bool later = p->entra != ENTRA_GRANTED ? p->entra == ENTRA_UNAVAILABLE :
	    p->graph == GRAPH_THROTTLED || p->graph == GRAPH_UNAVAILABLE;

	if (p->entra == ENTRA_GRANTED)
		rq->failure.retry_after = p->reply.retry_after;
	return p->claims != NULL ? demanded(rq, p->session, p->key, p->claims) : untold(rq, later);
}

static enum oauth_error
ask(struct request *rq, struct graph_person *p, const struct named *n, struct buf *groups)
{
	for (size_t from = 0; from < n->count; from += MEMBERSHIP_BATCH) {
		bool told;

		if (!graph_person_call(rq, p, "/v1.0/me/checkMemberGroups", group_ids(rq, n, from)))
			return failed(rq, p);
		told = take(p->reply.json, groups);
		json_auto(&p->reply.json);
		if (!told) {
			rq->failure.reason = "graph: an answer without groups";
			return untold(rq, true);
		}
	}
	return OAUTH_OK;
}

/* What all requests of a session want at once is asked by one of them. */
struct question {
	const struct session	*session;
	const struct data_key	*key;
	const char		*groups;
};

static bool
look(struct request *rq, void *argument)
{
	struct question *q = argument;

	return (q->groups = kept(rq, q->session, q->key, MEMBERSHIP_FRESH)) != NULL;
}

static enum oauth_error
ask_all(struct request *rq, const struct session *s, const struct data_key *key,
    const char *entra_token, const struct named *named, const char **groups)
{
	struct graph_person person = { .session = s, .key = key, .entra_token = entra_token };
	struct buf list = buf_new(rq->arena, LIST_MAX);

	TRY(ask(rq, &person, named, &list));
	if ((*groups = buf_text(&list)) == NULL)
		return untold(rq, false);
	if (key != NULL)
		keep(rq, s, key, *groups);
	return OAUTH_OK;
}

bool
membership_was_told(struct request *rq, const struct session *s, const struct data_key *key)
{
	bool young = s->created_at <= rq->now && rq->now - s->created_at < ENTRA_WORD_MOST;

	return young || kept(rq, s, key, ENTRA_WORD_MOST) != NULL;
}

enum oauth_error
membership(struct request *rq, const struct session *s, const struct data_key *key,
    const char *entra_token, const char **groups)
{
	struct question question = { .session = s, .key = key };
	const struct flight flight = {
		.name = arena_printf(rq->arena, "groups %s", sid_text(rq->arena, &s->sid)),
		.look = look, .argument = &question, .seconds = rq->config->entra.timeout,
	};
	struct named named = { .count = 0 };
	struct opaque_token owner;
	enum oauth_error error;

	*groups = "";
	collect(rq->config, &named);
	if (named.count == 0)
		return OAUTH_OK;
	*groups = NULL;
	if (key == NULL)
		return ask_all(rq, s, key, entra_token, &named, groups);
	switch (flight_board(rq, &flight, &owner)) {
	case FLIGHT_LANDED:
		*groups = question.groups;
		return OAUTH_OK;
	case FLIGHT_LATE:
		rq->failure.reason = "another request is still asking";
		return untold(rq, true);
	default:
		error = ask_all(rq, s, key, entra_token, &named, groups);
		flight_land(rq, &flight, &owner);
		return error;
	}
}
