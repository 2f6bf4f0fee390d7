// SPDX-License-Identifier: MIT
// Entra's documents and keys: shared by all processes, changed when Entra changes them, kept when it is down, and never
// fetched by a storm.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { ALICE } from '../standins/entra/world.mjs';
import { callByHand, calm, endedSessions, isToolError, isUser, signedInAs, stale, startFarm } from './lib/scene.mjs';
import { makeShim } from './lib/shim.mjs';

const PROCESSES = 8;
const STORM = 60;

// How often Entra was asked for documents and keys.
async function fetched(site) {
	const { kinds } = await site.standin.control('counts', undefined, 'GET');
	return { discovery: kinds.discovery ?? 0, keys: kinds.keys ?? 0 };
}

const storm = (sessions, count) => Promise.all([...Array(count)].map((_, i) => {
	const { mcp } = sessions[i % sessions.length];
	return new McpClient(mcp.url, mcp.token).callTool();
}));

describe('eight FastCGI processes', () => {
	let site;
	before(async () => {
		site = await startFarm(PROCESSES);
		await signedInAs(site, ALICE);
	});
	after(() => site?.stop());
	beforeEach(async () => {
		await calm(site);
		await site.database.forgetAttempts();
	});

	it('know each document after one fetch', async () => {
		const sessions = [await signedInAs(site, ALICE), await signedInAs(site, ALICE)];
		await site.standin.clearLog();
		(await storm(sessions, STORM)).forEach((answer) => isUser(answer));
		assert.deepEqual(await fetched(site), { discovery: 0, keys: 0 });
	});

	for (const drop_old of [false, true])
		it(`follow new keys with one fetch for all, the old ones ${drop_old ? 'gone' : 'still there'}`, async () => {
			const before = await signedInAs(site, ALICE);
			const sessions = await stale(site, 8);
			await site.standin.control('rotate_keys', { drop_old });
			isUser(await sessions[0].mcp.callTool());
			(await storm(sessions, STORM)).forEach((answer) => isUser(answer));
			if (!drop_old)
				isUser(await before.mcp.callTool(), 'a token of the old key');
			isUser(await (await signedInAs(site, ALICE)).mcp.callTool());
			assert.deepEqual(await fetched(site), { discovery: 0, keys: 1 });
		});

	it('fetch once in five minutes for a key that nobody knows', async () => {
		const sessions = await stale(site, 8);
		await site.standin.set({ access_token_fault: 'unknown_kid' });
		(await storm(sessions, STORM)).forEach((answer) => isToolError(answer, true));
		assert.equal((await fetched(site)).keys, 1);
		for (let n = 0; n < 5; n++)
			assert.equal((await signIn(site.resource())).response.error, 'temporarily_unavailable');
		assert.deepEqual(await fetched(site), { discovery: 0, keys: 1 });
		await site.standin.set({ access_token_fault: null });
		await site.database.forgetSetbacks();
		(await storm(sessions, 8)).forEach((answer) => isUser(answer));
		assert.equal(await endedSessions(site), 0);
	});

	it('believe no key of another issuer', async () => {
		const sessions = await stale(site, 2);
		await site.standin.set({ access_token_fault: 'consumers_key' });
		(await storm(sessions, 4)).forEach((answer) => isToolError(answer, false));
		assert.equal((await signIn(site.resource())).response.error, 'access_denied');
		const { exchange, graph } = await site.standin.counts();
		assert.deepEqual([exchange, graph], [0, 0]);
	});

	it('find everything anew when nothing is known', async () => {
		const sessions = [await signedInAs(site, ALICE), await signedInAs(site, ALICE)];
		await site.standin.clearLog();
		await site.database.sqlite('DELETE FROM entra_cache');
		await site.standin.set({ discovery_delay_ms: 300, jwks_delay_ms: 300 });
		(await storm(sessions, STORM)).forEach((answer) => isUser(answer));
	});
});

describe('plain CGI', () => {
	const DAY = 86400;
	const LONGEST = 10;	// seconds that a call takes, at most
	const MARGIN = 10;	// seconds that the client's token is left, when the documents are a day old
	let site;
	let shim;
	let session;
	let yesterday;		// what was known of Entra then
	before(async () => {
		shim = makeShim(new URL('clock-ahead.c', import.meta.url));
		site = await startSite('lighttpd-cgi', { limits: { access_token: '1d' } });
	});
	after(async () => {
		shim?.remove();
		await site?.stop();
	});
	beforeEach(async () => {
		await calm(site);
		await site.database.forgetAttempts();
	});

	async function know(rows) {
		const text = (value) => `'${value.replaceAll("'", "''")}'`;
		await site.database.sqlite(rows.map(({ name, document, mac, fetched_at }) =>
			`REPLACE INTO entra_cache VALUES (${text(name)}, ${text(document)}, X'${mac}', ${fetched_at}, 0)`).join(';\n'));
	}
	const known = () => site.database.rows('SELECT name, document, hex(mac) AS mac, fetched_at FROM entra_cache');

	// A call of tomorrow, when all that is known of Entra is a day old, and the client's token is not quite.  That is the
	// same moment each time, but not to Entra, by whose clock no token that it gave before may be of the future.
	let calls = 0;
	async function callTomorrow(fault = {}) {
		const { iat } = JSON.parse(Buffer.from(session.tokens.access_token.split('.')[1], 'base64url'));
		const ahead = iat + DAY - MARGIN - Math.floor(Date.now() / 1000);
		await know(yesterday);
		await site.standin.set({ clock_offset: ahead + calls++ * LONGEST, ...fault });
		return callByHand(site, session.tokens.access_token, { env: { LD_PRELOAD: shim.file, CLOCK_AHEAD: String(ahead) } });
	}

	it('fetches nothing that a process before it has fetched', async () => {
		session = await signedInAs(site, ALICE);
		assert.deepEqual(await fetched(site), { discovery: 2, keys: 1 }, "authorize's copy, and the one that is believed");
		yesterday = await known();
		await sleep((MARGIN + 1) * 1000);
		session = await signedInAs(site, ALICE);
		for (let n = 0; n < 3; n++)
			isUser(await session.mcp.callTool());
		assert.deepEqual(await fetched(site), { discovery: 2, keys: 1 });
	});

	for (const [what, fault] of [['keys', { jwks_status: 503 }], ['keys', { jwks_body_fault: 'garbage' }],
		['keys', { jwks_body_fault: 'html' }], ['keys', { jwks_empty: true }], ['discovery', { discovery_status: 503 }],
		['discovery', { discovery_body_fault: 'html' }], ['discovery', { discovery_fault: 'foreign_jwks_uri' }],
		['discovery', { discovery_fault: 'foreign_token_endpoint' }], ['discovery', { discovery_fault: 'other_tenant' }],
		['discovery', { discovery_fault: 'wrong_types' }], ['discovery', { discovery_fault: 'missing_issuer' }]])
		it(`goes on with what was good yesterday: ${JSON.stringify(fault)}`, async () => {
			isUser(await callTomorrow(fault));
			assert.equal((await fetched(site))[what], 1);
			const ending = what === 'keys' ? /^\S+\/keys$/ : /^\S+\/v2\.0\/\S+-configuration$/;
			const row = (await known()).find(({ name }) => ending.test(name));
			assert.deepEqual(row, yesterday.find(({ name }) => name === row.name));
		});

	it('fetches again what is a day old', async () => {
		isUser(await callTomorrow());
		assert.deepEqual(await fetched(site), { discovery: 1, keys: 1 });
	});

	for (const [what, change] of [
		['keys of a stranger', `document = '{"keys":[]}' WHERE name LIKE '%keys'`],
		['another address', "document = replace(document, '/oauth2/v2.0/token', '/other') WHERE name NOT LIKE '% %'"],
		['a later date', 'fetched_at = fetched_at + 1'], ['no MAC', "mac = X''"],
		['the MAC of another row', 'mac = (SELECT mac FROM entra_cache ORDER BY name DESC LIMIT 1)'],
		['a MAC of zeros', 'mac = zeroblob(length(mac))'],
	])
		it(`believes no row that somebody else has written: ${what}`, async () => {
			const before = await known();
			await site.database.sqlite(`UPDATE entra_cache SET ${change}`);
			assert.notDeepEqual(await known(), before);
			isUser(await (await signedInAs(site, ALICE)).mcp.callTool());
			const { discovery, keys } = await fetched(site);
			assert.ok(discovery + keys > 0, 'it was believed');
			const documents = (rows) => rows.map(({ name, document }) => [name, document]);
			assert.deepEqual(documents(await known()), documents(before));
			assert.match(site.log('programs.log'), /was not written by oauth-callback or mcp: ignored/);
		});

	it('is shut, not open, where a stranger has written and Entra is down', async () => {
		const { mcp } = await signedInAs(site, ALICE);
		await site.database.sqlite("UPDATE entra_cache SET document = document || ' '");
		await site.standin.set({ discovery_status: 503, jwks_status: 503 });
		isToolError(await mcp.callTool(), true);
		assert.equal((await site.standin.counts()).graph, 0);
	});
});
