// SPDX-License-Identifier: MIT
// What one client does to the gateway, to an upstream, or to all others: calls that are too many, names that two
// readers read differently, odd requests of which an upstream's era could be learnt, and calls that must not run twice.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { MODERN, legacy } from '../e2e/lib/mcp.mjs';
import { startUpstream } from '../standins/upstream/upstream.mjs';
import { startGate } from './lib/gate.mjs';
import { Pair } from './lib/pair.mjs';

const SERVER = 'lighttpd-fastcgi';
const LONG_S = '\u017f';	// Go's encoding/json takes it for an s,
const KELVIN = '\u212a';	// and this for a k

describe('calls that are many and large', () => {
	it('24 of them at once, bridged in one turn, end no process', async () => {
		const gate = await startGate(SERVER);
		try {
			const client = await gate.client('weather', { era: MODERN });
			const args = Object.fromEntries(Array.from({ length: 100_000 }, (none, n) => [n.toString(36), 0]));
			const pids = gate.pids();
			const answers = await Promise.allSettled(Array.from({ length: 24 }, () => client.call('whoami', args)));
			assert.deepEqual(answers.map(({ value, reason }) => value?.json?.result?.resultType ?? value?.text ?? reason.code),
				Array(24).fill('complete'));
			assert.deepEqual(gate.pids(), pids);
			assert.equal(gate.upstream().requests('tools/call').length, 24);
		} finally {
			await gate.stop();
		}
	});

	it('one that is bridged, and far larger than an answer may be, ends no process', async () => {
		const gate = await startGate(SERVER, { limits: { response_max: '16K' } });
		try {
			const client = await gate.client('weather', { era: MODERN });
			const pids = gate.pids();
			for (const text of ['x'.repeat(1_000_000), '\u0001'.repeat(150_000)])
				assert.equal((await client.call('whoami', { text })).json?.result?.resultType, 'complete');
			assert.deepEqual(gate.pids(), pids);
		} finally {
			await gate.stop();
		}
	});
});

// Where each reader looks: in the message, its params, and the arguments of a call.
const CALL = { name: 'echo', arguments: { text: 'x' } };
const inMessage = (members) => (message) => ({ ...message, ...members });
const inParams = (members) => (message) => ({ ...message, params: { ...message.params, ...members } });
const inArguments = (members) => inParams({ arguments: { text: 'x', ...members } });
const NAMES = [
	['Method beside method', inMessage({ Method: 'tools/call' })],
	['METHOD', inMessage({ METHOD: 'tools/call' })],
	['Params', inMessage({ Params: { name: 'admin' } })],
	['param\u017f', inMessage({ [`param${LONG_S}`]: { name: 'admin' } })],
	['Jsonrpc', inMessage({ Jsonrpc: '1.0' })],
	['ID', inMessage({ ID: 2 })],
	['Result', inMessage({ Result: {} })],
	['Error', inMessage({ Error: {} })],
	['Name beside name', inParams({ Name: 'admin' })],
	['nAme', inParams({ nAme: 'admin' })],
	['Arguments', inParams({ Arguments: {} })],
	['argument\u017f', inParams({ [`argument${LONG_S}`]: {} })],
	['URI', inParams({ URI: 'x' })],
	['_Meta', inParams({ _Meta: {} })],
	['tas\u212a', inParams({ [`tas${KELVIN}`]: {} })],
	['BearerToken', inArguments({ BearerToken: 'own' })],
	['bearertoken', inArguments({ bearertoken: 'own' })],
	['bearerTo\u212aen', inArguments({ [`bearerTo${KELVIN}en`]: 'own' })],
];
// As they are, and as JSON may escape them.
const plain = (value) => JSON.stringify(value);
const escaped = (value) => plain(value).replace(/"(\w*?)([A-Z\u017f\u212a])(\w*)":/g, (all, head, letter, tail) =>
	`"${head}\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}${tail}":`);

describe('a member name of the protocol\'s in another case', () => {
	let gate;
	const sessions = {};

	before(async () => {
		gate = await startGate(SERVER, { servers: {
			weather: { 'tool.admin': 'nobody' }, modern: { upstream: { era: 'modern' }, 'tool.admin': 'nobody' },
			arguments: { upstream_token: 'entra', upstream_token_in: 'arguments' },
			old: { upstream: { era: 'sse' }, upstream_transport: 'sse', 'tool.admin': 'nobody' },
		} });
		for (const name of gate.names)
			sessions[name] = await gate.signIn(name);
	});
	afterEach(() => gate.calm());
	after(() => gate?.stop());

	const refused = (answer, what, upstream) => {
		assert.equal(answer.status, 400, `${what}: ${answer.text}`);
		assert.equal(answer.json?.error?.code, -32600, `${what}: ${answer.text}`);
		assert.deepEqual(gate.upstream(upstream).log.map(({ body }) => body), [], what);
	};

	for (const [name, era] of [['weather', '2025-11-25'], ['weather', MODERN], ['modern', MODERN],
		['arguments', '2025-11-25']])
		it(`reaches no upstream: ${name}, a client of ${era}`, async () => {
			const client = await gate.client(name, { era, session: sessions[name] });
			assert.equal((await client.call('echo')).status, 200, 'as the protocol writes them');
			gate.calm();
			for (const [what, change] of NAMES)
				for (const write of [plain, escaped]) {
					const { headers, body } = client.message('tools/call', CALL);
					refused(await client.send({ headers, body: write(change(body)) }), `${what} ${write.name}`, name);
				}
		});

	it('reaches no upstream within a batch', async () => {
		const client = await gate.client('weather', { era: '2025-03-26', session: sessions.weather });
		const [good, other] = [1, 2].map((id) => legacy('tools/call', CALL, { id }).body);
		const { headers } = client.message('ping');
		assert.equal((await client.send({ headers, body: [good, other] })).status, 200, 'as the protocol writes them');
		gate.calm();
		for (const [what, change] of NAMES) {
			refused(await client.send({ headers, body: [good, change(other)] }), what, 'weather');
			refused(await client.send({ headers, body: [change(other), good] }), what, 'weather');
			refused(await client.send({ headers, body: [[change(other)]] }), `${what}, nested`, 'weather');
		}
	});

	it('reaches no upstream in a notification or a response', async () => {
		const client = await gate.client('weather', { session: sessions.weather });
		gate.calm();
		const { headers } = client.message('ping');
		for (const body of ['{"jsonrpc":"2.0","method":"notifications/x","Method":"tools/call","params":{"name":"admin"}}',
			'{"jsonrpc":"2.0","method":"notifications/x","ID":1}', '{"jsonrpc":"2.0","id":1,"result":{},"Method":"tools/call"}'])
			refused(await client.send({ headers, body }), body, 'weather');
	});

	it('reaches no upstream over the two endpoints of 2024-11-05', async () => {
		for (const name of ['weather', 'modern', 'arguments', 'old']) {
			const pair = await Pair.open(gate.url(name), sessions[name].token);
			await pair.connect();
			gate.calm();
			for (const [n, [what, change]] of NAMES.entries()) {
				const answer = await pair.post(change(legacy('tools/call', CALL, { id: `a${n}` }).body));
				// Where answers come on the stream this one does, too.
				if (answer.status === 202)
					assert.equal((await pair.stream.answer(`a${n}`))?.error?.code, -32600, `${name}: ${what}`);
				else
					refused(answer, `${name}: ${what}`, name);
				const posts = gate.upstream(name).log.filter(({ method }) => method === 'POST');
				assert.deepEqual(posts.map(({ body }) => body), [], what);
			}
			pair.close();
		}
	});
});

// What the body parser of an upstream reads, if it believes the charset that it is told.
const quote = '+ACI-';	// a quotation mark in UTF-7
const TWO_CALLS = JSON.stringify(CALL).replace('"x"',
	`"${quote}},${quote}name${quote}:${quote}admin${quote},${quote}q${quote}:{${quote}z${quote}:${quote}"`);

describe('a body in another character set', () => {
	let gate;
	before(async () => {
		gate = await startGate(SERVER, { servers: {
			weather: { 'tool.admin': 'nobody' }, modern: { upstream: { era: 'modern' }, 'tool.admin': 'nobody' },
			old: { upstream: { era: 'sse' }, upstream_transport: 'sse', 'tool.admin': 'nobody' },
		} });
	});
	after(() => gate?.stop());

	it('X.25 no upstream is told to read the body otherwise than it was judged', async () => {
		assert.equal(JSON.parse(TWO_CALLS).name, 'echo');
		assert.equal(JSON.parse(TWO_CALLS.replaceAll(quote, '"')).name, 'admin');
		for (const type of ['utf-7', '"utf-7"', 'UTF-7', 'shift_jis', 'gbk', 'utf-16le', 'utf-8'])
			for (const [name, era] of [['weather', '2025-11-25'], ['modern', MODERN], ['old', '2024-11-05']]) {
				const headers = { 'Content-Type': `application/json; charset=${type}` };
				let answer;
				if (name === 'old') {
					const pair = await Pair.open(gate.url(name), (await gate.signIn(name)).token);
					await pair.connect();
					gate.calm();
					answer = await pair.post(legacy('tools/call', JSON.parse(TWO_CALLS), { id: 5 }).body, { headers });
					assert.notEqual(await pair.stream.answer(5), undefined);
					pair.close();
				} else {
					const client = await gate.client(name, { era });
					gate.calm();
					const message = client.message('tools/call', JSON.parse(TWO_CALLS));
					answer = await client.send({ ...message, headers: { ...message.headers, ...headers } });
				}
				assert.ok([200, 202].includes(answer.status), answer.text);
				const calls = gate.upstream(name).requests('tools/call');
				assert.deepEqual(calls.map((call) => call.headers['content-type']), ['application/json'], `${name}, ${type}`);
			}
	});
});

// A front of the upstream's that refuses what it does not know, before the upstream sees it.
async function choosy(era, [status, code]) {
	const upstream = await startUpstream({ era });
	const [own] = upstream.server.listeners('request');
	upstream.server.off('request', own);
	upstream.server.on('request', (req, res) => {
		if (req.headers['x-tenant'] !== 'bogus')
			return own(req, res);
		req.resume();
		res.writeHead(status, { 'Content-Type': 'application/json' });
		return res.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message: 'no such tenant' } }));
	});
	return upstream;
}

const served = async (client, what) => {
	const answer = await client.call('whoami');
	assert.ok(answer.json?.result !== undefined, `${what}: ${answer.status} ${answer.text}`);
};

// Served, and an upstream of both eras in the client's own.
const unharmed = async (gate, name, client, what) => {
	const upstream = gate.upstream(name);
	upstream.calm();
	await client.connect();
	await served(client, what);
	if (upstream.switches.era === 'both')
		assert.deepEqual([...new Set(upstream.log.map(({ json }) => json.method))], client.modern
			? ['server/discover', 'tools/call'] : ['initialize', 'notifications/initialized', 'tools/call'], what);
};

const REFUSALS = [[404, -32601], [400, -32602], [400, -32022], [429, -32000], [500, -32603]];
const HANDSHAKE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };

describe('what one client sends switches no upstream off for others', () => {
	for (const era of [MODERN, '2025-11-25'])
		it(`headers that an upstream refuses: others of ${era}`, async () => {
			const servers = {};
			for (const kind of ['modern', 'legacy', 'both'])
				for (const [n, refusal] of REFUSALS.entries())
					servers[`${kind}-${n}`] = { upstream: await choosy(kind, refusal), upstream_headers: 'x-tenant' };
			const gate = await startGate(SERVER, { servers });
			try {
				for (const name of gate.names) {
					const session = await gate.signIn(name);
					const headers = { 'X-Tenant': 'bogus' };
					const [today, before] = await Promise.all([MODERN, '2025-11-25'].map((odd) =>
						gate.client(name, { era: odd, session, connect: false })));
					assert.ok((await before.request('initialize', HANDSHAKE, { headers })).status < 600);
					assert.ok((await today.request('tools/call', CALL, { headers })).status < 600);
					await unharmed(gate, name, await gate.client(name, { era, session, connect: false }), name);
				}
			} finally {
				await gate.stop();
			}
		});

	it('an odd initialize, and an odd call of today', async () => {
		const gate = await startGate(SERVER, { servers: { both: { upstream: { era: 'both' } }, old: {} } });
		try {
			for (const name of gate.names) {
				const session = await gate.signIn(name);
				const of = (era) => gate.client(name, { era, session, connect: false });
				const [attacker, today] = await Promise.all(['2025-11-25', MODERN].map(of));
				for (const params of [{ protocolVersion: '2025-11-25' }, { protocolVersion: 'x', capabilities: 1, clientInfo: {} }])
					assert.ok((await attacker.request('initialize', params)).status < 500);
				await unharmed(gate, name, await of('2025-11-25'), `${name} after an odd initialize`);
				assert.ok((await today.call('no such tool')).status < 500);
				await unharmed(gate, name, await of('2025-11-25'), `${name} after an odd call`);
				await unharmed(gate, name, today, `${name}: others of today`);
			}
		} finally {
			await gate.stop();
		}
	});
});

describe('a tool that a legacy upstream has run, and answered', () => {
	let gate;
	let client;

	before(async () => {
		gate = await startGate(SERVER);
		client = await gate.client('weather', { era: MODERN });
		await client.call('whoami');
		gate.calm();
	});
	afterEach(() => gate.upstream().reset());
	after(() => gate?.stop());

	const runs = () => gate.upstream().requests('tools/call').length;

	it('runs once, whatever is wrong with it', async () => {
		for (const [status, json] of [[400, { code: -32602, message: 'no such city' }],
			[400, { code: -32000, message: 'bad' }], [400, undefined], [409, { code: -32000, message: 'it is done already' }],
			[422, undefined], [500, undefined], [503, undefined]]) {
			gate.upstream().fault('status', { status, json, on: 'tools/call', times: 9 });
			const answer = await client.call('whoami');
			assert.ok(answer.json?.error !== undefined, `${status}: ${answer.text}`);
			assert.equal(runs(), 1, `${status} ${JSON.stringify(json)}`);
			gate.upstream().reset();
		}
	});

	it('runs again when the answer speaks of the session', async () => {
		for (const [status, message] of [[404, 'what?'], [400, 'no such session'], [400, 'Session has expired']]) {
			gate.upstream().fault('status', { status, json: { code: -32000, message }, on: 'tools/call' });
			await served(client, message);
			assert.deepEqual(gate.upstream().log.map(({ json }) => json.method),
				['tools/call', 'initialize', 'notifications/initialized', 'tools/call'], message);
			gate.upstream().reset();
		}
	});
});
