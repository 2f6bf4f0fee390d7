// SPDX-License-Identifier: MIT
// The command line: options, exit status, report.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHECKS, VERSIONS } from '../lib/profiles.mjs';
import { LOOPBACK } from '../lib/target.mjs';
import { startBroken } from './server.mjs';
import { signIn } from './sign-in.mjs';

const RUN = fileURLToPath(new URL('../run', import.meta.url));
const SIGN_IN = `"${process.execPath}" "${fileURLToPath(new URL('sign-in.mjs', import.meta.url))}"`;

// onError is told what stands on standard error so far, and may write to standard input.
function run(args, onError = () => {}) {
	const child = spawn(RUN, args, { stdio: 'pipe' });
	const done = { out: '', err: '' };
	child.stdout.setEncoding('utf8').on('data', (text) => { done.out += text; });
	child.stderr.setEncoding('utf8').on('data', (text) => { done.err += text; onError(done.err, child.stdin); });
	return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...done })));
}

const only = (...ids) => ids.flatMap((id) => ['--only', id]);

describe('run', () => {
	let dir;
	let server;

	before(async () => {
		dir = mkdtempSync(path.join(os.tmpdir(), 'rfc-run.'));
		server = await startBroken({
			bad: ['rfc6749/no-store', 'rfc6749/pragma'], client: { client_id: 'registered', redirect_uris: [LOOPBACK] },
		});
	});
	after(() => {
		server.close();
		rmSync(dir, { recursive: true });
	});

	const test = (...args) => run([server.url, '--sign-in', SIGN_IN, ...args]);

	it('says what holds, what does not and why, and sums up', async () => {
		const { status, out } = await test('--profile', '2025-06-18',
			...only('rfc6749/code', 'rfc6749/no-store', 'rfc7662/active'));
		assert.equal(status, 1);
		assert.match(out, /^ok     rfc6749\/code  .*\[RFC 6749 section 4\.1\.2; MUST\]$/m);
		assert.match(out, /^FAIL   rfc6749\/no-store .*\n {7}Cache-Control is nothing$/m);
		assert.match(out, /^skip   rfc7662\/active .*\n {7}no --introspect was given$/m);
		assert.match(out, /^2025-06-18 +MUST +1 +1 +0 +0 +1$/m);
		assert.match(out, /What fails:\nFAIL   rfc6749\/no-store/);
	});

	it('counts each profile by its own levels, as JSON', async () => {
		const { status, out } = await test('--json', ...only('rfc6749/pragma', 'rfc9728/challenge'));
		assert.equal(status, 0);
		const { profiles, results, summary } = JSON.parse(out);
		assert.deepEqual(profiles, VERSIONS);
		assert.deepEqual(results.map((result) => result.levels), [
			{ '2025-06-18': 'MUST', '2025-11-25': 'MAY', '2026-07-28': 'MAY' },
			Object.fromEntries(VERSIONS.map((version) => [version, 'SHOULD'])),
		]);
		assert.deepEqual(summary['2025-11-25'].MAY, { pass: 1, fail: 0, known: 0, absent: 0, skip: 0 });
		assert.deepEqual(summary['2025-03-26'].SHOULD, { pass: 0, fail: 1, known: 0, absent: 0, skip: 0 });
	});

	it('fails for a SHOULD where it is strict, and not for what is known', async () => {
		assert.equal((await test('--strict', ...only('rfc6749/pragma'))).status, 1);
		const known = path.join(dir, 'known');
		writeFileSync(known, '# on purpose\n\nrfc6749/pragma  OAuth 2.1 has none\n');
		const { status, out } = await test('--strict', '--known', known, ...only('rfc6749/pragma'));
		assert.equal(status, 0);
		assert.match(out, /^known  rfc6749\/pragma .*\n {7}OAuth 2\.1 has none \(Pragma: nothing/m);
		writeFileSync(known, 'rfc6749/code  was wrong once\n');
		assert.equal((await test('--known', known, ...only('rfc6749/code'))).status, 1);
		writeFileSync(known, 'rfc6749/none  of that name\n');
		assert.equal((await test('--known', known)).status, 2);
	});

	it('asks at the terminal where no command signs in', async () => {
		let answered = false;
		const { status, err } = await run([server.url, ...only('rfc6749/code')], (text, stdin) => {
			const [, url] = /^(http:\S+)$/m.exec(text) ?? [];
			if (url === undefined || answered)
				return;
			answered = true;
			signIn(url).then((landed) => stdin.write(`${landed}\n`));
		});
		assert.equal(status, 0, err);
	});

	it('does not take it for a result that nobody could sign in', async () => {
		for (const command of ['echo no browser >&2; false', 'echo no browser']) {
			const { status, err } = await run([server.url, '--sign-in', command, ...only('rfc6749/code')]);
			assert.equal(status, 2);
			assert.match(err, /^the command that signs in failed: .*no browser/);
		}
	});

	it('uses a client that is registered already', async () => {
		const { status, out } = await test('--client', 'registered', '--redirect-uri', LOOPBACK, ...only('rfc6749/code'));
		assert.equal(status, 0, out);
	});

	it('writes documents for somebody else to publish', async () => {
		const where = path.join(dir, 'documents');
		assert.equal((await run(['--documents', 'https://docs.example/rfc', '--write', where])).status, 0);
		assert.ok(readdirSync(where).includes('not-json.json'));
		assert.equal(JSON.parse(readFileSync(path.join(where, 'good.json'))).client_id, 'https://docs.example/rfc/good.json');
	});

	it('lists what it checks', async () => {
		const { status, out } = await run(['--list']);
		assert.equal(status, 0);
		assert.equal(out.trim().split('\n').length, CHECKS.length);
		const earliest = (await run(['--list', '--profile', '2025-03-26'])).out;
		assert.match(earliest, /^mcp\/base-url /m);
		assert.doesNotMatch(earliest, /^(rfc9728|documents)\//m);
	});

	it('says what is wrong with its arguments', async () => {
		const wrong = [['x'], ['--profile', '2024-11-05'], ['--only', 'none'], ['--no-such'],
			['--known', path.join(dir, 'none')],
			['--documents', 'https://x/', '--serve', 'x']].map((args) => [server.url, ...args]);
		for (const args of [[], ['ftp://x'], ['--write', dir], ['http://127.0.0.1:1/mcp'], ...wrong]) {
			const { status, err, out } = await run(args);
			assert.equal(status, 2, `${args}: ${out}`);
			assert.notEqual(err, '', String(args));
		}
	});
});
