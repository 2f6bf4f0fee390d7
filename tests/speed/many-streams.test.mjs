// SPDX-License-Identifier: MIT
// Hundreds of open streams on one process: what they cost, and how soon a message is there.
import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { legacy, send } from '../e2e/lib/mcp.mjs';
import { startGate } from '../gateway/lib/gate.mjs';
import { Pair } from '../gateway/lib/pair.mjs';
import { eventually, median, memory, openFiles, processorTime } from '../gateway/lib/process.mjs';

const KILOBYTES = 30;	// of the process, for one stream
const IDLE = 3000;
const IDLE_SHARE = 0.03;	// of one processor, with heartbeats of 15 seconds
const SOON = 20;
const WARM = 20;	// streams before the counting begins: caches and threads are there then

// mod_proxy_fcgi keeps a worker of Apache's for each stream, so tests/serve gives it more than it has of its own.
const SET_UPS = [['lighttpd-fastcgi', 500], ['apache-proxy-fcgi', 500]];

async function openAll(gate, token, count) {
	const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
	const pairs = [];
	const open = () => Pair.open(gate.url('mcp'), token, { agent });
	while (pairs.length < count)
		pairs.push(...await Promise.all(Array.from({ length: Math.min(25, count - pairs.length) }, open)));
	return pairs;
}

for (const [server, count] of SET_UPS)
	describe(`${count} streams through ${server}`, { concurrency: 1 }, () => {
		it('are cheap, quick, bounded, and end with their process', async (t) => {
			const limits = { rates: 'off', streams_max: count, streams_person: count };
			const gate = await startGate(server, { servers: { mcp: { builtin: true } }, top: [], limits });
			const pairs = [];
			try {
				const { token } = await gate.signIn('mcp');
				pairs.push(...await openAll(gate, token, WARM));
				await Promise.all(pairs.map((pair) => pair.connect()));
				const [pid] = gate.pids();
				await sleep(500);
				await cheap(t, gate, pid, token, pairs, count - WARM);
				await quick(t, gate, pid, token, pairs);
				await bounded(gate, token);
				await freed(gate, pid, token, pairs);
			} finally {
				pairs.forEach((pair) => pair.close());
				await gate.stop();
			}
		});
	});

async function cheap(t, gate, pid, token, pairs, count) {
	const before = memory(pid).rss;
	pairs.push(...await openAll(gate, token, count));
	assert.deepEqual([...new Set(pairs.map((pair) => pair.status))], [200]);
	await sleep(1200);
	const each = (memory(pid).rss - before) / count;
	const used = processorTime(pid);
	const files = openFiles(pid);
	await sleep(IDLE);
	const share = (processorTime(pid) - used) / IDLE;
	const percent = (share * 100).toFixed(1);
	t.diagnostic(`${each.toFixed(1)} kB a stream, ${percent} % of a processor while idle, ${files} files`);
	assert.ok(each <= KILOBYTES, `${each} kB a stream`);
	assert.ok(share <= IDLE_SHARE, `${share} of a processor`);
	assert.ok(files < count + WARM + 200, `${files} open files for ${count} streams`);
}

async function quick(t, gate, pid, token, pairs) {
	let over = false;
	const others = (async () => {
		while (!over) {
			assert.equal((await send(gate.url('mcp'), token, legacy('tools/list'))).status, 200);
			await sleep(5);
		}
	})();
	const took = [];
	for (let n = 0; n < 60; n++) {
		const pair = pairs[(n * 7) % pairs.length];
		const began = Date.now();
		await pair.request('ping');
		took.push(Date.now() - began);
	}
	over = true;
	await others;
	t.diagnostic(`a message: median ${median(took)} ms, at most ${Math.max(...took)} ms`);
	assert.ok(median(took) <= SOON, `median ${median(took)} ms: ${took}`);
	assert.ok(Math.max(...took) < 1000, `${took}`);
}

async function bounded(gate, token) {
	const refused = await Pair.open(gate.url('mcp'), token);
	assert.equal(refused.status, 503);
	assert.match(refused.stream.headers['retry-after'], /^\d+$/);
	await refused.stream.end();
	assert.equal((await send(gate.url('mcp'), token, legacy('ping'))).status, 200, 'requests that need no stream go on');
}

async function freed(gate, pid, token, pairs) {
	process.kill(pid, 'SIGKILL');
	await Promise.all(pairs.map((pair) => pair.stream.end(10_000)));
	const answers = async () => (await send(gate.url('mcp'), token, legacy('ping'))).status === 200;
	await eventually(answers, 'an answer of another process', 30_000);
	const next = gate.pids().find((other) => other !== pid);
	assert.ok(openFiles(next) < 100);
	const again = await Pair.open(gate.url('mcp'), token);
	await again.connect();
	again.close();
	await eventually(async () => {
		const { status } = await pairs[0].post({ jsonrpc: '2.0', id: 1, method: 'ping' });
		return status === 404;
	}, 'the end of a sid whose process is dead', 30_000);
}
