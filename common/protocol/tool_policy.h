/* SPDX-License-Identifier: MIT */
/*
 * tool_policy.h - who may use a server and each of its tools
 *
 * A rule is a list of words: role:NAME, group:ID, scope:NAME, everyone, nobody.  Of each kind that
 * it names, one must hold: "role:A, role:B, scope:X" is (A or B) and X.
 */
#ifndef PROTOCOL_TOOL_POLICY_H
#define PROTOCOL_TOOL_POLICY_H

#include "base/arena.h"

/* What a person may do with this token, each a blank-separated list. */
struct rights {
	const char	*scope;
	const char	*roles;		/* app roles, from Entra's token */
	const char	*groups;	/* object ids, from Entra's token */
};

struct tool_rule {
	const char		*tool;		/* "*": those that no other rule names */
	const char *const	*words;		/* NULL at the end */
	struct tool_rule	*next;
};

enum permission { PERMITTED, SCOPE_MISSING, DENIED };

/* Whether a word is well-formed. */
MUST_CHECK bool	 tool_policy_word(const char *);

/* Whether any of the words asks for a role or a group. */
MUST_CHECK bool	 tool_policy_asks_entra(const char *const *words);

/* An empty list permits everyone.  SCOPE_MISSING when nothing but scopes is lacking. */
MUST_CHECK enum permission tool_policy_judge(const char *const *words, const struct rights *);

/* The rule's words for a tool; an empty list when no rule applies. */
NONNULL const char *const *tool_policy_words(const struct tool_rule *, const char *tool);

/* The scopes among the words that `scope` lacks, put behind it: what a challenge asks for. */
NONNULL const char *tool_policy_scope(struct arena *, const char *const *words, const char *scope);

#endif
