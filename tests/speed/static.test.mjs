// SPDX-License-Identifier: MIT
// make STATIC=1: programs that call nobody are wholly static; the others, which open libcurl when they first call, hold
// their libraries but not the C library.  All of them do their work, and https holds under threads.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { refresh, revoke } from '../e2e/lib/oauth.mjs';
import { tenSteps } from '../e2e/lib/sign-in.mjs';
import { encodeRequest, fastCgi } from './lib/counting.mjs';
import { build, hasInterpreter, needed } from './lib/programs.mjs';
import { Scene } from './lib/scene.mjs';

const WHOLLY = ['metadata', 'register', 'consent', 'token', 'revoke', 'introspect', 'logout', 'account'];
const CALLING = ['authorize', 'oauth-callback', 'mcp', 'sallyport'];
const C_LIBRARY = /^(lib(c|m|dl|pthread)|ld-linux.*)\.so\./;
const THREADS = 4;
const ROUNDS = 10;
const SYSTEM_CAS = '/etc/ssl/certs/ca-certificates.crt';

let bin;
const program = (name) => path.join(bin, name);

// The stand-in's authority is made for the test.  Its trust is the product's to check, not that of the browser here.
const mode = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
before(() => {
	process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
	bin = build('static');
});
after(() => {
	if (mode === undefined)
		delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
	else
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = mode;
});

const start = (server) => Scene.start(server, { tls: true, env: { SALLYPORT_BIN: bin } });

test('programs that call nobody ask for no loader and no library', () => {
	for (const name of WHOLLY) {
		assert.equal(hasInterpreter(program(name)), false, name);
		assert.deepEqual(needed(program(name)), [], name);
	}
});

test('programs that call out ask for the C library alone', () => {
	for (const name of CALLING) {
		assert.equal(hasInterpreter(program(name)), true, name);
		assert.deepEqual(needed(program(name)).filter((library) => !C_LIBRARY.test(library)), [], name);
	}
});

for (const server of ['lighttpd-fastcgi', 'lighttpd-cgi']) {
	test(`the whole flow on ${server}, with Entra behind https`, async () => {
		const scene = await start(server);
		try {
			assert.equal(hasInterpreter(path.join(scene.site.bin, 'token')), false, 'it serves other programs');
			const { result, metadata, client, tokens } = await tenSteps(scene.url, { standin: scene.site.standin });
			assert.equal(result.structuredContent.userPrincipalName, 'alice@contoso.example');
			const renewed = await refresh(metadata, client, tokens.refresh_token);
			assert.equal(renewed.status, 200, renewed.text);
			assert.equal((await revoke(metadata, client, renewed.json.refresh_token)).status, 200);
			assert.equal((await refresh(metadata, client, renewed.json.refresh_token)).json.error, 'invalid_grant');
		} finally {
			await scene.stop();
		}
	});
}

test(`${THREADS} threads of one process call https at once, again and again`, async () => {
	const scene = await start('lighttpd-fastcgi');
	const server = await fastCgi(program('mcp'), { conf: scene.conf, env: { SALLYPORT_WORKERS: THREADS } });
	try {
		const bytes = encodeRequest(scene.call());
		await scene.site.standin.during({ graph_delay_ms: 20 }, async () => {
			const once = () => server.ask(bytes);
			for (let round = 0; round < ROUNDS; round++)
				for (const answer of await Promise.all(Array.from({ length: THREADS }, once)))
					assert.equal(JSON.parse(answer.text).result?.isError, false, answer.text);
		});
		assert.equal(server.errors, '');
	} finally {
		await server.stop();
		await scene.stop();
	}
});

test('a certificate that ca_file does not vouch for is refused', async () => {
	assert.ok(existsSync(SYSTEM_CAS), `${SYSTEM_CAS} is missing: apt-get install ca-certificates`);
	const scene = await start('lighttpd-fastcgi');
	const server = await fastCgi(program('mcp'), { conf: scene.conf, env: { SALLYPORT_CA_FILE: SYSTEM_CAS } });
	try {
		const { result } = JSON.parse((await server.ask(encodeRequest(scene.call()))).text);
		assert.equal(result.isError, true);
		assert.equal(result.structuredContent.retryable, true);
		assert.match(server.errors, /certificate/i);
	} finally {
		await server.stop();
		await scene.stop();
	}
});
