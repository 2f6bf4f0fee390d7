// SPDX-License-Identifier: MIT
// Programs that are taken over (taken-over.c), and what stands in the way of what they then try.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from '../../e2e/lib/http.mjs';
import { processesOf } from '../../e2e/lib/site.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const built = (name) => path.join(ROOT, 'build/tests/privilege', name);
const ADDRESS = { register: '/register', metadata: '/.well-known/oauth-authorization-server' };

export function build() {
	execFileSync('make', ['-s', 'build/tests/privilege/taken-over', 'build/tests/privilege/without-landlock'],
		{ cwd: ROOT });
}

// Of this machine's kernel; 0: none.
export const landlockAbi = () => Number(execFileSync(built('without-landlock'), { encoding: 'utf8' }));

// A place from which users who may not see the tree can start it.
export function lend(name, dir, as = name) {
	const file = path.join(dir, as);
	copyFileSync(built(name), `${file}.new`);
	renameSync(`${file}.new`, file);
	return file;
}

// Under a running site: the program's process ends, and the next one is the attacker's.
export function takeOver(site, program) {
	lend('taken-over', site.bin, program);
	for (const pid of site.pids(program))
		process.kill(pid, 'SIGTERM');
}

export async function deedsByServer(site, program, deeds) {
	for (const until = Date.now() + 10_000; ; ) {
		const { status, json, text } = await request(site.url + ADDRESS[program], { method: 'POST', body: deeds.join('\n') });
		if (status === 200 && Array.isArray(json))
			return json;
		assert.ok(Date.now() < until, `${status} ${text}`);	// the honest one had not ended yet
	}
}

// As a web server starts a CGI program.  as is what setpriv is told, through a command to start it through.
export async function deedsByCgi(file, { conf, as, through = [], env = {} }, deeds) {
	const body = deeds.join('\n');
	const child = spawn('setpriv', [...as, ...through, file], {
		cwd: '/', stdio: ['pipe', 'pipe', 'pipe'], env: {
			PATH: process.env.PATH, SALLYPORT_CONF: conf, GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'POST',
			REQUEST_URI: ADDRESS[path.basename(file)], CONTENT_LENGTH: String(Buffer.byteLength(body)), ...env,
		},
	});
	let out = '';
	let err = '';
	child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
	child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
	child.stdin.on('error', () => {});
	child.stdin.end(body);
	await new Promise((resolve, reject) => { child.on('error', reject); child.on('close', resolve); });
	assert.match(out, /^Status: 200\r\n/, out + err);
	return { answers: JSON.parse(out.slice(out.indexOf('\r\n\r\n') + 4)), err };
}

export { processesOf };
