// SPDX-License-Identifier: MIT
// One gateway: a site whose servers stand before upstreams of this process, with its people and their clients.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe } from 'node:test';
import { signedIn } from '../../e2e/lib/sign-in.mjs';
import { startSite } from '../../e2e/lib/site.mjs';
import { startUpstream } from '../../standins/upstream/upstream.mjs';
import { ALICE } from '../../standins/entra/world.mjs';
import { Client } from './client.mjs';
import { eventually } from './process.mjs';

export const BOTH = ['lighttpd-fastcgi', 'apache-proxy-fcgi'];
// Tests behind each of the two, side by side: most of them wait.
export function behindBoth(what, define = what) {
	describe(typeof what === 'string' ? what : 'behind', { concurrency: BOTH.length }, () => {
		for (const server of BOTH)
			describe(server, { concurrency: 1 }, () => define(server));
	});
}

export const OTHERS = ['apache-fcgid', 'lighttpd-cgi', 'apache-cgi'];

// servers: keys of a [server] section by name; upstream is a stand-in, the switches of one to start, or absent for the
// built-in tools.  The other options are those of startSite.
export async function startGate(server, { servers = { weather: {} }, ...options } = {}) {
	const started = new Map();
	const sections = [];
	let site;
	try {
		for (const [name, { upstream = {}, builtin, ...keys }] of Object.entries(servers)) {
			if (builtin) {
				sections.push(name);
				continue;
			}
			const own = typeof upstream.fault === 'function' ? upstream : await startUpstream(upstream);
			started.set(name, own);
			sections.push({ name, upstream: own.url, ...keys });
		}
		site = await startSite(server, { top: ['stream_heartbeat = 1'], ...options, servers: sections });
	} catch (error) {
		await Promise.all([...started.values()].map((upstream) => upstream.stop()));
		throw error;
	}
	return new Gate(site, started);
}

class Gate {
	constructor(site, upstreams) {
		Object.assign(this, { site, upstreams, standin: site.standin, server: site.server });
	}

	// The stand-in behind that server, or behind the first.
	upstream(name = [...this.upstreams.keys()][0]) { return this.upstreams.get(name); }

	get names() { return [...this.upstreams.keys()]; }

	url(name = this.names[0]) { return this.site.resource(name); }

	// A session of user's at that server: the access token and the rest of a sign-in.
	async signIn(name = this.names[0], { user = ALICE, ...options } = {}) {
		await this.standin.user(user);
		try {
			const session = await signedIn(this.url(name), options);
			return { ...session, token: session.tokens.access_token };
		} finally {
			await this.standin.user(ALICE);
		}
	}

	// A client that has shaken hands, or needs not.
	async client(name = this.names[0], { era = '2025-11-25', session, connect = true, ...options } = {}) {
		const signed = session ?? await this.signIn(name, options);
		const client = new Client(this.url(name), signed.token, era);
		client.session = signed;
		if (connect)
			await client.connect();
		return client;
	}

	// All that the web server and the programs have written.
	logs() {
		const dir = path.join(this.site.keep, 'log');
		return readdirSync(dir).map((file) => readFileSync(path.join(dir, file), 'utf8')).join('\n');
	}

	pids() { return this.site.pids('mcp'); }

	calm() { this.upstreams.forEach((upstream) => upstream.calm()); }

	async stop() {
		await Promise.all([...new Set(this.upstreams.values())].map((upstream) => upstream.stop()));
		await this.site.stop();
	}
}

// A file that the programs can read, and nobody else.  remove() takes it away.
export function privateFile(text) {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-gateway.'));
	const file = path.join(dir, 'secret');
	chmodSync(dir, 0o711);
	writeFileSync(file, text, { mode: 0o600 });
	if (process.getuid() === 0)
		execFileSync('chown', ['www-data:www-data', file]);
	return { file, dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

// A directory for a socket that the programs may connect to.
export function socketPlace() {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'gw.'));
	chmodSync(dir, 0o711);
	return { socket: path.join(dir, 'up.sock'), remove: () => rmSync(dir, { recursive: true, force: true }) };
}

// Answered in the JSON-RPC way for a request, with a reference that the log has.  Gives the log's line.
export async function failed(gate, answer, { id, code = -32603, status = 200 } = {}) {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.json?.error?.code, code, answer.text);
	if (id !== undefined)
		assert.equal(answer.json.id, id, answer.text);
	const { message } = answer.json.error;
	const [, reference] = /\(reference ([^)\s]+)\)/.exec(message) ?? [];
	assert.ok(reference !== undefined, `no reference in "${message}"`);
	// A line is written when the connection has ended, which is after the answer.
	return eventually(() => gate.logs().split('\n').find((line) => line.includes(reference)), `${reference} in the log`);
}
