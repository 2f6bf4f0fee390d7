// SPDX-License-Identifier: MIT
// Mcp-Session-Id: the upstream's own, sealed for one person's one session at Sallyport.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { refresh } from '../e2e/lib/oauth.mjs';
import { BOB } from '../standins/entra/world.mjs';
import { push } from '../standins/upstream/legacy.mjs';
import { behindBoth, startGate } from './lib/gate.mjs';
import { eventually } from './lib/process.mjs';

behindBoth((server) => {
	let gate;
	let client;

	before(async () => {
		gate = await startGate(server, { servers: { weather: {}, other: {} } });
		client = await gate.client();
	});
	afterEach(() => gate.upstreams.forEach((upstream) => upstream.reset()));
	after(() => gate?.stop());

	const idOf = (entry) => entry.headers['mcp-session-id'];

	it('the client holds another text than the upstream has given', async () => {
		gate.calm();
		const own = await gate.client('weather', { session: client.session });
		const entries = gate.upstream().log;
		const { id } = own;
		assert.match(id, /^[A-Za-z0-9_-]+$/);
		const [, initialized] = entries;
		assert.match(idOf(initialized), /^[0-9a-f-]{36}$/);
		assert.equal(idOf(entries[0]), undefined);
		assert.ok(!id.includes(idOf(initialized)) && !Buffer.from(id, 'base64url').includes(idOf(initialized)));
		const answer = await own.request('tools/list');
		assert.ok(!JSON.stringify(answer.rawHeaders).includes(idOf(initialized)));
		assert.equal(idOf(gate.upstream().log.at(-1)), idOf(initialized));
	});

	it('an answer that repeats the id repeats the client\'s', async () => {
		const answer = await client.call('echo');
		assert.equal(answer.status, 200);
		const repeated = answer.headers['mcp-session-id'];
		if (repeated !== undefined) {
			const own = { 'Mcp-Session-Id': repeated };
			assert.equal((await client.call('echo', {}, { headers: own })).status, 200);
		}
	});

	async function isNone(who, id, what) {
		gate.calm();
		const headers = { 'Mcp-Session-Id': id };
		for (const answer of [await who.call('echo', {}, { headers }), await who.get(headers), await who.remove(headers)]) {
			assert.equal(answer.status, 404, `${what}: ${answer.method} ${answer.text}`);
			assert.equal(answer.json?.jsonrpc, '2.0', what);
			assert.ok(answer.json.error.code < 0, what);
		}
		assert.deepEqual(gate.upstream().log, [], `${what}: it reached the upstream`);
	}

	it("another person's is 404, and so is that of another session of one's own", async () => {
		await isNone(await gate.client('weather', { user: BOB }), client.id, 'the id of Alice with the token of Bob');
		await isNone(await gate.client('weather'), client.id, 'the id of another session');
		assert.equal((await client.call('echo')).status, 200);
	});

	it('that of another server is 404', async () => {
		const other = await gate.client('other');
		await isNone(client, other.id, 'the id of another server');
	});

	it('what we have not made is 404', async () => {
		gate.calm();
		await client.call('echo');
		const own = idOf(gate.upstream().log[0]);
		const { id } = client;
		const flipped = (at) => id.slice(0, at) + (id[at] === 'A' ? 'B' : 'A') + id.slice(at + 1);
		for (const value of [own, 'x', 'garbage'.repeat(20), `${id}A`, id.slice(0, -1), id.slice(1), id.toUpperCase(),
			`${id}=`, flipped(0), flipped(id.length >> 1), flipped(id.length - 3), '../../x', 'a b', 'A'.repeat(6000)])
			await isNone(client, value, value.slice(0, 60));
		assert.equal((await client.call('echo')).status, 200);
	});

	it('outlives a refresh of the access token', async () => {
		const { metadata, client: registered, tokens } = client.session;
		const { json } = await refresh(metadata, registered, tokens.refresh_token);
		client.session.tokens = { ...tokens, ...json };
		client.token = json.access_token;
		assert.equal((await client.call('echo')).status, 200);
	});

	it('DELETE ends it at the upstream', async () => {
		const own = await gate.client('weather', { session: client.session, connect: false });
		own.token = client.token;
		await own.connect();
		assert.equal((await own.remove()).status, 204);
		assert.equal((await own.call('echo')).status, 404);
		gate.upstream().set({ deletes: false });
		assert.equal((await client.remove()).status, 405);
	});

	it('a session that the upstream has forgotten is 404, and another can be opened', async () => {
		const own = await gate.client('weather', { session: client.session, connect: false });
		own.token = client.token;
		await own.connect();
		gate.upstream().sessions.byId.clear();
		assert.equal((await own.call('echo')).status, 404);
		own.id = undefined;
		await own.connect();
		assert.equal((await own.call('echo')).status, 200);
		await client.connect();
	});

	it('GET opens the upstream\'s stream', async () => {
		const stream = await client.listen();
		assert.equal(stream.status, 200);
		assert.match(stream.headers['content-type'], /^text\/event-stream/);
		assert.equal(stream.headers['x-accel-buffering'], 'no');
		await eventually(() => gate.upstream().log.some(({ method }) => method === 'GET'), 'the GET');
		const changed = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
		await eventually(() => push(gate.upstream(), changed), 'a stream');
		assert.equal((await stream.event()).json.method, 'notifications/tools/list_changed');
		await eventually(() => stream.comments.length >= 1, 'a heartbeat');
		stream.close();
		await eventually(() => gate.upstream().log.find(({ method }) => method === 'GET').gone, 'the end of the GET', 15_000);
	});

	it('Last-Event-ID brings back what was missed', async () => {
		const stream = await client.openCall('slow', { events: 4, ms: 100 });
		const first = await stream.event();
		assert.match(first.id, /^s\d+-1$/);
		stream.close();
		await sleep(2000);
		const again = await client.listen({ 'Last-Event-ID': first.id });
		const rest = await again.rest();
		assert.deepEqual(rest.map(({ json }) => json.params?.data.n ?? 'result'), [2, 3, 4, 'result']);
		assert.equal((await client.get({ 'Last-Event-ID': 'nope' })).status, 400);
	});

	it('a GET that the upstream does not know is 405', async () => {
		gate.upstream().set({ streams: false });
		assert.equal((await client.get()).status, 405);
	});

	it('an upstream without sessions gets none', async () => {
		gate.upstream('other').set({ sessions: false });
		const own = await gate.client('other');
		assert.equal(own.id, undefined);
		assert.equal((await own.call('echo')).status, 200);
		await isNoneAtOther(own);
	});

	// An id that we have not made is 404 there as well: nothing of a client's reaches the upstream as its session.
	async function isNoneAtOther(own) {
		gate.calm();
		await own.call('echo', {}, { headers: { 'Mcp-Session-Id': 'planted' } });
		assert.ok(gate.upstream('other').log.every((entry) => idOf(entry) === undefined));
	}
});
