/* SPDX-License-Identifier: MIT */
#include "protocol/param.h"

#include "protocol/form.h"

bool
is_vschar(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

bool
is_text(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static enum oauth_error
refuse(const struct param *row, const char *what, struct arena *a, struct failure *f)
{
	return fail(f, INVALID_REQUEST, arena_printf(a, "%s %s", row->name, what));
}

/* Those whose malformed value has an error of its own. */
static const struct {
	const char		*name;
	enum oauth_error	 error;
} malformed[] = {
	{ "scope",    INVALID_SCOPE },	/* RFC 6749 sections 4.1.2.1 and 5.2 */
	{ "resource", INVALID_TARGET },	/* RFC 8707 section 2 */
};

static enum oauth_error
refuse_malformed(const struct param *row, struct arena *a, struct failure *f)
{
	enum oauth_error error = INVALID_REQUEST;

	for (size_t i = 0; i < COUNT(malformed); i++)
		if (strcmp(malformed[i].name, row->name) == 0)
			error = malformed[i].error;
	return fail(f, error, arena_printf(a, "%s is malformed", row->name));
}

static enum oauth_error
store(void *out, const struct param *row, const char *value, struct arena *a, struct failure *f)
{
	char *member = (char *)out + row->offset;

	if (strlen(value) > row->limit)
		return refuse(row, "is too long", a, f);
	if (!row->syntax(value))
		return refuse_malformed(row, a, f);
	if (row->rule == REPEATED) {
		struct param_values *all = (void *)member;

		if (all->count == PARAM_VALUES_MAX)
			return refuse(row, "is sent too often", a, f);
		all->value[all->count++] = value;
		return OAUTH_OK;
	}
	if (*(const char **)(void *)member != NULL)
		return refuse(row, "is sent more than once", a, f);
	*(const char **)(void *)member = value;
	return OAUTH_OK;
}

static const struct param *
find(const struct param *rows, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

enum oauth_error
param_read(void *out, const struct param *rows, size_t count, const char *form, struct arena *a,
    struct failure *f)
{
	const char *cursor = form, *name, *value;
	enum form_step step;

	for (size_t pairs = 0; (step = form_next(a, &cursor, &name, &value)) == FORM_PAIR; pairs++) {
		const struct param *row = find(rows, count, name);

		if (pairs == FORM_PAIRS_MAX)
			return fail(f, INVALID_REQUEST, "too many parameters");
		if (row != NULL && *value != '\0')
			TRY(store(out, row, value, a, f));
	}
	if (step == FORM_MALFORMED)
		return fail(f, INVALID_REQUEST, "a parameter is not properly encoded");
	for (size_t i = 0; i < count; i++)
		if (rows[i].rule == REQUIRED &&
		    *(const char **)(void *)((char *)out + rows[i].offset) == NULL)
			return refuse(&rows[i], "is missing", a, f);
	return OAUTH_OK;
}
