// SPDX-License-Identifier: MIT
// The database is locked for longer than a request waits: each says so in time, those that only read go on, and when
// the lock is gone everything is as it was.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FREELY } from './lib/load.mjs';
import { lock } from './lib/lock.mjs';
import { REQUESTS, Scene, isWhole, meet } from './lib/requests.mjs';

const WAIT = 1;				// seconds: database_wait
const SLACK = 6000;			// milliseconds that a request may take beside, on a machine with much to do

const WRITES = ['BEGIN IMMEDIATE;'];
const ALL = ['PRAGMA locking_mode = EXCLUSIVE;', 'BEGIN IMMEDIATE;', 'UPDATE schema_version SET version = version;'];

// Under FastCGI the programs have the database open, and nobody can keep them from reading.
const READERS = ['metadata', 'consent, the page', 'introspect', 'account, the page', 'mcp, a list',
	'mcp, through to an upstream'];

// Each kind of request while the database is locked, all of them at once.  Answers the outcomes by name.
async function meetLocked(scene, commands) {
	const outcomes = {};
	const [locked, unlocked] = [turn(), turn()];
	const [waiting, sent] = [[], []];
	for (const name of Object.keys(REQUESTS))	// what one needs is made ready before the next
		await new Promise((ready) => waiting.push(meet(scene, name, async (send) => {
			const answer = locked.then(() => inTime(name, send));
			sent.push(answer);
			ready();
			await unlocked;
			return answer;
		}).then((outcome) => { outcomes[name] = outcome; }).finally(ready)));
	const release = await lock(scene.site.database.file, ...commands);
	locked.come();
	await Promise.allSettled(sent);
	await release();
	unlocked.come();
	await Promise.all(waiting);
	return outcomes;
}

// A promise that is fulfilled by its come().
function turn() {
	let come;
	return Object.assign(new Promise((resolve) => { come = resolve; }), { come });
}

async function inTime(name, send) {
	const began = Date.now();
	const answer = await send();
	assert.ok(Date.now() - began < 4 * WAIT * 1000 + SLACK, `${name}: ${Date.now() - began} ms`);
	return answer;
}

describe('locked', { concurrency: 3 }, () => {
	for (const [server, commands, served] of [
		['apache-proxy-fcgi', WRITES, READERS], ['lighttpd-fastcgi', WRITES, READERS], ['lighttpd-cgi', ALL, ['metadata']],
	])
		describe(server, { concurrency: 1 }, () => {
			let scene;
			before(async () => { scene = await Scene.open(server, { limits: { ...FREELY, database_wait: WAIT } }); });
			after(() => scene?.close());

			it('each request is answered in time, and those that need no lock go well', async (t) => {
				const outcomes = await meetLocked(scene, commands);
				t.diagnostic(JSON.stringify(outcomes));
				for (const [name, outcome] of Object.entries(outcomes))
					assert.equal(outcome, served.includes(name) ? 'kept' : 'refused', name);
			});

			it('afterwards everything is whole', () => isWhole(scene));
		});
});
