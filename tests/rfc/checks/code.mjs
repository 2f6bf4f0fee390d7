// SPDX-License-Identifier: MIT
// Codes, presented rightly and wrongly: RFC 6749 section 4.1, RFC 7636 section 4.6, RFC 8707 section 2.2.
import { challengeOf, randomText } from '../lib/oauth.mjs';
import { WEB } from '../lib/target.mjs';
import { must, mustEqual, mustRefuse, needs } from '../lib/verdict.mjs';

// A real code, presented wrongly.
const presented = (id, source, claim, wrong, ...codes) => ({
	id, source, level: 'MUST', claim,
	async run(t) { mustRefuse(await wrong(t, await t.code()), ...codes); },
});

// A code that was redeemed, and presented again.
function replayed(t) {
	return t.once('replay', async () => {
		const session = await t.session();
		return { session, answer: await t.redeem(session) };
	});
}

export const code = [
	presented('rfc7636/verifier', 'RFC 7636 section 4.6', 'A code with another code_verifier is invalid_grant.',
		(t, code) => t.redeem(code, { code_verifier: randomText() }), 'invalid_grant'),
	presented('rfc7636/no-verifier', 'RFC 7636 section 4.6', 'A code without code_verifier is refused.',
		(t, code) => t.redeem(code, { code_verifier: undefined }), 'invalid_grant', 'invalid_request'),
	presented('rfc7636/challenge-as-verifier', 'RFC 7636 section 4.6',
		'A code with its code_challenge as verifier is invalid_grant.',
		(t, code) => t.redeem(code, { code_verifier: code.asked.fields.code_challenge }), 'invalid_grant'),
	presented('rfc6749/redirect-uri', 'RFC 6749 section 4.1.3', 'A code with another redirect_uri is invalid_grant.',
		(t, code) => t.redeem(code, { redirect_uri: WEB }), 'invalid_grant'),
	presented('rfc6749/other-client', 'RFC 6749 section 4.1.3', 'A code that another client presents is invalid_grant.',
		async (t, code) => t.redeem(code, t.identity(await t.otherClient())), 'invalid_grant'),
	{
		id: 'rfc7636/short-verifier', source: 'RFC 7636 section 4.1', level: 'SHOULD',
		claim: 'A code_verifier of less than 43 characters is refused, even if it is the right one.',
		async run(t) {
			const code = await t.code({ code_challenge: challengeOf('short') });
			mustRefuse(await t.redeem(code, { code_verifier: 'short' }), 'invalid_grant', 'invalid_request');
		},
	},
	{
		id: 'oauth2.1/no-redirect-uri', source: 'OAuth 2.1 section 10.2', level: 'MAY',
		claim: 'A code is taken without redirect_uri, which OAuth 2.1 no longer has there.',
		async run(t) {
			const answer = await t.redeem(await t.code(), { redirect_uri: undefined });
			mustEqual(answer.status, 200, 'status');
		},
	},
	{
		id: 'rfc8707/token', source: 'RFC 8707 section 2.2', level: 'SHOULD',
		claim: 'A code is not taken for another resource than it was asked for: invalid_target.',
		async run(t) {
			mustRefuse(await t.redeem(await t.code(), { resource: 'https://resource.example/mcp' }), 'invalid_target');
		},
	},
	{
		id: 'rfc8707/absent', source: 'MCP, Authorization Flow', level: 'MUST',
		claim: 'A client that sends no resource gets a token that this MCP server takes.',
		async run(t) {
			await t.needsAccepted();
			const { tokens, failed } = await t.bare();
			must(tokens !== undefined, failed);
			must(await t.accepts(tokens.access_token), 'it does not take it');
		},
	},
	{
		id: 'rfc6749/code-once', source: 'RFC 6749 section 4.1.2', level: 'MUST',
		claim: 'A code is taken once; then it is invalid_grant.',
		async run(t) { mustRefuse((await replayed(t)).answer, 'invalid_grant'); },
	},
	{
		id: 'rfc6749/code-replay', source: 'RFC 6749 section 4.1.2', level: 'SHOULD',
		claim: 'A code that comes again ends the tokens which it brought.',
		async run(t) {
			const { session, answer } = await replayed(t);
			needs(answer.status >= 400, 'the code is taken again');
			await t.needsAccepted();
			must(!await t.accepts(session.tokens.access_token), 'the access token is still taken');
		},
	},
];
