// SPDX-License-Identifier: MIT
// What it all stands on: identities, keys, the network, the store.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { Browser } from '../e2e/lib/browser.mjs';
import { request } from '../e2e/lib/http.mjs';
import { readResponse, refresh, revoke } from '../e2e/lib/oauth.mjs';
import { atClient, signIn } from '../e2e/lib/sign-in.mjs';
import { SALLYPORT, SALLYPORT_SECRET, TENANT } from '../standins/entra/world.mjs';
import { ALICE, CONFIGURED, profile, refused } from './scene.mjs';

const PROGRAMS = ['mcp', 'metadata', 'register', 'authorize', 'consent', 'oauth-callback', 'token', 'revoke',
	'introspect', 'logout', 'account'];
const HOUR = 3600;

// Registrations of hours ago, and processes that have never seen them.
async function keptRegistration(s) {
	const { client, tokens, metadata } = await s.session();
	await s.sqlite(`UPDATE client SET created_at = created_at - ${50 * HOUR}, used_at = used_at - ${50 * HOUR}
		WHERE client_id = '${client.client_id}'`);
	for (const program of ['authorize', 'token'])
		s.site.pids(program).forEach((pid) => process.kill(pid, 'SIGTERM'));
	await until(async () => (await refresh(metadata, client, tokens.refresh_token)).status === 200);
	await s.page(s.ask(client));
}

// lighttpd looks once a second what it must start again.
async function until(condition) {
	for (const deadline = Date.now() + 15_000; !await condition(); await new Promise((resolve) => setTimeout(resolve, 50)))
		assert.ok(Date.now() < deadline, String(condition));
}

async function threeKinds(s) {
	assert.equal(s.metadata.client_id_metadata_document_supported, true);
	assert.equal(await profile((await s.session()).mcp), ALICE, 'registered by itself');
	assert.equal(await profile((await s.session(undefined, { client: CONFIGURED })).mcp), ALICE, 'of the configuration');
	const answer = await request(s.ask({ client_id: 'https://client.example/c',
		redirect_uris: ['https://client.example/cb'] }).url);
	assert.match(answer.text, /document/, 'a document is looked for, and here none is to be had');
}

const asks = (s, grant) => s.standin.log().then((log) => log.filter((entry) => entry.form?.grant_type === grant));

// An identity that is asked for once and kept for good: Entra would refuse it a day later.
async function credentialEachTime(s) {
	await s.session();
	const file = credential(s);
	renameSync(file, `${file}.away`);
	try {
		assert.equal((await signIn(s.resource)).response.error, 'server_error');
	} finally {
		renameSync(`${file}.away`, file);
	}
	assert.equal(await profile((await s.session()).mcp), ALICE, 'what is put there is used at once');
	assert.ok((await asks(s, 'authorization_code')).every((entry) => entry.form.client_secret === SALLYPORT_SECRET));
}

const credential = (s) =>
	/credential = secret-file:(.*)/.exec(readFileSync(path.join(s.site.keep, 'sallyport.conf'), 'utf8'))[1];

async function oneOfEach(s) {
	const { mcp } = await s.session();
	const names = (await mcp.request('tools/list')).json.result.tools.map((tool) => tool.name);
	assert.deepEqual(names, [...new Set(names)]);
	const { dependencies, devDependencies } = JSON.parse(
		readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
	for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
		assert.match(version, /^(npm:[@\w/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, `${name} is pinned`);
}

// The administrator's command is no program of a web server, whatever that passes on.
async function noMasterKey(s) {
	for (const args of [['revoke', '--all'], ['keys', 'rotate'], ['sessions'], ['client-secret'], []]) {
		const { status, stdout, stderr } = spawnSync(path.join(s.site.bin, 'sallyport'), args, {
			encoding: 'utf8', env: { SALLYPORT_CONF: path.join(s.site.keep, 'sallyport.conf'), GATEWAY_INTERFACE: 'CGI/1.1' },
		});
		assert.equal(status, 64, args.join(' '));
		assert.equal(stdout, '');
		assert.match(stderr, /a web server does not run it/);
	}
	const { mcp, tokens } = await s.session();
	for (const name of ['x-functions-key', 'Ocp-Apim-Subscription-Key', 'X-Api-Key'])
		await refused(request(s.resource, { method: 'POST', headers: { [name]: tokens.access_token }, body: '{}' }));
	assert.equal(await profile(mcp), ALICE);
}

// Sockets of the Internet that one of our programs listens on.
async function nothingListens(s) {
	const lines = (name) => readFileSync(`/proc/net/${name}`, 'utf8').split('\n').slice(1);
	const listening = new Set(['tcp', 'tcp6', 'udp', 'udp6'].flatMap((name) => lines(name)
		.map((line) => line.trim().split(/\s+/)).filter((fields) => fields[3] === '0A' || name.startsWith('udp'))
		.map((fields) => `socket:[${fields[9]}]`)));
	for (const program of PROGRAMS)
		await request(program === 'metadata' ? `${s.url}/.well-known/oauth-authorization-server` : `${s.url}/${program}`);
	const pids = PROGRAMS.flatMap((program) => s.site.pids(program));
	assert.ok(pids.length >= PROGRAMS.length, 'they run');
	for (const pid of pids)
		for (const fd of readdirSync(`/proc/${pid}/fd`)) {
			const file = readlinkSync(`/proc/${pid}/fd/${fd}`);
			assert.ok(!listening.has(file), `process ${pid} listens on ${file}`);
		}
}

// With Entra's credential out of reach: everything but what must speak to Entra goes on.
async function fewHoldIt(s) {
	const { client, tokens, metadata } = await s.session();
	const file = credential(s);
	renameSync(file, `${file}.away`);
	try {
		const browser = new Browser();
		const asked = s.ask(await s.client());
		const page = await s.page(asked, browser);
		assert.equal((await request(`${s.url}/.well-known/oauth-authorization-server`)).status, 200);
		const next = await refresh(metadata, client, tokens.refresh_token);
		assert.equal(next.status, 200, next.text);
		assert.equal((await revoke(metadata, client, next.json.refresh_token)).status, 200);
		const { landed } = await browser.submit(page, 'approve', { stop: atClient(asked) });
		assert.equal(readResponse(landed, s.url).error, 'server_error', 'it is the one that the callback needs');
	} finally {
		renameSync(`${file}.away`, file);
	}
}

async function refreshScope(s) {
	await s.standin.during({ access_token_lifetime: 30 }, async () => {
		const { mcp } = await s.session();
		await s.sqlite('DELETE FROM exchanged_token');
		await s.standin.clearLog();
		assert.equal(await profile(mcp), ALICE);
	});
	const [{ form }] = await asks(s, 'refresh_token');
	assert.match(form.scope, new RegExp(`${SALLYPORT}/\\.default`));
	assert.equal(form.resource, undefined);
}

async function storeIsOurs(s) {
	const state = path.join(s.site.keep, 'state');
	assert.equal(statSync(state).mode & 0o007, 0);
	for (const name of readdirSync(state))
		assert.equal(statSync(path.join(state, name)).mode & 0o007, 0, `${name} is for nobody else`);
	for (const target of ['/sallyport.db', '/state/sallyport.db', '/mcp/../state/sallyport.db',
		'/state/keys/sign', '/keys/sign'])
		assert.ok([400, 401, 403, 404].includes((await request(s.url, { target })).status), target);
}

async function isWatched(s) {
	const began = Date.now();
	const { sid, client } = await s.session();
	const events = await s.db.rows(`SELECT event, request_id, address FROM audit
		WHERE sid = '${sid}' OR client_id = '${client.client_id}'`);
	assert.deepEqual(['client_registered', 'sign_in_begun', 'signed_in', 'token_issued'].filter((name) =>
		!events.some(({ event }) => event === name)), []);
	assert.ok(events.every(({ request_id: id, address }) => /^[0-9a-f]{16}$/.test(id) && address === '127.0.0.1'));
	const [{ full }] = await s.db.rows('SELECT max(full_at) AS full FROM rate');
	assert.ok(full > began * 1000,
		'who asks is counted; what becomes of who asks too often is in tests/e2e/rates.test.mjs');
}

// Every host that is asked is the one of the configuration.
async function ownCloud(s) {
	await s.session().then(({ mcp }) => profile(mcp));
	const log = await s.standin.log();
	const hosts = new Set(log.map((entry) => entry.headers.host));
	assert.deepEqual([...hosts], [new URL(s.standin.url).host]);
	const entra = new URL(await s.approved(s.ask(await s.client()), new Browser()));
	assert.equal(entra.origin, new URL(s.standin.url).origin);
	assert.ok(entra.pathname.startsWith(`/${TENANT}/`));
}

export const ground = [
	['2.C6 a registration is known however long ago it was made, and to processes that are new', keptRegistration],
	['2.C7 clients are known in three ways', threeKinds],
	['2.E4 the credential is read when it is needed, not kept from the start', credentialEachTime],
	['2.E10 there is one of each, and what the tests use is pinned', oneOfEach],
	['2.F1 no key opens everything', noMasterKey],
	['2.F2 programs listen to nobody but the web server', nothingListens],
	['2.F3 Entra\'s credential is needed where Entra is spoken to, and nowhere else', fewHoldIt],
	['2.F4 a refresh at Entra names its scope, never a resource', refreshScope],
	['2.F5 the store is a file of the programs, and no address leads there', storeIsOurs],
	['2.F6 who does what is written down, and counted', isWatched],
	['2.F9 the cloud is the configuration\'s', ownCloud],
];
