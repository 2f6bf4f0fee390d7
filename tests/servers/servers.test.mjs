// SPDX-License-Identifier: MIT
// What the files in httpd-conf promise, held against each stock server with a probe in place of the programs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PROGRAMS, buildProbe, openTo, probe, processesOf, request, serve, temporaryDirectory } from './serving.mjs';

const FASTCGI = ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'apache-fcgid'];
const ALL = [...FASTCGI, 'lighttpd-cgi', 'apache-cgi'];
const DOCUMENTS = ['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration'];
const ENDPOINTS = ['register', 'authorize', 'consent', 'oauth-callback', 'token', 'revoke'];
const BODY_MAX = 1024 * 1024;
// mod_proxy knows no limit for a body whose length is not announced: the program says 413.  mod_fcgid's answer is 500.
const CHUNKED_TOO_LONG = {
	'lighttpd-fastcgi': 413, 'lighttpd-cgi': 413, 'apache-cgi': 413, 'apache-userdir': 413,
	'apache-proxy-fcgi': 200, 'apache-fcgid': 500,
};
const SECRET = 'code=A-code-that-nobody-may-log&state=A-state';

const top = temporaryDirectory();
openTo(top);
const bin = buildProbe(top);
const conf = path.join(top, 'two-servers.conf');
writeFileSync(conf, '# two servers\nworkers = 3\n\n[server mcp]\ntools = builtin\n\n[server weather]\ntools = builtin\n');

after(() => rmSync(top, { recursive: true, force: true }));

for (const server of ALL) {
	describe(server, () => {
		const keep = path.join(top, server);
		let s;

		before(async () => {
			s = await serve(server, ['--conf', conf], { SALLYPORT_BIN: bin, SALLYPORT_KEEP: keep });
		});
		after(() => s?.stop());

		const running = { get port() { return s.port; }, get url() { return s.url; }, server, keep };
		itRoutes(running, '', ['mcp', 'weather']);
		itLeavesTheOwnersPathsAlone(running);
		itDelivers(running);
		itAnswers(running);
		itLimitsBodies(running);
		if (FASTCGI.includes(server))
			itRestarts(running);

		it('writes no query and no Referer into its logs, and stops leaving nothing behind', async () => {
			await request(s.port, `/oauth-callback?${SECRET}`, { headers: { Referer: `http://x/consent?${SECRET}` } });
			await request(s.port, `/mcp/sse?${SECRET}&status=404`);
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

	const running = { get port() { return s.port; }, get url() { return s.url; }, server: 'apache-userdir', keep, base: '/~joe' };
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
	it('writes no query into its log', async () => {
		await request(s.port, `/~joe/oauth-callback?${SECRET}`);
		assert.equal(await s.stop(), 0);
		assert.doesNotMatch(readFileSync(path.join(keep, 'log/access.log'), 'utf8'), /code=|state=/);
	});
});

describe('tests/serve', () => {
	it('merges the environment into the configuration file, each key once', async () => {
		const keep = path.join(top, 'merge');
		const file = path.join(top, 'merge.conf');
		const port = 32000 + Math.floor(Math.random() * 700);

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
			await within(5000, async () => processesOf(path.join(keep, 'bin/mcp')).length === 0);
			await within(5000, () => request(killed.port, '/').then(() => false, (error) => error.code === 'ECONNREFUSED'));
		}
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

function itRoutes(s, base, servers) {
	it('gives each path to its program and keeps the path as it was sent', async () => {
		const table = [
			...ENDPOINTS.map((name) => [`/${name}`, name]),
			...servers.flatMap((name) => ['', '/', '/sse', '/message', '/a%20b', '/a%3Fb', '/%2e%2e/x', '/a//b']
				.map((rest) => [`/${name}${rest}`, 'mcp'])),
			...DOCUMENTS.flatMap((name) => ['', '/', '/mcp', '/mcp/sse'].map((rest) => [`/.well-known/${name}${rest}`, 'metadata'])),
		];
		for (const [target, program] of table) {
			const answer = await probe(s.port, `${base}${target}?x=1`);
			if (target.includes('%2e%2e') || (target.includes('%3F') && s.server === 'apache-userdir')) {
				// Decoded it is another path, or refused by mod_rewrite; the programs know no such path either.
				assert.ok([403, 404].includes(answer.status), target);
				continue;
			}
			assert.equal(answer.program, program, target);
			assert.deepEqual(answer.parameters.REQUEST_URI, [`${base}${target}?x=1`]);
		}
	});

	it('routes exact paths only', async () => {
		const foreign = [
			...servers.map((name) => `/${name}x`), '/x/mcp', '/sallyport', '/', ...ENDPOINTS.flatMap((name) => [`/${name}/`, `/${name}x`]),
			'/.well-known/other', '/.well-known/openid-configurationx', '/.well-known/', '/.wellknown/openid-configuration',
		];
		for (const target of foreign)
			assert.equal((await probe(s.port, base + target)).program, null, target);
	});
}

function itLeavesTheOwnersPathsAlone(s) {
	it('leaves the rest of the site to its owner', async () => {
		for (const target of ['/', '/mcpx?owner=1', '/.well-known/other'])
			assert.equal((await request(s.port, target)).text, "the owner's page\n", target);
		assert.match((await request(s.port, '/absent')).text, /the owner's error page/);
	});
}

function itDelivers(s) {
	const base = s.base ?? '';

	it('passes Authorization to every program', async () => {
		for (const target of ['/mcp', ...ENDPOINTS.map((name) => `/${name}`), '/.well-known/openid-configuration']) {
			const answer = await probe(s.port, base + target, { headers: { Authorization: 'Bearer a.b-c_d~e+f/g=' } });
			assert.deepEqual(answer.parameters.HTTP_AUTHORIZATION, ['Bearer a.b-c_d~e+f/g='], target);
		}
		const none = await probe(s.port, `${base}/mcp`);
		assert.ok([undefined, ''].includes(none.parameters.HTTP_AUTHORIZATION?.[0]));
	});

	it('lets no header with an underscore stand for one with a hyphen', async () => {
		const real = { 'Mcp-Method': 'tools/list', 'Mcp-Name': 'n', 'MCP-Protocol-Version': '2026-07-28', 'Sec-Fetch-Site': 'none' };
		const twins = twinsOf(['Mcp-Method', 'Mcp-Name', 'Mcp-Session-Id', 'MCP-Protocol-Version', 'Last-Event-ID',
			'Content-Type', 'Content-Length', 'Sec-Fetch-Site', 'Access-Control-Request-Method', 'Access-Control-Request-Headers',
			'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host']);
		const headers = [...twins.flatMap((name) => [name, 'twin']), ...Object.entries(real).flat(), ...twins.flatMap((name) => [name.toLowerCase(), 'twin'])];
		const { parameters } = await probe(s.port, `${base}/mcp`, { headers });
		for (const [name, value] of Object.entries(real))
			assert.deepEqual(parameters[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`], [value]);
		assert.ok(!Object.values(parameters).flat().includes('twin'));
	});

	it('names one configuration file', async () => {
		const { parameters, environment, cgi } = await probe(s.port, `${base}/mcp`);
		assert.deepEqual(environment.SALLYPORT_CONF, [path.join(s.keep, 'sallyport.conf')]);
		assert.equal(cgi, !FASTCGI.includes(s.server));
		if (s.server === 'apache-fcgid')
			assert.deepEqual(environment.SALLYPORT_WORKERS, ['1']);
		assert.equal(parameters.HTTP_PROXY, undefined);
	});

	it('passes the query, as lighttpd normalizes it and Apache has it', async () => {
		const { parameters } = await probe(s.port, `${base}/authorize?a=%zz&b=%7E&c=x+y%26&c=%22`);
		assert.deepEqual(parameters.QUERY_STRING, [s.server.startsWith('lighttpd')
			? 'a=%25zz&b=~&c=x+y%26&c=%22' : 'a=%zz&b=%7E&c=x+y%26&c=%22']);
	});
}

function itAnswers(s) {
	const base = s.base ?? '';

	it('passes methods on', async () => {
		for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']) {
			const answer = await probe(s.port, `${base}/mcp`, { method });
			assert.deepEqual(answer.parameters?.REQUEST_METHOD, [method]);
		}
		const head = await request(s.port, `${base}/mcp?status=401`, { method: 'HEAD' });
		assert.deepEqual([head.status, head.text], [401, '']);
		const query = await probe(s.port, `${base}/mcp`, { method: 'SEARCH', body: 'q' });
		assert.ok(query.program === 'mcp' || query.status === 501);
	});

	it('leaves error answers as the program wrote them', async () => {
		for (const status of [400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 502, 503]) {
			const answer = await probe(s.port, `${base}/mcp?status=${status}`);
			assert.equal(answer.status, status);
			assert.equal(answer.program, 'mcp', `body of ${status}`);
			assert.equal(answer.headers['content-type'], 'application/json');
		}
		const denied = await request(s.port, `${base}/mcp?status=401`);
		assert.equal(denied.headers['www-authenticate'], 'Bearer resource_metadata="x"');
	});

	it('passes each event of a stream on at once', async () => {
		const seen = [];
		const started = Date.now();
		const answer = await request(s.port, `${base}/mcp?stream=4&gap=150`, {
			headers: { Accept: 'text/event-stream', 'Accept-Encoding': 'gzip' }, onData: () => seen.push(Date.now() - started),
		});
		assert.equal(answer.headers['content-type'], 'text/event-stream');
		assert.equal(answer.text, 'data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n');
		assert.ok(seen.length >= 4, `chunks at ${seen}`);
		assert.ok(seen.at(-1) - seen[0] >= 300, `chunks at ${seen}`);
	});
}

function itLimitsBodies(s) {
	const target = `${s.base ?? ''}/mcp`;

	it('hands over bodies up to body_max and a little more, chunked ones too', async () => {
		for (const size of [0, 1, 100_000, 200_000, BODY_MAX, BODY_MAX + 1]) {
			const plain = await probe(s.port, target, { method: 'POST', body: Buffer.alloc(size, 'x') });
			assert.equal(plain.body, size);
			const chunked = await probe(s.port, target, {
				method: 'POST', body: Buffer.alloc(size, 'x'), headers: { 'Transfer-Encoding': 'chunked' },
			});
			assert.equal(chunked.body, size, `chunked ${size}`);
		}
	});

	it('refuses what is far too long itself', async () => {
		const announced = await tooLong(s.port, target, {});
		assert.ok(announced === 'closed' || announced.status === 413, announced.status);
		const chunked = await tooLong(s.port, target, { 'Transfer-Encoding': 'chunked' });
		assert.ok(chunked === 'closed' || chunked.status === CHUNKED_TOO_LONG[s.server], chunked.status);
		assert.equal((await probe(s.port, target)).program, 'mcp');
	});
}

// A server that answers early may close before the last byte is sent.
async function tooLong(port, target, headers) {
	try {
		return await request(port, target, { method: 'POST', body: Buffer.alloc(3 * BODY_MAX, 'x'), headers });
	} catch (error) {
		assert.ok(['EPIPE', 'ECONNRESET'].includes(error.code), error.code);
		return 'closed';
	}
}

function itRestarts(s) {
	it('starts a program again that was killed', async () => {
		const file = path.join(s.keep, 'bin/mcp');
		for (let round = 0; round < 2; round++) {
			await probe(s.port, '/mcp');
			const pids = processesOf(file);
			assert.ok(pids.length > 0);
			for (const pid of pids)
				process.kill(pid, 'SIGKILL');
			await sleep(50);
			await within(3000, async () => (await probe(s.port, '/mcp')).program === 'mcp');
		}
	});
}

async function within(patience, condition) {
	for (const deadline = Date.now() + patience; !await condition(); await sleep(20))
		assert.ok(Date.now() < deadline, `not within ${patience} ms: ${condition}`);
}

// All spellings of each name that have an underscore in place of some hyphen.
function twinsOf(names) {
	return names.flatMap((name) => {
		const parts = name.split('-');
		const spellings = [];
		for (let mask = 1; mask < 2 ** (parts.length - 1); mask++)
			spellings.push(parts.reduce((text, part, i) => text + (mask >> (i - 1) & 1 ? '_' : '-') + part));
		return spellings;
	});
}
