/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include "service/account_session.h"
#include "service/session.h"
#include "service/session_revoke.h"

#define TOLD_EVERY	1000	/* sessions ended between two words about it */

enum { SID, USER, TENANT, OBJECT, SUBJECT, CLIENT, SERVER, RESOURCE, CREATED, USED, EXPIRES, NAME, COLUMNS };

static const struct listing_column columns[COLUMNS] = {
	[SID]	   = { "SESSION",     "sid",	      CELL_TEXT, 32 },
	[USER]	   = { "USER",	      NULL,	      CELL_TEXT, 36 },
	[TENANT]   = { NULL,	      "tenant_id",    CELL_TEXT, 0 },
	[OBJECT]   = { NULL,	      "object_id",    CELL_TEXT, 0 },
	[SUBJECT]  = { NULL,	      "subject",      CELL_TEXT, 0 },
	[CLIENT]   = { "CLIENT",      "client_id",    CELL_TEXT, 22 },
	[SERVER]   = { "SERVER",      "server",	      CELL_TEXT, 8 },
	[RESOURCE] = { NULL,	      "resource",     CELL_TEXT, 0 },
	[CREATED]  = { "CREATED",     "created_at",   CELL_TIME, 16 },
	[USED]	   = { "LAST USED",   "last_used_at", CELL_TIME, 16 },
	[EXPIRES]  = { "EXPIRES",     "expires_at",   CELL_TIME, 16 },
	[NAME]	   = { "CLIENT NAME", "client_name",  CELL_TEXT, 0 },
};

struct listed {
	struct sid		 sid;
	struct listing_cell	 cell[COLUMNS];
};

struct page {
	struct listed	 row[ADMIN_PAGE];
	size_t		 count;
	struct sid	 after;		/* where the next one begins */
	int64_t		 after_used;
};

static bool
read_row(struct request *rq, struct statement *q, struct listed *row)
{
	struct listing_cell *c = row->cell;
	int64_t idle_end;

	if (!sid_from_bytes(statement_column_blob(q, 0, rq->arena), &row->sid))
		return false;
	c[SID].text = sid_text(rq->arena, &row->sid);
	c[TENANT].text = statement_column_text(q, 1, rq->arena);
	c[OBJECT].text = statement_column_text(q, 2, rq->arena);
	c[USER].text = rq->config->entra.multi_tenant ? arena_printf(rq->arena, "%s/%s",
	    c[TENANT].text, c[OBJECT].text) : c[OBJECT].text;
	c[SUBJECT].text = statement_column_text(q, 3, rq->arena);
	c[CLIENT].text = statement_column_text(q, 4, rq->arena);
	c[RESOURCE].text = statement_column_text(q, 5, rq->arena);
	c[SERVER].text = config_server_name(rq->config, c[RESOURCE].text);
	c[CREATED].number = statement_column_int(q, 6);
	c[USED].number = statement_column_int(q, 7);
	c[EXPIRES].number = statement_column_int(q, 8);
	idle_end = c[USED].number + rq->config->limits.session_idle;
	if (idle_end < c[EXPIRES].number)
		c[EXPIRES].number = idle_end;
	c[NAME].text = statement_column_text(q, 9, rq->arena);
	return true;
}

/* Read as a whole before any of it is written: whoever reads slowly must not hold the database. */
static bool
read_page(struct request *rq, const struct session_selection *s, struct page *p)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_LIST);
	enum stored stored = STORED;

	statement_int(q, ":now", rq->now);
	statement_int(q, ":after_used", p->after_used);
	statement_blob(q, ":after", sid_bytes(rq->arena, &p->after));
	statement_int(q, ":limit", ADMIN_PAGE);
	session_selection_bind(s, q);
	for (p->count = 0; p->count < ADMIN_PAGE && (stored = statement_row(q)) == STORED; p->count++) {
		p->row[p->count] = (struct listed){ 0 };
		if (!read_row(rq, q, &p->row[p->count]))
			return false;
	}
	return stored != STORE_FAILED;
}

static bool
list(struct admin *a, const struct session_selection *s, struct listing *l)
{
	struct page p = { .after_used = session_idle_since(&a->rq) };

	memset(p.after.id, 0xff, SID_SIZE);
	do {
		if (!read_page(&a->rq, s, &p))
			return false;
		for (size_t i = 0; i < p.count; i++)
			listing_row(l, p.row[i].cell);
		if (p.count > 0) {
			p.after = p.row[p.count - 1].sid;
			p.after_used = p.row[p.count - 1].cell[USED].number;
		}
		arena_reset(&a->arena);
	} while (p.count == ADMIN_PAGE);
	return true;
}

int
admin_sessions(struct admin *a, int argc, char **argv)
{
	struct session_selection s = { 0 };
	const char *user = NULL;
	const struct admin_option options[] = {
		{ "--user", &user, NULL }, { "--client", &s.client_id, NULL }, { "--json", NULL, &a->json },
	};
	struct listing l;
	bool good;

	if (!admin_options(argc, argv, options, COUNT(options)) ||
	    (user != NULL && !session_selection_user(&s, user)))
		return ADMIN_USAGE;
	if ((good = admin_open(a))) {
		l = admin_listing(a, columns, COLUMNS);
		if (!(good = list(a, &s, &l)))
			(void)admin_fail(a, store_error(a->rq.store));
		good = listing_end(&l) && good;
		if (!a->json)
			fprintf(a->err, "%lld %s; of people only object ids are kept, no names and no "
			    "addresses\n", (long long)l.rows, l.rows == 1 ? "session" : "sessions");
	}
	admin_close(a);
	return good ? ADMIN_DONE : ADMIN_FAILED;
}

/* --- revoke ----------------------------------------------------------------------------------------- */

static bool
end_all(struct admin *a, struct session_revocation *r, const char *what,
    bool (*batch)(struct request *, struct session_revocation *))
{
	int64_t told = 0;

	while (!r->over) {
		if (!batch(&a->rq, r))
			return false;
		if (r->ended - told >= TOLD_EVERY) {
			told = r->ended;
			fprintf(a->err, "%lld %s ended so far\n", (long long)told, what);
		}
		arena_reset(&a->arena);
	}
	return true;
}

static void
tell_ended(struct admin *a, int64_t sessions, int64_t pages)
{
	if (a->json)
		fprintf(a->out, "{\"ended\":%lld,\"account_ended\":%lld}\n", (long long)sessions,
		    (long long)pages);
	else
		fprintf(a->out, sessions == 1 ? "%lld session ended\n" : "%lld sessions ended\n",
		    (long long)sessions);
	if (!a->json && pages > 0)
		fprintf(a->out, pages == 1 ? "%lld sign-in to the account page ended\n" :
		    "%lld sign-ins to the account page ended\n", (long long)pages);
}

static int
revoke(struct admin *a, const struct session_selection *s, bool all)
{
	struct session_revocation r = {
		.of = *s, .event = AUDIT_ADMINISTRATOR_REVOKED, .reason = "sallyport revoke",
	};
	struct session_revocation pages = {
		.of = *s, .event = AUDIT_ADMINISTRATOR_REVOKED, .reason = "sallyport revoke: the account page",
		.over = s->by_sid || s->client_id != NULL,	/* a page is a person's */
	};
	bool good = end_all(a, &pages, "sign-ins to the account page", account_session_revoke_batch) &&
	    end_all(a, &r, "sessions", session_revoke_batch);

	tell_ended(a, r.ended, pages.ended);
	if (!good)
		return admin_fail(a, arena_printf(&a->arena, "%s; run it again for the rest",
		    store_error(a->rq.store)));
	if (fflush(a->out) != 0)
		return ADMIN_FAILED;
	return r.ended + pages.ended > 0 || all ? ADMIN_DONE : ADMIN_NOTHING;
}

int
admin_revoke(struct admin *a, int argc, char **argv)
{
	struct session_selection s = { 0 };
	const char *user = NULL, *sid = NULL;
	bool all = false;
	const struct admin_option options[] = {
		{ "--session", &sid, NULL }, { "--user", &user, NULL }, { "--client", &s.client_id, NULL },
		{ "--all", NULL, &all }, { "--json", NULL, &a->json },
	};
	int status = ADMIN_FAILED;

	if (!admin_options(argc, argv, options, COUNT(options)) ||
	    (sid != NULL) + (user != NULL) + (s.client_id != NULL) + all != 1 ||
	    (user != NULL && !session_selection_user(&s, user)) || (sid != NULL && !sid_read(sid, &s.sid)))
		return ADMIN_USAGE;
	s.by_sid = sid != NULL;
	if (admin_open(a))
		status = revoke(a, &s, all);
	admin_close(a);
	return status;
}
