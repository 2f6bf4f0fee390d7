// SPDX-License-Identifier: MIT
// The two endpoints of 2024-11-05, before our own tools, an upstream of today, and one of 2024.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bare } from '../e2e/lib/mcp.mjs';
import { postJson, request } from '../e2e/lib/http.mjs';
import { readChallenge, revoke } from '../e2e/lib/oauth.mjs';
import { signedInByHand } from '../e2e/lib/sign-in.mjs';
import { ALICE, BOB } from '../standins/entra/world.mjs';
import { OTHERS, behindBoth, startGate } from './lib/gate.mjs';
import { RESULT, hostile } from './lib/hostile.mjs';
import { Pair, SERVERS, TOOL } from './lib/pair.mjs';
import { eventually } from './lib/process.mjs';

behindBoth((server) => {
	let gate;
	const sessions = {};

	before(async () => {
		gate = await startGate(server, { servers: SERVERS });
		for (const name of Object.keys(SERVERS))
			sessions[name] = await gate.signIn(name);
	});
	afterEach(() => gate.upstreams.forEach((upstream) => upstream.reset()));
	after(() => gate?.stop());

	const open = (name, session = sessions[name]) => Pair.open(gate.url(name), session.token);

	for (const name of Object.keys(SERVERS)) {
		it(`${name}: the first event says where to post, and answers come on the stream`, async () => {
			let pair = await open(name);
			// The machine was busy, or it is so each time.
			for (let tries = 0; tries < 4 && pair.stream.opened >= 1000; tries++) {
				pair.close();
				pair = await open(name);
			}
			assert.equal(pair.status, 200);
			assert.match(pair.stream.headers['content-type'], /^text\/event-stream/);
			assert.equal(pair.stream.headers['x-accel-buffering'], 'no');
			assert.match(pair.stream.headers['cache-control'], /no-store|no-cache/);
			assert.match(pair.endpoint, new RegExp(`^/${name}/message\\?sid=[A-Za-z0-9_-]{20,}$`));
			assert.ok(pair.stream.opened < 1000, `${pair.stream.opened} ms`);
			const { protocolVersion, serverInfo, capabilities } = await pair.connect();
			assert.equal(protocolVersion, '2024-11-05');
			assert.ok(serverInfo.name && capabilities.tools);
			assert.deepEqual((await pair.request('ping')).result, {});
			const { result: { tools } } = await pair.request('tools/list');
			assert.ok(tools.some((tool) => tool.name === TOOL[name]));
			const answer = await pair.call(TOOL[name]);
			assert.ok(answer.result?.content?.length > 0 && !answer.result.isError, JSON.stringify(answer));
			pair.stream.events.forEach((event) => assert.ok(['message', 'endpoint'].includes(event.name)));
			pair.close();
		});

		it(`${name}: errors come on the stream too`, async () => {
			const pair = await open(name);
			await pair.connect();
			assert.equal((await pair.call('nope')).error.code, -32602);
			assert.equal((await pair.request('nope/nope')).error.code, -32601);
			const id = await pair.send('ping', undefined, 'a string');
			assert.equal((await pair.stream.answer(id)).id, 'a string');
			pair.close();
		});

		it(`${name}: comments keep it alive, and requests are answered after a pause`, async () => {
			const pair = await open(name);
			await pair.connect();
			await sleep(2400);
			assert.ok(pair.stream.comments.length >= 1 && pair.stream.comments.length <= 4, `${pair.stream.comments.length}`);
			assert.deepEqual((await pair.request('ping')).result, {});
			pair.close();
		});

		it(`${name}: many at once, each with its own answers`, async () => {
			const bobs = await gate.signIn(name, { user: BOB });
			const pairs = await Promise.all(Array.from({ length: 12 }, (_, i) => open(name, i % 2 ? bobs : sessions[name])));
			await Promise.all(pairs.map(async (pair, i) => {
				await pair.connect();
				for (let n = 0; n < 5; n++) {
					const answer = await pair.call(TOOL[name]);
					const text = JSON.stringify(answer.result);
					assert.ok(answer.result !== undefined, JSON.stringify(answer));
					if (name === 'mcp')
						assert.ok(text.includes(i % 2 ? 'Bob' : 'Alice'), text);
				}
			}));
			for (const pair of pairs) {
				const ids = pair.stream.events.filter(({ json }) => json?.id !== undefined).map(({ json }) => json.id);
				assert.deepEqual([...ids].sort((a, b) => a - b), [...new Set(ids)].sort((a, b) => a - b), 'an answer came twice');
				pair.close();
			}
		});

		it(`${name}: 401 with the challenge, on the GET as on the post`, async () => {
			const pair = await open(name);
			for (const answer of [await bare('GET', `${gate.url(name)}/sse`), await bare('GET', `${gate.url(name)}/sse`, 'x'),
				await pair.post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { token: null })]) {
				assert.equal(answer.status, 401, answer.text);
				const challenge = readChallenge(answer.headers['www-authenticate']);
				assert.equal(challenge.resource_metadata, `${gate.site.url}/.well-known/oauth-protected-resource/${name}`);
			}
			pair.close();
		});
	}

	it('a sid is bound to the session: anybody else\'s is 404, and nothing comes on the stream', async () => {
		const pair = await open('mcp');
		await pair.connect();
		const count = pair.stream.events.length;
		const ping = { jsonrpc: '2.0', id: 'stolen', method: 'ping' };
		for (const session of [await gate.signIn('mcp', { user: BOB }), await gate.signIn('mcp', { user: ALICE })])
			assert.equal((await pair.post(ping, { token: session.token })).status, 404);
		const elsewhere = pair.target.replace('/mcp/message', '/weather/message');
		assert.equal((await pair.post(ping, { token: sessions.weather.token, target: elsewhere })).status, 404);
		assert.equal((await pair.post(ping, { token: sessions.weather.token })).status, 401);
		assert.deepEqual((await pair.request('ping')).result, {});
		assert.equal(pair.stream.events.length, count + 1);
		pair.close();
	});

	it('an unknown sid is 404, bad posts are 4xx', async () => {
		const { token } = sessions.mcp;
		const pair = await open('mcp');
		const sid = new URL(pair.target).searchParams.get('sid');
		const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
		const headers = { Authorization: `Bearer ${token}` };
		const at = (query) => postJson(`${gate.url('mcp')}/message${query}`, ping, { headers });
		for (const query of ['?sid=x', `?sid=${sid}A`, `?sid=${sid.slice(0, -1)}`, `?sid=${'A'.repeat(sid.length)}`, '', '?',
			'?sid=', '?sid=%00', `?sid=${'x'.repeat(5000)}`, `?sid=${sid}&sid=${sid}`]) {
			const { status } = await at(query);
			assert.ok([400, 404, 414].includes(status), `${query.slice(0, 40)}: ${status}`);
		}
		for (const query of ['?sid=x', `?sid=${'A'.repeat(sid.length)}`])
			assert.equal((await at(query)).status, 404, query);
		assert.equal((await pair.post('{')).status, 400);
		assert.equal((await pair.post('[]')).status, 400);
		assert.equal((await pair.post(ping, { headers: { 'Content-Type': 'text/plain' } })).status, 415);
		assert.equal((await bare('GET', pair.target, token)).status, 405);
		assert.equal((await bare('POST', `${gate.url('mcp')}/sse`, token)).status, 405);
		pair.close();
	});

	it('strangers\' origins are 403, preflights are answered', async () => {
		const url = `${gate.url('mcp')}/sse`;
		assert.equal((await bare('GET', url, sessions.mcp.token, { Origin: 'https://evil.example' })).status, 403);
		for (const target of [url, `${gate.url('mcp')}/message?sid=x`]) {
			const { status } = await request(target, { method: 'OPTIONS',
				headers: { Origin: gate.site.url, 'Access-Control-Request-Method': 'POST' } });
			assert.ok(status < 300, `${target}: ${status}`);
		}
	});

	it('a stream that is gone takes its sid with it', async () => {
		const pair = await open('mcp');
		await pair.connect();
		pair.close();
		const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
		await eventually(async () => (await pair.post(ping)).status === 404, 'a 404', 15_000);
	});

	it('a session that is revoked ends its stream', async () => {
		for (const name of ['mcp', 'old']) {
			const session = await gate.signIn(name);
			const pair = await open(name, session);
			await pair.connect();
			const began = Date.now();
			await revoke(session.metadata, session.client, session.tokens.refresh_token);
			await pair.stream.end(15_000);
			assert.ok(Date.now() - began < 12_000, `${Date.now() - began} ms`);
			assert.equal((await pair.post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status, 401);
		}
	});

	it('a sign-out at Entra ends the streams of its browser, and no other', async () => {
		for (const name of ['mcp', 'old']) {
			const [out, stays] = [await signedInByHand(gate.site, { resource: gate.url(name) }),
				await signedInByHand(gate.site, { resource: gate.url(name) })];
			const [ends, lasts] = [await open(name, out), await open(name, stays)];
			await Promise.all([ends.connect(), lasts.connect()]);
			const began = Date.now();
			assert.equal((await request(`${gate.site.url}/logout?sid=${out.sid}`)).status, 200);
			await ends.stream.end(15_000);
			assert.ok(Date.now() - began < 12_000, `${Date.now() - began} ms`);
			assert.equal((await ends.post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status, 401);
			assert.deepEqual((await lasts.request('ping')).result, {});
			lasts.close();
		}
	});

	it('the paths beside them are 404', async () => {
		for (const rest of ['/sse/', '/sse/x', '/message/', '/messages', '/SSE', '/sse%2f', '/%73se'])
			assert.ok([400, 404].includes((await bare('GET', `${gate.url('mcp')}${rest}`, sessions.mcp.token)).status), rest);
	});
});

describe('sse_transport = off', () => {
	it('gives 404 for both', async () => {
		const servers = { mcp: { builtin: true }, weather: {} };
		const gate = await startGate('lighttpd-fastcgi', { servers, top: ['sse_transport = off'] });
		try {
			for (const name of ['mcp', 'weather']) {
				const { token } = await gate.signIn(name);
				assert.equal((await bare('GET', `${gate.url(name)}/sse`, token)).status, 404);
				const headers = { Authorization: `Bearer ${token}` };
				assert.equal((await postJson(`${gate.url(name)}/message?sid=x`, {}, { headers })).status, 404);
				assert.ok([404, 401].includes((await bare('GET', `${gate.url(name)}/sse`)).status));
			}
		} finally {
			await gate.stop();
		}
	});
});

describe('whichever process takes the post', { concurrency: 3 }, () => {
	for (const server of OTHERS)
		it(`${server}: answers come over the stream`, async () => {
			const gate = await startGate(server, { servers: { mcp: { builtin: true }, weather: {} } });
			try {
				for (const name of ['mcp', 'weather']) {
					const pair = await Pair.open(gate.url(name), (await gate.signIn(name)).token);
					assert.equal(pair.status, 200, pair.stream.text);
					await pair.connect();
					for (let n = 0; n < 3; n++)
						assert.ok((await pair.call(TOOL[name])).result !== undefined);
					pair.close();
					const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
					await eventually(async () => (await pair.post(ping)).status === 404, 'a 404', 5000);
				}
			} finally {
				await gate.stop();
			}
		});
});

// As the Python SDK does.
it('an upstream may take a message with an empty body of JSON', async () => {
	const upstream = await hostile(({ reply }) => reply({ result: RESULT }));
	const gate = await startGate('lighttpd-fastcgi', { servers: { weather: { upstream } } });
	try {
		const { token } = await gate.signIn();
		const pair = await Pair.open(gate.url(), token);
		await pair.connect();
		await pair.send('notifications/cancelled', { requestId: 9 }, null);
		assert.deepEqual((await pair.call('x')).result, RESULT);
		assert.deepEqual(pair.stream.events.filter(({ json }) => json?.error), []);
		pair.close();
	} finally {
		await gate.stop();
	}
});
