/* SPDX-License-Identifier: MIT */
#include "protocol/tool_policy.h"

#include "protocol/scope.h"

#define WORD_MAX	256	/* bytes */

enum kind { ROLE, GROUP, SCOPE, KINDS };

static const char *const prefixes[KINDS] = { "role:", "group:", "scope:" };

/* What stands behind the prefix, NULL when the word is of another kind. */
static const char *
value_of(const char *word, enum kind kind)
{
	size_t n = strlen(prefixes[kind]);

	return strncmp(word, prefixes[kind], n) == 0 && word[n] != '\0' ? word + n : NULL;
}

bool
tool_policy_word(const char *word)
{
	if (strlen(word) > WORD_MAX)
		return false;
	for (enum kind k = ROLE; k < KINDS; k++)
		if (value_of(word, k) != NULL)
			return k != SCOPE || is_scope(value_of(word, k));
	return strcmp(word, "everyone") == 0 || strcmp(word, "nobody") == 0;
}

bool
tool_policy_asks_entra(const char *const *words)
{
	for (; *words != NULL; words++)
		if (value_of(*words, ROLE) != NULL || value_of(*words, GROUP) != NULL)
			return true;
	return false;
}

/* Whether the words name this kind, and whether one that they name holds. */
static void
look(const char *const *words, enum kind kind, const char *held, bool *named, bool *holds)
{
	*named = *holds = false;
	for (; *words != NULL; words++) {
		const char *value = value_of(*words, kind);

		if (value == NULL)
			continue;
		*named = true;
		*holds = *holds || scope_contains(held, value);
	}
}

enum permission
tool_policy_judge(const char *const *words, const struct rights *rights)
{
	const char *const held[KINDS] = { rights->roles, rights->groups, rights->scope };
	enum permission permission = PERMITTED;
	bool named, holds;

	for (const char *const *w = words; *w != NULL; w++)
		if (strcmp(*w, "nobody") == 0)
			return DENIED;
	for (enum kind k = ROLE; k < KINDS; k++) {
		look(words, k, held[k], &named, &holds);
		if (named && !holds && k != SCOPE)
			return DENIED;
		if (named && !holds)
			permission = SCOPE_MISSING;
	}
	return permission;
}

const char *const *
tool_policy_words(const struct tool_rule *rule, const char *tool)
{
	static const char *const none[] = { NULL };
	const char *const *rest = none;

	for (; rule != NULL; rule = rule->next) {
		if (strcmp(rule->tool, tool) == 0)
			return rule->words;
		if (strcmp(rule->tool, "*") == 0)
			rest = rule->words;
	}
	return rest;
}

const char *
tool_policy_scope(struct arena *a, const char *const *words, const char *scope)
{
	for (; *words != NULL; words++) {
		const char *value = value_of(*words, SCOPE);

		if (value != NULL && !scope_contains(scope, value))
			scope = arena_printf(a, "%s%s%s", scope, *scope == '\0' ? "" : " ", value);
	}
	return scope;
}
