// SPDX-License-Identifier: MIT
// Clients of 2024-11-05 before an upstream of today, and before one of 2024.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { MODERN } from '../e2e/lib/mcp.mjs';
import { behindBoth, startGate } from './lib/gate.mjs';
import { Pair, SERVERS } from './lib/pair.mjs';
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

	it('the call of a stream that is gone ends', async () => {
		for (const name of ['weather', 'old']) {
			const pair = await open(name);
			await pair.connect();
			gate.upstream(name).calm();
			await pair.send('tools/call', { name: 'slow', arguments: { events: 2000, ms: 10 } });
			const { stream } = pair;
			await stream.until(() => stream.events.some(({ json }) => json?.method === 'notifications/message'), 'progress');
			const [entry] = gate.upstream(name).requests('tools/call');
			pair.close();
			if (name === 'weather')
				await eventually(() => entry.gone, 'the end of the call', 12_000);
			else
				await eventually(() => gate.upstream(name).pairs.byId.size === 0, 'the end of the stream', 12_000);
		}
	});

	it('a slow call does not keep the next one', async () => {
		for (const name of ['weather', 'modern', 'old']) {
			const pair = await open(name);
			await pair.connect();
			const slow = await pair.send('tools/call', { name: 'slow', arguments: { events: 4, ms: 1500 } });
			assert.ok((await pair.call('whoami')).result !== undefined);
			assert.ok(!pair.stream.events.some(({ json }) => json?.id === slow), `${name}: it waited`);
			assert.equal((await pair.stream.answer(slow)).result.content[0].text, 'slow is done');
			const progress = pair.stream.events.filter(({ json }) => json?.method === 'notifications/message');
			assert.ok(progress.length >= 3, `${name}: ${progress.length} notifications`);
			pair.close();
		}
	});

	it('what the upstream asks comes on the stream, and is answered by a post', async () => {
		for (const name of ['weather', 'old']) {
			const pair = await open(name);
			await pair.connect();
			const call = await pair.send('tools/call', { name: 'ask', arguments: {} });
			const { stream } = pair;
			const isQuestion = ({ json }) => json?.method === 'elicitation/create';
			const asked = (await stream.until(() => stream.events.find(isQuestion), 'a question')).json;
			const body = { jsonrpc: '2.0', id: asked.id, result: { action: 'accept', content: { colour: 'red' } } };
			assert.equal((await pair.post(body)).status, 202);
			assert.match((await pair.stream.answer(call)).result.content[0].text, /red/, name);
			pair.close();
		}
	});

	it('a failing upstream is an error on the stream', async () => {
		const pair = await open('weather');
		await pair.connect();
		for (const [kind, options] of [['status', { status: 500 }], ['html'], ['reset']]) {
			gate.upstream('weather').fault(kind, { ...options, on: 'tools/call', times: 9 });
			const { error } = await pair.call('whoami');
			assert.equal(error.code, -32603, kind);
			assert.match(error.message, /\(reference [^)]+\)/);
			gate.upstream('weather').reset();
		}
		assert.ok((await pair.call('whoami')).result !== undefined);
		pair.close();
	});

	it('a big answer comes whole', async () => {
		const pair = await open('weather');
		await pair.connect();
		gate.upstream('weather').fault('huge event', { on: 'tools/call', megabytes: 0.75 });	// response_max is 1M
		const { result } = await pair.call('whoami');
		assert.equal(result.content[0].text.length, 0.75 * 2 ** 20);
		pair.close();
	});

	describe('an upstream of 2024-11-05', () => {
		it('has the person in its headers, and our bearer nowhere', async () => {
			gate.calm();
			const pair = await open('old');
			await pair.connect();
			const { log } = gate.upstream('old');
			assert.deepEqual(log.map(({ method }) => method), ['GET', 'POST', 'POST']);
			for (const { headers } of log) {
				assert.equal(headers['x-sallyport-object-id'], 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa');
				assert.equal(headers.authorization, undefined);
			}
			assert.ok(!JSON.stringify(log).includes(sessions.old.token));
			pair.close();
		});

		it('may name its endpoint absolutely, but at its own origin alone', async () => {
			gate.upstream('old').set({ endpoint: 'absolute' });
			const good = await open('old');
			await good.connect();
			good.close();
			gate.upstream('old').set({ endpoint: 'foreign' });
			gate.calm();
			const pair = await open('old').catch(() => undefined);
			if (pair?.status === 200 && !pair.stream.ended) {
				const answer = await pair.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
				assert.ok(answer.status >= 400 || (await pair.stream.answer(1))?.error !== undefined, answer.text);
			}
			pair?.close();
			gate.upstream('old').set({ endpoint: 'relative' });
		});

		it('that is gone ends the stream', async () => {
			const pair = await open('old');
			await pair.connect();
			gate.upstream('old').cut();
			await pair.stream.end(4000);
		});

		it('that does not listen is an error at once', async () => {
			await gate.upstream('old').refuse();
			try {
				const began = Date.now();
				const pair = await open('old').catch((error) => ({ status: error.message, close() {} }));
				assert.ok(Date.now() - began < 4000);
				assert.notEqual(pair.status, undefined);
				pair.close();
			} finally {
				await gate.upstream('old').accept();
			}
		});
	});
});

describe('a client of today at an upstream of 2024-11-05', () => {
	it('is served or refused cleanly', async () => {
		const gate = await startGate('lighttpd-fastcgi', { servers: { old: SERVERS.old } });
		try {
			for (const era of ['2025-11-25', MODERN]) {
				const client = await gate.client('old', { era, connect: false });
				const answer = era === MODERN ? await client.request('server/discover') : await client.initialize();
				assert.ok(answer.status < 500, `${era}: ${answer.status} ${answer.text}`);
				assert.ok(answer.json !== undefined, answer.text);
			}
		} finally {
			await gate.stop();
		}
	});
});
