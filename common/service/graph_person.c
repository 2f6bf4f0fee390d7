/* SPDX-License-Identifier: MIT */
#include "service/graph_person.h"

#include "service/setback.h"

static enum entra_outcome
exchange(struct request *rq, struct graph_person *p, bool fresh)
{
	struct exchanged got = { .access_token = p->graph_token };

	if (p->graph_token != NULL && !fresh)
		return ENTRA_GRANTED;
	p->entra = on_behalf_of(rq, p->session, p->key, p->entra_token, graph_scope(rq), fresh, &got);
	p->graph_token = p->entra == ENTRA_GRANTED ? got.access_token : NULL;
	p->claims = got.claims;
	return p->entra;
}

bool
graph_person_call(struct request *rq, struct graph_person *p, const char *path, const char *json)
{
	const char *name = arena_printf(rq->arena, "exchange again %s", sid_text(rq->arena,
	    &p->session->sid));
	struct setback setback;

	p->claims = NULL;
	p->graph = GRAPH_UNAUTHORIZED;
	for (int attempt = 0; attempt < 2 && p->graph == GRAPH_UNAUTHORIZED && p->claims == NULL; attempt++) {
		/* A new token that Graph does not take either is not got at each call. */
		if (attempt > 0 && setback_read(rq, name, GRAPH_UNAVAILABLE, &setback))
			break;
		if (attempt > 0)
			setback_note(rq, name, (int)GRAPH_UNAUTHORIZED, "", SETBACK_SAME);
		if ((p->entra = exchange(rq, p, attempt > 0)) != ENTRA_GRANTED)
			return false;
		p->graph = graph_call(rq, &(struct graph_call){
			.path = path, .json = json, .subject = p->session->subject,
			.access_token = p->graph_token,
		}, &p->reply);
		p->claims = p->reply.claims;
	}
	if (p->claims != NULL && p->key != NULL)
		on_behalf_of_forget(rq, p->session, graph_scope(rq));
	return p->graph == GRAPH_OK;
}
