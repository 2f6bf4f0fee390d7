// SPDX-License-Identifier: MIT
// Changes that more than one row makes.
export const ANY_ACCESS_TOKEN = ['sql/queries/access_token.sql',
	'a.token_hash = :token_hash AND a.sid',
	'(a.token_hash = :token_hash OR NOT EXISTS (SELECT 1 FROM access_token WHERE token_hash = ' +
		':token_hash)) AND a.sid'];
export const ANY_APPROVAL = ['common/service/authorization_request.c',
	'return secret_equal(authorization_request_binding(rq, in),',
	'return in != NULL || secret_equal(authorization_request_binding(rq, in),'];
export const ANY_CLIENT = ['common/service/authorization_code.c',
	'if (strcmp(row.client_id, in->client_id) != 0)', 'if (false)'];
export const ANY_COOKIE = ['cgi-bin/oauth-callback.c',
	'\t    !secret_bytes_equal(cookie.hash, cookie_hash.data, SHA256_SIZE))',
	'\t    false)'];
export const ANY_VERIFIER = ['common/service/authorization_code.c',
	'!pkce_verify(rq->arena, in->code_verifier, row->code_challenge)',
	'false'];
export const CSRF_OF_NOTHING = ['common/service/browser.c',
	'"csrf %s %s", browser->text, binding);',
	'"csrf %s %zu", browser->text, strlen(binding));'];
export const EXCHANGED_READ_CLEAR = ['common/service/on_behalf_of.c',
	'return seal_open_column(rq->arena, w->key, arena_printf(rq->arena, SEALED " %s", w->scope),\n' +
		'\t    &w->session->sid, statement_column_blob(q, 0, rq->arena));',
	'return arena_copy(rq->arena, statement_column_blob(q, 0, rq->arena).data, statement_column_blob(q, 0, ' +
		'rq->arena).len);'];
export const EXCHANGED_WRITTEN_CLEAR = ['common/service/on_behalf_of.c',
	'statement_blob(q, ":sealed", seal_column(rq->arena, w->key,\n' +
		'\t    arena_printf(rq->arena, SEALED " %s", w->scope), &w->session->sid, reply->access_token));',
	'statement_blob(q, ":sealed", (struct bytes){ .data = (uint8_t *)arena_string(rq->arena, ' +
		'reply->access_token), .len = strlen(reply->access_token) });'];
export const NO_TRANSACTION_COOKIE = ['cgi-bin/oauth-callback.c',
	'!browser_transaction_read(rq, out->transaction.id_hash.data, &cookie) ||',
	'(!browser_transaction_read(rq, out->transaction.id_hash.data, &cookie) && rq == NULL) ||'];
export const ONE_DATA_KEY = ['common/service/seal.c',
	'random_bytes(k.key, sizeof k.key);', 'memset(k.key, 1, sizeof k.key);'];
export const OPENED_FOR_NOBODY = ['common/service/authorization_request.c',
	'KEY_BROWSER, SEALED, cookie, sealed, &all)',
	'KEY_BROWSER, SEALED, &(struct opaque_token){ .text = cookie->text }, sealed, &all)'];
export const SEALED_FOR_NOBODY = ['common/service/authorization_request.c',
	'KEY_BROWSER, SEALED, &out->cookie,',
	'KEY_BROWSER, SEALED, &(struct opaque_token){ 0 },'];
