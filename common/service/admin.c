/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include "base/clock.h"
#include "service/store.h"

#define MEMORY	((size_t)16 * 1024 * 1024)	/* bytes, for a page of rows */

static const struct admin_option *
find(const struct admin_option *o, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(o[i].name, name) == 0)
			return &o[i];
	return NULL;
}

bool
admin_options(int argc, char **argv, const struct admin_option *option, size_t count)
{
	for (int i = 0; i < argc; i++) {
		const struct admin_option *o = find(option, count, argv[i]);

		if (o == NULL || (o->flag != NULL && *o->flag) || (o->value != NULL && *o->value != NULL) ||
		    (o->value != NULL && i + 1 == argc))
			return false;
		if (o->flag != NULL)
			*o->flag = true;
		if (o->value != NULL)
			*o->value = argv[++i];
	}
	return true;
}

bool
admin_open(struct admin *a)
{
	static char *nothing[] = { NULL };
	const char *why = "";

	arena_init(&a->arena, MEMORY);
	a->io.envp = nothing;
	request_id_new(a->id);		/* with that of another command it would be the same event */
	a->rq = (struct request){
		.arena = &a->arena, .config = a->config, .io = &a->io, .id = a->id,
		.now = clock_seconds(),
	};
	if ((a->rq.store = store_open(a->config, &why)) == NULL)
		(void)admin_fail(a, why);
	return a->rq.store != NULL;
}

void
admin_close(struct admin *a)
{
	store_close(a->rq.store);
	a->rq.store = NULL;
	arena_free(&a->arena);
}

int
admin_fail(struct admin *a, const char *why)
{
	fprintf(a->err, "sallyport: %s\n", why);
	return ADMIN_FAILED;
}

struct listing
admin_listing(struct admin *a, const struct listing_column *column, size_t columns)
{
	return (struct listing){
		.out = a->out, .arena = &a->arena, .column = column, .columns = columns,
		.json = a->json, .utf8 = a->utf8,
	};
}
