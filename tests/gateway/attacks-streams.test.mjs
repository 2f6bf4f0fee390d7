// SPDX-License-Identifier: MIT
// What one client's streams do to all others: mailboxes that are not read, streams that are many, floods of hints.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { legacy } from '../e2e/lib/mcp.mjs';
import { BOB } from '../standins/entra/world.mjs';
import { startGate } from './lib/gate.mjs';
import { Pair } from './lib/pair.mjs';
import { eventually, median } from './lib/process.mjs';

const SERVER = 'lighttpd-fastcgi';
const MEGABYTE = 2 ** 20;

// Milliseconds that calls of a bystander take, over ms.
async function bystanding(client, ms) {
	const took = [];
	for (const until = Date.now() + ms; Date.now() < until;) {
		const began = Date.now();
		assert.ok((await client.call('whoami')).json?.result !== undefined);
		took.push(Date.now() - began);
		await sleep(10);
	}
	return { median: median(took), most: Math.max(...took) };
}

// What they may take at most while others are at work, in milliseconds: the machine may be busy without them.
const bearable = async (client, most) => most + 5 * (await bystanding(client, 1500)).most;

// attack answers what a bystander's worst call took, and what is bearable.  A busy machine holds one up now and then, a
// product that does it does so each time.
async function holdsUpNobody(attack) {
	let told;
	for (let tries = 0; tries < 4; tries++) {
		told = await attack();
		if (told.took < told.bound)
			return;
	}
	assert.fail(`${told.took} ms, where ${told.bound} are bearable`);
}

// Bytes of the database and what belongs to it.
function stored(gate) {
	const dir = path.join(gate.site.keep, 'state');
	return readdirSync(dir).filter((name) => name.startsWith('sallyport.db'))
		.reduce((sum, name) => sum + statSync(path.join(dir, name)).size, 0);
}

// Answers whoever is called burst with all the events that fit into one packet.
function burst({ server }) {
	const [own] = server.listeners('request');
	server.off('request', own);
	server.on('request', (req, res) => {
		if (req.headers['user-agent'] !== 'burst')
			return own(req, res);
		req.resume();
		return res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data:{}\n\n'.repeat(1800));
	});
}

describe('a client that reads nothing of its mailbox', { concurrency: 2 }, () => {
	// With lighttpd-cgi each request has a process, so that all messages go by way of the store.
	for (const [server, most] of [[SERVER, 500], ['lighttpd-cgi', 3000]])
		it(`${server}: is written to within bounds, and holds up nobody`, async (t) => {
			const gate = await startGate(server, { servers: { weather: {}, bad: {} } });
			try {
				const bystander = await gate.client('weather');
				await holdsUpNobody(async () => {
					const pair = await Pair.open(gate.url('bad'), (await gate.signIn('bad')).token);
					await pair.connect();
					const bound = await bearable(bystander, most);
					const before = stored(gate);
					pair.stream.pause();
					// On a slow machine the stream of a client that reads nothing may be given up before the last of them.
					const sent = await Promise.all([1, 2, 3].map((n) =>
						pair.post(legacy('tools/call', { name: 'big', arguments: { megabytes: 200 } }, { id: `big-${n}` }).body)));
					assert.ok(sent.every(({ status }) => [202, 404].includes(status))
						&& sent.some(({ status }) => status === 202), sent.map(({ text }) => text).join());
					const took = await bystanding(bystander, 3000);
					const grown = (stored(gate) - before) / MEGABYTE;
					t.diagnostic(`${grown.toFixed(1)} MB more; a call: median ${took.median} ms, at most ${took.most} ms`);
					assert.ok(grown < 32, `${grown} MB`);
					pair.close();
					return { took: took.most, bound };
				});
			} finally {
				await gate.stop();
			}
		});

	it('thousands of small messages for it hold up nobody', async (t) => {
		const gate = await startGate(SERVER, { servers: { weather: {}, bad: {} } });
		try {
			const bystander = await gate.client('weather');
			burst(gate.upstream('bad'));
			await holdsUpNobody(async () => {
				const pair = await Pair.open(gate.url('bad'), (await gate.signIn('bad')).token);
				await pair.connect();
				const bound = await bearable(bystander, 500);
				const headers = { 'User-Agent': 'burst' };
				const posts = [1, 2, 3].map((n) =>
					pair.post(legacy('tools/call', { name: 'x' }, { id: `burst-${n}` }).body, { headers }));
				const took = await bystanding(bystander, 1500);
				assert.deepEqual((await Promise.all(posts)).map(({ status }) => status), [202, 202, 202]);
				t.diagnostic(`a bystander's call: median ${took.median} ms, at most ${took.most} ms`);
				pair.close();
				return { took: took.most, bound };
			});
		} finally {
			await gate.stop();
		}
	});
});

describe('streams_person', () => {
	it('bounds one person in all sessions and at all servers, and leaves room for others', async () => {
		const gate = await startGate(SERVER, {
			servers: { weather: {}, mcp: { builtin: true } }, limits: { streams_max: 12, streams_person: 4 },
		});
		const open = [];
		const pair = async (name, { token }) => {
			const own = await Pair.open(gate.url(name), token);
			open.push(own);
			return own.status;
		};
		try {
			const servers = ['weather', 'weather', 'mcp'];
			const [first, second, third] = await Promise.all(servers.map((name) => gate.signIn(name)));
			const bob = await gate.signIn('weather', { user: BOB });
			const bobs = await gate.client('weather', { session: bob });
			for (const [name, session] of [['weather', first], ['weather', first], ['weather', second], ['mcp', third]])
				assert.equal(await pair(name, session), 200);
			const get = await gate.client('weather', { session: first, connect: false });
			for (const [name, session] of [['weather', first], ['weather', second], ['mcp', third]]) {
				assert.equal(await pair(name, session), 503, name);
				assert.match(open.at(-1).stream.headers['retry-after'], /^\d+$/);
			}
			assert.equal((await get.call('whoami')).status, 503, 'a call needs one, too');
			for (let n = 0; n < 3; n++)
				assert.equal(await pair('weather', bob), 200, 'another person');
			assert.ok((await bobs.call('whoami')).json?.result !== undefined);
			open.shift().close();
			await eventually(async () => await pair('weather', second) === 200, 'room again', 5000);
		} finally {
			open.forEach((own) => own.close());
			await gate.stop();
		}
	});
});

// Datagrams as fast as they are taken, from processes of their own; a line says that many have been.
const FLOOD = `use Socket qw(:DEFAULT MSG_DONTWAIT); $| = 1; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; my $n = 0;
	connect($s, sockaddr_un($ARGV[0])) or die; my $bytes = pack("H*", $ARGV[1]);
	while (1) { defined(send($s, $bytes, MSG_DONTWAIT)) and ++$n == 5000 and print "flooded\\n" }`;

describe('a socket of hints that is flooded', () => {
	let gate;
	let client;
	let pair;
	let socket;

	before(async () => {
		gate = await startGate(SERVER);
		client = await gate.client('weather');
		pair = await Pair.open(gate.url(), client.token);
		await pair.connect();
		const run = path.join(gate.site.keep, 'state', 'run');
		[socket] = readdirSync(run).filter((name) => name.startsWith('stream-')).map((name) => path.join(run, name));
	});
	after(() => {
		pair?.close();
		return gate?.stop();
	});

	for (const [what, bytes] of [['a mailbox\'s own hash'], ['hashes of nobody', '00'.repeat(32)], ['one byte each', '00'],
		['nothing in them', ''], ['too much in them', '00'.repeat(4096)]])
		it(`by datagrams with ${what} holds up nobody`, async (t) => {
			const [{ hash }] = await gate.site.database.rows('SELECT hex(id_hash) AS hash FROM stream');
			const bound = await bearable(client, 500);
			const flood = ['-e', FLOOD, socket, bytes ?? hash];
			const flooders = [1, 2].map(() => spawn('perl', flood, { stdio: ['ignore', 'pipe', 'inherit'] }));
			try {
				await Promise.all(flooders.map(({ stdout }) => once(stdout, 'data', { signal: AbortSignal.timeout(10_000) })));
				await holdsUpNobody(async () => {
					const took = await bystanding(client, 700);
					const began = Date.now();
					assert.ok((await pair.call('whoami')).result !== undefined);
					const over = Date.now() - began;
					t.diagnostic(`calls: median ${took.median} ms, at most ${took.most} ms; over the mailbox ${over} ms`);
					return { took: Math.max(took.most, over), bound };
				});
				assert.ok(flooders.every(({ exitCode }) => exitCode === null), 'the flood goes on');
			} finally {
				flooders.forEach((flooder) => flooder.kill());
			}
		});
});
