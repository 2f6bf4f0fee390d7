// SPDX-License-Identifier: MIT
// The promises that hold on each web server, as tests.  s has port, server, keep (the directory of tests/serve) and,
// in a user directory, base.
import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe, processesOf, request } from './serving.mjs';

export const FASTCGI = ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'apache-fcgid'];
export const DOCUMENTS = ['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration'];
const ENDPOINTS = ['register', 'authorize', 'consent', 'oauth-callback', 'token', 'revoke', 'introspect', 'logout',
	'account'];
const BODY_MAX = 1024 * 1024;
// mod_proxy knows no limit for a body whose length is not announced: the program says 413.  mod_fcgid's answer is 500.
const CHUNKED_TOO_LONG = {
	'lighttpd-fastcgi': 413, 'lighttpd-cgi': 413, 'apache-cgi': 413, 'apache-userdir': 413,
	'apache-proxy-fcgi': 200, 'apache-fcgid': 500,
};

export function itRoutes(s, base, servers) {
	it('gives each path to its program and keeps the path as it was sent', async () => {
		const table = [
			...ENDPOINTS.map((name) => [`/${name}`, name]),
			...servers.flatMap((name) => ['', '/', '/sse', '/message', '/a%20b', '/a%3Fb', '/%2e%2e/x', '/a//b']
				.map((rest) => [`/${name}${rest}`, 'mcp'])),
			...DOCUMENTS.flatMap((name) => ['', '/', '/mcp', '/mcp/sse']
				.map((rest) => [`/.well-known/${name}${rest}`, 'metadata'])),
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
			...servers.map((name) => `/${name}x`), '/x/mcp', '/sallyport', '/',
			...ENDPOINTS.flatMap((name) => [`/${name}/`, `/${name}x`]),
			'/.well-known/other', '/.well-known/openid-configurationx', '/.well-known/', '/.wellknown/openid-configuration',
		];
		for (const target of foreign)
			assert.equal((await probe(s.port, base + target)).program, null, target);
	});
}

export function itLeavesTheOwnersPathsAlone(s) {
	it('leaves the rest of the site to its owner', async () => {
		for (const target of ['/', '/mcpx?owner=1', '/.well-known/other'])
			assert.equal((await request(s.port, target)).text, "the owner's page\n", target);
		assert.match((await request(s.port, '/absent')).text, /the owner's error page/);
	});
}

export function itDelivers(s) {
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
		const real = {
			'Mcp-Method': 'tools/list', 'Mcp-Name': 'n', 'MCP-Protocol-Version': '2026-07-28', 'Sec-Fetch-Site': 'none',
		};
		const twins = twinsOf(['Mcp-Method', 'Mcp-Name', 'Mcp-Session-Id', 'MCP-Protocol-Version', 'Last-Event-ID',
			'Content-Type', 'Content-Length', 'Sec-Fetch-Site', 'Access-Control-Request-Method',
			'Access-Control-Request-Headers', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host']);
		const headers = [
			...twins.flatMap((name) => [name, 'twin']), ...Object.entries(real).flat(),
			...twins.flatMap((name) => [name.toLowerCase(), 'twin']),
		];
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

export function itAnswers(s) {
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
		const headers = { Accept: 'text/event-stream', 'Accept-Encoding': 'gzip' };
		let seen, answer;
		// A busy machine brings some together; whoever holds them back does so each time.
		for (let tries = 0; tries < 5; tries++) {
			const started = Date.now();
			seen = [];
			answer = await request(s.port, `${base}/mcp?stream=12&gap=150`,
				{ headers, onData: () => seen.push(Date.now() - started) });
			if (seen.length >= 10)
				break;
		}
		assert.equal(answer.headers['content-type'], 'text/event-stream');
		assert.equal(answer.text, Array.from({ length: 12 }, (_, n) => `data: ${n}\n\n`).join(''));
		assert.ok(seen.length >= 10, `chunks at ${seen}`);
		assert.ok(seen.at(-1) - seen[0] >= 300, `chunks at ${seen}`);
	});
}

export function itLimitsBodies(s) {
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

export function itRestarts(s) {
	it('starts a program again that was killed', async () => {
		const file = path.join(s.keep, 'bin/mcp');
		for (let round = 0; round < 2; round++) {
			await probe(s.port, '/mcp');
			const pids = processesOf(file);
			assert.ok(pids.length > 0);
			for (const pid of pids)
				process.kill(pid, 'SIGKILL');
			await sleep(50);
			await within(15_000, async () => (await probe(s.port, '/mcp')).program === 'mcp');
		}
	});
}

export async function within(patience, condition) {
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
