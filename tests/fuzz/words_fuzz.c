/* SPDX-License-Identifier: MIT */
/*
 * words_fuzz - scopes, rules of who may what, GUIDs, verifiers, tokens of ours: text of one word or a few
 */
#include "fuzz.h"
#include "protocol/basic.h"
#include "protocol/entra_cloud.h"
#include "protocol/entra_fault.h"
#include "protocol/guid.h"
#include "protocol/opaque_token.h"
#include "protocol/param.h"
#include "protocol/pkce.h"
#include "protocol/scope.h"
#include "protocol/tool_policy.h"

static void
judge_scope(struct arena *a, const char *text)
{
	const char *granted;

	if (!is_scope(text))
		return;
	EXPECT(scope_within(text, text) && strstr(text, "  ") == NULL && strpbrk(text, "\"\\\t\r\n") == NULL);
	granted = scope_grant(a, text, "mail.send");
	if (granted == NULL)
		return;
	EXPECT(scope_contains(granted, SCOPE_TOOLS));
	EXPECT(scope_within(granted, arena_printf(a, "%s mail.send " SCOPE_OFFLINE, SCOPE_TOOLS)));
	EXPECT(!scope_contains(granted, "mail.send") || scope_contains(text, "mail.send"));
}

/* Nobody is let in by a word that is not well-formed, and nobody by "nobody". */
static void
judge_rule(struct arena *a, const char *text)
{
	const char *const words[] = { text, NULL }, *const with_nobody[] = { text, "nobody", NULL };
	const struct rights none = { .scope = "", .roles = "", .groups = "" };
	const struct rights all = { .scope = "mail.send", .roles = "Admin", .groups =
	    "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa" };

	if (!tool_policy_word(text))
		return;
	EXPECT((tool_policy_judge(words, &none) == PERMITTED) == (strcmp(text, "everyone") == 0));
	EXPECT(tool_policy_judge(with_nobody, &all) == DENIED);
	EXPECT(tool_policy_judge(words, &none) != SCOPE_MISSING || strncmp(text, "scope:", 6) == 0);
	EXPECT(is_scope(tool_policy_scope(a, words, SCOPE_TOOLS)));
}

static void
judge_token(struct arena *a, const char *text)
{
	struct opaque_token t;

	if (opaque_token_read(a, text, &t)) {
		EXPECT(strlen(text) == OPAQUE_TOKEN_TEXT);
		EXPECT(strcmp(opaque_token_of(a, t.secret).text, text) == 0);
	}
	EXPECT(!guid_is_canonical(text) || (guid_is(text) && strlen(text) == 36));
	EXPECT(!is_code_challenge(text) || strlen(text) == 43);
	if (is_code_verifier(text))
		EXPECT(pkce_verify(a, text, pkce_challenge(a, text)));
	else
		EXPECT(!pkce_verify(a, text, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
}

static void
judge_basic(struct arena *a, const char *text)
{
	const char *id = NULL, *secret = NULL;

	if (basic_read(a, text, &id, &secret) != BASIC_PRESENT) {
		EXPECT(id == NULL && secret == NULL);
		return;
	}
	EXPECT(is_text(id) && is_text(secret));
	EXPECT(strncasecmp(text, "basic ", 6) == 0);
}

/* Of Entra's errors a word and a number get out, and nothing else. */
static void
judge_fault(struct arena *a, const char *text)
{
	const char *word = entra_fault_word(a, text);

	EXPECT(strspn(word, "abcdefghijklmnopqrstuvwxyz_") == strlen(word));
	EXPECT(entra_fault_number(text) >= 0);
	EXPECT(*entra_cloud_of(text)->authority_host != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const char *text;

	if (size > 2048)
		return 0;
	arena_init(&a, (size_t)256 * 1024);
	text = arena_copy(&a, data, size);
	judge_scope(&a, text);
	judge_rule(&a, text);
	judge_token(&a, text);
	judge_basic(&a, text);
	judge_fault(&a, text);
	arena_free(&a);
	return 0;
}
