// SPDX-License-Identifier: MIT
// The units at work, behind Apache with proxy-fcgi.conf as install.test.mjs leaves it: what each program is and may do,
// and that it is there again whatever ends it.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
	OFFLINE, ONLINE, PROGRAMS, asAdmin, attempt, pidOf, property, restarts, service, sh, statusOf, until,
} from './lib/machine.mjs';
import { KEEP, startScene } from './lib/scene.mjs';
import { logs } from './lib/web.mjs';

const EXPOSURE = { offline: 7, online: 16 };	// as in tests/privilege/units.test.mjs
const DEATHS = 25;
const TRY = new URL('lib/try.pl', import.meta.url).pathname;

let scene;
let session;
before(async () => {
	scene = await startScene();
	await scene.standin.allowCertificate(sh('cat /home/admin/sallyport/certificate.pem'));
	session = await scene.visit();
});
after(() => scene?.stop());

const inside = (program, command) => attempt(`nsenter --target ${pidOf(program)} --mount -- sh -c '${command}'`);
const kid = ({ tokens }) => JSON.parse(Buffer.from(tokens.access_token.split('.')[0], 'base64url')).kid;

// Lines of [Service] that a unit has while body runs.
async function changed(program, lines, body) {
	const dir = `/run/systemd/system/${service(program)}.d`;
	mkdirSync(dir, { recursive: true });
	writeFileSync(`${dir}/zz-test.conf`, `[Service]\n${lines.join('\n')}\n`);
	sh(`systemctl daemon-reload; systemctl stop ${service(program)}`);
	try {
		return await body();
	} finally {
		rmSync(dir, { recursive: true });
		sh('systemctl daemon-reload');
	}
}

// The web server is at work meanwhile, a little, and everybody gets an answer.
async function underLoad(body) {
	let over = false;
	let answered = 0;
	const work = Promise.all([0, 1, 2].map(async () => {
		while (!over) {
			await scene.reaches('metadata');
			await scene.call(session);
			answered++;
			await sleep(20);
		}
	}));
	try {
		await Promise.race([work, body()]);
	} finally {
		over = true;
		await work;
	}
	assert.ok(answered > 10, `only ${answered} requests`);
}

test('the first request starts a program', async () => {
	sh('systemctl stop "sallyport@*.service"');
	for (const program of PROGRAMS) {
		assert.equal(property(service(program), 'ActiveState'), 'inactive', program);
		await scene.reaches(program);
		assert.equal(property(service(program), 'ActiveState'), 'active', program);
	}
});

test('each program is its own user, without privileges, under a filter, and leaves no core', () => {
	for (const program of PROGRAMS) {
		const pid = pidOf(program);
		const uid = sh(`id -u sallyport-${program}`);
		assert.deepEqual(statusOf(pid, 'Uid'), [uid, uid, uid, uid], program);
		for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
			assert.match(statusOf(pid, set)[0], /^0+$/, `${program} ${set}`);
		assert.equal(statusOf(pid, 'NoNewPrivs')[0], '1', program);
		assert.equal(statusOf(pid, 'Seccomp')[0], '2', program);
		assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m);
	}
});

test('what is written is the state, and by metadata nothing', () => {
	for (const program of PROGRAMS) {
		for (const dir of ['/etc', '/usr', '/var/log', '/var/lib', '/boot', '/opt'])
			assert.match(inside(program, `touch ${dir}/tried`).all, /Read-only file system/, `${program} ${dir}`);
		assert.equal(inside(program, 'ls -A /home /root').out.replace(/\/(home|root):\n*/g, ''), '', program);
		assert.equal(inside(program, 'ls /dev/kmsg /dev/mem /dev/vda').out, '', program);
		if (program === 'metadata') {
			assert.equal(inside(program, 'ls -A /var/lib/sallyport').out, '');
			assert.match(inside(program, 'touch /var/lib/sallyport/tried').all, /Permission denied|Read-only/);
		} else {
			assert.match(inside(program, 'touch /var/lib/sallyport/keys/tried').all, /Read-only file system/, program);
			assert.equal(inside(program, 'cd /var/lib/sallyport && touch tried && rm tried').status, 0, program);
		}
	}
});

test('who calls nobody has a network of its own with nothing in it', () => {
	const net = (pid) => readlinkSync(`/proc/${pid}/ns/net`);
	for (const program of OFFLINE)
		assert.notEqual(net(pidOf(program)), net(1), program);
	for (const program of ONLINE)
		assert.equal(net(pidOf(program)), net(1), program);
});

// As the unit's user, in the unit and outside of it: the filters stop what the user alone could do.
for (const program of ['revoke', 'authorize'])
	test(`the unit of ${program} refuses what its program has no use for`, async () => {
		const free = sh(`setpriv --reuid=sallyport-${program} --clear-groups perl ${TRY}`);
		const lines = ['ExecStart=', 'ExecStart=perl /run/try.pl', 'Type=oneshot',
			'Restart=no', 'StandardOutput=append:/run/tried'];
		const held = await changed(program, lines, () =>
			sh(`rm -f /run/tried; install -m 644 ${TRY} /run/try.pl; systemctl start ${service(program)}; cat /run/tried`));
		for (const line of free.split('\n'))
			assert.match(line, /: ok$/, free);
		const refused = held.split('\n').filter((line) => !line.endsWith(': ok')).map((line) => line.split(':')[0]);
		const all = free.split('\n').map((line) => line.split(':')[0]);
		assert.deepEqual(refused, all.filter((name) => name !== 'internet' || program === 'revoke'), held);
	});

test('memory and processes are limited, where this kernel lets a machine limit them', (t) => {
	for (const program of PROGRAMS) {
		assert.equal(property(service(program), 'MemoryMax'), String(256 << 20), program);
		assert.equal(property(service(program), 'TasksMax'), '128', program);
	}
	const file = `/sys/fs/cgroup${property(service('mcp'), 'ControlGroup')}/memory.max`;
	const { status, out } = attempt(`cat ${file}`);
	if (status !== 0)
		return t.diagnostic('NOT SHOWN: memory.max, for this machine has no memory controller of cgroup 2');
	assert.equal(out.trim(), String(256 << 20));
});

test('systemd-analyze finds as little open as in the files', () => {
	for (const [kind, programs] of [['offline', OFFLINE], ['online', ONLINE]])
		for (const program of programs)
			sh(`systemd-analyze --no-pager --threshold=${EXPOSURE[kind]} security ${service(program)}`);
});

test('no other user can ask a program', () => {
	for (const program of PROGRAMS)
		assert.equal(sh(`stat -c '%U %G %a' /run/sallyport/${program}.sock`), 'www-data www-data 600');
});

// Who asks while it is started again waits in its socket.
for (const signal of ['KILL', 'TERM'])
	test(`a program that ends by SIG${signal} ${DEATHS} times in a row is there again`, async () => {
		for (const program of ['mcp', 'metadata']) {
			for (let n = 0; n < DEATHS; n++) {
				const pid = pidOf(program);
				sh(`kill -${signal} ${pid}`);
				await until(`${program} has ended`, () => pidOf(program) !== pid);
				await scene.reaches(program);
			}
			assert.equal(property(`sallyport@${program}.socket`, 'ActiveState'), 'active');
		}
		await scene.call(session);
	});

test('a program that exits 70 at each start is tried again and again, and serves once it can', async () => {
	await changed('logout', ['ExecStart=', 'ExecStart=/bin/sh -c "exit 70"'], async () => {
		scene.reaches('logout').catch(() => {});	// waits in the socket until Apache gives up, or it is served
		await until('eight starts', () => restarts('logout') >= 8);
	});
	await until('it serves', () => scene.reaches('logout').then(() => true, () => false));
	assert.equal(property('sallyport@logout.socket', 'ActiveState'), 'active');
});

test('a restart as at an update keeps sessions', async () => {
	asAdmin("sudo systemctl restart 'sallyport@*.service' apache2");
	await scene.call(session);
	await scene.renew(session);
	await session.account.reload();
});

test('a reload of Apache, and the rotation of its logs, lose no request', () => underLoad(async () => {
	for (let n = 0; n < 4; n++) {
		asAdmin('sudo systemctl reload apache2');
		await sleep(500);
		asAdmin('sudo logrotate --force /etc/logrotate.d/apache2');
		await sleep(500);
	}
}));

test('new keys count without a restart, and nobody is signed out', async () => {
	const pids = () => ['mcp', 'token', 'introspect'].map(pidOf);
	await scene.renew(session);
	const [old, first, running] = [session.tokens.access_token, kid(session), pids()];
	asAdmin('sudo sallyport keys rotate');
	await until('a token under the new key', async () => {
		await sleep(2000);
		await scene.renew(session);
		return kid(session) !== first;
	});
	await scene.call(session);
	session.mcp.token = old;
	await scene.call(session);
	await session.account.reload();
	assert.deepEqual(pids(), running);
	asAdmin('sudo sallyport check');
});

test('the journal has each program\'s requests and the audit, and no log a secret', async () => {
	const journal = logs();
	for (const program of PROGRAMS)
		assert.match(sh(`journalctl --no-pager -o cat -u ${service(program)}`),
			new RegExp(`^sallyport ${program}: (GET|POST) /`, 'm'));
	for (const event of ['client_registered', 'sign_in_begun', 'sign_in_approved', 'signed_in', 'token_issued',
		'account_opened', 'key_rotated'])
		assert.ok(journal.includes(`"${event}"`), event);
	const secrets = await scene.secrets();
	assert.ok(secrets.length > 10);
	for (const secret of secrets)
		assert.ok(!journal.includes(secret), `a log has ${secret.slice(0, 12)}...`);
});

test('the session is kept for the next start of the machine', async () => {
	await scene.renew(session);
	const { client, metadata, tokens, account } = session;
	writeFileSync(`${KEEP}/session.json`, JSON.stringify({ client, metadata, tokens, jar: [...account.browser.jar] }));
});
