// SPDX-License-Identifier: MIT
// Peers that leave a connection half open, send a byte now and then, or read nothing: everybody else is served, and
// when they are gone nothing of them is left.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { eventually, openSockets } from '../gateway/lib/process.mjs';
import { FREELY, Load } from './lib/load.mjs';
import { PROGRAMS } from './lib/programs.mjs';

// Of each kind.  Apache passes bodies on as they come, so a program's workers wait for them until they are given up.
const SERVERS = { 'lighttpd-fastcgi': 60, 'apache-proxy-fcgi': 9 };
const ACTS = 40;
const KEPT = 24;	// connections to Entra and Graph that the workers of a program keep, at most

const head = (site, method, path, ...lines) =>
	[`${method} ${path} HTTP/1.1`, `Host: ${new URL(site.url).host}`, ...lines, '', ''].join('\r\n');

const body = (site, path, type, length) =>
	head(site, 'POST', path, `Content-Type: ${type}`, `Content-Length: ${length}`);

// What a peer sends at once, what it goes on to send, and whether it reads.
const PEERS = {
	'half a head': () => ({ first: 'POST /token HTTP/1.1\r\nHost: ' }),
	'a head that comes in bytes': () => ({ first: 'GET /mcp HTTP/1.1\r\n', more: 'X-A: b\r\n' }),
	'half a body': ({ site }) => ({
		first: `${body(site, '/token', 'application/x-www-form-urlencoded', 5000)}grant_type=`,
	}),
	'a body that comes in bytes': ({ site }) => ({ first: body(site, '/register', 'application/json', 5000), more: ' ' }),
	'a call that comes in bytes': ({ site, token }) => ({
		first: head(site, 'POST', '/mcp', 'Content-Type: application/json', 'Content-Length: 5000',
			`Authorization: Bearer ${token}`),
		more: ' ',
	}),
	'an answer that nobody reads': ({ site, token }) => ({
		first: head(site, 'GET', '/mcp/sse', 'Accept: text/event-stream', `Authorization: Bearer ${token}`), reads: false,
	}),
};

class Peer {
	constructor(url, { first, more, reads = true }) {
		const { hostname, port } = new URL(url);
		this.socket = net.connect({ host: hostname, port });
		this.socket.on('error', () => {});
		this.socket.write(first);
		if (reads)
			this.socket.resume();
		else
			this.socket.pause();
		this.timer = more === undefined ? undefined : setInterval(() => this.socket.writable && this.socket.write(more), 500);
	}

	go() {
		clearInterval(this.timer);
		this.socket.destroy();
	}
}

const sockets = (site) => Object.fromEntries(PROGRAMS.flatMap((program) =>
	site.pids(program).map((pid) => [pid, openSockets(pid)])));

describe('peers that are slow', { concurrency: 2 }, () => {
	for (const [server, many] of Object.entries(SERVERS))
		describe(server, { concurrency: 1 }, () => {
			let site;
			let token;
			before(async () => {
				site = await startSite(server, { limits: FREELY, top: ['stream_heartbeat = 1'] });
				token = (await signedIn(site.resource())).tokens.access_token;
			});
			after(() => site?.stop());

			it('everybody else is served', async (t) => {
				const load = new Load(site);
				await load.begin();
				const before = sockets(site);
				const peers = Object.values(PEERS).flatMap((kind) =>
					[...Array(many)].map(() => new Peer(site.url, kind({ site, token }))));
				try {
					await load.during(['signIn', 'refresh', 'list', 'call', 'register', 'metadata'], async () => {
						for (const goal = load.acted + ACTS, deadline = Date.now() + 120_000; load.acted < goal; await sleep(20))
							assert.ok(Date.now() < deadline, `${load.acted} of ${goal}: ${load.summary()}`);
					});
				} finally {
					peers.forEach((peer) => peer.go());
				}
				t.diagnostic(load.summary());
				assert.deepEqual(load.excuses, {});
				await load.everythingHolds();
				await eventually(() => Object.entries(sockets(site)).every(([pid, count]) => count <= (before[pid] ?? 0) + KEPT),
					'hardly more sockets than before', 20_000);
			});
		});
});
