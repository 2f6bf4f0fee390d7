// SPDX-License-Identifier: MIT
// Many requests of many processes want the same of Entra at the same moment: one of them gets it, for all.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { ALICE, BOB } from '../standins/entra/world.mjs';
import { isUser, signedInAs, stale, startFarm, wakings } from './lib/scene.mjs';

const PROCESSES = 8;
const HERD = 200;
const HERD_OF_CGI = 60;		// each of them a process

const clientsOf = (site, { tokens }, count) =>
	[...Array(count)].map(() => new McpClient(site.resource(), tokens.access_token));

async function allServed(clients, pause = 0) {
	const answers = await Promise.all(clients.map(async (client, i) => {
		await sleep(i * pause);
		return client.callTool();
	}));
	answers.forEach((answer, i) => isUser(answer, `request ${i}`));
	return answers;
}

// What Entra was asked, by person.
async function asked(site, person) {
	const { persons } = await site.standin.control('counts', undefined, 'GET');
	const { refresh_token: refresh = 0, on_behalf_of: exchange = 0 } = persons[person] ?? {};
	return { refresh, exchange };
}

describe('eight FastCGI processes', () => {
	let site;
	before(async () => { site = await startFarm(PROCESSES, { top: ['log = all'] }); });
	after(() => site?.stop());
	beforeEach(() => site.standin.reset());

	it('200 requests when the token is over: one refresh, one exchange, no failure', async () => {
		const [session] = await stale(site, 1);
		const before = site.pids('mcp').map((pid) => [pid, wakings(pid)]);
		assert.equal(before.length, PROCESSES);
		await allServed(clientsOf(site, session, HERD));
		for (const [pid, count] of before)
			assert.ok(wakings(pid) > count, 'a process that had no part in it');
		assert.deepEqual(await asked(site, ALICE), { refresh: 1, exchange: 1 });
		assert.equal((await site.standin.counts()).graph, HERD);
	});

	it('200 requests across the moment from which it is refreshed early', async () => {
		const [session] = await stale(site, 1, { lifetime: 301 });
		await allServed(clientsOf(site, session, HERD), 8);
		assert.deepEqual(await asked(site, ALICE), { refresh: 1, exchange: 1 });
	});

	it('200 requests across the moment at which it is over, Entra being slow', async () => {
		const [session] = await stale(site, 1, { lifetime: 2 });
		await site.standin.set({ token_delay_ms: 1500 });
		await allServed(clientsOf(site, session, HERD), 4);
		assert.deepEqual(await asked(site, ALICE), { refresh: 1, exchange: 1 });
	});

	it('200 first requests of a session: one exchange, no refresh', async () => {
		const session = await signedInAs(site, ALICE);
		await site.standin.clearLog();
		await site.standin.set({ token_delay_ms: 500 });
		await allServed(clientsOf(site, session, HERD));
		assert.deepEqual(await asked(site, ALICE), { refresh: 0, exchange: 1 });
	});

	it('two people, mixed: one refresh and one exchange for each', async () => {
		const [alice] = await stale(site, 1);
		const [bob] = await stale(site, 1, { user: BOB });
		const hers = clientsOf(site, alice, HERD / 2);
		const his = clientsOf(site, bob, HERD / 2);
		const answers = await allServed(hers.flatMap((client, i) => [client, his[i]]));
		answers.forEach(({ json }, i) =>
			assert.equal(json.result.structuredContent.mail, i % 2 === 0 ? ALICE : BOB, 'the answer of another'));
		for (const person of [ALICE, BOB])
			assert.deepEqual(await asked(site, person), { refresh: 1, exchange: 1 }, person);
	});

	it('two sessions of one person do not wait for each other', async () => {
		const sessions = await stale(site, 2);
		await allServed(sessions.flatMap((session) => clientsOf(site, session, 20)));
		assert.deepEqual(await asked(site, ALICE), { refresh: 2, exchange: 2 });
	});

	it('Entra refuses the refresh: everyone is told, and it is asked once', async () => {
		const [session] = await stale(site, 1);
		await site.standin.set({ refresh_revoked: true });
		const answers = await Promise.all(clientsOf(site, session, HERD).map((client) => client.callTool()));
		assert.deepEqual([...new Set(answers.map(({ status }) => status))], [401]);
		const { refresh, exchange } = await site.standin.counts();
		assert.deepEqual([refresh, exchange], [1, 0]);
	});
});

it('60 plain CGI processes when the token is over: one refresh, one exchange, no failure', async () => {
	const site = await startSite('lighttpd-cgi');
	try {
		const [session] = await stale(site, 1);
		await allServed(clientsOf(site, session, HERD_OF_CGI));
		assert.deepEqual(await asked(site, ALICE), { refresh: 1, exchange: 1 });
	} finally {
		await site.stop();
	}
});
