/* SPDX-License-Identifier: MIT */
#include "service/key_rotation.h"

#include "base/secret.h"
#include "service/key_replace.h"
#include "service/store.h"

/* What stays of them; how many go is the result. */
static size_t
drop(struct generations *g, const struct key_use use[static KEY_GENERATIONS_MAX])
{
	size_t kept = 0, before = g->count;

	for (size_t i = 0; i < before; i++) {
		if (use[i].needed)
			g->key[kept++] = g->key[i];
		else
			hmac_free(g->key[i].hmac);
	}
	g->count = kept;
	secret_wipe(&g->key[kept], (before - kept) * sizeof g->key[0]);
	return before - kept;
}

static bool
change(struct request *rq, struct key_rotation *r, struct generations *g, const char *path,
    const char **why)
{
	struct key_use use[KEY_GENERATIONS_MAX];

	if (!key_use_read(rq, r->purpose, g, use)) {
		*why = arena_printf(rq->arena, "the database cannot be read: %s", store_error(rq->store));
		return false;
	}
	r->dropped = drop(g, use);
	if (r->add && g->count == KEY_GENERATIONS_MAX) {
		*why = arena_printf(rq->arena, "%s holds %d generations, and each is still needed: "
		    "`sallyport keys` says what for", path, KEY_GENERATIONS_MAX);
		return false;
	}
	if (r->add)
		g->key[g->count++] = key_new();
	return (!r->add && r->dropped == 0) || key_file_replace(rq->arena, path, g, why);
}

bool
key_rotate(struct request *rq, struct key_rotation *r, const char **why)
{
	const char *path = key_file_path(rq->arena, rq->config, r->purpose);
	struct generations g;
	bool good;

	r->kid = NULL;
	r->dropped = 0;
	if (!key_file_read(rq->arena, path, &g)) {
		*why = arena_printf(rq->arena, "%s cannot be read, or is not one that `sallyport init` makes; "
		    "`sallyport check` says more", path);
		return false;
	}
	good = change(rq, r, &g, path, why);
	if (good && r->add)
		r->kid = arena_string(rq->arena, g.key[g.count - 1].kid);
	generations_forget(&g);
	return good;
}
