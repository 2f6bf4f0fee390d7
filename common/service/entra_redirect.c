/* SPDX-License-Identifier: MIT */
#include "service/entra_redirect.h"

#include "protocol/entra_claims.h"
#include "protocol/pkce.h"
#include "protocol/uri.h"
#include "service/browser.h"

void
entra_redirect(struct request *rq, struct response *rs, const uint8_t id_hash[static 32],
    const struct entra_round *round, const struct entra_visit *visit)
{
	const struct config_entra *entra = &rq->config->entra;
	const struct { const char *name, *value; } parameters[] = {
		{ "client_id", entra->client_id },
		{ "response_type", "code" },
		{ "response_mode", "query" },
		{ "redirect_uri", arena_printf(rq->arena, "%s/oauth-callback", rq->config->public_url) },
		{ "scope", arena_printf(rq->arena, "openid profile offline_access %s", entra->scope) },
		{ "state", round->state.text },
		{ "nonce", round->nonce },
		{ "code_challenge", pkce_challenge(rq->arena, round->code_verifier) },
		{ "code_challenge_method", "S256" },
		{ "prompt", visit->prompt },
		{ "login_hint", visit->login_hint },
		{ "claims", entra_claims_parameter(rq->arena, visit->claims, entra->cp1) },
	};
	struct buf url = buf_new(rq->arena, RESPONSE_HEADERS_MAX);

	browser_transaction_set(rq, rs, id_hash, &round->cookie);
	buf_lit(&url, visit->endpoint);
	for (size_t i = 0; i < COUNT(parameters); i++)
		if (parameters[i].value != NULL)
			uri_add_query(&url, parameters[i].name, parameters[i].value);
	response_redirect(rq, rs, buf_text(&url));
}
