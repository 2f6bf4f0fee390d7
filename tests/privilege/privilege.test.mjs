// SPDX-License-Identifier: MIT
// What a program can do that is taken over: with a user for each program, with the sandbox, and with both.  Each of the
// two is shown to hold by itself, and the last row of tests, with neither, shows that the attempts are real.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
	chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PROGRAMS_USER, sallyport } from '../e2e/lib/sallyport.mjs';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { refresh } from '../e2e/lib/oauth.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { build, deedsByCgi, deedsByServer, landlockAbi, lend, takeOver } from './lib/taken.mjs';
import { Users } from './lib/users.mjs';

const KEYS = ['sign', 'wrap', 'cache', 'browser', 'logout'];
const STARTED = ['mcp', 'metadata', 'register', 'authorize', 'consent', 'oauth-callback', 'token'];
const SCOPE = 6;	// from this ABI on Landlock refuses signals
const ROOT = process.getuid() === 0;

build();
const abi = landlockAbi();
const NONE = abi === 0 && 'NOT SHOWN: this kernel has no Landlock';
const ALONE = !ROOT && 'NOT SHOWN: only root can start programs as several users';

// A deed, and what comes of it by what is in the way: users and sandbox, users alone, sandbox alone, nothing.
const forRegister = (s) => [
	...KEYS.map((key) => [`read ${s.state}/keys/${key}/key`, 'EACCES', 'EACCES', 'EACCES', 'ok']),
	[`read ${s.credential}`, 'EACCES', 'EACCES', 'EACCES', 'ok'],
	[`read ${s.conf}`, 'EACCES', 'ok', 'EACCES', 'ok'],
	[`write ${s.conf}`, 'EACCES', 'EACCES', 'EACCES', s.root ? 'EACCES' : 'ok'],
	[`write ${s.file}`, 'EACCES', 'EACCES', 'EACCES', s.root ? 'EACCES' : 'ETXTBSY'],
	[`read /etc/passwd`, 'EACCES', 'ok', 'EACCES', 'ok'],
	[`list ${s.state}`, 'EACCES', 'ok', 'EACCES', 'ok'],
	[`create ${s.state}/new`, 'EACCES', 'ok', 'EACCES', 'ok'],
	[`create ${s.state}/run/new`, 'EACCES', 'ok', 'EACCES', 'ok'],
	[`create ${s.state}/keys/new`, 'EACCES', 'EACCES', 'EACCES', s.root ? 'EACCES' : 'ok'],
	[`remove ${s.state}/keys/sign/key`, 'EACCES', 'EACCES', 'EACCES', s.root ? 'EACCES' : 'ok'],
	[`write ${s.state}/sallyport.db`, 'ok', 'ok', 'ok', 'ok'],
	[`sql SELECT count(*) FROM session`, 'ok', 'ok', 'ok', 'ok'],
	['sql INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at) '
		+ 'VALUES (hex(randomblob(8)), \'\', \'[]\', 1, 2)', 'ok', 'ok', 'ok', 'ok'],
	[`connect ${s.port}`, 'EAFNOSUPPORT', 'EAFNOSUPPORT', 'EAFNOSUPPORT', 'ok'],
	['send 53', 'EAFNOSUPPORT', 'EAFNOSUPPORT', 'EAFNOSUPPORT', 'ok'],
	['listen 0', 'EAFNOSUPPORT', 'EAFNOSUPPORT', 'EAFNOSUPPORT', 'ok'],
	[`read /proc/${s.other}/environ`, 'EACCES', 'EACCES', 'EACCES', 'ok'],
	[`signal ${s.other}`, 'EPERM', 'EPERM', abi < SCOPE ? 'ok' : 'EPERM', 'ok'],
	[`trace ${s.other}`, 'EPERM', 'EPERM', 'EPERM', undefined],
	['run /bin/true', 'EPERM', 'EPERM', 'EPERM', undefined],
];

// The same without the database.
const forMetadata = (s) => forRegister(s).map(([deed, ...outcomes]) =>
	/^(sql|write \S+sallyport.db)/.test(deed) ? [deed, 'EACCES', 'EACCES', 'EACCES', 'ok']
		: [`list ${s.state}`, `create ${s.state}/new`, `create ${s.state}/run/new`].includes(deed)
			? [deed, 'EACCES', 'EACCES', 'EACCES', 'ok'] : [deed, ...outcomes]);

const ROWS = { register: forRegister, metadata: forMetadata };
const [BOTH, USERS, SANDBOX, NOTHING] = [0, 1, 2, 3];

// No deed has consequences for the next round.
function judge(rows, answers, way, state) {
	for (const made of ['new', 'run/new'])
		rmSync(path.join(state, made), { force: true });
	const told = Object.fromEntries(rows.map(([deed], i) => [deed, answers[i].split(' ')[0]]));
	assert.deepEqual(told, Object.fromEntries(rows.map(([deed, ...outcomes]) => [deed, outcomes[way]])));
}

const possible = (rows, way) => rows.filter(([, ...outcomes]) => outcomes[way] !== undefined);

function temporary() {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-privilege.'));
	chmodSync(dir, 0o755);
	return dir;
}

describe('a user for each program', { skip: ALONE, concurrency: 1 }, () => {
	let dir;
	let users;
	let site;
	let session;
	let place;

	before(async () => {
		dir = temporary();
		users = new Users(path.join(dir, 'root'));
		site = await startSite('lighttpd-fastcgi', {
			top: ['log = all'], env: { SALLYPORT_START: 'systemd', SALLYPORT_USERS: users.root },
		});
		const state = path.join(site.keep, 'state');
		const conf = path.join(site.keep, 'sallyport.conf');
		place = {
			state, conf, credential: /^credential = secret-file:(.*)$/m.exec(readFileSync(conf, 'utf8'))[1], root: true,
			port: new URL(site.standin.url).port,
		};
	});
	after(async () => {
		await site?.stop();
		rmSync(dir, { recursive: true, force: true });
	});

	const asRoot = (...args) => sallyport(site, args, { as: [], env: users.env });

	it('serves people as before, each program as its own user', async () => {
		session = await signedIn(site.resource());
		assert.equal((await session.mcp.callTool()).json.result.structuredContent.displayName, 'Alice Example');
		for (const program of STARTED) {
			const [pid] = site.pids(program);
			const status = readFileSync(`/proc/${pid}/status`, 'utf8');
			const { uid, gid, groups } = users.of(program);
			const numbers = (name) => new RegExp(`^${name}:(.*)$`, 'm').exec(status)[1].trim().split(/\s+/).map(Number);
			assert.deepEqual(numbers('Uid'), Array(4).fill(uid), program);
			assert.deepEqual(new Set(numbers('Groups')), new Set([gid, ...groups]), program);
			assert.deepEqual([numbers('NoNewPrivs'), numbers('Seccomp')], [[1], [2]], program);
		}
		assert.deepEqual(users.of('metadata').groups, [users.gid('sallyport')],
			'metadata is not in the group of the database');
	});

	it('rotates keys, which stay with their groups, and signs nobody out', async () => {
		const { status, err } = await asRoot('keys', 'rotate');
		assert.equal(status, 0, err);
		for (const key of KEYS) {
			const { uid, gid, mode } = statSync(path.join(place.state, 'keys', key, 'key'));
			assert.deepEqual([uid, gid, mode & 0o7777], [0, users.gid(`sallyport-key-${key}`), 0o640], key);
		}
		const again = await refresh(session.metadata, session.client, session.tokens.refresh_token);
		assert.equal(again.status, 200, again.text);
		assert.equal((await signedIn(site.resource())).answer.status, 200);
	});

	it('is checked by the administrator\'s command, which finds what is too wide or too narrow', async () => {
		const problems = ({ out }) => out.split('\n').filter((line) => /sallyport-[a-z-]+, who/.test(line));
		const key = path.join(place.state, 'keys/browser/key');
		let checked = await asRoot('check');
		assert.match(checked.out, /^ok +users: 11 programs have one of their own, which opens what it needs and no more$/m);
		assert.deepEqual(problems(checked), []);
		users.addTo('sallyport-key-sign', 'register');
		chownSync(key, users.of('token').uid, users.gid('sallyport-key-browser'));
		chmodSync(path.dirname(key), 0o2755);
		chmodSync(key, 0o600);
		checked = await asRoot('check');
		const [open, closed] = ['who has no use for it', 'who needs it'].map((text) =>
			`${text}: see "A user for each program" in the README`);
		assert.deepEqual(problems(checked).sort(), [
			`PROBLEM key file ${place.state}/keys/sign/key is open to sallyport-register, ${open}`,
			...['account', 'consent', 'oauth-callback'].map((name) =>
				`PROBLEM key file ${key} is closed to sallyport-${name}, ${closed}`),
			`PROBLEM key file ${key} is open to sallyport-token, ${open}`,
		].sort());
		chmodSync(place.credential, 0o660);
		assert.match((await asRoot('check')).out, /PROBLEM credential file \S+ can be changed by its group: chmod g-w/);
		assert.match((await sallyport(site, ['check'], { as: Users.become(users.of('mcp')), env: users.env })).out,
			/^note +what each program's user can open is seen by root alone: sudo sallyport check$/m);
		chmodSync(place.credential, 0o640);
		assert.equal((await asRoot('init', '--groups', 'sallyport')).status, 0);
		const { uid, gid, mode } = statSync(key);
		assert.deepEqual([uid, gid, mode & 0o7777], [0, users.gid('sallyport-key-browser'), 0o640], 'init mends it');
		assert.equal(statSync(path.dirname(key)).mode & 0o7777, 0o2750);
		users = new Users(path.join(dir, 'again'));
		assert.deepEqual(problems(await asRoot('check')), []);
	});

	for (const program of ['register', 'metadata'])
		describe(`${program}, taken over`, () => {
			let rows;

			before(() => {
				const [other] = site.pids('mcp');
				rows = ROWS[program]({ ...place, other, file: path.join(site.bin, 'token') });
			});

			const cgi = (through, way) => {
				const deeds = possible(rows, way);
				return deedsByCgi(lend('taken-over', site.bin, program), {
					conf: place.conf, as: Users.become(users.of(program)), through,
				}, deeds.map(([deed]) => deed)).then(({ answers }) => judge(deeds, answers, way, place.state));
			};

			it('can do no more with its own files than it was made for, under CGI', { skip: NONE }, () => cgi([], BOTH));

			it('nor on a kernel without Landlock, but for files that are open to its user',
				() => cgi([lend('without-landlock', site.bin)], USERS));

			it('and under FastCGI', { skip: NONE }, async () => {
				takeOver(site, program);
				judge(rows, await deedsByServer(site, program, rows.map(([deed]) => deed)), BOTH, place.state);
			});
		});

	it('leaves a taken-over register the database: it can end sessions, and reads no token', async () => {
		const tokens = await site.standin.secrets();
		const columns = (await site.database.rows(`SELECT 'SELECT quote("' || c.name || '") FROM "' || t.name || '"' AS sql
			FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'`)).map(({ sql }) => `sql ${sql}`);
		takeOver(site, 'register');
		const read = await deedsByServer(site, 'register', columns);
		assert.ok(tokens.length > 5 && read.length > 100 && read.every((text) => text.startsWith('ok ')));
		for (const secret of [...tokens, session.tokens.access_token, session.tokens.refresh_token])
			for (const form of [secret, Buffer.from(secret).toString('hex').toUpperCase()])
				assert.ok(!read.some((text) => text.includes(form)));
		const [ended] = await deedsByServer(site, 'register', ['sql UPDATE session SET ended_at = 1']);
		assert.match(ended, /^ok /);
		assert.equal((await session.mcp.callTool()).status, 401);
	});
});

describe('one user for all programs', { concurrency: 1 }, () => {
	let dir;
	let place;
	let other;
	const as = ROOT ? PROGRAMS_USER : [];

	before(async () => {
		dir = temporary();
		const bin = path.join(dir, 'bin');
		mkdirSync(bin);
		cpSync(new URL('../../build/cgi-bin/sallyport', import.meta.url), path.join(bin, 'sallyport'));
		mkdirSync(path.join(dir, 'credential'), { mode: 0o755 });
		const credential = path.join(dir, 'credential', 'secret');
		writeFileSync(credential, 'secret\n');
		chmodSync(credential, 0o644);
		const conf = path.join(dir, 'sallyport.conf');
		writeFileSync(conf, [
			'public_url = https://mcp.example.org', `state_dir = ${dir}/state`, 'log = all', 'audit = store', '[entra]',
			'tenant_id = 11111111-1111-4111-8111-111111111111', 'client_id = 33333333-3333-4333-8333-333333333333',
			`credential = secret-file:${credential}`, '[server mcp]', '',
		].join('\n'));
		const { status, err } = await sallyport({ bin, keep: dir },
			['init', ...ROOT ? ['--group', 'www-data'] : []], { as: [] });
		assert.equal(status, 0, err);
		other = spawn('setpriv', [...as, '--pdeathsig=TERM', 'sleep', '600'], { stdio: 'ignore' });
		const server = await listening();
		place = {
			state: path.join(dir, 'state'), conf, credential, port: server.port, stop: server.stop, root: ROOT,
			file: path.join(bin, 'sallyport'), bin,
		};
	});
	after(() => {
		other?.kill();
		place?.stop();
		rmSync(dir, { recursive: true, force: true });
	});

	const attempt = async (program, way, options = {}) => {
		const deeds = possible(ROWS[program]({ ...place, other: other.pid }), way);
		const { answers, err } = await deedsByCgi(lend('taken-over', place.bin, program),
			{ conf: place.conf, as, ...options }, deeds.map(([deed]) => deed));
		judge(deeds, answers, way, place.state);
		return err;
	};

	for (const program of ['register', 'metadata']) {
		const alone = `the sandbox alone keeps a taken-over ${program} from every key, the credential and the network`;
		it(alone, { skip: NONE }, async () => {
			const err = await attempt(program, SANDBOX);
			assert.equal(/sandbox:/.test(err), abi < SCOPE, err);
		});

		it(`without it nothing does (${program})`, () => attempt(program, NOTHING, { env: { SALLYPORT_SANDBOX: 'off' } }));
	}

	it('says in its log that the kernel has no Landlock, and serves all the same', async () => {
		const { answers, err } = await deedsByCgi(lend('taken-over', place.bin, 'register'), {
			conf: place.conf, as, through: [lend('without-landlock', place.bin)],
		}, ['sql SELECT count(*) FROM session', 'connect 80']);
		assert.deepEqual(answers, ['ok 0 ', 'EAFNOSUPPORT'], 'the filter of system calls holds');
		assert.match(err, /^sallyport register: sandbox: Landlock of ABI 0 \(0: none\), and 6 does all$/m);
	});
});

async function listening() {
	const { createServer } = await import('node:net');
	const server = createServer((socket) => socket.destroy());
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	return { port: server.address().port, stop: () => server.close() };
}
