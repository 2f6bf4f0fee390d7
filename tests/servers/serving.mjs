// SPDX-License-Identifier: MIT
// Starts tests/serve with the probe under all names, and speaks HTTP to it as bluntly as a test may want.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

export const PROGRAMS = ['mcp', 'metadata', 'register', 'authorize', 'consent', 'oauth-callback', 'token', 'revoke',
	'introspect', 'logout', 'account'];

export function buildProbe(directory) {
	const probe = path.join(directory, 'probe');
	const bin = path.join(directory, 'bin');

	execFileSync('cc', ['-std=c17', '-O1', '-o', probe, path.join(here, 'probe.c'), '-lfcgi']);
	mkdirSync(bin);
	for (const name of PROGRAMS)
		copyFileSync(probe, path.join(bin, name));
	return bin;
}

export function temporaryDirectory() {
	return mkdtempSync(path.join(os.tmpdir(), 'servers-test.'));
}

// Resolves when it serves; .stop() resolves with its exit status.
export async function serve(server, args, env) {
	const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')));
	const child = spawn(path.join(here, '..', 'serve'), [server, ...args], {
		env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended = new Promise((resolve) => child.on('close', resolve));
	let output = '';
	let errors = '';
	child.stderr.on('data', (bytes) => { errors += bytes; });
	const ready = new Promise((resolve) => {
		createInterface({ input: child.stdout }).on('line', (line) => { output += line; resolve(line); });
	});
	const line = await Promise.race([ready, ended.then((code) => `exit ${code}: ${errors}`)]);
	if (!line.startsWith('ready '))
		throw new Error(line);
	const url = new URL(line.slice('ready '.length));
	return {
		url, port: url.port, pid: child.pid, ended,
		output: () => output,
		stop: () => { child.kill('SIGTERM'); return ended; },
	};
}

// The path goes out as it is written here.  headers is an object or a flat list of names and values.
export function request(port, target, { method = 'GET', headers = {}, body, onData } = {}) {
	return new Promise((resolve, reject) => {
		const list = Array.isArray(headers) ? ['Host', `127.0.0.1:${port}`, ...headers] : headers;
		const rq = http.request({ host: '127.0.0.1', port, path: target, method, headers: list, agent: false });
		let answered = false;
		rq.on('response', (rs) => {
			let text = '';
			answered = true;
			rs.setEncoding('utf8');
			rs.on('data', (chunk) => { text += chunk; onData?.(chunk); });
			rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers, text }));
			rs.on('error', reject);
		});
		rq.on('error', (error) => { if (!answered) reject(error); });
		rq.setTimeout(60_000, () => rq.destroy(new Error(`no answer to ${method} ${target}`)));
		rq.end(body);
	});
}

// The probe's report, its parameters as a list of values by name.
export async function probe(port, target, options) {
	const answer = await request(port, target, options);
	let report;

	try {
		report = JSON.parse(answer.text);
	} catch {
		return { ...answer, program: null };
	}
	return { ...answer, ...report, parameters: byName(report.parameters), environment: byName(report.environment) };
}

function byName(entries) {
	const values = {};

	for (const entry of entries) {
		const at = entry.indexOf('=');
		(values[entry.slice(0, at)] ??= []).push(entry.slice(at + 1));
	}
	return values;
}

// Processes whose program is this file.
export function processesOf(file) {
	return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).filter((pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === file;
		} catch {
			return false;	// it has ended meanwhile
		}
	}).map(Number);
}

export function openTo(directory) {
	chmodSync(directory, 0o755);
}
