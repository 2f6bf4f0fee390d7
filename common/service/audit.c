/* SPDX-License-Identifier: MIT */
#include "service/audit.h"

#include "base/log.h"
#include "service/audit_record.h"
#include "service/audit_sink.h"
#include "service/audit_store.h"
#include "service/rate.h"

/* clang-format off */
const struct audit_event_info audit_events[AUDIT_EVENTS] = {
	[AUDIT_CLIENT_REGISTERED]     = { "client_registered",	   false },
	[AUDIT_SIGN_IN_BEGUN]	      = { "sign_in_begun",	   true },
	[AUDIT_SIGN_IN_APPROVED]      = { "sign_in_approved",	   false },
	[AUDIT_SIGN_IN_DENIED]	      = { "sign_in_denied",	   false },
	[AUDIT_SIGN_IN_REFUSED]	      = { "sign_in_refused",	   true },
	[AUDIT_SIGNED_IN]	      = { "signed_in",		   false },
	[AUDIT_SIGNED_OUT]	      = { "signed_out",		   false },
	[AUDIT_ACCOUNT_OPENED]	      = { "account_opened",	   false },
	[AUDIT_PERSON_REVOKED]	      = { "person_revoked",	   false },
	[AUDIT_TOKEN_ISSUED]	      = { "token_issued",	   false },
	[AUDIT_TOKEN_REFRESHED]	      = { "token_refreshed",	   true },
	[AUDIT_TOKEN_REPLAYED]	      = { "token_replayed",	   false },
	[AUDIT_TOKEN_REVOKED]	      = { "token_revoked",	   false },
	[AUDIT_SESSION_ENDED]	      = { "session_ended",	   false },
	[AUDIT_STEP_UP_DEMANDED]      = { "step_up_demanded",	   true },
	[AUDIT_STEP_UP_MET]	      = { "step_up_met",	   false },
	[AUDIT_ACCESS_REFUSED]	      = { "access_refused",	   true },
	[AUDIT_RATE_LIMITED]	      = { "rate_limited",	   true },
	[AUDIT_KEY_ROTATED]	      = { "key_rotated",	   false },
	[AUDIT_ADMINISTRATOR_REVOKED] = { "administrator_revoked", false },
};
/* clang-format on */

static void
add_session(struct request *rq, const struct session *s, struct audit_record *r)
{
	bool subject = strcmp(rq->config->audit_identity, "subject") == 0;

	r->field[AUDIT_TENANT] = subject ? NULL : s->tenant_id;
	r->field[AUDIT_OBJECT] = subject ? NULL : s->object_id;
	r->field[AUDIT_SUBJECT] = subject ? s->subject : NULL;
	if (s->client_id == NULL)
		return;
	r->field[AUDIT_CLIENT] = s->client_id;
	r->field[AUDIT_SERVER] = s->resource == NULL ? NULL : config_server_name(rq->config, s->resource);
	r->field[AUDIT_SID] = sid_text(rq->arena, &s->sid);
}

static void
add_address(struct request *rq, struct audit_record *r)
{
	struct address address;

	if (rq->io != NULL && rq->io->envp != NULL && rate_address(rq, &address))
		r->field[AUDIT_ADDRESS] = address_text(rq->arena, &address, 128);
}

static struct audit_record
make(struct request *rq, const struct audit *a)
{
	struct audit_record r = {
		.at = rq->now, .event = audit_events[a->event].name, .times = 1,
		.id = rq->id == NULL ? "-" : rq->id, .field = { [AUDIT_CLIENT] = rq->client_id },
	};
	struct session found;

	if (a->session != NULL)
		add_session(rq, a->session, &r);
	else if (a->sid != NULL && rq->store != NULL && audit_store_session(rq, a->sid, &found) == STORED)
		add_session(rq, &found, &r);
	else if (a->sid != NULL)
		r.field[AUDIT_SID] = sid_text(rq->arena, a->sid);
	add_address(rq, &r);
	if (a->client_id != NULL)
		r.field[AUDIT_CLIENT] = a->client_id;
	if (a->server != NULL)
		r.field[AUDIT_SERVER] = a->server;
	r.field[AUDIT_TOOL] = a->tool;
	r.field[AUDIT_REASON] = a->reason;
	audit_record_clean(rq->arena, &r);
	return r;
}

static void
write_line(struct request *rq, const char *sink, const char *line)
{
	const char *why = NULL;
	bool good = true;

	if (strncmp(sink, AUDIT_FILE, sizeof AUDIT_FILE - 1) == 0)
		good = audit_to_file(sink + sizeof AUDIT_FILE - 1, line, &why);
	else if (strcmp(sink, "syslog") == 0)
		good = audit_to_syslog(AUDIT_SYSLOG, line, &why);
	if (!good)
		log_line("audit cannot be written to %s: %s id=%s", sink, why, rq->id == NULL ? "-" : rq->id);
}

void
audit(struct request *rq, const struct audit *a)
{
	const char *const *sinks = rq->config->audit, *line, *why = "";
	struct audit_record r;
	int64_t times = 1;

	if (*sinks == NULL || config_list_has(rq->config->audit, "off"))
		return;
	r = make(rq, a);
	if (rq->store != NULL && config_list_has(rq->config->audit, "store") &&
	    !audit_store_put(rq, &r, audit_events[a->event].repeats, &times, &why))
		log_line("audit cannot be stored: %s id=%s", why, r.id);
	if (times > 1 || (line = audit_record_json(rq->arena, &r)) == NULL)
		return;
	for (; *sinks != NULL; sinks++)
		write_line(rq, *sinks, line);
}

void
audit_sid(struct request *rq, enum audit_event event, const struct sid *sid, const char *reason)
{
	audit(rq, &(struct audit){ .event = event, .sid = sid, .reason = reason });
}
