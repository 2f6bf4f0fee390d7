// SPDX-License-Identifier: MIT
// What the files in httpd-conf promise, held against each stock server with a probe in place of the programs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../e2e/lib/free-port.mjs';
import {
	DOCUMENTS, FASTCGI, itAnswers, itDelivers, itLeavesTheOwnersPathsAlone, itLimitsBodies, itRestarts, itRoutes,
	within,
} from './checks.mjs';
import { PROGRAMS, buildProbe, openTo, probe, processesOf, request, serve, temporaryDirectory } from './serving.mjs';

const ALL = [...FASTCGI, 'lighttpd-cgi', 'apache-cgi'];
const SECRET = 'code=A-code-that-nobody-may-log&state=A-state';

const top = temporaryDirectory();
openTo(top);
const bin = buildProbe(top);
const conf = path.join(top, 'two-servers.conf');
const CONF = '# two servers\nworkers = 3\n\n[server mcp]\ntools = builtin\n\n[server weather]\ntools = builtin\n';
writeFileSync(conf, CONF);

after(() => rmSync(top, { recursive: true, force: true }));

for (const server of ALL) {
	describe(server, () => {
		const keep = path.join(top, server);
		let s;

		before(async () => {
			s = await serve(server, ['--conf', conf], { SALLYPORT_BIN: bin, SALLYPORT_KEEP: keep });
		});
		after(() => s?.stop());

		const running = { get port() { return s.port; }, server, keep };
		itRoutes(running, '', ['mcp', 'weather']);
		itLeavesTheOwnersPathsAlone(running);
		itDelivers(running);
		itAnswers(running);
		itLimitsBodies(running);
		if (FASTCGI.includes(server))
			itRestarts(running);

		it('writes no query and no Referer into its logs, and stops leaving nothing behind', async () => {
			const headers = { Referer: `http://x/consent?${SECRET}` };
			await request(s.port, `/oauth-callback?${SECRET}`, { headers });
			await request(s.port, `/mcp/sse?${SECRET}&status=404`, { headers });
			assert.equal(await s.stop(), 0);
			const access = readFileSync(path.join(keep, 'log/access.log'), 'utf8');
			assert.match(access, /"GET \/oauth-callback HTTP\/1\.1" 200/);
			assert.match(access, /"GET \/mcp\/sse HTTP\/1\.1" 404/);
			assert.match(access, /"GET \/mcpx\?owner=1 HTTP\/1\.1"/);
			for (const log of ['access.log', 'error.log'])
				assert.doesNotMatch(readFileSync(path.join(keep, 'log', log), 'utf8'), /code=|state=|status=/);
			assert.equal(s.output(), `ready ${s.url.origin}`);
			assert.deepEqual(processesOf(path.join(keep, 'bin/mcp')), []);
		});
	});

	describe(`${server} with a path in public_url`, () => {
		let s;

		before(async () => {
			s = await serve(server, ['--conf', conf], { SALLYPORT_BIN: bin, SALLYPORT_PATH: '/gate' });
		});
		after(() => s?.stop());

		it('says so', () => assert.equal(s.url.pathname, '/gate'));
		itRoutes({ get port() { return s.port; }, server }, '/gate', ['mcp', 'weather']);
		it('takes the root forms for its own path only', async () => {
			for (const document of DOCUMENTS) {
				const target = `/.well-known/${document}`;
				assert.equal((await probe(s.port, `${target}/gate`)).program, 'metadata');
				assert.equal((await probe(s.port, `${target}/gate/mcp`)).program, 'metadata');
				for (const foreign of ['', '/', '/mcp', '/gatex', '/other/gate'])
					assert.equal((await probe(s.port, target + foreign)).program, null, target + foreign);
			}
			for (const target of ['/mcp', '/token', '/'])
				assert.equal((await probe(s.port, target)).program, null, target);
		});
	});
}

describe('apache-userdir', () => {
	const keep = path.join(top, 'userdir');
	let s;

	before(async () => {
		s = await serve('apache-userdir', [], { SALLYPORT_BIN: bin, SALLYPORT_KEEP: keep });
	});
	after(() => s?.stop());

	const running = { get port() { return s.port; }, server: 'apache-userdir', keep, base: '/~joe' };
	it('is told of by its URL and accepts the shared origin', () => {
		assert.equal(s.url.pathname, '/~joe');
		assert.match(readFileSync(path.join(keep, 'sallyport.conf'), 'utf8'), /^shared_origin = accept$/m);
	});
	itRoutes(running, '/~joe', ['mcp']);
	itDelivers(running);
	itAnswers(running);
	itLimitsBodies(running);
	it('serves nothing at the root', async () => {
		for (const target of ['/mcp', '/token', '/.well-known/oauth-protected-resource/~joe/mcp'])
			assert.equal((await probe(s.port, target)).program, null, target);
	});
	it('writes no query into its logs', async () => {
		const headers = { Referer: `http://x/~joe/consent?${SECRET}` };
		await request(s.port, `/~joe/oauth-callback?${SECRET}&status=404`, { headers });
		assert.equal(await s.stop(), 0);
		for (const log of ['access.log', 'error.log'])
			assert.doesNotMatch(readFileSync(path.join(keep, 'log', log), 'utf8'), /code=|state=/);
	});
});

describe('tests/serve', () => {
	it('merges the environment into the configuration file, each key once', async () => {
		const keep = path.join(top, 'merge');
		const file = path.join(top, 'merge.conf');
		const port = freePort();

		writeFileSync(file, 'workers = 2\n# a comment\n[entra]\nclient_id = old # why\n[server a]\ntools = builtin\n');
		const s = await serve('lighttpd-cgi', ['--conf', file, '--port', String(port)], {
			SALLYPORT_BIN: bin, SALLYPORT_KEEP: keep, SALLYPORT_WORKERS: '5', SALLYPORT_REFRESH_GRACE: '7',
			SALLYPORT_ENTRA_CLIENT_ID: 'new', SALLYPORT_ENTRA_TENANT_ID: 'tenant',
		});
		try {
			assert.equal((await probe(s.port, '/a')).program, 'mcp');
			assert.equal((await probe(s.port, '/mcp')).program, null);
			assert.deepEqual(readFileSync(path.join(keep, 'sallyport.conf'), 'utf8').split('\n').sort(), [
				'', '# a comment', '[entra]', '[server a]', 'client_id = new', `public_url = http://127.0.0.1:${port}`,
				'refresh_grace = 7', `state_dir = ${keep}/state`, 'tenant_id = tenant', 'tools = builtin', 'workers = 5',
			].sort());
		} finally {
			assert.equal(await s.stop(), 0);
		}
	});

	it('removes its temporary directory, and a second one can run beside it', async () => {
		const directory = path.join(top, 'tmp');
		mkdirSync(directory);
		openTo(directory);
		const env = { SALLYPORT_BIN: bin, TMPDIR: directory };
		const both = await Promise.all([serve('apache-cgi', [], env), serve('apache-fcgid', [], env)]);
		const [used] = (await probe(both[0].port, '/mcp')).parameters.SALLYPORT_CONF;
		assert.ok(used.startsWith(directory) && existsSync(used));
		assert.deepEqual(await Promise.all(both.map((s) => s.stop())), [0, 0]);
		assert.ok(!existsSync(path.dirname(used)));
	});

	it('ends on SIGINT, and its server ends with it when it is killed', async () => {
		const interrupted = await serve('apache-proxy-fcgi', [], { SALLYPORT_BIN: bin });
		process.kill(interrupted.pid, 'SIGINT');
		assert.equal(await interrupted.ended, 0);
		for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi']) {
			const keep = path.join(top, `killed-${server}`);
			const killed = await serve(server, [], { SALLYPORT_BIN: bin, SALLYPORT_KEEP: keep, TMPDIR: top });
			await probe(killed.port, '/mcp');
			process.kill(killed.pid, 'SIGKILL');
			await within(20_000, async () => processesOf(path.join(keep, 'bin/mcp')).length === 0);
			await within(20_000, () => request(killed.port, '/').then(() => false, (error) => error.code === 'ECONNREFUSED'));
		}
	});

	it('ends at once when the programs refuse the configuration, with their words', async () => {
		const refusing = path.join(top, 'refusing');
		cpSync(bin, refusing, { recursive: true });
		writeFileSync(path.join(refusing, 'metadata'), '#!/bin/sh\necho "line 7: no such key" >&2\nexit 78\n');
		await assert.rejects(serve('apache-fcgid', [], { SALLYPORT_BIN: refusing }), /exit 1: line 7: no such key/);
	});

	it('explains what it cannot do, on standard error', async () => {
		await assert.rejects(serve('nginx', [], {}), /exit 2: .*tests\/serve SERVER/s);
		await assert.rejects(serve('lighttpd-cgi', [], { SALLYPORT_BIN: top }), /exit 1: .*is missing: make/);
		await assert.rejects(serve('lighttpd-cgi', ['--conf', '/nowhere'], { SALLYPORT_BIN: bin }), /cannot read/);
	});
});

describe('systemd units', () => {
	const units = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../httpd-conf/systemd');
	const read = (name) => readFileSync(path.join(units, name), 'utf8');

	it('listen where Apache looks', () => {
		const apache = readFileSync(path.join(units, '../apache/proxy-fcgi.conf'), 'utf8');
		const sockets = [...apache.matchAll(/unix:\$\{SALLYPORT_RUN\}\/([a-z-]+)\.sock\|/g)].map(([, name]) => name);
		assert.deepEqual(sockets.sort(), [...PROGRAMS].sort());
		assert.match(apache, /Define SALLYPORT_RUN \/run\/sallyport$/m);
		assert.match(read('sallyport@.socket'), /^ListenStream=\/run\/sallyport\/%i\.sock$/m);
		assert.match(read('sallyport@.socket'), new RegExp(`\\{${PROGRAMS.join(',')}\\}\\.socket`));
	});

	it('are units that systemd understands', () => {
		const directory = path.join(top, 'units');
		cpSync(units, directory, { recursive: true });
		const service = read('sallyport@.service').replaceAll('/usr/lib/cgi-bin/sallyport', bin);
		writeFileSync(path.join(directory, 'sallyport@.service'), service);
		for (const name of PROGRAMS) {
			const args = ['verify', '--man=no', `sallyport@${name}.socket`, `sallyport@${name}.service`];
			const result = spawnSync('systemd-analyze', args, {
				encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${directory}:` },
			});
			assert.deepEqual([result.error, result.status, result.stderr], [undefined, 0, '']);
		}
	});
});
