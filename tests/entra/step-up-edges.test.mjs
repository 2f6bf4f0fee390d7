// SPDX-License-Identifier: MIT
// Where a demand of Entra's waits: sealed, for an hour, for one person; and what comes of one that arrives elsewhere
// than in a plain call: in an open stream, behind a gateway, at a refresh, among somebody's groups.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { refresh } from '../e2e/lib/oauth.mjs';
import { signIn, signedIn } from '../e2e/lib/sign-in.mjs';
import { startGate } from '../gateway/lib/gate.mjs';
import { ALICE, BOB, OTHER_URI, SALLYPORT } from '../standins/entra/world.mjs';
import { demandsOf, isRefusedOnce, signInAgain, upToVisit } from './lib/step-up.mjs';
import { POLICY_CLAIMS, contextClaims, isAskedForMore, isOver, isUser, observed, watch } from './lib/watch.mjs';

const OID = { [ALICE]: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', [BOB]: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' };
const GROUP = '12345678-1234-4234-8234-123456789abc';
const HOUR = 3600;
const call = ({ resource, tokens }) => new McpClient(resource, tokens.access_token).callTool();

// SQL for the subject of a person: any session of theirs has it.
const subjectOf = (user) => `(SELECT subject FROM session WHERE object_id = '${OID[user]}' LIMIT 1)`;

describe('a demand in the database', () => {
	let site;
	before(async () => { site = await watch('lighttpd-fastcgi'); });
	after(() => site?.stop());
	beforeEach(async () => {
		await site.reset();
		await site.database.sqlite('DELETE FROM reauthentication');
	});

	const as = async (user, body) => {
		await site.standin.user(user);
		return body().finally(() => site.standin.user(ALICE));
	};

	// Alice and Bob with one client, a policy's demand of one and a context's of the other.
	async function demandedOfBoth() {
		const alice = await signedIn(site.resource());
		const bob = await as(BOB, () => signedIn(site.resource(), { client: alice.client }));
		await site.standin.during({ mfa_required: true }, async () => isAskedForMore(await call(alice), alice.resource));
		await site.standin.during({ obo_acrs: 'c1' }, async () => isAskedForMore(await call(bob), bob.resource));
		return { alice, bob };
	}

	it('is as it was sealed, for each of two people', async () => {
		const { alice, bob } = await demandedOfBoth();
		assert.deepEqual(demandsOf(await signInAgain(site, alice)), [undefined, POLICY_CLAIMS]);
		assert.deepEqual(demandsOf(await as(BOB, () => signInAgain(site, bob))), [undefined, contextClaims('c1')]);
	});

	for (const [how, statements] of [
		['in the row of another', `UPDATE reauthentication SET sealed = (SELECT sealed FROM reauthentication WHERE
			subject = ${subjectOf(ALICE)}) WHERE subject = ${subjectOf(BOB)}`],
		['with the row moved to another', `CREATE TEMP TABLE of AS SELECT ${subjectOf(BOB)} AS bob;
			DELETE FROM reauthentication WHERE subject = (SELECT bob FROM of);
			UPDATE reauthentication SET subject = (SELECT bob FROM of)`],
		['altered', "UPDATE reauthentication SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)"],
		['emptied', "UPDATE reauthentication SET sealed = x''"],
		['of claims in the clear', `UPDATE reauthentication SET sealed = CAST('${JSON.stringify(POLICY_CLAIMS)}' AS BLOB)`],
	])
		it(`${how} is none`, async () => {
			const { bob } = await demandedOfBoth();
			await site.database.sqlite(statements);
			const again = await as(BOB, () => signInAgain(site, bob));
			assert.deepEqual(demandsOf(again), [undefined]);
			isUser(await call(again), 'Bob Example');
			await site.standin.during({ obo_acrs: 'c2' }, async () => {
				const later = await as(BOB, () => signedIn(site.resource(), { client: bob.client }));
				isAskedForMore(await call(later), bob.resource);
				assert.deepEqual(demandsOf(await as(BOB, () => signInAgain(site, bob))), [undefined, contextClaims('c2')]);
			});
		});

	it('waits an hour, and no longer', async () => {
		const { alice } = await demandedOfBoth();
		const [row] = await site.database.rows(`SELECT demanded_at, asked_at FROM reauthentication
			WHERE subject = ${subjectOf(ALICE)}`);
		assert.equal(row.asked_at, null);
		assert.ok(Math.abs(row.demanded_at - Date.now() / 1000) < 10);
		await site.database.sqlite(`UPDATE reauthentication SET demanded_at = unixepoch() - ${HOUR}`);
		assert.deepEqual(demandsOf(await signInAgain(site, alice)), [undefined]);
		isUser(await call(alice));
	});

	it('sends nobody round and round: which round it is cannot be altered either', async () => {
		const { alice } = await demandedOfBoth();
		const { browser, landed } = await upToVisit(2, site, alice);
		await site.database.sqlite('UPDATE authorization_request SET reauthenticates = NULL');
		assert.equal((await browser.open(landed.href)).status, 500);
	});

	it('got out nowhere', () => site.keepsItToItself());
});

describe('a demand at the refresh, or for the groups of a person', () => {
	let site;
	before(async () => { site = await watch('lighttpd-fastcgi', { entra: { allow: `group:${GROUP}` } }); });
	after(() => site?.stop());
	beforeEach(async () => {
		await site.reset();
		await site.standin.control('assignments', { user: ALICE, groups: [GROUP] });
	});

	for (const code of [50076, 50079, 53003])
		it(`AADSTS${code} ends the session; the next sign-in meets it`, async () => {
			const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
			await site.standin.set({ refresh_claims: code });
			isOver(await session.mcp.callTool());
			isOver(await session.mcp.request('tools/list'));
			const { status, json } = await refresh(session.metadata, session.client, session.tokens.refresh_token);
			assert.deepEqual([status, json.error], [400, 'invalid_grant']);
			await site.line(`entra token: invalid_grant AADSTS${code}`);
			const again = await site.standin.during({ access_token_lifetime: 100 }, () => signInAgain(site, session));
			assert.deepEqual(demandsOf(again), [undefined, POLICY_CLAIMS]);
			isUser(await call(again));
			assert.equal((await site.standin.counts()).refresh, 1, 'and Entra refreshes again');
		});

	// Groups that a token cannot tell are asked of Graph, before there is a session and in one.
	it('of groups refuses the sign-in, and the next one meets it', async () => {
		await site.standin.control('assignments', { user: ALICE, groups: 'overage', graph_groups: [GROUP] });
		await site.standin.set({ graph_groups_claims_challenge: { value: true, times: 1 } });
		const first = await signIn(site.resource());
		assert.deepEqual([first.response.error, first.response.code], ['access_denied', undefined]);
		assert.match(first.response.error_description, /asks for more/);
		const again = await signInAgain(site, first);
		assert.deepEqual(demandsOf(again), [undefined, POLICY_CLAIMS]);
		isUser(await call(again));
	});

	it('of groups in a session is one of the call', async () => {
		await site.standin.control('assignments', { user: ALICE, groups: 'overage', graph_groups: [GROUP] });
		const session = await signedIn(site.resource());
		await site.database.sqlite('DELETE FROM session_groups');
		await site.standin.set({ graph_groups_claims_challenge: { value: true, times: 1 } });
		isAskedForMore(await session.mcp.callTool(), session.resource);
		await isRefusedOnce(session);
		const again = await signInAgain(site, session);
		assert.deepEqual(demandsOf(again), [undefined, POLICY_CLAIMS]);
		isUser(await call(again));
	});

	it('got out nowhere', () => site.keepsItToItself());
});

describe('a demand in an open stream', () => {
	let site;
	before(async () => { site = await watch('lighttpd-fastcgi', { top: ['stream_heartbeat = 1'] }); });
	after(() => site?.stop());

	it('is an error of the tool, and the next call is answered with 401', async () => {
		const session = await signedIn(site.resource());
		const { headers, status, json } = await site.standin.during({ mfa_required: true, token_delay_ms: 2500,
			token_fault_grant: 'on_behalf_of' }, () => session.mcp.callTool());
		assert.equal(status, 200);
		assert.match(headers['content-type'], /^text\/event-stream/);
		assert.equal(json.result.isError, true);
		assert.match(json.result.content[0].text, /^The user must sign in again/);
		isAskedForMore(await session.mcp.callTool(), session.resource);
		await isRefusedOnce(session);
		const again = await signInAgain(site, session);
		assert.deepEqual(demandsOf(again), [undefined, POLICY_CLAIMS]);
		isUser(await call(again));
		await site.keepsItToItself();
	});
});

describe('a demand of what stands behind a gateway', () => {
	let gate;
	before(async () => {
		gate = await startGate('lighttpd-fastcgi', { servers: { weather: { upstream_token: `obo:${OTHER_URI}/.default` } } });
		await gate.standin.control('consent', { client_id: SALLYPORT, resource: OTHER_URI, scopes: ['Things.Read'] });
	});
	after(() => gate?.stop());

	for (const era of ['2025-11-25', '2026-07-28'])
		it(`is the client's of ${era} to mend, and the upstream is not asked before`, async () => {
			const site = observed(gate.site);
			const client = await gate.client('weather', { era });
			const { session } = client;
			await gate.site.database.sqlite('DELETE FROM exchanged_token');
			gate.upstream().calm();
			await gate.standin.set({ mfa_required: true });
			isAskedForMore(await client.call('wait', { ms: 1 }), session.resource);
			isAskedForMore(await client.request('tools/list'), session.resource);
			isAskedForMore(await client.get(), session.resource);
			assert.deepEqual(gate.upstream().log, []);
			await isRefusedOnce(session);
			const again = await signInAgain(gate.site, session);
			assert.deepEqual(demandsOf(again), [undefined, POLICY_CLAIMS]);
			const mended = await gate.client('weather', { era, session: { ...again, token: again.tokens.access_token } });
			assert.equal((await mended.call('wait', { ms: 1 })).status, 200);
			assert.match(gate.upstream().requests('tools/call').at(-1).headers.authorization, /^Bearer eyJ/);
			await site.keepsItToItself();
			await gate.standin.set({ mfa_required: null });
		});
});
