// SPDX-License-Identifier: MIT
// An upstream that fails: the client is told in its own protocol, nothing hangs, the log says why, and no secret
// leaves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { MODERN, modern as modernMessage } from '../e2e/lib/mcp.mjs';
import { SECRET } from '../standins/upstream/faults.mjs';
import { OTHERS, behindBoth, failed, privateFile, startGate } from './lib/gate.mjs';

const KEY = 'api-key-51c0';
const TIMEOUT = 2;
const SLACK = 3000;	// above the timeout, in milliseconds

// What makes a call fail, and what the log says of it (a guess at words that somebody would look for).
const FAILURES = [
	['reset', /closed|reset|empty|connection|recv|nothing/i],
	['garbage', /http|header|version|received|weird|garbage|unsupported/i],
	['endless headers', /header|large|long/i],
	['hang', /time|silent/i],
	['hang after headers', /time|silent/i],
	['truncated by length', /end|closed|short|partial|whole|missing|remaining/i],
	['truncated in a chunk', /end|closed|short|partial|whole|chunk|recv|reset|connection/i],
	['html', /type|html|json|MCP/i],
	['wrong type', /type|plain|MCP/i],
	['invalid JSON', /json/i],
	['no JSON-RPC', /json/i],
	['empty body', /json|empty/i],
	...[301, 302, 307, 500, 502, 503].map((status) =>
		['status', new RegExp(status), { status, headers: { Location: `http://127.0.0.1:9/${SECRET}` } }]),
	['status', /500/, { status: 500, json: { code: -32000, message: SECRET } }],
];

const inTime = async (what, call) => {
	const began = Date.now();
	const answer = await call();
	assert.ok(Date.now() - began < TIMEOUT * 1000 + SLACK, `${what} took ${Date.now() - began} ms`);
	return answer;
};

behindBoth((server) => {
	let gate;
	let key;
	let client;
	let modern;

	before(async () => {
		key = privateFile(`X-Api-Key: ${KEY}\n`);
		const keys = { upstream_timeout: `${TIMEOUT}s`, upstream_token: `header-file:${key.file}` };
		gate = await startGate(server, { servers: { weather: keys, modern: { ...keys, upstream: { era: 'modern' } } } });
		client = await gate.client('weather');
		modern = await gate.client('modern', { era: MODERN });
	});
	afterEach(() => gate.upstreams.forEach((upstream) => upstream.reset()));
	after(async () => {
		await gate?.stop();
		key?.remove();
	});

	const clean = ({ text, rawHeaders }, what) => {
		for (const secret of [SECRET, KEY, gate.upstream('weather').origin, gate.upstream('modern').origin])
			assert.ok(!text.includes(secret) && !JSON.stringify(rawHeaders).includes(secret), `${what}: ${secret} in ${text}`);
	};

	for (const [kind, reason, options = {}] of FAILURES)
		it(`${kind}${options.status ? ` ${options.status}` : ''}: an error with a reference`, () => Promise.all(
			[[client, 'weather'], [modern, 'modern']].map(async ([own, name]) => {
				gate.upstream(name).fault(kind, { ...options, times: 9, on: 'tools/call' });
				const answer = await inTime(kind, () => own.call('echo', {}, { id: 'the-id' }));
				const line = await failed(gate, answer, { id: 'the-id' });
				assert.match(line, reason, line);
				assert.ok(!line.includes(KEY) && !line.includes(SECRET));
				clean(answer, kind);
			})));

	it('a notification, a response, GET and DELETE have the status: 502, or 504 for want of an answer', async () => {
		const ways = [['a notification', () => client.notify('notifications/cancelled', { requestId: 1 })],
			['a response', () => client.respond('x', {})], ['GET', () => client.get()], ['DELETE', () => client.remove()]];
		for (const [kind, expected, options] of [['reset', 502], ['status', 502, { status: 500 }],
			['status', 502, { status: 302 }], ['hang', 504]]) {
			gate.upstream().fault(kind, { ...options, times: 99 });
			const answers = await inTime(kind, () => Promise.all(ways.map(([, way]) => way())));
			answers.forEach((answer, i) => {
				assert.equal(answer.status, expected, `${kind}: ${ways[i][0]}: ${answer.text}`);
				clean(answer, kind);
			});
			gate.upstream().reset();
		}
	});

	it('nobody listens: the same, at once', async () => {
		await gate.upstream().refuse();
		try {
			const began = Date.now();
			await failed(gate, await client.call('echo', {}, { id: 7 }), { id: 7 });
			assert.equal((await client.get()).status, 502);
			assert.ok(Date.now() - began < TIMEOUT * 1000 - 100);
		} finally {
			await gate.upstream().accept();
		}
		assert.equal((await client.call('echo')).status, 200, 'and again when it is back');
	});

	it('connections that the upstream has closed meanwhile lose no call', async () => {
		for (let n = 0; n < 10; n++) {
			await client.call('echo');
			gate.upstream().cut();
			const answer = await client.call('echo');
			assert.equal(answer.json?.result?.content?.length, 1, answer.text);
		}
	});

	it('4xx with a JSON body passes as it is', async () => {
		for (const status of [400, 404, 409, 413, 422, 429]) {
			const json = { code: -32077, message: `the upstream's own ${status}`, data: { a: [1.50] } };
			gate.upstream().fault('status', { status, json, on: 'tools/call' });
			const answer = await client.call('echo', {}, { id: 3 });
			assert.equal(answer.status, status);
			assert.deepEqual(answer.json, { jsonrpc: '2.0', id: 3, error: json });
		}
	});

	it('4xx with another body keeps its status, with an error of ours', async () => {
		for (const status of [400, 404, 409, 410, 429])
			for (const type of ['text/html', 'text/plain', 'application/octet-stream']) {
				gate.upstream().fault('status', { status, type, headers: { 'Retry-After': '9' }, on: 'tools/call' });
				const answer = await client.call('echo', {}, { id: 3 });
				assert.equal(answer.status, status, answer.text);
				assert.match(answer.headers['content-type'], /^application\/json/);
				assert.ok(answer.json?.error?.code < 0, answer.text);
				assert.equal(answer.json.id, 3);
				clean(answer, `${status} ${type}`);
			}
	});

	it('a stream that breaks off ends for the client too', async () => {
		for (const kind of ['close mid-stream', 'end without an answer']) {
			gate.upstream().fault(kind, { on: 'tools/call' });
			const stream = await client.openCall('echo', {}, { id: 5 });
			await stream.end(10_000);
			assert.equal(stream.events[0].json.params.data.n, 1);
			for (const { json } of stream.events)
				assert.ok(json !== undefined && json.result === undefined, stream.text);
			assert.ok(!stream.text.includes('"id"\n'), stream.text);
		}
		assert.equal((await client.call('echo')).status, 200);
	});

	it('an event of 3 MB comes whole', async () => {
		for (const [own, name] of [[client, 'weather'], [modern, 'modern']]) {
			gate.upstream(name).fault('huge event', { on: 'tools/call' });
			const answer = await own.call('echo', {}, { id: 'big' });
			assert.equal(answer.status, 200);
			assert.equal(answer.json?.result?.content[0].text.length, 3 << 20, answer.text.slice(0, 300));
		}
	});

	it('an answer that drips comes whole', async () => {
		gate.upstream().fault('drip', { ms: 5, on: 'tools/call' });
		assert.equal((await client.call('echo', {}, { id: 4 })).json?.result?.content[0].text, 'plausible');
	});

	it('an event in pieces, and with every kind of line end, comes whole', async () => {
		for (const kind of ['dripping event', 'many line ends']) {
			gate.upstream().fault(kind, { on: 'tools/call' });
			const stream = await client.openCall('echo', {}, { id: 11 });
			await stream.end();
			assert.ok(stream.events.some(({ json }) => json?.id === 11 && json.result.content !== undefined),
				`${kind}: ${stream.text}`);
		}
	});

	it('a version probe never gets a 5xx', async () => {
		const probe = { ...modernMessage('server/discover'), id: 1 };
		for (const [kind, options] of [['html'], ['status', { status: 404 }], ['status', { status: 500 }], ['reset'],
			['hang'], ['invalid JSON'], ['status', { status: 405 }]]) {
			for (const [own, name] of [[client, 'weather'], [modern, 'modern']]) {
				gate.upstream(name).fault(kind, { ...options, times: 9 });
				const { status, text } = await inTime(kind, () => own.send(probe));
				assert.ok(status < 500, `${kind}: ${status} ${text}`);
				gate.upstream(name).reset();
			}
		}
	});
});

describe('an upstream with TLS', () => {
	let dir;
	let gate;
	let listener;
	let client;
	const reached = [];

	// Two listeners: one whose certificate the configuration trusts, and one with a stranger's.
	before(async () => {
		dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-gateway.'));
		execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=127.0.0.1', '-days', '2',
			'-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', path.join(dir, 'key'), '-out', path.join(dir, 'certificate')],
		{ stdio: 'ignore' });
		const [tlsKey, cert] = ['key', 'certificate'].map((name) => readFileSync(path.join(dir, name)));
		listener = https.createServer({ key: tlsKey, cert }, (req, res) => {
			reached.push(req.url);
			res.end('{}');
		});
		await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
		gate = await startGate('lighttpd-fastcgi', { servers: {
			weather: {},
			tls: { upstream: { fault() {}, url: `https://127.0.0.1:${listener.address().port}/mcp`, stop() {}, reset() {} } },
		} });
		client = await gate.client('tls', { connect: false });
	});
	after(async () => {
		await gate?.stop();
		listener?.close();
		rmSync(dir, { recursive: true, force: true });
	});

	it('that we do not trust gets nothing', async () => {
		const answer = await client.initialize();
		assert.match(await failed(gate, answer, { id: 0 }), /certificate|TLS|SSL/i);
		assert.deepEqual(reached, []);
	});
});

describe('redirects', () => {
	it('are not followed, wherever they lead', async () => {
		let connected = 0;
		const trap = net.createServer((socket) => { connected++; socket.destroy(); });
		await new Promise((resolve) => trap.listen(0, '127.0.0.1', resolve));
		const gate = await startGate('lighttpd-fastcgi');
		try {
			const client = await gate.client();
			for (const status of [301, 302, 303, 307, 308]) {
				const headers = { Location: `http://127.0.0.1:${trap.address().port}/` };
				gate.upstream().fault('status', { status, headers, on: 'tools/call' });
				const answer = await client.call('echo');
				await failed(gate, answer);
				assert.equal(answer.location, undefined);
			}
			assert.equal(connected, 0);
		} finally {
			await gate.stop();
			trap.close();
		}
	});
});

describe('behind the other servers', { concurrency: 3 }, () => {
	for (const server of OTHERS)
		it(`${server}: an error with a reference, in time`, async () => {
			const gate = await startGate(server, { servers: { weather: { upstream_timeout: `${TIMEOUT}s` } } });
			try {
				const client = await gate.client();
				for (const [kind, options] of [['reset'], ['hang'], ['html'], ['status', { status: 503 }]]) {
					gate.upstream().fault(kind, { ...options, times: 9, on: 'tools/call' });
					await failed(gate, await inTime(kind, () => client.call('echo', {}, { id: kind })), { id: kind });
					gate.upstream().reset();
				}
				assert.equal((await client.call('echo')).status, 200);
			} finally {
				await gate.stop();
			}
		});
});
