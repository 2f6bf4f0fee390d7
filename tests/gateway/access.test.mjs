// SPDX-License-Identifier: MIT
// What never reaches an upstream: requests without a good token, of strangers' origins, of another form; and what stops
// a configuration.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { postJson, request } from '../e2e/lib/http.mjs';
import { MODERN, bare, legacy, modern } from '../e2e/lib/mcp.mjs';
import { revoke } from '../e2e/lib/oauth.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { startStandIn } from '../e2e/lib/standin.mjs';
import { behindBoth, startGate } from './lib/gate.mjs';

const ORIGIN = 'https://app.example';
const EVENTS = { Accept: 'application/json, text/event-stream' };

behindBoth((server) => {
	let gate;
	let client;
	let url;

	before(async () => {
		gate = await startGate(server, { servers: { weather: {}, other: {}, mcp: { builtin: true } },
			top: ['stream_heartbeat = 1', `allowed_origins = ${ORIGIN}`], limits: { body_max: '100K' } });
		client = await gate.client();
		url = gate.url();
		gate.calm();
	});
	afterEach(() => {
		for (const name of gate.names) {
			const { log } = gate.upstream(name);
			gate.upstream(name).calm();
			assert.deepEqual(log.map(({ method, body }) => `${method} ${body}`), [], 'it reached the upstream');
		}
	});
	after(() => gate?.stop());

	it('without a token, and with a bad one: 401 with the challenge, with every method', async () => {
		const foreign = (await gate.signIn('other')).token;
		for (const token of [undefined, 'x', foreign, `${client.token}x`])
			for (const method of ['POST', 'GET', 'DELETE', 'PUT']) {
				const { status, headers } = await bare(method, url, token, { ...EVENTS, 'Mcp-Session-Id': client.id });
				assert.equal(status, 401, method);
				assert.match(headers['www-authenticate'], /^Bearer realm="weather", .*oauth-protected-resource\/weather"$/);
			}
		gate.calm();
	});

	it('with a token that was revoked', async () => {
		const session = await gate.signIn();
		await revoke(session.metadata, session.client, session.token);
		gate.calm();
		assert.equal((await bare('GET', url, session.token, EVENTS)).status, 401);
		const headers = { Authorization: `Bearer ${session.token}` };
		assert.equal((await postJson(url, legacy('ping').body, { headers })).status, 401);
	});

	it('from an origin that is not allowed', async () => {
		for (const headers of [{ Origin: 'https://evil.example' }, { Host: 'evil.example' }])
			for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS'])
				assert.equal((await bare(method, url, client.token, { ...client.headers, ...EVENTS, ...headers })).status, 403);
	});

	it('a method that nobody has', async () => {
		for (const method of ['PUT', 'PATCH']) {
			const { status, headers } = await bare(method, url, client.token);
			assert.equal(status, 405);
			for (const name of ['POST', 'GET', 'DELETE'])
				assert.match(headers.allow, new RegExp(`\\b${name}\\b`));
		}
	});

	it('a body that is none', async () => {
		const ping = JSON.stringify(legacy('ping').body);
		const rows = [['{', 400, -32700], ['', 400, -32700], ['1', 400, -32600], ['[]', 400, -32600],
			['{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}', 400], [ping.replace('"2.0"', '"1.0"'), 400, -32600],
			[`${ping}${ping}`, 400, -32700], [`{"a":"${'x'.repeat(100 * 1024)}"}`, 413]];
		for (const [body, status, code] of rows) {
			const answer = await client.send({ headers: EVENTS, body });
			assert.equal(answer.status, status, body.slice(0, 50));
			if (code !== undefined)
				assert.equal(answer.json?.error?.code, code, body.slice(0, 50));
		}
		assert.equal((await client.send({ headers: { ...EVENTS, 'Content-Type': 'text/plain' }, body: ping })).status, 415);
		const batch = Array(2).fill(legacy('ping').body);
		const headers = { ...EVENTS, 'MCP-Protocol-Version': '2025-06-18' };
		assert.equal((await client.send({ headers, body: batch })).status, 400);
	});

	it('a modern request that says two things', async () => {
		const own = { Authorization: `Bearer ${client.token}` };
		for (const [headers, code] of [[{ 'Mcp-Method': 'tools/list' }, -32020], [{ 'Mcp-Name': 'x' }, -32020],
			[{ 'MCP-Protocol-Version': '2025-11-25' }, -32020]]) {
			const message = modern('tools/call', { name: 'echo', arguments: {} }, { headers });
			const { status, json } = await postJson(url, message.body, { headers: { ...own, ...message.headers } });
			assert.deepEqual([status, json.error.code], [400, code]);
		}
		const unknown = modern('tools/list', {}, { headers: { 'MCP-Protocol-Version': 'v9' } });
		unknown.body.params._meta['io.modelcontextprotocol/protocolVersion'] = 'v9';
		const { status, json } = await postJson(url, unknown.body, { headers: { ...own, ...unknown.headers } });
		assert.deepEqual([status, json.error.code], [400, -32022]);
		assert.ok(json.error.data.supported.includes(MODERN));
	});

	it('a path beside it', async () => {
		for (const rest of ['/', '/mcp', '/x', '/sse/x'])
			assert.equal((await bare('POST', url + rest, client.token)).status, 404, rest);
	});

	it('a preflight; and it allows what a client of MCP sends and reads', async () => {
		const asked =
			'authorization, content-type, mcp-protocol-version, mcp-session-id, last-event-id, mcp-method, mcp-name';
		for (const method of ['POST', 'GET', 'DELETE']) {
			const { status, headers } = await request(url, { method: 'OPTIONS', headers: {
				Origin: ORIGIN, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': asked } });
			assert.ok(status === 204 || status === 200, `${status}`);
			assert.equal(headers['access-control-allow-origin'], ORIGIN);
			assert.match(headers['access-control-allow-methods'], new RegExp(`\\b${method}\\b`));
			const allowed = headers['access-control-allow-headers'].toLowerCase().split(/,\s*/);
			for (const name of asked.split(', '))
				assert.ok(allowed.includes(name) || allowed.includes('*'), name);
		}
	});
});

describe('a browser', () => {
	it('may read the id of its session, and the events', async () => {
		const gate = await startGate('lighttpd-fastcgi', { top: [`allowed_origins = ${ORIGIN}`] });
		try {
			const client = await gate.client();
			for (const answers of ['json', 'events']) {
				gate.upstream().set({ answers });
				const { headers } = await client.call('echo', {}, { headers: { Origin: ORIGIN } });
				assert.equal(headers['access-control-allow-origin'], ORIGIN);
				assert.match(headers['access-control-expose-headers'], /mcp-session-id/i);
				assert.match(headers['access-control-expose-headers'], /www-authenticate/i);
			}
		} finally {
			await gate.stop();
		}
	});
});

describe('a configuration that stops the programs', { concurrency: 3 }, () => {
	let standin;
	before(async () => { standin = await startStandIn(); });
	after(() => standin.stop());

	const good = { upstream: 'http://127.0.0.1:9/mcp' };
	const rows = [
		['plain http beyond this machine', { upstream: 'http://192.0.2.1/mcp' }],
		['plain http to a name', { upstream: 'http://upstream.example/mcp' }],
		['a scheme that is none', { upstream: 'ftp://127.0.0.1/mcp' }],
		['a password in the address', { upstream: 'http://a:b@127.0.0.1/mcp' }],
		['a socket without a path', { upstream: 'unix:/run/x.sock' }],
		['a socket that is relative', { upstream: 'unix:x.sock:/mcp' }],
		['an upstream and own tools', { ...good, tools: 'builtin' }],
		['a token that is none', { ...good, upstream_token: 'all' }],
		['on behalf of nothing', { ...good, upstream_token: 'obo:' }],
		['no token in the arguments', { ...good, upstream_token: 'none', upstream_token_in: 'arguments' }],
		['a bearer that is passed on', { ...good, upstream_headers: 'authorization' }],
		['a cookie that is passed on', { ...good, upstream_headers: 'x-a, Cookie' }],
		['an identity that is passed on', { ...good, upstream_headers: 'x-sallyport-user' }],
		['a host that is passed on', { ...good, upstream_headers: 'x-forwarded-for' }],
		['signed without a key', { ...good, upstream_user_headers: 'signed' }],
		['a word that is none', { ...good, 'tool.x': 'rolle:A' }],
		['a rule without a word', { ...good, 'tool.x': '' }],
		['a rule without a name', { ...good, 'tool.': 'nobody' }],
		['a transport that is none', { ...good, upstream_transport: 'stdio' }],
		['a key that is none', { ...good, upstream_tokens: 'none' }],
	];
	for (const [what, keys] of rows)
		it(what, () => assert.rejects(async () => {
			const site = await startSite('lighttpd-fastcgi', { standin, servers: [{ name: 'weather', ...keys }] });
			await site.stop();
		}, /does not run|init failed|weather|upstream|tool/));

	it('and one that does not: plain http where that is accepted', async () => {
		const site = await startSite('lighttpd-fastcgi', { standin,
			servers: [{ name: 'weather', upstream: 'http://192.0.2.1/mcp', upstream_plaintext: 'accept' }] });
		await site.stop();
	});
});
