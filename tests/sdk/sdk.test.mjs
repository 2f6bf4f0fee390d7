// SPDX-License-Identifier: MIT
// The official TypeScript clients against every server set-up: sign-in, tool, refresh, end.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { postJson } from '../e2e/lib/http.mjs';
import { revoke } from '../e2e/lib/oauth.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { startStandIn } from '../e2e/lib/standin.mjs';
import { ALICE } from '../standins/entra/world.mjs';
import { CLIENTS } from './clients.mjs';
import { Person } from './person.mjs';

const SERVERS = ['lighttpd-fastcgi', 'lighttpd-cgi', 'apache-proxy-fcgi', 'apache-fcgid', 'apache-cgi'];
const ACCESS_TOKEN_SECONDS = 8;
const TOOL = 'get_graph_user_details';

function checkProfile(result) {
	assert.notEqual(result.isError, true, JSON.stringify(result));
	const { structuredContent } = result;
	assert.equal(structuredContent.success, true);
	assert.equal(structuredContent.displayName, 'Alice Example');
	assert.equal(structuredContent.userPrincipalName, ALICE);
	assert.equal(structuredContent.id, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa');
	assert.deepEqual(JSON.parse(result.content[0].text), structuredContent);
}

async function signsIn(person) {
	await person.signIn();
	assert.equal(person.version(), person.kind.version);
	assert.equal(person.client.getServerVersion().name, 'sallyport');
	const { tools } = await person.client.listTools();
	assert.deepEqual(tools.map((tool) => tool.name), [TOOL]);
	checkProfile(await person.callTool());
	assert.ok(person.storage.tokens().scope.split(' ').includes('mcp:tools'));
}

async function comesBack(person) {
	await person.close();
	await person.connect();
	checkProfile(await person.callTool());
	assert.equal(person.storage.redirects.length, 1, 'a stored token needs no browser');
}

async function refusal(person, token) {
	const { status, headers } = await postJson(person.site.resource(), { jsonrpc: '2.0', id: 1, method: 'ping' }, {
		headers: { Authorization: `Bearer ${token}` },
	});
	return `${status} ${headers['www-authenticate']}`;
}

async function refreshesExpired(person) {
	const { storage } = person;
	const old = storage.tokens();
	assert.equal(old.expires_in, ACCESS_TOKEN_SECONDS);
	await sleep((ACCESS_TOKEN_SECONDS + 1) * 1000);
	assert.match(await refusal(person, old.access_token), /^401 Bearer .*error="invalid_token"/);
	const saved = storage.saved.length;
	checkProfile(await person.callTool());
	assert.equal(storage.saved.length, saved + 1, 'refreshed once');
	assert.notEqual(storage.tokens().access_token, old.access_token);
	assert.notEqual(storage.tokens().refresh_token, old.refresh_token);
	assert.equal(storage.redirects.length, 1, 'a refresh needs no browser');
}

// The requests do not hold each other back: each that gets 401 refreshes, all with the same refresh token.  A first
// generation client may give up on a 401 that reaches it while another request comes back from its refresh; that is its
// own doing, and the next call is fine.
const GIVES_UP = /Server returned 401 after successful authentication/;

async function refreshesTogether(person) {
	const { storage } = person;
	for (let round = 0; round < 2; round++) {
		const saved = storage.saved.length;
		storage.saveTokens({ ...storage.tokens(), access_token: 'no-longer-good' });
		const results = await Promise.allSettled([person.callTool(), person.callTool(), person.callTool()]);
		for (const { value, reason } of results)
			if (reason === undefined)
				checkProfile(value);
			else
				assert.match(reason.message, GIVES_UP);
		person.errors = person.errors.filter((error) => !GIVES_UP.test(error.message));
		checkProfile(await person.callTool());
		assert.ok(storage.saved.length > saved + 1, 'refreshed');
		assert.equal(storage.redirects.length, 1, 'refreshing at the same time ends no session');
	}
}

async function startsAgain(person) {
	const { storage, site } = person;
	const metadata = { revocation_endpoint: `${site.url}/revoke` };
	const answer = await revoke(metadata, storage.client, storage.tokens().refresh_token);
	assert.equal(answer.status, 200, answer.text);
	await assert.rejects(person.callTool(), (error) => error instanceof person.sdk.UnauthorizedError);
	assert.equal(storage.redirects.length, 2, 'sent to the browser');
	await person.finish(await person.authorize());
	await person.connect();
	checkProfile(await person.callTool());
}

async function isDenied(person) {
	await person.connectRefused();
	const parameters = await person.authorize('deny');
	assert.equal(parameters.get('error'), 'access_denied');
	assert.equal(parameters.get('code'), null);
	if (person.kind.response === undefined)
		await assert.rejects(person.finish(parameters), { code: 'access_denied' });
	assert.equal(person.storage.tokens(), undefined);
}

// RFC 9207: our metadata promises iss, so the client takes no answer without it, nor one with another's.
async function mindsIssuer(person) {
	const { IssuerMismatchError } = person.sdk;
	await person.connectRefused();
	const parameters = await person.authorize();
	for (const iss of [undefined, 'https://evil.example']) {
		const changed = new URLSearchParams(parameters);
		changed.delete('iss');
		if (iss !== undefined)
			changed.set('iss', iss);
		await assert.rejects(person.finish(changed), (error) => error instanceof IssuerMismatchError);
	}
	await person.finish(parameters);
	await person.connect();
}

async function session(t, make) {
	const person = make();
	await t.test('signs in and reads the profile', () => signsIn(person));
	await t.test('comes back with its stored tokens', () => comesBack(person));
	await t.test('refreshes an expired access token', () => refreshesExpired(person));
	await t.test('refreshes in several requests at once', () => refreshesTogether(person));
	assert.deepEqual(person.errors, []);
	await t.test('signs in again after a revocation', () => startsAgain(person));
	await person.close();
	await t.test('comes home with nothing when the person denies', () => isDenied(make()));
	if (make().sdk.IssuerMismatchError !== undefined)
		await t.test('takes no answer without our issuer', () => mindsIssuer(make()));
}

describe('official clients', { concurrency: 2 }, () => {
	let standin;
	before(async () => { standin = await startStandIn(); });
	after(() => standin.stop());

	for (const server of SERVERS)
		describe(server, { concurrency: true }, () => {
			let site;
			before(async () => {
				site = await startSite(server, { standin, limits: { access_token: `${ACCESS_TOKEN_SECONDS}s` } });
			});
			after(() => site.stop());

			for (const kind of CLIENTS)
				test(kind.name, async (t) => {
					const sdk = await kind.load();
					await session(t, () => new Person(sdk, kind, site));
				});
		});
});
