/* SPDX-License-Identifier: MIT */
#include "service/audit_report.h"

#include "base/number.h"
#include "service/audit_store.h"

#define SCRATCH	((size_t)64 * 1024)

static bool
read_since(const char *text, int64_t now, int64_t *out)
{
	struct tm tm = { 0 };
	const char *end;
	int64_t ago;

	if (duration_read(text, INT64_C(4000) * 86400, &ago)) {
		*out = now - ago;
		return true;
	}
	end = strptime(text, "%Y-%m-%d", &tm);
	if (end != NULL && *end == 'T')
		end = strptime(end, "T%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

bool
audit_question_read(int argc, char *const *argv, int64_t now, struct audit_question *out)
{
	*out = (struct audit_question){ .person = "" };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			out->json = true;
		else if (strcmp(argv[i], "--user") == 0 && i + 1 < argc && *argv[i + 1] != '\0')
			out->person = argv[++i];
		else if (strcmp(argv[i], "--since") != 0 || i + 1 == argc || !read_since(argv[++i], now, &out->since))
			return false;
	}
	return true;
}

struct printing {
	struct arena	*arena;
	bool		 json;
};

/* Another program may have written the row: what is printed is as bounded and clean as what we write. */
static void
print(const struct audit_record *record, void *context)
{
	const struct printing *p = context;
	struct audit_record r = *record;
	const char *line;

	audit_record_clean(p->arena, &r);
	line = p->json ? audit_record_json(p->arena, &r) : audit_record_text(p->arena, &r);
	if (line != NULL)
		puts(line);
}

bool
audit_report(const struct config *config, const struct audit_question *question, const char **why)
{
	struct store *store = store_open(config, why);
	struct arena arena;
	struct printing p = { .arena = &arena, .json = question->json };
	bool good;

	if (store == NULL)
		return false;
	arena_init(&arena, SCRATCH);
	good = audit_store_list(store, &arena, question->since, question->person, print, &p);
	if (!good)
		*why = "the database cannot be read to its end";
	arena_free(&arena);
	store_close(store);
	return fflush(stdout) == 0 && good;
}
