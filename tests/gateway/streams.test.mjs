// SPDX-License-Identifier: MIT
// Answers that come as events: at once, for as long as somebody reads, and at the reader's pace.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '../e2e/lib/http.mjs';
import { MODERN } from '../e2e/lib/mcp.mjs';
import { signedInByHand } from '../e2e/lib/sign-in.mjs';
import { BOB } from '../standins/entra/world.mjs';
import { behindBoth, startGate } from './lib/gate.mjs';
import { eventually, median, memory } from './lib/process.mjs';

const HEARTBEAT = 1000;
const MEGABYTES = 100;
const GROWTH = 16 * 1024;	// kilobytes of the process's peak that one big answer may cost: buffers, not the answer

// How long each of twenty calls takes, in milliseconds.
async function timed(client) {
	const took = [];
	for (let n = 0; n < 20; n++) {
		const began = Date.now();
		assert.equal((await client.call('echo')).status, 200);
		took.push(Date.now() - began);
		await sleep(50);
	}
	return took;
}

behindBoth((server) => {
	let gate;
	let client;
	let modern;

	before(async () => {
		gate = await startGate(server, {
			servers: { weather: { upstream_timeout: '3s' }, modern: { upstream: { era: 'modern' }, upstream_timeout: '15s' } },
		});
		client = await gate.client('weather');
		modern = await gate.client('modern', { era: MODERN });
	});
	afterEach(() => gate.upstreams.forEach((upstream) => upstream.reset()));
	after(() => gate?.stop());

	const both = [['legacy', () => [client, gate.upstream('weather')]],
		['modern', () => [modern, gate.upstream('modern')]]];

	for (const [era, who] of both) {
		it(`${era}: each event comes as it is sent`, async () => {
			const [own] = who();
			let stream, events, delays;
			// A busy machine holds up one now and then; whoever buffers would each time.
			for (let tries = 0; tries < 10; tries++) {
				stream = await own.openCall('slow', { events: 10, ms: 60 });
				events = await stream.rest();
				delays = events.slice(0, 10).map(({ at, json }) => at - json.params.data.at);
				if (median(delays) <= 20 && Math.max(...delays) <= 150)
					break;
			}
			assert.equal(stream.headers['x-accel-buffering'], 'no');
			assert.equal(delays.length, 10);
			assert.ok(median(delays) <= 20, `median ${median(delays)} ms, ${delays}`);
			assert.ok(Math.max(...delays) <= 150, `${delays}`);
			assert.equal(events.at(-1).json.result.content[0].text, 'slow is done');
		});

		it(`${era}: a silent stream has its heartbeats`, async () => {
			const [own] = who();
			const began = Date.now();
			const stream = await own.openCall('slow', { events: 1, ms: 3700 });
			await stream.end();
			const most = 1 + (Date.now() - began) / HEARTBEAT;
			assert.ok(stream.comments.length >= 2 && stream.comments.length <= most, `${stream.comments.length} comments`);
			assert.equal(stream.events.at(-1).json.result.content[0].text, 'slow is done');
		});

		it(`${era}: a client that is gone ends the call within ten heartbeats`, async () => {
			const [own, upstream] = who();
			for (const name of ['silent', 'slow']) {
				upstream.calm();
				const stream = await own.openCall(name, { events: 1000, ms: name === 'slow' ? 20_000 : 10 });
				const entry = await eventually(() => upstream.requests('tools/call')[0], 'the call');
				await sleep(200);
				assert.equal(entry.gone, undefined);
				const left = Date.now();
				stream.close();
				await eventually(() => entry.gone, 'the end of the call', 12 * HEARTBEAT);
				assert.ok(entry.gone - left <= 10 * HEARTBEAT, `${name}: after ${entry.gone - left} ms`);
			}
		});
	}

	it('a big answer of events needs constant memory', async () => {
		const [pid] = gate.pids();
		const before = memory(pid);
		const stream = await client.openCall('big', { megabytes: MEGABYTES });
		const bytes = await drain(stream);
		assert.ok(bytes > MEGABYTES << 20, `${bytes} bytes`);
		assert.ok(memory(pid).peak - before.peak < GROWTH, `the peak grew by ${memory(pid).peak - before.peak} kB`);
	});

	it('a big answer of JSON needs constant memory, or is refused', async () => {
		const [pid] = gate.pids();
		const before = memory(pid);
		const stream = await client.openCall('big', { megabytes: MEGABYTES, as: 'json' });
		const bytes = await drain(stream);
		assert.equal(stream.status, 200);
		assert.ok(bytes > MEGABYTES << 20 || bytes < 2000, `${bytes} bytes`);
		assert.ok(memory(pid).peak - before.peak < 4 * GROWTH, `the peak grew by ${memory(pid).peak - before.peak} kB`);
	});

	it('a client that does not read is waited for, and nobody waits with it', async () => {
		const [pid] = gate.pids();
		const bob = await gate.client('weather', { user: BOB });
		const usual = await timed(bob);
		gate.calm();
		const before = memory(pid);
		const stream = await client.openCall('big', { megabytes: 30 });
		stream.pause();
		const took = await timed(bob);
		assert.ok(median(took) < Math.max(500, 10 * median(usual)), `${took}, and before it ${usual}`);
		const entry = gate.upstream().requests('tools/call')[0];
		assert.equal(entry.finished, false, 'the answer was not paused');
		assert.ok(memory(pid).peak - before.peak < GROWTH, `the peak grew by ${memory(pid).peak - before.peak} kB`);
		stream.resume();
		const bytes = await drain(stream);
		assert.ok(bytes > 30 << 20);
	});

	it('many slow clients at once leave the workers to the others', async () => {
		const streams = await Promise.all(Array.from({ length: 20 }, () => client.openCall('slow', { events: 8, ms: 1000 })));
		for (let n = 0; n < 10; n++)
			assert.equal((await client.call('echo')).status, 200);
		assert.ok(streams.every(({ ended }) => !ended), 'they waited for the streams');
		for (const stream of streams) {
			await stream.end();
			assert.equal(stream.events.at(-1).json.result.content[0].text, 'slow is done');
		}
	});

	it('what the upstream asks is answered by another post', async () => {
		const stream = await client.openCall('ask');
		const { json } = await stream.event();
		assert.equal(json.method, 'elicitation/create');
		await sleep(1500);	// a person thinks
		const accepted = await client.respond(json.id, { action: 'accept', content: { colour: 'red' } });
		assert.deepEqual([accepted.status, accepted.text], [202, '']);
		assert.match((await stream.event()).json.result.content[0].text, /"colour":"red"/);
		await stream.end();
	});

	it('a modern call that takes longer than a second is opened as events, where those are accepted', async () => {
		const stream = await modern.openCall('wait', { ms: 6000 });
		assert.match(stream.headers['content-type'], /^text\/event-stream/);
		assert.ok(stream.opened < 5000, `opened after ${stream.opened} ms`);
		await stream.end();
		assert.ok(stream.comments.length >= 1);
		assert.equal(stream.events.at(-1).json.result.content[0].text, 'waited');
		gate.upstream('modern').set({ accept: false });
		const json = await modern.call('wait', { ms: 1200 }, { headers: { Accept: 'application/json' } });
		assert.match(json.headers['content-type'], /^application\/json/);
		assert.equal(json.json.result.content[0].text, 'waited');
	});

	it('a stream outlives the time for an answer to begin', async () => {
		const stream = await client.openCall('slow', { events: 4, ms: 1000 });
		await stream.end(12_000);
		assert.equal(stream.events.at(-1).json.result.content[0].text, 'slow is done');
	});
});

// The number of bytes of a stream that nobody keeps.
function drain(stream) {
	return new Promise((resolve, reject) => {
		let bytes = stream.text.length;
		stream.text = '';
		const { response } = stream;
		response.removeAllListeners('data');
		response.on('data', (chunk) => { bytes += chunk.length; });
		response.on('end', () => resolve(bytes));
		response.on('close', () => (response.complete ? resolve(bytes) : reject(new Error(`cut after ${bytes} bytes`))));
		response.resume();
	});
}

describe('the limits of streams', () => {
	it('streams_max refuses the next with 503 and Retry-After, and one that ends makes room', async () => {
		const gate = await startGate('lighttpd-fastcgi', { limits: { streams_max: 3 } });
		try {
			const client = await gate.client();
			const streams = [];
			for (let n = 0; n < 3; n++)
				streams.push(await client.openCall('silent'));
			const refused = await client.call('echo');
			assert.equal(refused.status, 503, refused.text);
			assert.match(refused.headers['retry-after'], /^\d+$/);
			assert.equal((await client.get()).status, 503);
			streams[0].close();
			await eventually(async () => (await client.call('echo')).status === 200, 'room', 15_000);
			streams.forEach((stream) => stream.close());
		} finally {
			await gate.stop();
		}
	});

	it('a stream ends at the end of its time', async () => {
		const gate = await startGate('lighttpd-fastcgi', { limits: { stream: '3s' } });
		try {
			const client = await gate.client();
			const began = Date.now();
			const [call, get] = [await client.openCall('silent'), await client.listen()];
			await Promise.all([call.end(8000), get.end(8000)]);
			assert.ok(Date.now() - began >= 2500 && Date.now() - began < 6000, `${Date.now() - began} ms`);
			await eventually(() => gate.upstream().requests('tools/call')[0].gone, 'the end at the upstream');
		} finally {
			await gate.stop();
		}
	});

	it('a sign-out at Entra ends a call that lasts and a stream that listens', async () => {
		const gate = await startGate('lighttpd-fastcgi');
		try {
			const session = await signedInByHand(gate.site, { resource: gate.url() });
			const [client, stays] = [await gate.client(undefined, { session }), await gate.client()];
			const streams = [await client.openCall('silent'), await client.listen()];
			const other = await stays.listen();
			const began = Date.now();
			assert.equal((await request(`${gate.site.url}/logout?sid=${session.sid}`)).status, 200);
			await Promise.all(streams.map((stream) => stream.end(15_000)));
			assert.ok(Date.now() - began < 12 * HEARTBEAT, `${Date.now() - began} ms`);
			await eventually(() => gate.upstream().requests('tools/call')[0].gone, 'the end at the upstream');
			assert.ok(!other.ended);
			other.close();
		} finally {
			await gate.stop();
		}
	});

	it('a process that is told to end finishes its streams', async () => {
		const gate = await startGate('apache-proxy-fcgi');
		try {
			const client = await gate.client();
			const stream = await client.openCall('silent');
			await sleep(300);
			const began = Date.now();
			for (const pid of gate.pids())
				process.kill(pid, 'SIGTERM');
			await stream.end(9000);
			assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`);
			await eventually(() => gate.upstream().requests('tools/call')[0].gone, 'the end at the upstream');
		} finally {
			await gate.stop();
		}
	});
});
