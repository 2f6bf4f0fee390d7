// SPDX-License-Identifier: MIT
// The MCP server as a protected resource: RFC 6750, and what MCP says of access tokens.
import { request } from '../lib/http.mjs';
import { bearerChallenge, inserted } from '../lib/oauth.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

const INITIALIZE = {
	jsonrpc: '2.0', id: 1, method: 'initialize',
	params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'rfc-suite', version: '1' } },
};
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// 401 with a Bearer challenge, which says why where a token was shown.
async function refused(t, token, what) {
	const answer = await t.call(token);
	mustEqual(answer.status, 401, `status for ${what}`);
}

export const bearer = [
	{
		id: 'rfc6750/unauthorized', source: 'MCP, Error Handling', level: 'MUST',
		claim: 'Without a token the answer is 401.',
		async run(t) { mustEqual((await t.refused()).status, 401, 'status'); },
	},
	{
		id: 'rfc6750/challenge', source: 'RFC 6750 section 3', level: 'MUST',
		claim: 'The 401 has a WWW-Authenticate field with the scheme Bearer.',
		async run(t) { must(await t.challenge() !== undefined, show((await t.refused()).headers['www-authenticate'])); },
	},
	{
		id: 'rfc6750/no-error', source: 'RFC 6750 section 3.1', level: 'SHOULD',
		claim: 'Where no token was sent the challenge has no error.',
		async run(t) { mustEqual((await t.challenge())?.error, undefined, 'error'); },
	},
	{
		id: 'mcp/challenge-scope', source: 'MCP, Scope Selection Strategy', level: 'SHOULD',
		claim: 'The challenge says which scope is needed.',
		async run(t) { must((await t.challenge())?.scope !== undefined, 'it has no scope'); },
	},
	{
		id: 'rfc6750/methods', source: 'MCP, Token Requirements', level: 'MUST',
		claim: 'GET and DELETE need the token, too.',
		async run(t) {
			for (const method of ['GET', 'DELETE']) {
				const { status } = await t.call(undefined, { method });
				must([401, 403, 404, 405, 501].includes(status), `status ${status} for ${method}`);
			}
		},
	},
	{
		id: 'rfc6750/accepted', source: 'RFC 6750 section 2.1', level: 'MUST',
		claim: 'A token in the Authorization field is taken.',
		async run(t) {
			const answer = await t.call((await t.main()).tokens.access_token);
			must(![401, 403].includes(answer.status), show(answer));
		},
	},
	{
		id: 'rfc6750/scheme-case', source: 'RFC 9110 section 11.1', level: 'MUST',
		claim: 'The scheme may be written in any case.',
		async run(t) {
			const { access_token: token } = (await t.main()).tokens;
			needs(await t.accepts(token), 'the token is not taken at all');
			must(await t.accepts(undefined, { headers: { Authorization: `bearer ${token}` } }), 'bearer is not taken');
		},
	},
	{
		id: 'rfc6750/invalid', source: 'MCP, Token Handling', level: 'MUST',
		claim: 'A token that is none is 401.',
		run: (t) => refused(t, 'rfc-suite-unknown', 'a token that is none'),
	},
	{
		id: 'rfc6750/invalid-token', source: 'RFC 6750 section 3.1', level: 'SHOULD',
		claim: 'Its challenge has error invalid_token.',
		async run(t) {
			const { headers } = await t.call('rfc-suite-unknown');
			mustEqual(bearerChallenge(headers['www-authenticate'])?.error, 'invalid_token', 'error');
		},
	},
	{
		id: 'rfc6750/malformed', source: 'RFC 6750 section 3.1', level: 'MUST',
		claim: 'A malformed Authorization field is 400 or 401.',
		async run(t) {
			const { access_token: token } = (await t.main()).tokens;
			for (const value of ['Bearer', `Bearer ${token} ${token}`, `Bearer ${token}, Bearer ${token}`,
				`Basic ${token}`, token]) {
				const { status } = await t.call(undefined, { headers: { Authorization: value } });
				must([400, 401].includes(status), `status ${status} for ${value.replaceAll(token, 'TOKEN')}`);
			}
		},
	},
	{
		id: 'rfc6750/query', source: 'MCP, Token Requirements', level: 'MUST',
		claim: 'A token in the query is not taken.',
		async run(t) {
			const url = new URL(t.url);
			url.searchParams.set('access_token', (await t.main()).tokens.access_token);
			must(!await t.accepts(undefined, { url: url.href }), 'it is taken');
		},
	},
	{
		id: 'rfc6750/body', source: 'MCP, Token Requirements', level: 'MUST',
		claim: 'A token in the body is not taken.',
		async run(t) {
			const { status } = await request(t.url, {
				method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: '*/*' },
				body: `access_token=${encodeURIComponent((await t.main()).tokens.access_token)}`,
			});
			must(status >= 400 && status < 500, `status ${status}`);
		},
	},
	{
		id: 'rfc8725/unsigned', source: 'RFC 8725 section 3.2', level: 'MUST',
		claim: 'A token that says of itself that it is not signed is 401.',
		async run(t) {
			const { access_token: token } = (await t.main()).tokens;
			const now = Math.floor(Date.now() / 1000);
			const body = token.split('.').length === 3 ? token.split('.')[1] : part({
				iss: await t.issuer(), aud: t.url, sub: 'alice', iat: now, exp: now + 600, client_id: (await t.client()).client_id,
			});
			for (const alg of ['none', 'None'])
				await refused(t, `${part({ alg, typ: 'at+jwt' })}.${body}.`, `alg ${alg}`);
		},
	},
	{
		id: 'rfc6750/tampered', source: 'RFC 6750 section 5.2', level: 'MUST',
		claim: 'A token of which a character was changed is 401.',
		async run(t) {
			const { access_token: token } = (await t.main()).tokens;
			const at = token.length - 5;
			await refused(t, `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`, 'it');
		},
	},
	{
		id: 'mcp/audience', source: 'MCP, Token Audience Binding and Validation', level: 'MUST',
		claim: 'A token for another MCP server of the same issuer is 401.',
		async run(t) {
			needs(t.other !== undefined, 'no --other was given');
			const { tokens } = await t.session({ resource: t.other });
			needs(await t.accepts(tokens.access_token, { url: t.other }), 'not even the other one takes it');
			await refused(t, tokens.access_token, 'it');
		},
	},
	{
		id: 'mcp/own-metadata', source: 'RFC 9728 section 3.3', level: 'MUST',
		claim: 'Another MCP server of the same origin has metadata of its own.',
		async run(t) {
			needs(t.other !== undefined, 'no --other was given');
			needs(await t.resourceMetadata() !== undefined, 'there is no protected resource metadata');
			mustEqual((await t.get(inserted(t.other, 'oauth-protected-resource'))).json?.resource, t.other, 'resource');
		},
	},
	{
		id: 'mcp/session-is-no-token', source: 'MCP, Session Hijacking', level: 'MUST',
		claim: 'A session id does not stand for the token.',
		async run(t) {
			const { headers } = await t.call((await t.main()).tokens.access_token, { body: INITIALIZE });
			const id = headers['mcp-session-id'];
			needs(id !== undefined, 'the server has no sessions');
			mustEqual((await t.call(undefined, { headers: { 'Mcp-Session-Id': id } })).status, 401, 'status');
		},
	},
];
