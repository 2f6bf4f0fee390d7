// SPDX-License-Identifier: MIT
// How long what lasts: sessions, refresh tokens, and Entra's word on a person, also where no token of Entra's is
// needed.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { refresh } from '../e2e/lib/oauth.mjs';
import { startGate } from '../gateway/lib/gate.mjs';
import { eventually } from '../gateway/lib/process.mjs';
import { ALICE, BOB } from '../standins/entra/world.mjs';
import { calm, endedSessions, isRefused, reconfigure, waitTold } from './lib/scene.mjs';

const HEARTBEAT = 1000;
const SERVERS = { weather: { upstream_token: 'none' }, mcp: { builtin: true } };
const isOver = (answer) => assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_grant']);
const works = async (client) => {
	const answer = await client.call('echo', { text: 'x' });
	assert.ok(answer.json?.result !== undefined, answer.text);
};

describe('what the configuration limits', { concurrency: 3 }, () => {
	const within = (limits, body) => async () => {
		const gate = await startGate('lighttpd-fastcgi', { servers: SERVERS, limits });
		try {
			await body(gate);
		} finally {
			await gate.stop();
		}
	};

	it('session: it ends however much it is used, and open streams with it', within({ session: '12s' }, async (gate) => {
		const client = await gate.client();
		const { session } = client;
		const stream = await client.listen();
		const began = Date.now();
		for (; Date.now() - began < 3500; await sleep(500))
			await works(client);
		const { json: { refresh_token: second, access_token: token } } =
			await refresh(session.metadata, session.client, session.tokens.refresh_token);
		await stream.end(20_000);
		assert.ok(Date.now() - began < 12_000 + 8 * HEARTBEAT, `the stream ended after ${Date.now() - began} ms`);
		isRefused(await client.call('echo', { text: 'x' }));
		client.token = token;
		isRefused(await client.call('echo', { text: 'x' }));
		isOver(await refresh(session.metadata, session.client, second));
		await works(await gate.client());
	}));

	it('refresh_idle: an unused token is over, a used one goes on', within({ refresh_idle: '5s' }, async (gate) => {
		const [idle, used] = [await gate.signIn(), await gate.signIn()];
		let token = used.tokens.refresh_token;
		for (let n = 0; n < 4; n++) {
			await sleep(1700);
			const answer = await refresh(used.metadata, used.client, token);
			assert.equal(answer.status, 200, answer.text);
			token = answer.json.refresh_token;
		}
		isOver(await refresh(idle.metadata, idle.client, idle.tokens.refresh_token));
		await works(await gate.client(undefined, { session: idle }));
	}));

	it('session_idle: an unused session is over, a used one goes on', within({ session_idle: '100s' }, async (gate) => {
		const [idle, used] = [await gate.client(), await gate.client()];
		const stream = await idle.listen();
		const ago = (seconds) => gate.site.database.sqlite(`UPDATE session SET last_used_at = unixepoch('now') - ${seconds}`);
		await ago(90);
		await works(used);		// which is noted, being more than a minute ago
		const left = await gate.site.database.rows(
			"SELECT unixepoch('now') - last_used_at AS idle FROM session ORDER BY idle");
		assert.ok(left[0].idle < 10 && left[1].idle >= 90, JSON.stringify(left));
		await gate.site.database.sqlite('UPDATE session SET last_used_at = last_used_at - 15');
		await works(used);
		isRefused(await idle.call('echo', { text: 'x' }));
		await stream.end(12 * HEARTBEAT);
		isOver(await refresh(idle.session.metadata, idle.session.client, idle.session.tokens.refresh_token));
	}));
});

describe("Entra's word on a person", () => {
	let gate;
	before(async () => { gate = await startGate('lighttpd-fastcgi', { servers: SERVERS, entra: { timeout: 5 } }); });
	after(() => gate?.stop());
	beforeEach(() => calm(gate.site));

	// A client of a server that needs no token of Entra's, at whose next call Entra is to be asked again.
	async function due(user = ALICE, lifetime = 200) {
		await gate.standin.set({ access_token_lifetime: lifetime });
		const client = await gate.client(undefined, { user });
		client.stream = await client.listen();
		await gate.standin.set({ access_token_lifetime: null });
		await gate.standin.clearLog();
		return client;
	}

	it('is not asked for before its time', async () => {
		const client = await gate.client();
		await gate.standin.clearLog();
		await gate.standin.set({ refresh_revoked: true });
		for (let n = 0; n < 5; n++)
			await works(client);
		assert.deepEqual(await gate.standin.log(), []);
	});

	it('is asked for once when it is time, and then stands again', async () => {
		const client = await due();
		await Promise.all([...Array(20)].map(() => works(client)));
		await works(client);
		const { refresh: asked, exchange } = await gate.standin.counts();
		assert.deepEqual([asked, exchange], [1, 0]);
	});

	for (const [what, refuse] of [['refresh tokens that are revoked', () => gate.standin.set({ refresh_revoked: true })],
		['all sessions revoked', () => gate.standin.control('revoke', { user: BOB })],
		['a disabled user', () => gate.standin.set({ token_error: 50057 })],
		['a policy that wants more', () => gate.standin.set({ refresh_claims: 53003 })]])
		it(`ends the session of the person, and open streams: ${what}`, async () => {
			const [client, other] = [await due(BOB), await gate.client()];
			const stays = await other.listen();
			const ended = await endedSessions(gate.site);
			gate.calm();
			await refuse();
			isRefused(await client.call('echo', { text: 'x' }));
			assert.equal(gate.upstream().requests('tools/call').length, 0, 'it reached the upstream');
			await client.stream.end(12 * HEARTBEAT);
			assert.equal(await endedSessions(gate.site), ended + 1);
			const { metadata, client: registered, tokens } = client.session;
			isOver(await refresh(metadata, registered, tokens.refresh_token));
			await works(other);
			assert.ok(!stays.ended);
			stays.close();
		});

	const faults = [{ token_status: 503 }, { token_status: 429 }, { token_close: true }, { token_delay_ms: 6500 },
		{ token_body_fault: 'garbage' }, { token_error: 7000215 }];

	// Also when the token itself is over.
	it('is not missed while Entra does not give it', async () => {
		const clients = [];
		for (const fault of faults)
			clients.push([fault, [await due(), await due(ALICE, 1)]]);
		await sleep(2000);
		const ended = await endedSessions(gate.site);
		for (const [fault, pair] of clients)
			for (const client of pair) {
				await gate.standin.set(fault);
				await works(client);
				await works(client);
				await calm(gate.site);
			}
		assert.equal(await endedSessions(gate.site), ended);
		await gate.standin.set({ refresh_revoked: true });
		for (const [, pair] of clients)
			for (const client of pair)
				isRefused(await client.call('echo', { text: 'x' }));
	});

	it('says "later" and keeps the session where the tool needs a token', async () => {
		await gate.standin.set({ access_token_lifetime: 1 });
		const client = await gate.client('mcp');
		await gate.standin.set({ access_token_lifetime: null });
		await sleep(2000);
		const ended = await endedSessions(gate.site);
		for (const fault of [{ token_status: 503 }, { token_close: true }, { token_body_fault: 'garbage' },
			{ graph_status: 503 }, { graph_status: 429 }, { graph_close: true }]) {
			await gate.standin.set(fault);
			waitTold(await client.call('get_graph_user_details'), JSON.stringify(fault));
			await calm(gate.site);
		}
		assert.equal((await client.call('get_graph_user_details')).json.result.isError, false);
		assert.equal(await endedSessions(gate.site), ended);
	});

	it('does not outlive the rule of who may sign in', async () => {
		const client = await gate.client();
		await gate.site.database.sqlite('UPDATE session SET entra_until = 1');
		await works(client);
		reconfigure(gate.site, (text) => text.replace('[limits]', 'allow = role:Nobody.Has\n[limits]'));
		const old = gate.pids();
		old.forEach((pid) => process.kill(pid, 'SIGTERM'));
		await eventually(() => gate.pids().some((pid) => !old.includes(pid)), 'a new process');
		await gate.site.database.sqlite('UPDATE session SET entra_until = 1');	// an hour later
		isRefused(await client.call('echo', { text: 'x' }));
	});
});
