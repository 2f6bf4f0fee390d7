// SPDX-License-Identifier: MIT
// Refresh tokens: RFC 6749 section 6, OAuth 2.1 section 4.3.1.
import { setTimeout as sleep } from 'node:timers/promises';
import { randomText } from '../lib/oauth.mjs';
import { must, mustEqual, mustRefuse, needs, show } from '../lib/verdict.mjs';

// A session that was refreshed.
const refreshed = (t) => t.once('refreshed', async () => {
	const session = await t.refreshable();
	return { session, one: await t.refresh(session) };
});

// And once more, with what it got: so its first refresh token is no longer the fallback of a lost answer.
const rotated = (t) => t.once('rotated', async () => {
	const { session, one } = await refreshed(t);
	needs(one.status === 200, `the refresh token was refused: ${show(one)}`);
	needs(one.json.refresh_token !== undefined && one.json.refresh_token !== session.tokens.refresh_token,
		'refresh tokens are not rotated');
	return { session, one, two: await t.refresh({ ...session, tokens: one.json }) };
});

// And whose first refresh token somebody presented then.
function reused(t) {
	return t.once('reused', async () => {
		const { session, two } = await rotated(t);
		needs(two.status === 200, `the second refresh was refused: ${show(two)}`);
		await sleep(t.grace);
		return { session, two, answer: await t.refresh(session) };
	});
}

// The one that is presented wrongly; the last check that does so may use it up.
const victim = (t) => t.once('refreshable session', () => t.refreshable());

export const refresh = [
	{
		id: 'rfc6749/refresh', source: 'RFC 6749 section 6', level: 'MUST',
		claim: 'A refresh token brings an access token that the MCP server takes.',
		async run(t) {
			await t.needsAccepted();
			const { one } = await refreshed(t);
			mustEqual(one.status, 200, 'status');
			must(await t.accepts(one.json?.access_token ?? ''), 'it does not take it');
		},
	},
	{
		id: 'rfc6749/refresh-no-store', source: 'RFC 6749 section 5.1', level: 'MUST',
		claim: 'Refreshed tokens come with Cache-Control: no-store.',
		async run(t) {
			const { headers } = (await refreshed(t)).one;
			must(/\bno-store\b/.test(headers['cache-control']), `Cache-Control is ${show(headers['cache-control'])}`);
		},
	},
	{
		id: 'oauth2.1/rotation', source: 'OAuth 2.1 section 4.3.1', level: 'MUST',
		claim: 'Each refresh of a public client brings another refresh token, which works.',
		async run(t) {
			const { session, one } = await refreshed(t);
			needs(session.client.client_secret === undefined, 'the client has a secret');
			must(typeof one.json?.refresh_token === 'string', 'no refresh token comes with it');
			must(one.json.refresh_token !== session.tokens.refresh_token, 'it is the same one');
			mustEqual((await rotated(t)).two.status, 200, 'status with the new one');
		},
	},
	{
		id: 'oauth2.1/reuse', source: 'OAuth 2.1 section 4.3.1', level: 'MUST',
		claim: 'A refresh token whose successor was used is invalid_grant, after the grace if there is one.',
		async run(t) { mustRefuse((await reused(t)).answer, 'invalid_grant'); },
	},
	{
		id: 'oauth2.1/reuse-revokes', source: 'OAuth 2.1 section 4.3.1', level: 'SHOULD',
		claim: 'Its use ends the newest refresh token as well.',
		async run(t) {
			const { session, two, answer } = await reused(t);
			needs(answer.status >= 400, 'it is taken');
			mustRefuse(await t.refresh({ ...session, tokens: two.json }), 'invalid_grant');
		},
	},
	{
		id: 'rfc6749/unknown-refresh-token', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'A refresh token that was not issued is invalid_grant.',
		async run(t) {
			const client = await t.client();
			mustRefuse(await t.refresh({ client, tokens: { refresh_token: randomText() } }), 'invalid_grant');
		},
	},
	{
		id: 'rfc6749/missing-refresh-token', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'A missing refresh token is invalid_request.',
		async run(t) { mustRefuse(await t.refresh({ client: await t.client(), tokens: {} }), 'invalid_request'); },
	},
	{
		id: 'rfc6749/refresh-other-client', source: 'RFC 6749 section 6', level: 'MUST',
		claim: 'A refresh token that another client presents is invalid_grant.',
		async run(t) {
			const other = await t.otherClient();
			mustRefuse(await t.refresh(await victim(t), t.identity(other)), 'invalid_grant');
		},
	},
	{
		id: 'rfc8707/refresh', source: 'RFC 8707 section 2.2', level: 'SHOULD',
		claim: 'A refresh for another resource is invalid_target.',
		async run(t) {
			mustRefuse(await t.refresh(await victim(t), { resource: 'https://resource.example/mcp' }), 'invalid_target');
		},
	},
	{
		id: 'rfc6749/refresh-scope', source: 'RFC 6749 section 6', level: 'MUST',
		claim: 'A refresh does not widen the scope.',
		async run(t) {
			const session = await victim(t);
			const granted = (session.tokens.scope ?? session.asked.fields.scope ?? '').split(' ');
			const more = ((await t.metadata()).scopes_supported ?? []).find((scope) => !granted.includes(scope)) ?? 'rfc_suite';
			const { status, json } = await t.refresh(session, { scope: [...granted, more].join(' ').trim() });
			if (status === 200)
				must(json.scope !== undefined && !json.scope.split(' ').includes(more), `the scope is now ${show(json.scope)}`);
			else
				mustEqual(json?.error, 'invalid_scope', 'error');
		},
	},
];
