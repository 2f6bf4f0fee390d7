// SPDX-License-Identifier: MIT
// What an upstream that is hostile does to the gateway and its clients: lengths that are false, questions without end,
// endpoints and redirects that lead elsewhere.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MODERN, legacy } from '../e2e/lib/mcp.mjs';
import { request } from '../e2e/lib/http.mjs';
import { behindBoth, privateFile, startGate } from './lib/gate.mjs';
import { EVENTS, JSON_TYPE, RESULT, data, events, hostile } from './lib/hostile.mjs';
import { Pair } from './lib/pair.mjs';
import { eventually, memory } from './lib/process.mjs';

const SERVER = 'lighttpd-fastcgi';
const KEY = 'api-key-9e4b';
const PATIENCE = 15_000;	// Apache closes a connection whose answer was cut after its KeepAliveTimeout

// How an answer of n bytes lies about its length, and whether it comes in chunks, which say what is true.
const LIES = [
	['too long, beside chunks', () => [200_000], true], ['too short, beside chunks', () => [50], true],
	['nothing, beside chunks', () => [0], true], ['two, beside chunks', (n) => [50, n + 1], true],
	['too long', (n) => [n + 100_000], false], ['too short', (n) => [n - 10], false], ['far too short', () => [50], false],
	['two: too short and right', (n) => [50, n], false], ['two: right and too long', (n) => [n, n + 100_000], false],
];

function lie({ req, message }) {
	const { one, type } = message.params.arguments;
	const [, lengths, chunked] = LIES[one];
	const text = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { ...RESULT, x: 'A'.repeat(100_000) } });
	const body = type === EVENTS ? `data: ${text}\n\n` : text;
	const fields = [`Content-Type: ${type}`, 'Connection: close',
		...lengths(body.length).map((length) => `Content-Length: ${length}`),
		...chunked ? ['Transfer-Encoding: chunked'] : []];
	const sent = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
	req.socket.end(`HTTP/1.1 200 OK\r\n${fields.join('\r\n')}\r\n\r\n${sent}`);
}

behindBoth('an upstream\'s false Content-Length mixes no two answers on a kept connection', (server) => {
	let gate;
	let token;

	before(async () => {
		gate = await startGate(server, { servers: { weather: { upstream: await hostile(lie) } } });
		({ token } = await gate.signIn());
	});
	after(() => gate?.stop());

	const call = (agent, args) => {
		const { headers, body } = legacy('tools/call', { name: 'x', arguments: args }, { id: 77 });
		return request(gate.url(), { method: 'POST', agent, body: JSON.stringify(body),
			headers: { Authorization: `Bearer ${token}`, 'Content-Type': JSON_TYPE, ...headers } });
	};

	const kept = async ([what, , chunked], one, type) => {
		const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
		try {
			const first = await Promise.race([call(agent, { one, type }).catch((error) => error),
				sleep(PATIENCE, 'it does not end', { ref: false })]);
			assert.equal(typeof first, 'object', `${what}: ${first}`);
			// What is not in chunks may be cut, or an error, or its connection has ended in the middle; but it is its own.
			const { text, headers } = first instanceof Error ? {} : first;
			if (chunked)
				assert.match(text ?? first.message,
					/^(data: )?\{"jsonrpc":"2\.0","id":77,"result".*\}\}\s*$/s, `${what}: ${text?.length} bytes`);
			else
				assert.match(text ?? '{"jsonrpc', /^(data: )?\{"jsonrpc/, `${what}: ${headers} ${text}`);
			const second = await request(`${gate.site.url}/.well-known/oauth-authorization-server`, { agent });
			assert.equal(second.json?.issuer, gate.site.url, `${what}: ${second.text.slice(0, 200)}`);
		} finally {
			agent.destroy();
		}
	};

	for (const type of [JSON_TYPE, EVENTS])
		it(type, () => Promise.all(LIES.map((lies, one) => kept(lies, one, type))));
});

// What would be two headers to somebody who takes a bare CR for the end of a line, and what no header may hold.
const FIELDS = ['Retry-After: 5\rSet-Cookie: evil=1', 'Allow: GET\rX-Sendfile: /etc/passwd',
	'MCP-Protocol-Version: 2025-11-25\x01', 'Mcp-Session-Id: a\rSet-Cookie: evil=1', 'Retry-After: 5\x7f'];

behindBoth('a header of an upstream that holds control characters', (server) => {
	let gate;
	let client;

	before(async () => {
		const upstream = await hostile(({ req, message }) => {
			const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: RESULT });
			req.socket.end(`HTTP/1.1 200 OK\r\nContent-Type: ${JSON_TYPE}\r\n${FIELDS[message.params.arguments.one]}\r\n`
				+ `Content-Length: ${body.length}\r\n\r\n${body}`);
		});
		gate = await startGate(server, { servers: { weather: { upstream } } });
		client = await gate.client('weather');
	});
	after(() => gate?.stop());

	it('does not come through, and the answer does', async () => {
		for (const one of FIELDS.keys()) {
			const { status, headers, json } = await client.call('x', { one });
			assert.equal(status, 200, FIELDS[one]);
			assert.deepEqual(json.result, RESULT);
			for (const name of ['retry-after', 'allow', 'mcp-protocol-version', 'mcp-session-id', 'set-cookie', 'x-sendfile'])
				assert.equal(headers[name], undefined, `${name} of ${FIELDS[one]}`);
		}
	});
});

describe('an upstream that asks', () => {
	let gate;
	let upstream;
	let client;

	// Pings without end, or each question of the list, and the answer when all have been replied to.
	const ask = ({ res, message, reply, log }) => {
		const { flood, questions = [] } = message.params?.arguments ?? {};
		if (message.method === undefined)
			return reply({});
		events(res);
		const pump = () => { while (!res.destroyed && res.write(data({ id: 1, method: 'ping' }).repeat(500))); };
		res.on('drain', () => flood && pump());
		if (flood)
			return pump();
		questions.forEach((method, n) => res.write(data({ id: `q${n}`, method, params: {} })));
		const asked = questions.map((method, n) => `q${n}`);
		return void eventually(() => asked.every((id) => log.some((entry) => entry.message?.id === id)), 'replies', 4000)
			.catch(() => {}).then(() => res.end(data({ id: message.id, result: RESULT })));
	};

	before(async () => {
		upstream = await hostile(ask);
		gate = await startGate(SERVER, { servers: { weather: { upstream } } });
		client = await gate.client('weather', { era: MODERN });
	});
	after(() => gate?.stop());

	it('whether somebody is there is answered, and what else it asks is refused', async () => {
		for (const questions of [['ping'], ['sampling/createMessage'], ['ping', 'roots/list', 'ping']]) {
			upstream.calm();
			const answer = await client.call('x', { questions });
			assert.equal(answer.json?.result?.resultType, 'complete', answer.text);
			for (const [n, method] of questions.entries()) {
				const replies = upstream.log.filter(({ message }) => message?.id === `q${n}`).map(({ message }) => message);
				assert.equal(replies.length, 1, `${method}: ${JSON.stringify(replies)}`);
				assert.deepEqual(replies[0].result ?? replies[0].error.code, method === 'ping' ? {} : -32601);
			}
		}
	});

	it('without end has a bounded part of memory, and a few connections at once', async () => {
		const [pid] = gate.pids();
		await client.call('x');
		upstream.calm();
		const before = memory(pid).rss;
		const stream = await client.openCall('x', { flood: true });
		const grown = [];
		for (let n = 0; n < 4; n++) {
			await sleep(750);
			grown.push(memory(pid).rss - before);
		}
		stream.close();
		assert.ok(grown.at(-1) < 16 * 1024, `${grown} kB`);
		assert.ok(upstream.sockets.most < 40, `${upstream.sockets.most} connections at once`);
		await eventually(async () => (await client.call('x')).json?.result !== undefined, 'an answer to others');
		assert.deepEqual(gate.pids(), [pid]);
	});
});

describe('our token goes to no other host', () => {
	let gate;
	let upstream;
	let trap;
	let key;
	let session;
	let endpoint;
	let redirect;

	before(async () => {
		key = privateFile(`X-Api-Key: ${KEY}\n`);
		trap = await hostile(({ reply }) => reply({ result: RESULT }));
		upstream = await hostile(({ req, res, reply }) => {
			if (redirect !== undefined)
				res.writeHead(redirect, { Location: `http://127.0.0.1:${trap.port}/mcp` }).end();
			else if (req.method === 'GET')
				events(res).write(`event: endpoint\ndata: ${endpoint}\n\n`);
			else
				reply({ result: RESULT });
		});
		const keys = { upstream, upstream_token: `header-file:${key.file}` };
		gate = await startGate(SERVER, { servers: { old: { ...keys, upstream_transport: 'sse' }, weather: keys } });
		session = { old: await gate.signIn('old'), weather: await gate.signIn('weather') };
	});
	after(async () => {
		await gate?.stop();
		await trap?.stop();
		key?.remove();
	});

	const open = () => Pair.open(gate.url('old'), session.old.token).catch(() => undefined);

	it('by an endpoint at its own origin it goes where it should', async () => {
		for (const at of ['/message?a=1', 'message', '?b=2', `http://127.0.0.1:${upstream.port}/x`]) {
			endpoint = at;
			const pair = await open();
			assert.ok(pair?.target !== undefined, at);
			upstream.calm();
			await pair.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
			assert.deepEqual(upstream.log.map(({ headers }) => headers['x-api-key']), [KEY], at);
			pair.close();
		}
	});

	const refused = async (places) => {
		for (const at of places) {
			endpoint = at;
			upstream.calm();
			const pair = await open();
			assert.equal(pair?.target, undefined, `${JSON.stringify(at)}: ${pair?.target}`);
			await pair?.stream.end(10_000);
			assert.deepEqual(upstream.log.map(({ method }) => method), ['GET'], at);
		}
		assert.deepEqual(trap.log, []);
	};

	it('an endpoint event that names another place is refused', () => {
		const [own, other] = [upstream, trap].map(({ port }) => `127.0.0.1:${port}`);
		return refused([
			`http://${other}/m`, `//${other}/m`, `///${other}/m`, `/\\${other}/m`, `\\\\${other}\\m`, `HTTP://${other}/m`,
			`http:\\\\${other}/m`, `http://${own}@${other}/m`, `http://x:y@${own}/m`,
			`http://${own}:x@${other}/m`, `http://${own}`,
			`http://${own}#@${other}/m`, `http://${own}\\@${other}/m`, `http://${own}.evil.example/m`, `http://${own}0/m`,
			`https://${own}/m`, `ftp://${other}/m`, 'file:///etc/passwd', `http://localhost:${upstream.port}/m`,
			`http://[::1]:${upstream.port}/m`,
		]);
	});

	it('an endpoint event with characters that no address has is refused', () => refused([
		'/m\u0001', '/m\u007f', '/m\u0085', '/é', '/m#x', '/m HTTP/1.1', `/\t/127.0.0.1:${trap.port}/m`,
		`/m\ndata: Host: 127.0.0.1:${trap.port}`,
	]));

	it('an endpoint event with a NUL in it is refused', () => refused(['/m\u0000x']));

	it('an endpoint that looks like another place leads to its own origin', async () => {
		const other = `127.0.0.1:${trap.port}`;
		for (const at of [`http:${other}/m`, `http:/${other}/m`, `@${other}/m`, `:80@${other}`, `.${other}`, `/@${other}/m`,
			`/..//${other}/m`, `./${other}/m`]) {
			endpoint = at;
			const pair = await open();
			if (pair?.target === undefined)
				continue;
			upstream.calm();
			await pair.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
			assert.deepEqual(upstream.log.map(({ headers }) => headers.host), [`127.0.0.1:${upstream.port}`], at);
			pair.close();
		}
		assert.deepEqual(trap.log, []);
	});

	it('redirects are not followed', async () => {
		const clients = await Promise.all(['2025-11-25', MODERN].map((era) =>
			gate.client('weather', { era, session: session.weather, connect: false })));
		endpoint = '/message';
		const pair = await open();
		for (redirect of [301, 302, 303, 307, 308]) {
			for (const client of clients) {
				assert.ok((await client.call('x')).json?.error !== undefined);
				assert.equal((await client.get()).status, 502);
			}
			await pair.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
			const refused = await open();
			assert.equal(refused?.target, undefined);
			refused?.close();
		}
		redirect = undefined;
		pair.close();
		assert.deepEqual(trap.log, []);
	});
});
