// SPDX-License-Identifier: MIT
// A client of one era and an upstream of the other: neither needs to know.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { LEGACY, MODERN } from '../e2e/lib/mcp.mjs';
import { BOB } from '../standins/entra/world.mjs';
import { openStream } from './lib/events.mjs';
import { behindBoth, startGate } from './lib/gate.mjs';
import { eventually } from './lib/process.mjs';

const META = 'io.modelcontextprotocol/';
const NAMES = ['echo', 'slow', 'ask', 'list', 'regional', 'fail', 'whoami'];
const text = (answer) => answer.json?.result?.content?.[0]?.text;

behindBoth('a modern client and a legacy upstream', (server) => {
	let gate;
	let client;
	let upstream;

	before(async () => {
		gate = await startGate(server, { servers: { weather: { upstream_timeout: '5s' } } });
		upstream = gate.upstream();
		client = await gate.client('weather', { era: MODERN, connect: false });
	});
	afterEach(() => upstream.reset());
	after(() => gate?.stop());

	it('discovers it', async () => {
		const { status, json: { result }, headers } = await client.request('server/discover');
		assert.equal(status, 200);
		assert.equal(headers['mcp-session-id'], undefined);
		assert.ok(result.supportedVersions.includes(MODERN));
		assert.ok(result.capabilities.tools);
		assert.deepEqual([result.resultType, result.cacheScope, Number.isInteger(result.ttlMs)],
			['complete', 'private', true]);
		assert.equal(result._meta[`${META}serverInfo`].name, 'stand-in');
	});

	it('lists, with what results of its era have', async () => {
		const { json: { result }, headers } = await client.request('tools/list');
		assert.ok(result.tools.length > 10);
		assert.deepEqual([result.resultType, result.ttlMs, result.cacheScope], ['complete', 0, 'private']);
		assert.equal(result._meta[`${META}serverInfo`].name, 'stand-in');
		assert.deepEqual(result.tools[0]._meta, { 'stand-in/kept': true });
		assert.equal(headers['mcp-session-id'], undefined);
	});

	it('calls, and the upstream sees a legacy client with one session', async () => {
		gate.calm();
		const fresh = await gate.client('weather', { era: MODERN, connect: false });
		for (let n = 0; n < 4; n++) {
			const answer = await fresh.call('echo', { text: String(n) }, { headers: { 'Mcp-Session-Id': 'x' } });
			assert.equal(answer.json?.result?.resultType, 'complete', answer.text);
			assert.deepEqual(JSON.parse(text(answer)).arguments, { text: String(n) });
		}
		assert.deepEqual(upstream.log.map(({ json, method }) => json?.method ?? method),
			['initialize', 'notifications/initialized', ...Array(4).fill('tools/call')]);
		const [initialize, , ...calls] = upstream.log;
		assert.ok(LEGACY.includes(initialize.json.params.protocolVersion));
		const capabilities = Object.keys(initialize.json.params.capabilities);
		assert.deepEqual(capabilities.filter((name) => ['elicitation', 'sampling', 'roots'].includes(name)), []);
		assert.equal(new Set(calls.map(({ headers }) => headers['mcp-session-id'])).size, 1);
		for (const { headers } of calls) {
			assert.equal(headers['mcp-protocol-version'], '2025-11-25');
			assert.deepEqual([headers['mcp-method'], headers['mcp-name']], [undefined, undefined]);
		}
	});

	it('at once, with few sessions', async () => {
		gate.calm();
		const fresh = await gate.client('weather', { era: MODERN, connect: false });
		const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => fresh.value('echo', { n })));
		assert.deepEqual(answers.map((value) => value.arguments.n), Array.from({ length: 12 }, (_, n) => n));
		await fresh.value('echo', {});
		const ids = upstream.requests('tools/call').slice(-1).map(({ headers }) => headers['mcp-session-id']);
		assert.equal(ids.length, 1);
	});

	it('another person has another session', async () => {
		gate.calm();
		const bob = await gate.client('weather', { era: MODERN, connect: false, user: BOB });
		await bob.call('echo');
		await client.call('echo');
		const [his, hers] = upstream.requests('tools/call').map(({ headers }) => headers['mcp-session-id']);
		assert.notEqual(his, hers);
	});

	it('a session that the upstream has forgotten is opened again', async () => {
		await client.call('echo');
		upstream.sessions.byId.clear();
		gate.calm();
		const answer = await client.call('echo', { text: 'again' });
		assert.equal(JSON.parse(text(answer) ?? '{}').arguments?.text, 'again', answer.text);
		assert.equal(upstream.requests('initialize').length, 1);
	});

	it('errors are those of its era', async () => {
		const rows = [['resources/read', { uri: 'a:b' }, 200, -32602], ['tools/call', { name: 'nope' }, 200, -32602],
			['nope/nope', {}, 404, -32601]];
		for (const [method, params, status, code] of rows) {
			const answer = await client.request(method, params, { id: 'x' });
			assert.deepEqual([answer.status, answer.json?.error?.code, answer.json?.id], [status, code, 'x'],
				`${method}: ${answer.text}`);
		}
		const failing = await client.call('fail');
		assert.deepEqual([failing.json.result.isError, failing.json.result.resultType], [true, 'complete']);
	});

	it('a request whose headers do not agree with it goes nowhere', async () => {
		gate.calm();
		for (const headers of [{ 'Mcp-Method': 'tools/list' }, { 'Mcp-Name': 'admin' }, { 'Mcp-Name': undefined }]) {
			const { status, json } = await client.call('echo', {}, { headers });
			assert.deepEqual([status, json.error.code], [400, -32020]);
		}
		assert.deepEqual(upstream.log, []);
	});

	it('progress comes as it is sent, and the result has its type', async () => {
		const message = client.message('tools/call', { name: 'slow', arguments: { events: 3, ms: 300 } });
		message.body.params._meta.progressToken = 'p';
		const stream = await openStream(client.url, { method: 'POST', ...message });
		const first = await stream.event();
		assert.deepEqual([first.json.params.progress, first.json.params.progressToken], [1, 'p']);
		const rest = await stream.rest();
		assert.deepEqual(rest.map(({ json }) => json.params?.progress ?? json.result.resultType), [2, 3, 'complete']);
		assert.ok(rest.at(-1).at - first.at > 150);
	});

	it('log messages come where the request asks for them', async () => {
		for (const level of [undefined, 'info']) {
			const message = client.message('tools/call', { name: 'slow', arguments: { events: 1, ms: 10 } });
			message.body.params._meta[`${META}logLevel`] = level;
			const stream = await openStream(client.url, { method: 'POST', ...message });
			const methods = (await stream.rest()).map(({ json }) => json.method ?? json.result.resultType);
			assert.deepEqual(methods, level === undefined ? ['complete'] : ['notifications/message', 'complete']);
		}
	});

	it('a question of the upstream does not reach a client that cannot answer it, and nothing hangs', async () => {
		const began = Date.now();
		const stream = await client.openCall('ask', {}, { id: 'asking' });
		const answer = await stream.answer('asking', 6000).finally(() => stream.close());
		assert.ok(Date.now() - began < 6000);
		assert.ok(answer?.result !== undefined || answer?.error !== undefined, stream.text);
		assert.ok(!stream.text.includes('elicitation/create') && !stream.text.includes('"id":"ask-'), stream.text);
	});

	it('a client that is gone ends its call', async () => {
		gate.calm();
		const opened = client.openCall('silent');
		const entry = await eventually(() => upstream.requests('tools/call')[0], 'the call');
		(await opened).close();
		await eventually(() => entry.gone, 'the end', 15_000);
	});

	it('a subscription is acknowledged', async () => {
		const stream = await client.open('subscriptions/listen',
			{ notifications: { toolsListChanged: true } }, { id: 'sub' });
		assert.equal(stream.status, 200);
		const { json } = await stream.event();
		assert.equal(json.method, 'notifications/subscriptions/acknowledged');
		assert.equal(json.params._meta[`${META}subscriptionId`], 'sub');
		stream.close();
	});
});

behindBoth('a legacy client and a modern upstream', (server) => {
	let gate;
	let client;
	let upstream;

	before(async () => {
		const tools = [...NAMES, 'naïve tool ☂'];
		gate = await startGate(server, { servers: { weather: { upstream: { era: 'modern', tools } } } });
		upstream = gate.upstream();
		client = await gate.client();
	});
	afterEach(() => { upstream.calm(); upstream.set({ answers: 'json' }); });
	after(() => gate?.stop());

	it('shakes hands, in every version', async () => {
		for (const era of [...LEGACY, '2024-11-05']) {
			const own = await gate.client('weather', { era, session: client.session, connect: false });
			const { status, json } = await own.initialize();
			assert.equal(status, 200);
			assert.equal(json.result.protocolVersion, era);
			assert.ok(json.result.capabilities.tools);
			assert.deepEqual([json.result.serverInfo.name, json.result.instructions], ['stand-in', 'Ask it anything.']);
			assert.equal((await own.notify('notifications/initialized')).status, 202);
			assert.deepEqual((await own.request('ping')).json.result, {});
		}
		assert.ok(upstream.requests('initialize').length <= 2, 'asked once, and once more in the gateway\'s own words');
		assert.equal(upstream.requests('ping').length, 0);
		assert.ok(upstream.requests('server/discover').length > 0);
	});

	it('lists and calls, and the upstream sees a modern client', async () => {
		assert.ok((await client.names()).includes('echo'));
		const { arguments: args, headers } = await client.value('echo', { text: 'x' });
		assert.deepEqual(args, { text: 'x' });
		const names = ['mcp-method', 'mcp-name', 'mcp-protocol-version', 'mcp-session-id'];
		assert.deepEqual(names.map((name) => headers[name]), ['tools/call', 'echo', MODERN, undefined]);
		const { _meta } = upstream.requests('tools/call')[0].json.params;
		assert.equal(_meta[`${META}protocolVersion`], MODERN);
		assert.equal(typeof _meta[`${META}clientCapabilities`], 'object');
	});

	it('a _meta of its own stays', async () => {
		await client.request('tools/call', { name: 'echo', arguments: {}, _meta: { progressToken: 7, 'test/kept': 'x' } });
		const { _meta } = upstream.requests('tools/call')[0].json.params;
		assert.deepEqual([_meta.progressToken, _meta['test/kept'], _meta[`${META}protocolVersion`]], [7, 'x', MODERN]);
	});

	it('names that no header can hold are wrapped, arguments are mirrored where the tool wants that', async () => {
		assert.match(text(await client.call('naïve tool ☂')), /was called/);
		for (const region of ['eu', 'é ☂', ' x ', '=?base64?eA==?=']) {
			const answer = await client.call('regional', { region });
			assert.equal(JSON.parse(text(answer) ?? '{}').arguments?.region, region, answer.text);
		}
	});

	it('progress comes as it is sent', async () => {
		const stream = await client.openCall('slow', { events: 3, ms: 400 });
		const first = await stream.event();
		const rest = await stream.rest();
		assert.deepEqual(rest.map(({ json }) => json.params?.data.n ?? json.result.content[0].text), [2, 3, 'slow is done']);
		assert.ok(rest.at(-1).at - first.at > 100, 'all of them came at once');
	});

	it('a question of the upstream is a tool error that says so', async () => {
		for (const answers of ['json', 'events']) {
			upstream.set({ answers });
			const { status, json, text: whole } = await client.call('ask');
			assert.equal(status, 200, whole);
			assert.equal(json.result.isError, true, whole);
			assert.ok(json.result.content[0].text.length > 10);
		}
	});

	it('structured content is an object or absent', async () => {
		const { json: { result } } = await client.call('list');
		assert.ok(result.structuredContent === undefined || !Array.isArray(result.structuredContent));
	});

	it('errors are those of its era', async () => {
		for (const [method, params, code] of [['tools/call', { name: 'nope' }, -32602], ['nope/nope', {}, -32601]]) {
			const { status, json, text: whole } = await client.request(method, params, { id: 'x' });
			assert.deepEqual([status, json?.error?.code, json?.id], [200, code, 'x'], whole);
		}
	});

	it('GET is 405, DELETE no failure of a server', async () => {
		assert.equal((await client.get()).status, 405);
		assert.ok((await client.remove()).status < 500);
	});
});
