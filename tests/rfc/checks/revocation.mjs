// SPDX-License-Identifier: MIT
// What ends tokens, and what says whether they live: RFC 7009 and RFC 7662.
import { post, request } from '../lib/http.mjs';
import { randomText } from '../lib/oauth.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

async function revoke(t, client, fields) {
	return post(await t.endpoint('revocation'), { ...t.identity(client), ...fields });
}

// A session whose refresh token was revoked.
function ended(t) {
	return t.once('revoked session', async () => {
		await t.endpoint('revocation');
		const session = await t.refreshable();
		const { refresh_token: token } = session.tokens;
		return { session, answer: await revoke(t, session.client, { token, token_type_hint: 'refresh_token' }) };
	});
}

export const revocation = [
	{
		id: 'rfc7009/offered', source: 'RFC 7009 section 2', level: 'MAY',
		claim: 'There is a revocation_endpoint.',
		async run(t) { must((await t.metadata()).revocation_endpoint !== undefined, 'the metadata names none'); },
	},
	{
		id: 'rfc7009/refresh-token', source: 'RFC 7009 section 2', level: 'MUST',
		claim: 'A refresh token is revoked with 200, and no longer taken.',
		async run(t) {
			const { session, answer } = await ended(t);
			mustEqual(answer.status, 200, 'status');
			mustEqual((await t.refresh(session)).json?.error, 'invalid_grant', 'error of a refresh');
		},
	},
	{
		id: 'rfc7009/grant', source: 'RFC 7009 section 2.1', level: 'SHOULD',
		claim: 'With a refresh token end the access tokens of its grant.',
		async run(t) {
			await t.needsAccepted();
			const { session } = await ended(t);
			must(!await t.accepts(session.tokens.access_token), 'the MCP server still takes the access token');
		},
	},
	{
		id: 'rfc7009/access-token', source: 'RFC 7009 section 2', level: 'SHOULD',
		claim: 'An access token is revoked with 200, and no longer taken; a wrong token_type_hint does not matter.',
		async run(t) {
			await t.endpoint('revocation');
			await t.needsAccepted();
			const { client, tokens } = await t.session();
			const answer = await revoke(t, client, { token: tokens.access_token, token_type_hint: 'refresh_token' });
			mustEqual(answer.status, 200, 'status');
			must(!await t.accepts(tokens.access_token), 'the MCP server still takes it');
		},
	},
	{
		id: 'rfc7009/unknown-token', source: 'RFC 7009 section 2.2', level: 'MUST',
		claim: 'A token that there is not is answered with 200, whatever the token_type_hint.',
		async run(t) {
			const client = await t.client();
			for (const token_type_hint of [undefined, 'access_token', 'refresh_token'])
				mustEqual((await revoke(t, client, { token: randomText(), token_type_hint })).status, 200, 'status');
		},
	},
	{
		id: 'rfc7009/other-client', source: 'RFC 7009 section 2.1', level: 'MUST',
		claim: 'Another client cannot revoke a token.',
		async run(t) {
			await t.endpoint('revocation');
			await t.needsAccepted();
			const { tokens } = await t.main();
			await revoke(t, await t.otherClient(), { token: tokens.access_token });
			must(await t.accepts(tokens.access_token), 'the MCP server no longer takes it');
		},
	},
	{
		id: 'rfc7009/missing-token', source: 'RFC 7009 section 2.2.1', level: 'MUST',
		claim: 'A request without token is 400 invalid_request.',
		async run(t) {
			const answer = await revoke(t, await t.client(), {});
			mustEqual(answer.status, 400, 'status');
			mustEqual(answer.json?.error, 'invalid_request', 'error');
		},
	},
	{
		id: 'rfc7009/unknown-client', source: 'RFC 7009 section 2.2.1', level: 'MUST',
		claim: 'A client that there is not is invalid_client.',
		async run(t) {
			const answer = await revoke(t, { client_id: 'rfc-suite-unknown' }, { token: randomText() });
			mustEqual(answer.json?.error, 'invalid_client', 'error');
		},
	},
	{
		id: 'rfc7009/method', source: 'RFC 7009 section 2', level: 'SHOULD',
		claim: 'A GET of the revocation endpoint is 405.',
		async run(t) { mustEqual((await request(await t.endpoint('revocation'))).status, 405, 'status'); },
	},
];

async function introspect(t, token, headers) {
	const authorization = headers ?? { Authorization: t.introspect };
	return post(await t.endpoint('introspection'), { token }, authorization);
}

function needsCaller(t) {
	needs(t.introspect !== undefined, 'no --introspect was given');
}

export const introspection = [
	{
		id: 'rfc7662/authorized', source: 'RFC 7662 section 2.1', level: 'MUST',
		claim: 'Whoever does not prove who it is learns nothing: 401.',
		async run(t) {
			await t.endpoint('introspection');
			const { tokens } = await t.main();
			for (const headers of [{}, { Authorization: `Bearer ${randomText()}` }]) {
				const answer = await introspect(t, tokens.access_token, headers);
				mustEqual(answer.status, 401, 'status');
				must(answer.json?.active === undefined, 'it says whether the token is active');
			}
		},
	},
	{
		id: 'rfc7662/active', source: 'RFC 7662 section 2.2', level: 'MUST',
		claim: 'A living token is active, in a JSON object.',
		async run(t) {
			await t.endpoint('introspection');
			needsCaller(t);
			const answer = await introspect(t, (await t.main()).tokens.access_token);
			mustEqual(answer.status, 200, 'status');
			mustEqual(answer.type, 'application/json', 'Content-Type');
			mustEqual(answer.json?.active, true, 'active');
		},
	},
	{
		id: 'rfc7662/unknown', source: 'RFC 7662 section 2.2', level: 'MUST',
		claim: 'A token that there is not is not active, and that is no error.',
		async run(t) {
			await t.endpoint('introspection');
			needsCaller(t);
			const answer = await introspect(t, randomText());
			mustEqual(answer.status, 200, 'status');
			mustEqual(answer.json?.active, false, 'active');
		},
	},
	{
		id: 'rfc7662/nothing-more', source: 'RFC 7662 section 2.2', level: 'SHOULD',
		claim: 'Of a token that is not active nothing more is said.',
		async run(t) {
			await t.endpoint('introspection');
			needsCaller(t);
			const { json } = await introspect(t, randomText());
			needs(json?.active === false, 'it does not say that it is not active');
			mustEqual(Object.keys(json).join(' '), 'active', 'members');
		},
	},
	{
		id: 'rfc7662/revoked', source: 'RFC 7662 section 2.2', level: 'MUST',
		claim: 'A token that was revoked is not active.',
		async run(t) {
			await t.endpoint('introspection');
			needsCaller(t);
			const { session } = await ended(t);
			await t.needsAccepted();
			needs(!await t.accepts(session.tokens.access_token), 'revocation does not end access tokens here');
			mustEqual((await introspect(t, session.tokens.access_token)).json?.active, false, 'active');
		},
	},
];
