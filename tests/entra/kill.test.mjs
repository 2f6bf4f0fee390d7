// SPDX-License-Identifier: MIT
// kill -9 at every step on which Entra's token is refreshed and exchanged: no session is lost, nothing is half-written.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { refresh } from '../e2e/lib/oauth.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { eventually } from '../gateway/lib/process.mjs';
import { callByHand, isUser, stale } from './lib/scene.mjs';
import { makeShim } from './lib/shim.mjs';

const TIMEOUT = 4;		// seconds: a lease lasts twice that
const EARLY = 200;		// a lifetime with which each request refreshes, and goes on with the old token if it cannot
const LONG = 4000;
const LOCKS = {};
const NO_LOCKS = { WITHOUT_LOCKS: '1' };

let shim;
before(() => { shim = makeShim(new URL('die-at.c', import.meta.url)); });
after(() => shim?.remove());

const callAndDie = (site, { tokens }, env, onError) =>
	callByHand(site, tokens.access_token, { env: { LD_PRELOAD: shim.file, ...env }, onError });

// The names of the steps of a call that nobody disturbs.
async function rehearse(site, session, among) {
	let names = '';
	isUser(await callAndDie(site, session, { ...among, STEPS_FD: '2' }, (text) => { names += text; }));
	const steps = names.split('\n').filter((line) => /^[a-z0-9]+$/.test(line));
	for (const name of ['connect', 'send', 'recv', 'pwrite64', 'fdatasync'])
		assert.ok(steps.includes(name), `no step ${name} of ${steps}`);
	return steps;
}

// What Entra was asked since the log was cleared, which all went well.
async function asked(site, grant) {
	const entries = (await site.standin.log()).filter(({ form }) => form?.grant_type?.endsWith(grant));
	entries.forEach((entry) => assert.equal(entry.status, 200, `${grant}: ${entry.status}`));
	return entries.length;
}

// A session is whole: its token serves, Entra's refresh token in the store is a good one each time, and the client's
// own too.
async function isWhole(site, { tokens, client, metadata }, refreshes, what) {
	assert.equal(await site.database.integrity(), 'ok', what);
	for (let n = 0; n < 2; n++) {
		await site.standin.clearLog();
		isUser(await new McpClient(site.resource(), tokens.access_token).callTool(), what);
		assert.equal(await asked(site, 'refresh_token'), refreshes, what);
		assert.ok(await asked(site, 'jwt-bearer') <= 1 - n, `${what}: exchanged again`);
	}
	const answer = await refresh(metadata, client, tokens.refresh_token);
	assert.equal(answer.status, 200, `${what}: ${answer.text}`);
	isUser(await new McpClient(site.resource(), answer.json.access_token).callTool(), what);
}

// Each step of a call has a session of its own, whose call dies there.  Answers the names of the steps.
async function dieEverywhere(site, { lifetime, among, refreshes }) {
	const [first] = await stale(site, 1, { lifetime });
	await site.standin.set({ access_token_lifetime: refreshes > 0 ? EARLY : null });
	const steps = await rehearse(site, first, among);
	const sessions = await stale(site, steps.length, { lifetime });
	await site.standin.set({ access_token_lifetime: refreshes > 0 ? EARLY : null });
	let survived = 0;
	for (const [i, session] of sessions.entries())
		survived += await callAndDie(site, session, { ...among, DIE_AT: String(i + 1) }) === undefined ? 0 : 1;
	assert.ok(survived <= steps.length / 10, `${survived} of ${steps.length} did not die`);
	await sleep((2 * TIMEOUT + 1) * 1000);
	for (const [i, session] of sessions.entries())
		await isWhole(site, session, refreshes, `killed at step ${i + 1} of ${steps.length}, ${steps[i]}`);
	return steps;
}

function count(names) {
	const counts = {};
	names.forEach((name) => { counts[name] = (counts[name] ?? 0) + 1; });
	return Object.entries(counts).map(([name, n]) => `${n} ${name}`).join(', ');
}

const REFRESH = { lifetime: 1, refreshes: 1 };
const EXCHANGE = { lifetime: LONG, refreshes: 0 };

describe('killed', { concurrency: 2 }, () => {
	for (const [server, what, call] of [
		['lighttpd-fastcgi', 'a refresh, every lock too', { ...REFRESH, among: LOCKS }],
		['lighttpd-cgi', 'a refresh', { ...REFRESH, among: NO_LOCKS }],
		['lighttpd-fastcgi', 'an exchange', { ...EXCHANGE, among: NO_LOCKS }],
	])
		it(`at every step of ${what}, beside ${server}`, async (t) => {
			const site = await startSite(server, { entra: { timeout: TIMEOUT } });
			try {
				const steps = await dieEverywhere(site, call);
				t.diagnostic(`${steps.length} steps: ${count(steps)}`);
			} finally {
				await site.stop();
			}
		});
});

// A process that sleeps through its lease: what another has stored meanwhile is newer.
it('a refresh that comes too late leaves what is there', async () => {
	const site = await startSite('lighttpd-fastcgi', { entra: { timeout: TIMEOUT } });
	try {
		const [first, session] = await stale(site, 2);
		const steps = await rehearse(site, first, LOCKS);
		const at = steps.indexOf('fcntl64', steps.indexOf('recv')) + 1;
		let pid;
		const late = callByHand(site, session.tokens.access_token, {
			env: { LD_PRELOAD: shim.file, DIE_AT: String(at), STOP: '1' }, onStart: (started) => { pid = started; },
		});
		await eventually(() => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), 'a stopped process');
		await sleep((2 * TIMEOUT + 1) * 1000);
		isUser(await session.mcp.callTool());
		const tokens = () => site.database.rows('SELECT hex(entra_tokens) AS sealed FROM session ORDER BY sid');
		const stored = await tokens();
		process.kill(pid, 'SIGCONT');
		assert.equal((await late).status, 200, 'it ends well, if only with the word that it took too long');
		assert.deepEqual(await tokens(), stored);
		assert.equal(await asked(site, 'refresh_token'), 3);
		isUser(await session.mcp.callTool());
	} finally {
		await site.stop();
	}
});
