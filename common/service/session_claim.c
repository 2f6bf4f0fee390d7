/* SPDX-License-Identifier: MIT */
#include "service/session_claim.h"

#include "base/log.h"
#include "service/audit.h"

enum stored
session_claim_open(struct request *rq, const struct session_claim *c, struct session *s,
    struct data_key *key, const char **why)
{
	struct bytes identity;
	enum stored stored = session_get(rq, &c->sid, s, &identity);

	if (stored == ABSENT)
		*why = "the session is over";
	if (stored != STORED)
		return stored;
	if (seal_unwrap(rq->arena, rq->keys, c->table, c->token, &c->sid, &c->wrap, key) &&
	    session_identity_agrees(rq, s, key, identity))
		return STORED;
	*why = "the stored session does not open or was tampered with";
	return ABSENT;
}

bool
session_claim_replayed(struct request *rq, struct transaction *t, const struct sid *sid,
    const char *what)
{
	if (session_end(rq, sid) == STORE_FAILED || !transaction_commit(t))
		return false;
	log_line("session %s ended: %s was replayed, client=%s", sid_text(rq->arena, sid), what,
	    rq->client_id);
	audit_sid(rq, AUDIT_TOKEN_REPLAYED, sid, what);
	audit_sid(rq, AUDIT_SESSION_ENDED, sid, "a token was replayed");
	return true;
}
