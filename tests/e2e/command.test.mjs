// SPDX-License-Identifier: MIT
// The administrator's command: init, check, sweep, settings, wrapper; and make install.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
	chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = process.env.SALLYPORT_BIN ?? path.join(ROOT, 'build/cgi-bin');
const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-command.'));
let site;

before(async () => {
	site = await startSite('lighttpd-fastcgi', { servers: ['mcp', 'other'], limits: { client_never_used: '5s' } });
});

after(async () => {
	await site.stop();
	rmSync(dir, { recursive: true, force: true });
});

const read = (file) => readFileSync(file, 'utf8');
const mode = (file) => (statSync(file).mode & 0o7777).toString(8);

function sallyport(args, { conf = path.join(site.keep, 'sallyport.conf'), env = {} } = {}) {
	const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')));
	const done = spawnSync(path.join(BIN, 'sallyport'), args,
		{ encoding: 'utf8', env: { ...inherited, SALLYPORT_CONF: conf, ...env } });
	return { status: done.status, text: done.stdout + done.stderr };
}

// A configuration of its own with a fresh state directory, changed as a test needs it.
function install(name, change = (text) => text) {
	const state = path.join(dir, name);
	const conf = `${state}.conf`;
	const text = read(path.join(site.keep, 'sallyport.conf')).replace(/^state_dir.*$/m, `state_dir = ${state}`)
		.replace(/^database.*$/m, '');
	writeFileSync(conf, change(text));
	return { state, conf };
}

test('init makes directories, key files and database with their modes, and leaves what is there', () => {
	const { state, conf } = install('init');
	assert.equal(sallyport(['init'], { conf }).status, 0);
	assert.equal(mode(state), '3770');
	assert.equal(mode(path.join(state, 'keys')), '2750');
	assert.deepEqual(readdirSync(path.join(state, 'keys')).sort(), ['browser', 'cache', 'logout', 'sign', 'wrap']);
	const keys = readdirSync(path.join(state, 'keys')).map((name) => path.join(state, 'keys', name, 'key'));
	assert.deepEqual(keys.map((key) => mode(path.dirname(key))), ['2750', '2750', '2750', '2750', '2750']);
	assert.deepEqual(keys.map(mode), ['640', '640', '640', '640', '640']);
	assert.equal(new Set(keys.map(read)).size, 5);
	assert.equal(mode(path.join(state, 'sallyport.db')), '660');
	const kept = keys.map(read);
	assert.equal(sallyport(['init'], { conf }).status, 0);
	assert.deepEqual(keys.map(read), kept);
});

test('check names a key file that a later version brought, and init makes it and leaves the others', () => {
	const { state, conf } = install('older');
	const key = (name) => path.join(state, 'keys', name, 'key');
	assert.equal(sallyport(['init'], { conf }).status, 0);
	const others = ['browser', 'cache', 'sign', 'wrap'].map((name) => read(key(name)));
	rmSync(key('logout'));
	assert.match(sallyport(['check'], { conf }).text, /PROBLEM key file .*keys\/logout\/key is missing .*sallyport init/);
	assert.equal(sallyport(['init'], { conf }).status, 0);
	assert.equal(mode(key('logout')), '640');
	assert.deepEqual(['browser', 'cache', 'sign', 'wrap'].map((name) => read(key(name))), others);
	assert.equal(sallyport(['check'], { conf }).status, 0);
});

test('init --group gives everything to the group, and refuses one that is not there', () => {
	const { state, conf } = install('group');
	const gid = process.getgid();
	const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
	assert.equal(sallyport(['init', '--group', group], { conf }).status, 0);
	assert.equal(statSync(path.join(state, 'keys/sign/key')).gid, gid);
	const refused = sallyport(['init', '--group', 'no-such-group'], { conf });
	assert.equal(refused.status, 1);
	assert.match(refused.text, /no group/);
});

test('check finds a running installation well', () => {
	const { status, text } = sallyport(['check']);
	assert.equal(status, 0, text);
	assert.match(text, /Entra accepts the credential/);
	assert.match(text, /\/mcp: Authorization arrives/);
	assert.match(text, /\/other: Authorization arrives/);
	assert.match(text, /All is well/);
});

const troubles = [
	['a wrong credential', (c) => c.replace(/^credential.*$/m, `credential = secret-file:${dir}/wrong-secret`),
		/PROBLEM Entra does not accept the credential .*invalid_client AADSTS7000215/],
	['a credential that is missing', (c) => c.replace(/^credential.*$/m, 'credential = secret-file:/nonexistent'),
		/PROBLEM credential file \/nonexistent is missing/],
	['a tenant that Entra does not know',
		(c) => c.replace(/^tenant_id.*$/m, 'tenant_id = 99999999-9999-4999-8999-999999999999'),
		/PROBLEM Entra answers 400 .*tenant_id/],
	['Entra out of reach', (c) => c.replace(/^authority_host.*$/m, 'authority_host = http://127.0.0.1:9'),
		/PROBLEM Entra does not answer/],
	['a public address where nobody answers', (c) => c.replace(/^public_url.*$/m, 'public_url = http://127.0.0.1:9'),
		/PROBLEM the public address does not answer/],
	['a public address that names another issuer',
		(c) => c.replace(/^(public_url = http:\/\/)127\.0\.0\.1/m, '$1localhost'),
		/PROBLEM .* names another issuer/],
	['a server that the web server does not route', (c) => `${c}\n[server unrouted]\n`,
		/PROBLEM .*\/unrouted answers 404/],
	['a path in public_url without consent', (c) => c.replace(/^(public_url = .*)$/m, '$1/~joe'),
		/PROBLEM public_url has a path/],
];

for (const [name, change, expected] of troubles)
	test(`check says what is wrong: ${name}`, () => {
		writeFileSync(path.join(dir, 'wrong-secret'), 'not-the-secret\n', { mode: 0o600 });
		const { conf } = install('trouble', change);
		assert.equal(sallyport(['init'], { conf }).status, 0);
		const { status, text } = sallyport(['check'], { conf });
		assert.equal(status, 1, text);
		assert.match(text, expected);
		assert.match(text, /[0-9]+ problems? to solve/);
		rmSync(path.join(dir, 'trouble'), { recursive: true });
	});

test('check says what is wrong: no state, an open key file, a malformed one, a foreign database', () => {
	const { state, conf } = install('permissions');
	assert.match(sallyport(['check'], { conf }).text, /PROBLEM state directory .* missing .*sallyport init/);
	assert.equal(sallyport(['init'], { conf }).status, 0);
	chmodSync(path.join(state, 'keys/sign/key'), 0o644);
	assert.match(sallyport(['check'], { conf }).text, /PROBLEM key file .*keys\/sign\/key is open to everyone/);
	chmodSync(path.join(state, 'keys/sign/key'), 0o640);
	writeFileSync(path.join(state, 'keys/wrap/key'), 'nonsense\n');
	assert.match(sallyport(['check'], { conf }).text, /PROBLEM key file .*keys\/wrap\/key is not one that/);
	writeFileSync(path.join(state, 'sallyport.db'), 'this is no database, however long it may look to be');
	assert.match(sallyport(['check'], { conf }).text, /PROBLEM database/);
});

test('check refuses a database on a network file system', () => {
	const { conf } = install('network');
	assert.equal(sallyport(['init'], { conf }).status, 0);
	// No such file system can be had here, so the answer of statfs is changed on its way to the program.
	writeFileSync(path.join(dir, 'nfs.c'), `#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <sys/vfs.h>
		int statfs(const char *path, struct statfs *out) {
			int (*real)(const char *, struct statfs *) = (int (*)(const char *, struct statfs *))dlsym(RTLD_NEXT, "statfs");
			int answer = real(path, out);
			out->f_type = 0x6969;
			return answer;
		}`);
	execFileSync('cc', ['-shared', '-fPIC', '-o', path.join(dir, 'nfs.so'), path.join(dir, 'nfs.c'), '-ldl']);
	const { status, text } = sallyport(['check'], { conf, env: { LD_PRELOAD: path.join(dir, 'nfs.so') } });
	assert.equal(status, 1);
	assert.match(text, /PROBLEM database .* is on a network file system/);
	assert.doesNotMatch(sallyport(['check'], { conf }).text, /network file system/);
});

test('check names file, line and reason of a wrong configuration', () => {
	const { conf } = install('syntax', (c) => `nonsense = 1\n${c}`);
	const { status, text } = sallyport(['check'], { conf });
	assert.equal(status, 78);
	assert.match(text, /syntax\.conf:1: unknown key/);
});

test('sweep deletes what has expired and nothing else', async () => {
	const { mcp } = await signedIn(site.resource());
	await fetch(`${site.url}/register`, {
		method: 'POST', headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ redirect_uris: ['https://client.example/cb'] }),
	});
	const copy = path.join(dir, 'swept');
	cpSync(path.join(site.keep, 'state'), copy, { recursive: true });
	const { conf } = install('swept');
	await new Promise((resolve) => setTimeout(resolve, 6000));
	const { status, text } = sallyport(['sweep'], { conf });
	assert.equal(status, 0, text);
	assert.match(text, /[1-9][0-9]* expired rows deleted/);
	assert.match(sallyport(['sweep'], { conf }).text, /^0 expired rows deleted/);
	assert.equal((await mcp.connect()).status, 200);
});

test('settings prints every key with its default', () => {
	const { status, text } = sallyport(['settings']);
	assert.equal(status, 0);
	for (const key of ['public_url', 'tenant_id', 'body_max', 'tools'])
		assert.match(text, new RegExp(`^${key} `, 'm'));
	assert.match(text, /^\[server NAME\]$/m);
});

test('wrapper writes programs that know their configuration', () => {
	const conf = path.join(site.keep, 'sallyport.conf');
	const where = path.join(dir, 'wrappers');
	execFileSync('mkdir', [where]);
	assert.equal(sallyport(['wrapper', where]).status, 0);
	assert.equal(readdirSync(where).length, 11);
	const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_')));
	const answer = execFileSync(path.join(where, 'metadata'), {
		encoding: 'utf8', env: { ...inherited, REQUEST_METHOD: 'GET', PATH_INFO: '/.well-known/oauth-authorization-server' },
	});
	assert.match(answer, new RegExp(`"issuer":"${site.url}"`));
	assert.ok(existsSync(conf));
});

test('it refuses to run for a web server, and prints its usage for anything unknown', () => {
	const served = sallyport(['check'], { env: { GATEWAY_INTERFACE: 'CGI/1.1' } });
	assert.equal(served.status, 64);
	assert.match(served.text, /a web server does not run it/);
	for (const args of [[], ['no-such'], ['init', 'extra'], ['check', 'extra'], ['wrapper']])
		assert.equal(sallyport(args).status, 64, args.join(' '));
});

test('make install puts programs, pages and server files below DESTDIR', () => {
	const destination = path.join(dir, 'installed');
	execFileSync('make', ['-s', '-C', ROOT, 'install', `DESTDIR=${destination}`, 'prefix=/usr'], { stdio: 'ignore' });
	for (const file of ['usr/lib/cgi-bin/sallyport/mcp', 'usr/lib/cgi-bin/sallyport/oauth-callback', 'usr/sbin/sallyport',
		'usr/share/man/man8/sallyport.8', 'usr/share/sallyport/httpd-conf/lighttpd/fastcgi.conf'])
		assert.ok(existsSync(path.join(destination, file)), file);
	assert.ok(!existsSync(path.join(destination, 'usr/lib/cgi-bin/sallyport/sallyport')), 'the command is no CGI program');
});
