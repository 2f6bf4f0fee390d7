/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include "base/die.h"
#include "service/store.h"

enum { ID, REGISTERED, USED, EXPIRES, NAME, URI, REDIRECTS, COLUMNS };

static const struct listing_column columns[COLUMNS] = {
	[ID]	     = { "CLIENT",	 "client_id",	  CELL_TEXT,  22 },
	[REGISTERED] = { "REGISTERED",	 "created_at",	  CELL_TIME,  16 },
	[USED]	     = { "LAST SIGN-IN", "used_at",	  CELL_TIME,  16 },
	[EXPIRES]    = { "EXPIRES",	 "expires_at",	  CELL_TIME,  16 },
	[NAME]	     = { "NAME",	 "client_name",	  CELL_TEXT,  24 },
	[URI]	     = { NULL,		 "client_uri",	  CELL_TEXT,  0 },
	[REDIRECTS]  = { "REDIRECTS TO", "redirect_uris", CELL_TEXTS, 0 },
};

struct page {
	struct listing_cell	 row[ADMIN_PAGE][COLUMNS];
	size_t			 count;
	const char		*after;		/* where the next one begins */
	int64_t			 after_end;
};

static bool
read_page(struct request *rq, struct page *p)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_LIST);
	enum stored stored = STORED;

	statement_int(q, ":now", rq->now);
	statement_int(q, ":after_end", p->after_end);
	statement_text(q, ":after", p->after);
	statement_int(q, ":limit", ADMIN_PAGE);
	for (p->count = 0; p->count < ADMIN_PAGE && (stored = statement_row(q)) == STORED; p->count++) {
		struct listing_cell *c = p->row[p->count];

		memset(c, 0, sizeof p->row[0]);
		c[ID].text = statement_column_text(q, 0, rq->arena);
		c[NAME].text = statement_column_text(q, 1, rq->arena);
		c[URI].text = statement_column_text(q, 2, rq->arena);
		c[REDIRECTS].text = statement_column_text(q, 3, rq->arena);
		c[REGISTERED].number = statement_column_int(q, 4);
		c[USED].number = statement_column_int(q, 5);
		c[EXPIRES].number = statement_column_int(q, 6);
	}
	return stored != STORE_FAILED;
}

static bool
list(struct admin *a, struct listing *l)
{
	struct page p = { .after = "" };
	char *after = NULL;		/* outlives the page's arena */
	bool good;

	do {
		if (!(good = read_page(&a->rq, &p)))
			break;
		for (size_t i = 0; i < p.count; i++)
			listing_row(l, p.row[i]);
		if (p.count > 0) {
			free(after);
			if ((p.after = after = strdup(p.row[p.count - 1][ID].text)) == NULL)
				die("no memory for a client's id");
			p.after_end = p.row[p.count - 1][EXPIRES].number;
		}
		arena_reset(&a->arena);
	} while (p.count == ADMIN_PAGE);
	free(after);
	return good;
}

int
admin_clients(struct admin *a, int argc, char **argv)
{
	const struct admin_option options[] = { { "--json", NULL, &a->json } };
	struct listing l;
	bool good;

	if (!admin_options(argc, argv, options, COUNT(options)))
		return ADMIN_USAGE;
	if ((good = admin_open(a))) {
		l = admin_listing(a, columns, COLUMNS);
		if (!(good = list(a, &l)))
			(void)admin_fail(a, store_error(a->rq.store));
		good = listing_end(&l) && good;
		if (!a->json)
			fprintf(a->err, "%lld %s; names and addresses are what they say of themselves\n",
			    (long long)l.rows, l.rows == 1 ? "client" : "clients");
	}
	admin_close(a);
	return good ? ADMIN_DONE : ADMIN_FAILED;
}
