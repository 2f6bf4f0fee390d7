// SPDX-License-Identifier: MIT
// What goes wrong on a bad day, for a moment.  A row is undone when its promise is fulfilled; `deadly` ones end
// programs.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EIO, ENOSPC, MEMORY, SYNC, WRITE } from '../../faults/lib/faulty.mjs';
import { lock } from '../../faults/lib/lock.mjs';
import { PROGRAMS, kill, send, webServer } from '../../faults/lib/programs.mjs';
import { between, pick } from './random.mjs';

const ENTRA = [
	{ token_status: 503 }, { token_close: true }, { token_delay_ms: 4000 }, { token_truncate: true },
	{ graph_status: 500 }, { graph_close: true }, { graph_body_fault: 'garbage' },
	{ discovery_status: 503, jwks_status: 503 },
];
const MEMORY_EVERY = 300;	// of so many requests for memory one fails
const PEERS = 20;

// Gracefully; but where mod_fcgid does that, requests that wait for a new program's start are never answered: it has
// ended the process that starts them.
const ANEW = { 'apache-fcgid': 'SIGHUP' };

export const DISTURBANCES = {
	'a program is killed': { deadly: true, run: async ({ site, random }) => { kill(site, pick(random, PROGRAMS)); } },
	'the database is locked': { run: async ({ site, random }) => {
		const release = await lock(site.database.file, 'BEGIN IMMEDIATE;');
		await sleep(between(random, 200, 1700));
		await release();
	} },
	'Entra fails': { run: ({ site, random }) =>
		site.standin.during(pick(random, ENTRA), () => sleep(between(random, 500, 2000))) },
	'Entra stands still': { run: async ({ site, random }) => {
		send(site.standin.pid, 'SIGSTOP');
		await sleep(between(random, 500, 2500));
		send(site.standin.pid, 'SIGCONT');
	} },
	'the upstream is gone': { run: async ({ upstream, random }) => {
		await upstream.refuse();
		await sleep(between(random, 300, 1500));
		await upstream.accept();
	} },
	'the web server begins anew': { run: async ({ site }) => {
		send(webServer(site)[0], ANEW[site.server] ?? 'SIGUSR1');
	} },
	'the disk is full': { run: ({ faults, random }) =>
		faults.during(WRITE, { error: ENOSPC }, () => sleep(between(random, 200, 1000))) },
	'nothing can be synced': { run: ({ faults, random }) =>
		faults.during(SYNC, { error: EIO }, () => sleep(between(random, 200, 1000))) },
	'memory is scarce': { deadly: true, run: ({ faults, random }) => faults.during(MEMORY, { every: MEMORY_EVERY },
		() => sleep(between(random, 100, 500))) },
	'peers leave connections half open': { run: async ({ site, random }) => {
		const { hostname, port, host } = new URL(site.url);
		const sockets = [...Array(PEERS)].map(() => net.connect({ host: hostname, port }).on('error', () => {}));
		sockets.forEach((socket) => socket.write(`POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Len`));
		await sleep(between(random, 500, 2000));
		sockets.forEach((socket) => socket.destroy());
	} },
};

// lighttpd and mod_fcgid end the programs with themselves.
export const isDeadly = (name, server) =>
	DISTURBANCES[name].deadly === true || (name === 'the web server begins anew' && server !== 'apache-proxy-fcgi');
