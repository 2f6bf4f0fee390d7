/* SPDX-License-Identifier: MIT */
#include "protocol/mcp_names.h"

#include "protocol/json_edit.h"

#define ELEMENTS_MAX	64	/* of a batch */

/* What decides, at each level. */
static const char *const message_names[] = {
	"jsonrpc", "id", "method", "params", "result", "error", NULL,
};
static const char *const params_names[] = {
	"name", "arguments", "uri", "_meta", "task", NULL,
};

/*
 * One character without its case, as the widest of those libraries folds it: beside ASCII's letters
 * the long s and the sign of Kelvin.
 */
static unsigned char
fold(const unsigned char **p)
{
	const unsigned char *at = *p;

	if (at[0] == 0xc5 && at[1] == 0xbf) {
		*p += 2;
		return 's';
	}
	if (at[0] == 0xe2 && at[1] == 0x84 && at[2] == 0xaa) {
		*p += 3;
		return 'k';
	}
	*p += 1;
	return at[0] >= 'A' && at[0] <= 'Z' ? (unsigned char)(at[0] - 'A' + 'a') : at[0];
}

static bool
equal_but_for_case(const char *a, const char *b)
{
	const unsigned char *p = (const unsigned char *)a, *q = (const unsigned char *)b;

	while (*p != '\0' && *q != '\0')
		if (fold(&p) != fold(&q))
			return false;
	return *p == *q;
}

static bool
are_exact(const struct json_members *members, const char *const *names)
{
	for (size_t i = 0; i < members->count; i++)
		for (const char *const *name = names; *name != NULL; name++)
			if (equal_but_for_case(members->member[i].name, *name) &&
			    strcmp(members->member[i].name, *name) != 0)
				return false;
	return true;
}

static bool
message_is_exact(struct arena *a, const char *text, size_t n, const char *argument)
{
	const char *const argument_names[] = { argument, NULL };
	struct json_members message, params, arguments;

	if (json_scan(a, text, n, &message) != JSON_FINE || !are_exact(&message, message_names))
		return false;
	if (!json_edit_open(a, &message, "params", &params))
		return true;
	if (!are_exact(&params, params_names))
		return false;
	return !json_edit_open(a, &params, "arguments", &arguments) ||
	    are_exact(&arguments, argument_names);
}

bool
mcp_names_are_exact(struct arena *a, const char *text, size_t n, const char *argument)
{
	struct json_members list;

	if (text[strspn(text, " \t\r\n")] != '[')
		return message_is_exact(a, text, n, argument);
	if (json_scan_elements(a, text, n, &list) != JSON_FINE || list.count > ELEMENTS_MAX)
		return false;
	for (size_t i = 0; i < list.count; i++)
		if (!message_is_exact(a, list.member[i].text, list.member[i].len, argument))
			return false;
	return true;
}
