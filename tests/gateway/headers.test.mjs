// SPDX-License-Identifier: MIT
// What of a request reaches an upstream, and what of its answer comes back.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { request } from '../e2e/lib/http.mjs';
import { MODERN } from '../e2e/lib/mcp.mjs';
import { OTHERS, behindBoth, socketPlace, startGate } from './lib/gate.mjs';

// All that a request to an upstream without a token may carry; the last line is HTTP's own.
const ALLOWED = ['accept', 'content-type', 'user-agent', 'mcp-protocol-version', 'mcp-session-id', 'last-event-id',
	'traceparent', 'tracestate', 'x-tenant', 'x-feature',
	'host', 'content-length', 'transfer-encoding', 'connection'];
const OF_MODERN = ['mcp-method', 'mcp-name', 'mcp-param-region', 'mcp-param-other'];

const JUNK = {
	Cookie: 'session=stolen', 'Proxy-Authorization': 'Basic eDp5', 'X-Forwarded-For': '192.0.2.1',
	'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', 'X-Forwarded-User': 'root',
	Forwarded: 'for=192.0.2.1', 'X-Real-IP': '192.0.2.1', 'X-Sallyport-Subject': 'root', 'X-Sallyport-Object-Id': 'root',
	'X-Sallyport-User': 'a.b.c', 'X-Sallyport-Name': 'root', 'Keep-Alive': 'timeout=5', TE: 'trailers', 'X-Custom': 'x',
	'X-Api-Key': 'x', Via: '1.1 evil', Referer: 'http://127.0.0.1/?code=x', 'Accept-Language': 'en',
	'X-Original-Url': '/admin', 'X-HTTP-Method-Override': 'DELETE', 'Remote-User': 'root', Range: 'bytes=0-1',
	'If-None-Match': '"x"', 'Accept-Encoding': 'gzip', Authority: 'evil.example',
};
const PASSED = {
	'User-Agent': 'Some-Client/1.0 (x; y)', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
	tracestate: 'congo=t61rcWkgMzE', 'X-Tenant': 'blue', 'X-Feature': 'a, b;q="c"',
};

const names = (entry) => entry.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
const servers = { weather: { upstream_token: 'none', upstream_headers: 'x-tenant, x-feature' } };

behindBoth((server) => {
	let gate;
	let legacy;
	let modern;

	before(async () => {
		const modernToo = { ...servers, modern: { ...servers.weather, upstream: { era: 'modern' } } };
		gate = await startGate(server, { servers: modernToo });
		legacy = await gate.client('weather');
		modern = await gate.client('modern', { era: MODERN });
		gate.calm();
	});
	afterEach(() => gate.upstreams.forEach((upstream) => upstream.reset()));
	after(() => gate?.stop());

	// The one request that the stand-in has seen.
	const seen = (name = 'weather') => {
		assert.equal(gate.upstream(name).log.length, 1);
		return gate.upstream(name).log[0];
	};

	it('a request reaches the upstream with the headers that are named, and no other', async () => {
		const own = { 'Mcp-Method': 'x', 'Mcp-Name': 'y', 'Mcp-Param-Region': 'z' };
		await legacy.call('echo', {}, { headers: { ...JUNK, ...PASSED, ...own } });
		const entry = seen();
		assert.deepEqual(names(entry).filter((name) => !ALLOWED.includes(name)), []);
		assert.equal(new Set(names(entry)).size, names(entry).length, 'a header occurs twice');
		for (const [name, value] of Object.entries(PASSED))
			assert.equal(entry.headers[name.toLowerCase()], value, name);
		assert.match(entry.headers.accept, /application\/json.*text\/event-stream/);
		assert.match(entry.headers['content-type'], /^application\/json/);
		assert.equal(entry.headers.host, new URL(gate.upstream().url).host);
		assert.equal(entry.headers['mcp-protocol-version'], '2025-11-25');
	});

	it('GET and DELETE carry no more', async () => {
		const stream = await legacy.listen({ ...JUNK, ...PASSED });
		stream.close();
		const other = await gate.client('weather', { session: legacy.session });
		await other.remove({ ...JUNK, ...PASSED });
		for (const entry of gate.upstream().log.filter(({ method }) => method !== 'POST')) {
			assert.deepEqual(names(entry).filter((name) => !ALLOWED.includes(name)), [], entry.method);
			assert.equal(entry.headers['x-tenant'], 'blue');
		}
		assert.equal(gate.upstream().log.filter(({ method }) => method !== 'POST').length, 2);
	});

	it('a modern request keeps its Mcp-Method, Mcp-Name and Mcp-Param-*', async () => {
		const region = '=?base64?w6k=?=';
		const own = {
			'Mcp-Param-Region': region, 'Mcp-Param-Other': 'kept', 'Mcp-Session-Id': 'x', 'Last-Event-ID': '1',
		};
		const answer = await modern.call('regional', { region: 'é' }, { headers: { ...JUNK, ...PASSED, ...own } });
		assert.equal(answer.json?.result?.resultType, 'complete', answer.text);
		const entry = seen('modern');
		assert.deepEqual(names(entry).filter((name) => ![...ALLOWED, ...OF_MODERN].includes(name)), []);
		const { headers } = entry;
		const kept = [...OF_MODERN, 'mcp-protocol-version', 'mcp-session-id'];
		assert.deepEqual(kept.map((name) => headers[name]),
			['tools/call', 'regional', region, 'kept', MODERN, undefined]);
	});

	it('our own bearer reaches it nowhere', async () => {
		await legacy.call('echo', { text: 'x' });
		await modern.call('echo', { text: 'x' });
		const all = JSON.stringify(gate.names.flatMap((name) => gate.upstream(name).log));
		for (const { token, session } of [legacy, modern])
			for (const secret of [token, token.split('.')[2], session.tokens.refresh_token, session.response.code])
				assert.ok(!all.includes(secret));
		assert.ok(!/authorization/i.test(all));
	});

	it('a body goes on byte for byte', async () => {
		const body = ' {"method" : "tools/call","jsonrpc":"2.0" ,\n'
			+ '"params":{"arguments":{"text":"\\u00e9\\/é\\ud83d\\ude00","n":1.0e21,'
			+ '"m":12345678901234567890,"f":0.10}, "name":"echo","extra":[null,{}]},\t"id":"\\u0061" } ';
		const answer = await request(legacy.url, { method: 'POST', body, headers: {
			...legacy.headers,
			Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json; charset=utf-8',
		} });
		assert.equal(answer.status, 200, answer.text);
		assert.equal(seen().body, body);
		assert.equal(answer.json.id, 'a');
	});

	it('an answer comes back byte for byte, JSON and events', async () => {
		for (const answers of ['json', 'events']) {
			gate.upstream().set({ answers });
			const { text, json } = await legacy.call('odd');
			assert.ok(text.includes('1e+21') && json.result.structuredContent.unknown.a[0] === null, text);
			assert.equal(json.result.content[0].text, 'é\u2028 \ud83d\ude00 "\\');
		}
	});

	it('an answer comes back with the headers that are named, and no other', async () => {
		const bad = {
			'Set-Cookie': ['a=b', 'c=d'], 'WWW-Authenticate': 'Bearer realm="upstream"', 'X-Internal': 'host-17',
			'X-Powered-By': 'Express', 'Access-Control-Allow-Origin': '*', Location: 'http://evil.example/', Link: '<x>; rel=y',
			'X-Sallyport-Test': 'x', Status: '500', 'Clear-Site-Data': '"*"', 'Strict-Transport-Security': 'max-age=1',
			Server: 'upstream/9',
		};
		for (const answers of ['json', 'events']) {
			gate.upstream().set({ answers, headers: { ...bad, 'MCP-Protocol-Version': '2025-11-25' } });
			const { status, headers } = await legacy.call('echo');
			assert.equal(status, 200);
			for (const name of Object.keys(bad).filter((name) => name !== 'Server'))
				assert.equal(headers[name.toLowerCase()], undefined, name);
			assert.notEqual(headers.server, 'upstream/9');
			assert.match(headers['content-type'], answers === 'json' ? /^application\/json/ : /^text\/event-stream/);
			assert.equal(headers['mcp-protocol-version'], '2025-11-25');
			assert.equal(headers['x-accel-buffering'], answers === 'json' ? undefined : 'no');
		}
	});

	it('Retry-After and Allow come back', async () => {
		const told = { code: -32000, message: 'slowly' };
		gate.upstream().fault('status', { status: 429, headers: { 'Retry-After': '17' }, json: told });
		const { status, headers, json } = await legacy.call('echo');
		assert.deepEqual([status, headers['retry-after'], json.error.message], [429, '17', 'slowly']);
		gate.upstream().set({ streams: false });
		const get = await legacy.get();
		assert.equal(get.status, 405);
		assert.match(get.headers.allow, /POST/);
	});

	it('no header with an underscore stands for one with a hyphen', async () => {
		const { body } = legacy.message('tools/call', { name: 'echo', arguments: {} });
		const send = (more, without = []) => request(legacy.url, { method: 'POST', body: JSON.stringify(body),
			headers: [...Object.entries({ ...legacy.headers, Accept: 'application/json, text/event-stream' })
				.filter(([name]) => !without.includes(name)).flat(), 'Content-Type', 'application/json', ...more] });
		for (const twin of ['Mcp_Session_Id', 'Mcp_Session-Id', 'MCP-Session_ID']) {
			const alone = await send([twin, legacy.id], ['Mcp-Session-Id']);
			assert.equal(alone.status, 400, `${twin}: ${alone.text}`);	// the stand-in misses its session
			assert.equal(gate.upstream().log.at(-1)?.headers['mcp-session-id'], undefined);
			gate.calm();
		}
		for (const twin of [['X_Tenant', 'red'], ['Mcp_Session-Id', 'x'], ['User_Agent', 'red']]) {
			const both = await send(['X-Tenant', 'blue', 'User-Agent', 'blue', ...twin]);
			assert.ok([200, 400].includes(both.status), `${twin}: ${both.text}`);
			for (const { headers } of gate.upstream().log)
				assert.deepEqual([headers['x-tenant'], headers['user-agent']], ['blue', 'blue'], twin[0]);
			gate.calm();
		}
	});

	it('a header with an odd byte, or too long, arrives whole or not at all', async () => {
		for (const value of ['a\tb', 'x'.repeat(9000)]) {
			const answer = await legacy.call('echo', {}, { headers: { 'X-Tenant': value } }).catch((error) => error);
			const entry = gate.upstream().log.at(-1);
			assert.ok(entry === undefined || [value, undefined].includes(entry.headers['x-tenant']), JSON.stringify(answer));
			gate.calm();
		}
		assert.equal((await legacy.call('echo')).status, 200);
	});
});

describe('behind the other servers', { concurrency: 3 }, () => {
	for (const server of OTHERS)
		it(`${server} passes on the same`, async () => {
			const gate = await startGate(server, { servers });
			try {
				const client = await gate.client('weather');
				gate.calm();
				await client.call('echo', {}, { headers: { ...JUNK, ...PASSED } });
				const [entry] = gate.upstream().log;
				assert.deepEqual(names(entry).filter((name) => !ALLOWED.includes(name)), []);
				for (const [name, value] of Object.entries(PASSED))
					assert.equal(entry.headers[name.toLowerCase()], value, name);
				assert.equal(entry.headers['mcp-session-id'].length, 36);
			} finally {
				await gate.stop();
			}
		});
});

describe('an upstream on a Unix socket', () => {
	it('is spoken to as any other', async () => {
		const place = socketPlace();
		const gate = await startGate('lighttpd-fastcgi', { servers: { weather: { upstream: { socket: place.socket } } } });
		try {
			const client = await gate.client();
			const { url, headers } = await client.value('echo', { text: 'x' });
			assert.equal(url, '/mcp');
			assert.ok(headers.host.length > 0);
		} finally {
			await gate.stop();
			place.remove();
		}
	});
});
