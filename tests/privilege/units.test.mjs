// SPDX-License-Identifier: MIT
// The systemd units: what they leave open by systemd's own measure, and whose users and groups they count on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Users } from './lib/users.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const UNITS = path.join(ROOT, 'httpd-conf/systemd');
// Tenths of a point of ten: systemd calls up to 1.0 safe.  Who calls others needs sockets, and so has more.
const OFFLINE = ['metadata', 'register', 'consent', 'token', 'revoke', 'introspect', 'logout', 'account'];
const EXPOSURE = { offline: 7, online: 16 };

describe('systemd units', () => {
	let dir;

	before(() => {
		dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-units.'));
		mkdirSync(path.join(dir, 'etc/systemd/system'), { recursive: true });
		mkdirSync(path.join(dir, 'usr/lib/cgi-bin/sallyport'), { recursive: true });
		cpSync(UNITS, path.join(dir, 'etc/systemd/system'), { recursive: true });
		for (const program of [...OFFLINE, 'authorize', 'oauth-callback', 'mcp'])
			writeFileSync(path.join(dir, 'usr/lib/cgi-bin/sallyport', program), '', { mode: 0o755 });
	});
	after(() => rmSync(dir, { recursive: true, force: true }));

	const exposed = (program, threshold) => spawnSync('systemd-analyze', ['--offline=true', `--root=${dir}`, '--no-pager',
		`--threshold=${threshold}`, 'security', `sallyport@${program}.service`], { encoding: 'utf8' });

	for (const program of [...OFFLINE, 'authorize', 'oauth-callback', 'mcp'])
		it(`leave ${program} little by systemd-analyze security`, () => {
			const { status, stdout, stderr } = exposed(program, EXPOSURE[OFFLINE.includes(program) ? 'offline' : 'online']);
			assert.equal(status, 0, stdout + stderr);
			assert.match(stdout, /Overall exposure level/);
			assert.equal(stderr, '');
		});

	it('are measured in earnest', () => assert.equal(exposed('register', 1).status, 1));

	it('give no folder to one program\'s user', () => {
		const service = readFileSync(path.join(UNITS, 'sallyport@.service'), 'utf8');
		assert.match(service, /^User=sallyport-%i$/m);
		assert.doesNotMatch(service, /^(State|Runtime|Cache|Logs|Configuration)Directory/m);
	});

	// Restart=on-failure leaves a clean end to the socket, which gives up for good after 20 of them within two seconds.
	it('start a program again however it ended', () => {
		const service = readFileSync(path.join(UNITS, 'sallyport@.service'), 'utf8');
		assert.match(service, /^Restart=always$/m);
		assert.match(service, /^StartLimitIntervalSec=0$/m);
	});

	it('count on groups that hold what the README says', () => {
		const users = new Users(path.join(dir, 'users'));
		const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
		const table = readme.split('### What each program may hold')[1].split('\n\n')[1];
		const rows = table.split('\n').slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
			.filter(([name]) => !name.includes('sallyport'));
		assert.equal(rows.length, OFFLINE.length + 3);
		const group = (name) => users.gid(`sallyport${name}`);
		for (const [name, database, keys, credential, others] of rows) {
			const program = name.replaceAll('`', '');
			const expected = [group(''), ...database === 'yes' ? [group('-state')] : [],
				...[...keys.matchAll(/`([a-z]+)`/g)].map(([, key]) => group(`-key-${key}`)),
				...credential === 'yes' ? [group('-credential')] : []];
			assert.deepEqual(new Set(users.of(program).groups), new Set(expected), program);
			assert.equal(others.startsWith('nobody'), OFFLINE.includes(program), program);
		}
	});
});
