// SPDX-License-Identifier: MIT
// kill -9 of any program at any time: whatever was acknowledged holds, nobody is signed out, nothing is half-written.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import net from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FREELY, Load } from '../faults/lib/load.mjs';
import { PROGRAMS, kill } from '../faults/lib/programs.mjs';
import { encode } from '../speed/lib/fastcgi.mjs';
import { discover, register } from './lib/oauth.mjs';
import { startSite } from './lib/site.mjs';

// gap: milliseconds between two kills at most.  lighttpd looks once a second what it must start again.  A program that
// is started for each request is there for a moment, so that most kills meet none: it goes on until enough have.
const ENOUGH = 6;
const AT_MOST = 60_000;		// milliseconds
const SET_UPS = [['lighttpd-fastcgi', 8000, 700], ['apache-proxy-fcgi', 6000, 120], ['lighttpd-cgi', 5000, 120]];

for (const [server, duration, gap] of SET_UPS) {
	describe(server, () => {
		it('loses nothing that it has acknowledged', async (t) => {
			const site = await startSite(server, { limits: FREELY });
			try {
				const load = new Load(site);
				let kills = 0;
				await load.begin();
				await load.during(['signIn', 'refresh', 'refresh', 'list'], async () => {
					const began = Date.now();
					const ends = () => began + (kills < ENOUGH ? AT_MOST : duration);
					for (; Date.now() < ends(); await sleep(Math.random() * gap))
						kills += kill(site, load.pick(PROGRAMS));
				}, { pause: 5 });
				t.diagnostic(`${kills} kills, ${load.summary()}`);
				assert.ok(kills >= ENOUGH && load.done.refresh > 5 && load.done.list > 5 && load.grants.length > 2, load.summary());
				await load.everythingHolds();
			} finally {
				await site.stop();
			}
		});
	});
}

// The socket that a program listens on is its standard input.
function socketOf(pid) {
	const [inode] = /\d+/.exec(readlinkSync(`/proc/${pid}/fd/0`));
	const line = readFileSync('/proc/net/unix', 'utf8').split('\n').find((text) => text.includes(` ${inode} `));
	return line.trim().split(/\s+/).at(-1);
}

// SIGUSR2 to each thread, as a program that ends wakes its workers.
function wakeThreads(pid) {
	const tgkill = process.arch === 'arm64' ? 131 : 234;
	for (const thread of readdirSync(`/proc/${pid}/task`))
		execFileSync('perl', ['-e', `syscall(${tgkill}, ${pid}, ${thread}, 12) == 0 or die "$!"`]);
}

it('the signal that wakes workers loses no request whose body is on its way', async () => {
	const site = await startSite('lighttpd-fastcgi');
	try {
		await register((await discover(site.resource())).metadata);
		const [pid] = site.pids('register');
		const body = JSON.stringify({ client_name: 'x', redirect_uris: ['http://127.0.0.1/cb'] });
		const bytes = encode({
			REQUEST_METHOD: 'POST', REQUEST_URI: '/register', CONTENT_TYPE: 'application/json',
			CONTENT_LENGTH: String(body.length), REMOTE_ADDR: '127.0.0.1', HTTP_HOST: new URL(site.url).host,
		}, body);
		const socket = net.connect(socketOf(pid));
		let answer = '';
		socket.on('data', (data) => { answer += data.toString('latin1'); });
		socket.write(bytes.subarray(0, -30));
		await sleep(300);
		wakeThreads(pid);
		await sleep(300);
		assert.equal(answer, '', 'it was answered before its end');
		socket.write(bytes.subarray(-30));
		await once(socket, 'close');
		assert.match(answer, /Status: 201/);
	} finally {
		await site.stop();
	}
});
