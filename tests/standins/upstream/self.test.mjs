// SPDX-License-Identifier: MIT
// The stand-in for an upstream keeps the rules that a gateway is measured by, and breaks them on demand.
import assert from 'node:assert/strict';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { postJson, request } from '../../e2e/lib/http.mjs';
import { legacy as legacyMessage, modern } from '../../e2e/lib/mcp.mjs';
import { openStream } from '../../gateway/lib/events.mjs';
import { KINDS, SECRET } from './faults.mjs';
import { push } from './legacy.mjs';
import { startUpstream } from './upstream.mjs';

const ACCEPT = { Accept: 'application/json, text/event-stream' };
const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'self', version: '1' } };

let upstream;
const post = ({ headers, body }, more = {}) => postJson(upstream.url, body, { headers: { ...headers, ...more } });
const legacy = (...args) => legacyMessage(...args);

async function session(version = '2025-11-25') {
	const answer = await post(legacy('initialize', { ...INITIALIZE, protocolVersion: version }));
	const headers = { 'Mcp-Session-Id': answer.headers['mcp-session-id'] };
	assert.equal((await post(legacy('notifications/initialized', undefined, { id: null }), headers)).status, 202);
	return headers;
}

const tool = (name, args, options) => legacy('tools/call', { name, arguments: args }, options);

describe('legacy', () => {
	before(async () => { upstream = await startUpstream(); });
	afterEach(() => upstream.reset());
	after(() => upstream.stop());

	it('mints a session and wants it', async () => {
		const headers = await session();
		assert.equal((await post(legacy('tools/list'))).status, 400);
		assert.equal((await post(legacy('tools/list'), { 'Mcp-Session-Id': 'x' })).status, 404);
		assert.ok((await post(legacy('tools/list'), headers)).json.result.tools.length > 10);
		assert.equal((await request(upstream.url, { method: 'DELETE', headers })).status, 204);
		assert.equal((await post(legacy('tools/list'), headers)).status, 404);
	});

	it('refuses what a strict server refuses', async () => {
		const headers = await session();
		assert.equal((await post(legacy('ping'), { ...headers, Accept: 'application/json' })).status, 406);
		assert.equal((await post(legacy('ping'), { ...headers, 'Content-Type': 'text/plain' })).status, 415);
		assert.equal((await post(legacy('ping'), { ...headers, 'MCP-Protocol-Version': '2026-07-28' })).status, 400);
		assert.equal((await post({ headers: ACCEPT, body: [legacy('ping').body] }, headers)).status, 400);
		assert.equal((await post(modern('server/discover'))).status, 400);
	});

	it('takes batches of 2025-03-26', async () => {
		const body = [legacy('ping').body, legacy('ping', undefined, { id: 2 }).body];
		const { json } = await post({ headers: ACCEPT, body }, await session('2025-03-26'));
		assert.deepEqual(json.map((m) => m.id), [1, 2]);
	});

	it('tells what arrived', async () => {
		const headers = await session();
		const { json } = await post(tool('echo', { text: 'x' }), { ...headers, 'X-Test': 'y' });
		const seen = JSON.parse(json.result.content[0].text);
		assert.deepEqual([seen.headers['x-test'], seen.arguments], ['y', { text: 'x' }]);
		assert.equal(upstream.requests('tools/call').length, 1);
	});

	it('sends events as they come, and again after Last-Event-ID', async () => {
		const headers = await session();
		const call = tool('slow', { events: 3, ms: 60 });
		const stream = await openStream(upstream.url,
			{ method: 'POST', headers: { ...headers, ...ACCEPT }, body: call.body });
		const [first, second] = [await stream.event(), await stream.event()];
		assert.ok(second.at - first.at > 30);
		stream.close();
		await sleep(250);
		const again = await openStream(upstream.url, { headers: { ...headers, ...ACCEPT, 'Last-Event-ID': first.id } });
		const rest = await again.rest();
		assert.deepEqual(rest.map((event) => event.json.params?.data.n), [2, 3, undefined]);
		assert.ok(upstream.requests('tools/call')[0].gone > 0);
	});

	it('pushes on the stream of a GET', async () => {
		const headers = await session();
		const stream = await openStream(upstream.url, { headers: { ...headers, ...ACCEPT } });
		assert.equal(push(upstream, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }), 1);
		assert.equal((await stream.event()).json.method, 'notifications/tools/list_changed');
		stream.close();
	});

	it('asks, and waits for the answer', async () => {
		const headers = await session();
		const stream = await openStream(upstream.url,
			{ method: 'POST', headers: { ...headers, ...ACCEPT }, body: tool('ask', {}).body });
		const { json: { id, method } } = await stream.event();
		assert.equal(method, 'elicitation/create');
		const body = { jsonrpc: '2.0', id, result: { action: 'accept', content: { colour: 'red' } } };
		assert.equal((await post({ headers: ACCEPT, body }, headers)).status, 202);
		assert.match((await stream.event()).json.result.content[0].text, /red/);
		stream.close();
	});
});

describe('modern', () => {
	before(async () => { upstream = await startUpstream({ era: 'modern' }); });
	afterEach(() => upstream.reset());
	after(() => upstream.stop());

	it('wants headers that agree', async () => {
		assert.deepEqual((await post(modern('server/discover'))).json.result.supportedVersions, ['2026-07-28']);
		for (const [name, value] of [['Mcp-Method', 'x'], ['Mcp-Name', undefined], ['MCP-Protocol-Version', '2025-11-25']]) {
			const call = modern('tools/call', { name: 'echo' }, { headers: { [name]: value } });
			assert.equal((await post(call)).json.error.code, -32020);
		}
		const regional = (value) => post(modern('tools/call', { name: 'regional', arguments: { region: 'eu' } },
			{ headers: { 'Mcp-Param-Region': value } }));
		assert.equal((await regional(undefined)).json.error.code, -32020);
		assert.equal((await regional('eu')).json.result.resultType, 'complete');
	});

	it('has no legacy', async () => {
		const { status, json } = await post(legacy('initialize', INITIALIZE));
		assert.deepEqual([status, json.error.code, json.error.data.supported], [400, -32022, ['2026-07-28']]);
		for (const method of ['GET', 'DELETE'])
			assert.equal((await request(upstream.url, { method })).status, 405);
		assert.equal((await post(modern('nope'))).status, 404);
	});

	it('asks in its result', async () => {
		const { json: { result } } = await post(modern('tools/call', { name: 'ask', arguments: {} }));
		assert.equal(result.resultType, 'input_required');
		const again = await post(modern('tools/call', { name: 'ask', arguments: {}, requestState: result.requestState,
			inputResponses: { question: { action: 'accept', content: { colour: 'red' } } } }));
		assert.match(again.json.result.content[0].text, /red/);
	});
});

describe('the pair of 2024-11-05', () => {
	before(async () => { upstream = await startUpstream({ era: 'sse' }); });
	after(() => upstream.stop());

	it('answers on the stream', async () => {
		const stream = await openStream(upstream.url, { headers: ACCEPT });
		const { name, data } = await stream.event();
		assert.equal(name, 'endpoint');
		const send = (body) => postJson(`${upstream.origin}${data}`, body);
		assert.equal((await send(legacy('initialize', INITIALIZE).body)).status, 202);
		assert.equal((await stream.event()).json.result.protocolVersion, '2024-11-05');
		await send(legacy('notifications/initialized', undefined, { id: null }).body);
		await send(tool('echo', { text: 'x' }).body);
		assert.match((await stream.event()).json.result.content[0].text, /POST/);
		stream.close();
		await sleep(50);
		assert.equal((await send(legacy('ping').body)).status, 404);
	});
});

describe('faults', () => {
	before(async () => { upstream = await startUpstream(); });
	afterEach(() => upstream.reset());
	after(() => upstream.stop());

	it('spoil as many requests as they are told to', async () => {
		upstream.fault('status', { status: 429, headers: { 'Retry-After': '7' }, times: 2, on: 'tools/list' });
		const headers = await session();
		for (const status of [429, 429, 200])
			assert.equal((await post(legacy('tools/list'), headers)).status, status);
		upstream.fault('html');
		assert.match((await post(legacy('ping'), headers)).text, new RegExp(SECRET));
	});

	it('are each what they are called', async () => {
		const expected = {
			reset: 'none', garbage: 'none', 'endless headers': 'none', hang: 'hangs', 'hang after headers': 'hangs',
			'truncated by length': 'cut', 'truncated in a chunk': 'cut', drip: 'hangs', 'dripping event': 'hangs',
			'close mid-stream': 'cut',
		};
		for (const kind of KINDS.filter((name) => name !== 'status')) {
			const expects = expected[kind] ?? 'whole';
			upstream.fault(kind);
			const outcome = await new Promise((resolve) => {
				const call = http.request(upstream.url,
					{ method: 'POST', agent: false, headers: { 'Content-Type': 'application/json' } });
				const timer = setTimeout(() => { call.destroy(); resolve('hangs'); }, expects === 'hangs' ? 300 : 20_000);
				const done = (what) => { clearTimeout(timer); resolve(what); };
				call.on('response', (rs) => {
					rs.resume();
					rs.on('end', () => done('whole'));
					rs.on('error', () => done('cut'));
				});
				call.on('error', () => done('none'));
				call.end(JSON.stringify(legacy('ping').body));
			});
			assert.equal(outcome, expects, kind);
		}
	});

	it('of the whole server: nobody listens', async () => {
		await upstream.refuse();
		await assert.rejects(() => post(legacy('ping')), { code: 'ECONNREFUSED' });
		await upstream.accept();
		assert.equal((await post(legacy('initialize', INITIALIZE))).status, 200);
	});

	it('listens on a socket as well', async () => {
		const socket = path.join(os.tmpdir(), `upstream-self-${process.pid}.sock`);
		const other = await startUpstream({ socket });
		assert.equal(other.url, `unix:${socket}:/mcp`);
		const status = await new Promise((resolve) => {
			http.get({ socketPath: socket, path: '/mcp' }, (rs) => { rs.resume(); resolve(rs.statusCode); });
		});
		assert.equal(status, 400);
		await other.stop();
	});
});
