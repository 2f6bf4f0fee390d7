/* SPDX-License-Identifier: MIT */
/*
 * form_fuzz - a query or a form's body: what is read is UTF-8 without zero bytes, says the same
 * when it is written and read again, and a parameter is there once
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "protocol/form.h"
#include "protocol/param.h"

struct rec {
	const char		*code;
	const char		*state;
	struct param_values	 resource;
};

static const struct param rows[] = {
	PARAM(rec, code,     REQUIRED, 128, is_vschar),
	PARAM(rec, state,    OPTIONAL, 512, is_text),
	PARAM(rec, resource, REPEATED, 512, is_vschar),
};

/* The pairs as our own writer spells them; *end is the step that ended the form. */
static const char *
spelled(struct arena *a, const char *form, enum form_step *end)
{
	struct buf b = buf_new(a, (size_t)1024 * 1024);
	const char *cursor = form, *name, *value;

	while ((*end = form_next(a, &cursor, &name, &value)) == FORM_PAIR) {
		EXPECT(cursor > form && cursor <= form + strlen(form));
		EXPECT(utf8_valid(name, strlen(name)) && utf8_valid(value, strlen(value)));
		buf_lit(&b, "&");
		buf_query(&b, name);
		buf_lit(&b, "=");
		buf_query(&b, value);
	}
	return buf_text(&b);
}

static void
judge_params(struct arena *a, const char *form, enum form_step end)
{
	struct rec r = { 0 };
	struct failure f = { 0 };
	enum oauth_error error = param_read(&r, rows, COUNT(rows), form, a, &f);

	EXPECT(error == f.error && (error == OAUTH_OK) == (f.description == NULL));
	if (error != OAUTH_OK) {
		EXPECT(error == INVALID_REQUEST || error == INVALID_TARGET);
		return;
	}
	EXPECT(end == FORM_END && r.code != NULL && *r.code != '\0' && is_vschar(r.code));
	EXPECT(strlen(r.code) <= 128 && (r.state == NULL || is_text(r.state)));
	EXPECT(r.resource.count <= PARAM_VALUES_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	enum form_step end, again;
	const char *form, *once;

	if (size > 65536)
		return 0;
	arena_init(&a, (size_t)8 * 1024 * 1024);
	form = arena_copy(&a, data, size);
	once = spelled(&a, form, &end);
	EXPECT(once != NULL && strcmp(spelled(&a, once, &again), once) == 0 && again == FORM_END);
	judge_params(&a, form, end);
	arena_free(&a);
	return 0;
}
