// SPDX-License-Identifier: MIT
// Thousands of requests of several people through the same workers at once: no answer ever reaches the wrong one.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MODERN } from '../e2e/lib/mcp.mjs';
import { ALICE, BOB } from '../standins/entra/world.mjs';
import { startUpstream } from '../standins/upstream/upstream.mjs';
import { startGate } from './lib/gate.mjs';
import { openStream } from './lib/events.mjs';

const OID = { [ALICE]: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', [BOB]: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' };
const AT_ONCE = 24;

let nonce = 0;
const fresh = () => `nonce-${++nonce}`;

// What each kind of request must come back with.
const KINDS = [
	[10, async (actor) => {
		const mark = fresh();
		const { arguments: args, headers } = await actor.value('echo', { text: mark }, { id: mark });
		assert.equal(args.text, mark);
		isOf(actor, headers);
	}],
	[3, async (actor) => {
		const mark = fresh();
		const answer = await actor.request('tools/list', {}, { id: mark });
		assert.equal(answer.json.id, mark);
		assert.ok(answer.json.result.tools.length > 5);
	}],
	[2, async (actor) => {
		const mark = fresh();
		const { json, status } = await actor.call(mark, {}, { id: mark });
		assert.deepEqual([status, json.id, json.error.code], [200, mark, -32602]);
		assert.ok(json.error.message.includes(mark));
	}],
	[2, async (actor) => {
		const mark = fresh();
		const stream = await actor.openCall('slow', { events: 2, ms: 15 }, { id: mark });
		const answer = await stream.answer(mark);
		assert.ok(answer?.result !== undefined, `${stream.status} ${stream.text}`);
		await stream.end();
		assert.ok(stream.events.every(({ json }) => json.id === undefined || json.id === mark));
	}],
	[1, async (actor) => {
		const { status, text } = await actor.notify('notifications/cancelled', { requestId: fresh() });
		assert.deepEqual([status, text], [202, '']);
	}],
	// Somebody else's session id, which is none.
	[1, async (actor, others) => {
		if (actor.id === undefined)
			return;
		const stolen = others.find((other) => other.id !== undefined && other.id !== actor.id);
		const { status } = await actor.call('echo', {}, { headers: { 'Mcp-Session-Id': stolen.id } });
		assert.equal(status, 404);
	}],
	// A client that goes away in the middle.
	[1, async (actor) => {
		const { headers, body } = actor.message('tools/call', { name: 'slow', arguments: { events: 3, ms: 30 } });
		const stream = await openStream(actor.url, { method: 'POST', headers, body });
		stream.close();
	}],
];
const DECK = KINDS.flatMap(([weight, kind]) => Array(weight).fill(kind));

function isOf({ user, sessionSeen }, headers) {
	assert.equal(headers['x-sallyport-object-id'], OID[user]);
	assert.equal(headers.claims.oid, OID[user]);
	if (sessionSeen.id === undefined)
		sessionSeen.id = headers['mcp-session-id'];
	assert.equal(headers['mcp-session-id'], sessionSeen.id, 'the upstream session of somebody else');
}

async function run(server, requests) {
	const servers = {};
	for (const [name, era] of [['weather', 'legacy'], ['modern', 'modern']])
		servers[name] = { upstream: await startUpstream({ era }), upstream_token: 'entra', upstream_user_headers: 'plain' };
	const gate = await startGate(server, { servers, top: ['stream_heartbeat = 1', 'workers = 4'] });
	try {
		const actors = [];
		for (const user of [ALICE, BOB])
			for (const [name, era] of [['weather', '2025-11-25'], ['weather', '2025-06-18'], ['weather', MODERN],
				['modern', MODERN], ['modern', '2025-11-25']]) {
				const actor = await gate.client(name, { user, era });
				actors.push(Object.assign(actor, { user, sessionSeen: {} }));
			}
		gate.upstreams.forEach((upstream) => { upstream.log.push = () => 0; });	// it would remember them all
		let left = requests;
		await Promise.all(Array.from({ length: AT_ONCE }, async (_, i) => {
			for (let n = i; left-- > 0; n++) {
				const kind = DECK[(n * 7 + i) % DECK.length];
				await kind(actors[(n + i * 3) % actors.length], actors);
			}
		}));
	} finally {
		await gate.stop();
	}
}

describe('no answer reaches the wrong person', () => {
	for (const [server, requests] of [['lighttpd-fastcgi', 10_000], ['apache-proxy-fcgi', 4000]])
		it(`${requests} requests through ${server}`, () => run(server, requests));
});
