// SPDX-License-Identifier: MIT
// A busy Entra or Graph is left alone for as long as it said, by all processes; a "no" is not asked for twice.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { startGate } from '../gateway/lib/gate.mjs';
import { ALICE, API, BOB } from '../standins/entra/world.mjs';
import { calm, isToolError, isUser, signedInAs, stale, waitTold } from './lib/scene.mjs';

const STANDARD = 5;	// seconds, where nobody said when
const HAMMERING = 12;

// Each request is a process of its own, which knows what others were told from the database alone.
let site;
let over;		// sessions whose Entra tokens are over: of Alice's, for those who take one, and one to share
let shared;
before(async () => {
	site = await startSite('lighttpd-cgi');
	[shared, ...over] = await stale(site, 9);
});
after(() => site?.stop());
beforeEach(() => calm(site));

// How often both were asked since the log was cleared.
async function asked() {
	const { refresh, exchange, graph } = await site.standin.counts();
	return { refresh, exchange, graph };
}

// The first request is told to wait that long, those after it what is left of that, and only the first asks.
async function isHeldUp(mcp, seconds, expected, { pause = 0 } = {}) {
	await site.standin.clearLog();
	assert.equal(waitTold(await mcp.callTool()), seconds);
	const began = Date.now();
	await sleep(pause);
	const passed = Math.floor((Date.now() - began) / 1000);
	for (const answer of await Promise.all([1, 2, 3].map(() => mcp.callTool()))) {
		const told = waitTold(answer);
		assert.ok(told >= 1 && told <= seconds - passed, `${told} of ${seconds} after ${passed}`);
	}
	assert.deepEqual(await asked(), { refresh: 0, exchange: 0, graph: 0, ...expected });
}

const BUSY = [
	['429 in plain words', { token_status: 429, token_retry_after: 30 }, 30],
	['429 without Retry-After', { token_status: 429 }, STANDARD],
	['429 in JSON', { token_error: 90055, token_retry_after: 17 }, 17],
	['503', { token_status: 503, token_retry_after: 9 }, 9],
	['503 without Retry-After', { token_status: 503 }, STANDARD],
	['an hour and more, which is cut to one', { token_status: 429, token_retry_after: 90_000 }, 3600],
];

for (const [grant, expected] of [['refresh_token', { refresh: 1 }], ['on_behalf_of', { exchange: 1 }]])
	describe(`Entra, busy with ${grant}`, () => {
		const session = async () => grant === 'refresh_token' ? shared : signedInAs(site, ALICE);

		for (const [what, fault, seconds] of BUSY)
			it(what, async () => {
				const { mcp } = await session();
				await site.standin.set({ ...fault, token_fault_grant: grant });
				await isHeldUp(mcp, seconds, expected);
			});

		it('is asked again when the time is over, and not before', async () => {
			const { mcp } = await session();
			await site.standin.set({ token_status: { value: 429, times: 1 }, token_retry_after: 8, token_fault_grant: grant });
			await isHeldUp(mcp, 8, expected, { pause: 1100 });
			await sleep(7000);
			isUser(await mcp.callTool());
			if (grant === 'refresh_token')
				shared = over.pop();
		});
	});

describe('one person throttled', () => {
	for (const token_throttle_json of [false, true])
		it(`is no matter of another's: ${token_throttle_json ? 'JSON' : 'plain words'}`, async () => {
			const bob = await signedInAs(site, BOB);
			await site.standin.set({ token_throttle_user: ALICE, token_throttle_json, token_throttle_retry_after: 41 });
			await isHeldUp(shared.mcp, 41, { refresh: 1 });
			isUser(await bob.mcp.callTool());
			isUser(await (await signedInAs(site, BOB)).mcp.callTool());
		});

	it('goes on with a token that is not over yet', async () => {
		const [{ mcp }] = await stale(site, 1, { lifetime: 200 });
		await site.standin.set({ token_status: 429, token_retry_after: 30, token_fault_grant: 'refresh_token' });
		for (let n = 0; n < 3; n++)
			isUser(await mcp.callTool());
		assert.deepEqual(await asked(), { refresh: 1, exchange: 1, graph: 3 });
	});

	it('hears it at the sign-in, which the client may repeat', async () => {
		await site.standin.set({ token_throttle_user: ALICE, token_throttle_retry_after: 41 });
		const { response } = await signIn(site.resource());
		assert.equal(response.error, 'temporarily_unavailable');
		assert.equal(response.code, undefined);
	});
});

describe('Graph, busy', () => {
	for (const [what, fault, seconds] of [
		['429', { graph_status: 429, graph_retry_after: 23 }, 23],
		['429 without Retry-After', { graph_status: 429 }, STANDARD],
		['503', { graph_status: 503, graph_retry_after: 11 }, 11], ['504', { graph_status: 504, graph_retry_after: 12 }, 12],
	])
		it(what, async () => {
			const alice = await signedInAs(site, ALICE);
			const bob = await signedInAs(site, BOB);
			await site.standin.set(fault);
			await isHeldUp(alice.mcp, seconds, { exchange: 1, graph: 1 });
			await site.standin.set({ graph_status: null });
			assert.ok(waitTold(await alice.mcp.callTool()) <= seconds);
			isUser(await bob.mcp.callTool());
		});

	it('is asked again when the time is over; the exchanged token is kept', async () => {
		const { mcp } = await signedInAs(site, ALICE);
		await site.standin.set({ graph_status: { value: 429, times: 1 }, graph_retry_after: 8 });
		await isHeldUp(mcp, 8, { exchange: 1, graph: 1 }, { pause: 1100 });
		await sleep(7000);
		isUser(await mcp.callTool());
		assert.deepEqual(await asked(), { refresh: 0, exchange: 1, graph: 2 });
	});

	it('holds up all sessions of the person, whose quota it is', async () => {
		const [first, second] = [await signedInAs(site, ALICE), await signedInAs(site, ALICE)];
		await site.standin.set({ graph_status: 429, graph_retry_after: 30 });
		waitTold(await first.mcp.callTool());
		await site.standin.clearLog();
		waitTold(await second.mcp.callTool());
		assert.equal((await asked()).graph, 0);
	});
});

describe('a client that hammers', () => {
	const limits = { loop_limit: 5, loop_window: 300 };

	for (const [what, fault, old, kind, most = 1] of [
		['no consent', { obo_error: 'consent_required' }, false, 'on_behalf_of'],
		['an assertion that is over, and over again when renewed', { obo_error: 'expired' }, false, 'on_behalf_of', 2],
		['a claims challenge', { mfa_required: true }, false, 'on_behalf_of'],
		['a scope that there is not', { token_error: 50001, token_fault_grant: 'on_behalf_of' }, false, 'on_behalf_of'],
		['a refresh that is refused', { refresh_revoked: true }, true, 'refresh_token'],
		['a refresh for which policy wants more', { refresh_claims: 53003 }, true, 'refresh_token'],
		['a throttled refresh', { token_status: 429, token_retry_after: 60, token_fault_grant: 'refresh_token' }, true,
			'refresh_token'],
	])
		it(`repeats no question to Entra: ${what}`, async () => {
			const { mcp } = old ? over.pop() : await signedInAs(site, ALICE);
			await site.standin.set({ ...fault, ...limits });
			await site.standin.clearLog();
			const texts = new Set();
			for (let n = 0; n < HAMMERING; n++)
				texts.add((await mcp.callTool()).json?.result?.isError);
			assert.ok(!texts.has(false), 'it succeeded');
			const { kinds, persons } = await site.standin.control('counts', undefined, 'GET');
			const n = kinds[kind] ?? 0;
			assert.ok(n <= most, `${n} of ${HAMMERING}: ${JSON.stringify(persons)}`);
		});

	it('asks anew after a minute', async () => {
		const { mcp } = await signedInAs(site, ALICE);
		await site.standin.set({ obo_error: 'consent_required' });
		isToolError(await mcp.callTool(), false);
		const [{ left }] = await site.database.rows("SELECT expires_at - unixepoch('now') AS left FROM setback");
		assert.ok(left > 50 && left <= 60, `${left} seconds`);
		await site.standin.set({ obo_error: null });
		isToolError(await mcp.callTool(), false);
		await site.database.sqlite("UPDATE setback SET expires_at = unixepoch('now')");
		isUser(await mcp.callTool());
	});

	it('asks ten seconds after an administrator has mended the credential', async () => {
		const { mcp } = await signedInAs(site, ALICE);
		await site.standin.set({ token_error: 7000215, token_fault_grant: 'on_behalf_of' });
		assert.match(isToolError(await mcp.callTool(), false), /administrator/);
		await site.standin.set({ token_error: null });
		const [{ left }] = await site.database.rows("SELECT expires_at - unixepoch('now') AS left FROM setback");
		assert.ok(left > 0 && left <= 10, `${left} seconds`);
		assert.match(isToolError(await mcp.callTool(), false), /administrator/);
		await site.database.sqlite("UPDATE setback SET expires_at = unixepoch('now')");
		isUser(await mcp.callTool());
	});

	it('with a herd: one question, and everyone is told the time', async () => {
		const { tokens } = over.pop();
		await site.standin.set({ token_status: 429, token_retry_after: 30, token_fault_grant: 'refresh_token' });
		const clients = [...Array(20)].map(() => new McpClient(site.resource(), tokens.access_token));
		for (const answer of await Promise.all(clients.map((client) => client.callTool())))
			assert.ok(waitTold(answer) > 20, answer.text);
		assert.deepEqual(await asked(), { refresh: 1, exchange: 0, graph: 0 });
	});
});

// Before there is a message to answer, HTTP says it; an exchange that fails is the message's own matter.
describe('a gateway', () => {
	let gate;
	before(async () => {
		gate = await startGate('lighttpd-cgi', { standin: site.standin,
			servers: { entra: { upstream_token: 'entra' }, obo: { upstream_token: `obo:api://${API}/.default` } } });
	});
	after(() => gate?.stop());

	for (const [name, grant, expected, status] of [['entra', 'refresh_token', { refresh: 1 }, 503],
		['obo', 'on_behalf_of', { exchange: 1 }, 200]])
		it(`answers with the time that Entra named: ${grant}`, async () => {
			if (name === 'entra')
				await site.standin.set({ access_token_lifetime: 1 });
			const session = await gate.signIn(name);
			await site.standin.set({ access_token_lifetime: null });
			await sleep(name === 'entra' ? 2000 : 0);
			await site.standin.set({ token_status: 429, token_retry_after: 30, token_fault_grant: grant });
			await site.standin.clearLog();
			for (let n = 0; n < 3; n++) {
				const client = await gate.client(name, { session, connect: false });
				const answer = await client.initialize();
				assert.deepEqual([answer.status, gate.upstream(name).log.length], [status, 0], answer.text);
				const told = Number(answer.headers['retry-after'] ?? / in (\d+) seconds/.exec(answer.json.error.message)[1]);
				assert.ok(told > 20 && told <= 30, answer.text);
			}
			assert.deepEqual(await asked(), { refresh: 0, exchange: 0, graph: 0, ...expected });
		});
});
