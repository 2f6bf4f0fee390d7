/* SPDX-License-Identifier: MIT */
#include "service/graph_person.h"

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
	p->claims = NULL;
	p->graph = GRAPH_UNAUTHORIZED;
	for (int attempt = 0; attempt < 2 && p->graph == GRAPH_UNAUTHORIZED && p->claims == NULL; attempt++) {
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
