// SPDX-License-Identifier: MIT
// Programs started as a web server starts them, alone, with every system call written down (strace) and every call into
// SQLite, OpenSSL and the heap counted (count.c).
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, encode, readAnswer } from './fastcgi.mjs';

const ACTIVATE = fileURLToPath(new URL('../../servers/activate.pl', import.meta.url));
const SOURCE = fileURLToPath(new URL('../count.c', import.meta.url));
const PATIENCE = 60_000;
const ROW = 32;
const NAME = 24;
const SO_ACCEPTCON = 0x10000;

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export function temporary() {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-speed.'));
	return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function buildCounter(dir) {
	const object = path.join(dir, 'count.so');
	execFileSync(process.env.CC ?? 'cc', ['-std=c17', '-O2', '-fPIC', '-shared', '-D_GNU_SOURCE', '-Wall', '-Wextra',
		'-Werror', '-o', object, SOURCE], { stdio: ['ignore', 'inherit', 'inherit'] });
	return object;
}

// What a web server tells a program of a request.
export function variables(url, { method = 'POST', headers = {}, body = '' } = {}) {
	const { host, pathname, search } = new URL(url);
	const fields = { Host: host, ...headers };
	return {
		GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', REQUEST_METHOD: method, SCRIPT_NAME: pathname,
		REQUEST_URI: pathname + search, QUERY_STRING: search.slice(1), REMOTE_ADDR: '127.0.0.1',
		...body !== '' && { CONTENT_LENGTH: String(Buffer.byteLength(body)), CONTENT_TYPE: 'application/json' },
		...Object.fromEntries(Object.entries(fields).map(([name, value]) =>
			[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value])),
	};
}

export const strace = (file, ...options) => ['strace', '-f', '-q', '-y', '-s', '256', ...options, '-o', file];

// A FastCGI program on a unix socket of its own.  wrap is a command to start it through.
export class FastCgi {
	constructor(program, { conf, env = {}, wrap = [] }) {
		const { dir, remove } = temporary();
		const name = path.basename(program);
		const words = ['exec', 'env', `SALLYPORT_CONF=${conf}`, ...Object.entries(env).map(([k, v]) => `${k}=${v}`),
			...wrap, program];
		writeFileSync(path.join(dir, name), `#!/bin/sh\n${words.map(quote).join(' ')}\n`);
		chmodSync(path.join(dir, name), 0o755);
		this.remove = remove;
		this.errors = '';
		this.socket = path.join(dir, `${name}.sock`);
		this.child = spawn('setpriv', ['--pdeathsig=TERM', 'perl', ACTIVATE, dir, dir, name],
			{ stdio: ['ignore', 'ignore', 'pipe'] });
		this.child.stderr.on('data', (bytes) => { this.errors += bytes; });
		this.ended = new Promise((resolve) => { this.child.once('close', resolve); });
	}

	// The kernel's list of sockets tells a listening one from one that is only bound.
	async ready() {
		const listens = () => readFileSync('/proc/net/unix', 'utf8').split('\n').some((line) => {
			const [, , , flags, , , , name] = line.trim().split(/\s+/);
			return name === this.socket && (Number.parseInt(flags, 16) & SO_ACCEPTCON) !== 0;
		});
		for (const until = Date.now() + PATIENCE; !listens(); await pause(5))
			assert.ok(Date.now() < until, `no socket: ${this.errors}`);
		return this;
	}

	async ask(bytes) {
		try {
			return await ask(this.socket, bytes);
		} catch (error) {
			throw new Error(`${error.message}: ${this.errors}`, { cause: error });
		}
	}

	async stop() {
		this.child.kill('SIGTERM');
		await this.ended;
		this.remove();
	}
}

const quote = (word) => (/^[A-Za-z0-9_./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

export const fastCgi = (program, options) => new FastCgi(program, options).ready();

export function encodeRequest({ url, ...rest }) {
	return encode(variables(url, rest), rest.body);
}

// The same as plain CGI.
export function runCgi(program, { conf, wrap = [], env = {} }, { url, ...rest }) {
	const [file, ...args] = [...wrap, program];
	const { status, stdout, stderr } = spawnSync(file, args, {
		input: rest.body ?? '', env: { PATH: process.env.PATH, SALLYPORT_CONF: conf, ...variables(url, rest), ...env },
	});
	assert.equal(status, 0, String(stderr));
	return readAnswer(String(stdout));
}

export function readCounts(file) {
	const bytes = readFileSync(file);
	const counts = {};
	for (let at = 0; at < bytes.length; at += ROW)
		counts[bytes.toString('latin1', at, at + NAME).replace(/\0+$/, '')] = Number(bytes.readBigUInt64LE(at + NAME));
	return counts;
}

export function difference(earlier, later) {
	const all = Object.entries(later).map(([name, n]) => [name, n - (earlier[name] ?? 0)]);
	return Object.fromEntries(all.filter(([, n]) => n !== 0));
}

// strace's lines as calls; one that another thread interrupted is put together again.
export function readCalls(text) {
	const open = new Map();
	const calls = [];
	for (const line of text.split('\n')) {
		const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
		const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest ?? '');
		const whole = resumed ? (open.get(pid) ?? '') + resumed[1] : rest;
		if (whole === undefined || /^[-+]{3} /.test(whole))
			continue;
		if (whole.endsWith(' <unfinished ...>'))
			open.set(pid, whole.slice(0, -' <unfinished ...>'.length));
		else
			calls.push({ name: whole.slice(0, whole.indexOf('(')), text: whole });
	}
	return calls;
}

export function tally(names) {
	const out = {};
	for (const name of names)
		out[name] = (out[name] ?? 0) + 1;
	return out;
}
