/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include <unistd.h>

#include "service/audit.h"
#include "service/key_replace.h"
#include "service/key_rotation.h"
#include "service/store.h"

enum { PURPOSE, KID, CREATED, STATE, ROWS, NEEDED, UNTIL, COLUMNS };

static const struct listing_column columns[COLUMNS] = {
	[PURPOSE] = { "PURPOSE", "purpose",	 CELL_TEXT,   7 },
	[KID]	  = { "KEY",	 "kid",		 CELL_TEXT,   16 },
	[CREATED] = { "CREATED", "created_at",	 CELL_TIME,   16 },
	[STATE]	  = { "STATE",	 "state",	 CELL_TEXT,   8 },
	[ROWS]	  = { "ROWS",	 "rows",	 CELL_NUMBER, 7 },
	[NEEDED]  = { "NEEDED",	 "needed",	 CELL_FLAG,   6 },
	[UNTIL]	  = { "AT LEAST UNTIL", "needed_until", CELL_TIME, 0 },
};

enum what { LIST, ROTATE, RETIRE };

struct order {
	enum what	 what;
	bool		 purpose[KEY_PURPOSES];
};

static bool
name_purpose(struct order *o, const char *name)
{
	for (size_t p = 0; p < KEY_PURPOSES; p++)
		if (strcmp(key_purpose_names[p], name) == 0 && !o->purpose[p]) {
			o->purpose[p] = true;
			return true;
		}
	return false;
}

/* [rotate|retire] [PURPOSE...] [--json]; without a purpose all of them. */
static bool
read_order(struct admin *a, int argc, char **argv, struct order *o)
{
	int named = 0, at = 0;

	if (argc > 0 && (strcmp(argv[0], "rotate") == 0 || strcmp(argv[0], "retire") == 0))
		o->what = strcmp(argv[at++], "rotate") == 0 ? ROTATE : RETIRE;
	for (; at < argc; at++)
		if (strcmp(argv[at], "--json") == 0 && !a->json)
			a->json = true;
		else if (name_purpose(o, argv[at]))
			named++;
		else
			return false;
	for (size_t p = 0; named == 0 && p < KEY_PURPOSES; p++)
		o->purpose[p] = true;
	return true;
}

static bool
list_purpose(struct admin *a, enum key_purpose purpose, struct listing *l)
{
	struct generations g;
	struct key_use use[KEY_GENERATIONS_MAX];
	const char *path = key_file_path(&a->arena, a->config, purpose);
	bool good;

	if (!key_file_read(&a->arena, path, &g)) {
		(void)admin_fail(a, arena_printf(&a->arena, "%s cannot be read, or is not one that "
		    "`sallyport init` makes; `sallyport check` says more", path));
		return false;
	}
	if (!(good = key_use_read(&a->rq, purpose, &g, use)))
		(void)admin_fail(a, store_error(a->rq.store));
	for (size_t i = 0; good && i < g.count; i++)
		listing_row(l, (struct listing_cell[COLUMNS]){
			[PURPOSE] = { .text = key_purpose_names[purpose] },
			[KID]	  = { .text = g.key[i].kid },
			[CREATED] = { .number = g.key[i].created_at },
			[STATE]	  = { .text = key_state_names[use[i].state] },
			[ROWS]	  = { .number = use[i].rows },
			[NEEDED]  = { .number = use[i].needed },
			[UNTIL]	  = { .number = use[i].until },
		});
	generations_forget(&g);
	return good;
}

static bool
list(struct admin *a, const struct order *o)
{
	struct listing l = admin_listing(a, columns, COLUMNS);
	bool good = true;

	for (enum key_purpose p = 0; p < KEY_PURPOSES; p++)
		if (o->purpose[p])
			good = list_purpose(a, p, &l) && good;
	return listing_end(&l) && good;
}

/* Stops at the first that fails: those before it are done, and said. */
static bool
rotate(struct admin *a, const struct order *o)
{
	const char *why = "";
	int lock = key_files_lock(&a->arena, a->config, &why);
	bool good = lock >= 0;

	for (enum key_purpose p = 0; good && p < KEY_PURPOSES; p++) {
		struct key_rotation r = { .purpose = p, .add = o->what == ROTATE };

		if (!o->purpose[p])
			continue;
		if (!(good = key_rotate(&a->rq, &r, &why)))
			break;
		if (r.kid != NULL)
			audit(&a->rq, &(struct audit){ .event = AUDIT_KEY_ROTATED, .reason = key_purpose_names[p] });
		if (r.kid != NULL)
			fprintf(a->err, "%s: %s verifies now, and is used in %d seconds\n",
			    key_purpose_names[p], r.kid, KEY_SETTLE);
		if (r.dropped > 0 || o->what == RETIRE)
			fprintf(a->err, "%s: %zu %s dropped\n", key_purpose_names[p], r.dropped,
			    r.dropped == 1 ? "key" : "keys");
	}
	if (!good)
		(void)admin_fail(a, why);
	if (lock >= 0)
		close(lock);
	return good;
}

int
admin_keys(struct admin *a, int argc, char **argv)
{
	struct order o = { 0 };
	bool good;

	if (!read_order(a, argc, argv, &o))
		return ADMIN_USAGE;
	good = admin_open(a);
	if (good && o.what != LIST)
		good = rotate(a, &o);
	if (good)
		good = list(a, &o);
	admin_close(a);
	return good ? ADMIN_DONE : ADMIN_FAILED;
}
