// SPDX-License-Identifier: MIT
// Continuous access evaluation: with client_capabilities = cp1 Entra gives tokens for a day and takes them back at
// once; without it tokens are short, and what was revoked is noticed at the next exchange or refresh.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { refresh } from '../e2e/lib/oauth.mjs';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { ALICE, BOB } from '../standins/entra/world.mjs';
import { claimsOf, demandsOf, isRefusedOnce, signInAgain } from './lib/step-up.mjs';
import { POLICY_CLAIMS, isAskedForMore, isOver, isToolError, isUser, watch } from './lib/watch.mjs';

const CP1 = { xms_cc: { values: ['cp1'] } };
const [LEAST, MOST] = [20 * 3600, 28 * 3600];
const GRANTS = ['authorization_code', 'refresh_token', 'on_behalf_of'];
const call = ({ resource, tokens }) => new McpClient(resource, tokens.access_token).callTool();

// What claims the token endpoint was asked for, by grant.
async function claimsByGrant(standin) {
	const asked = (await standin.log()).filter(({ kind }) => GRANTS.includes(kind));
	return Object.fromEntries(asked.map(({ kind, form }) => [kind, claimsOf(form)]));
}

const EARLY = 300;	// seconds before its end in which a token is renewed

async function lifetimes(database) {
	const [{ token, exchanged }] = await database.rows(`SELECT max(entra_until) - unixepoch() AS token,
		(SELECT max(expires_at) - unixepoch() FROM exchanged_token) AS exchanged FROM session`);
	return [token, exchanged];
}

describe('with cp1', () => {
	let site;
	before(async () => { site = await watch('lighttpd-fastcgi', { entra: { client_capabilities: 'cp1' } }); });
	after(() => site?.stop());
	beforeEach(() => site.reset());

	it('every request says so: the visit, the code, the refresh and the exchange', async () => {
		const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
		isUser(await session.mcp.callTool());
		const visited = (await site.standin.log()).find(({ kind }) => kind === 'authorize');
		assert.deepEqual(claimsOf(visited.query), { access_token: CP1 });
		assert.deepEqual(await claimsByGrant(site.standin), Object.fromEntries(GRANTS.map((grant) =>
			[grant, { access_token: CP1 }])));
	});

	it('tokens live for a day, and nothing is asked meanwhile', async () => {
		const session = await signedIn(site.resource());
		isUser(await session.mcp.callTool());
		await site.standin.clearLog();
		isUser(await session.mcp.callTool());
		const { exchange, refresh: refreshed, graph } = await site.standin.counts();
		assert.deepEqual([exchange, refreshed, graph], [0, 0, 1]);
	});

	it("a person who was revoked signs in once more, with Graph's demand and the capability in one", async () => {
		const session = await signedIn(site.resource());
		isUser(await session.mcp.callTool());
		await site.standin.control('revoke', { user: ALICE });
		isAskedForMore(await session.mcp.callTool(), session.resource);
		await isRefusedOnce(session);
		const again = await signInAgain(site, session);
		const [first, { access_token: { nbf, ...rest } }, ...more] = demandsOf(again);
		assert.deepEqual([first, rest, more], [{ access_token: CP1 }, CP1, []]);
		assert.equal(nbf.essential, true);
		isUser(await call(again));
	});

	it('nobody else does', async () => {
		const session = await signedIn(site.resource());
		isUser(await session.mcp.callTool());
		await site.standin.control('revoke', { user: BOB });
		isUser(await session.mcp.callTool());
	});

	it("a policy's demand and the capability are one request", async () => {
		const session = await signedIn(site.resource());
		await site.standin.set({ mfa_required: true });
		isAskedForMore(await session.mcp.callTool(), session.resource);
		const again = await signInAgain(site, session);
		assert.deepEqual(demandsOf(again), [{ access_token: CP1 },
			{ access_token: { ...POLICY_CLAIMS.access_token, ...CP1 } }]);
		isUser(await call(again));
	});

	it('got out nowhere', () => site.keepsItToItself());
});

describe('without cp1', () => {
	let site;
	before(async () => { site = await watch('lighttpd-fastcgi'); });
	after(() => site?.stop());
	beforeEach(() => site.reset());

	it('no request has claims, and tokens are short', async () => {
		const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
		isUser(await session.mcp.callTool());
		assert.deepEqual(await claimsByGrant(site.standin), Object.fromEntries(GRANTS.map((grant) => [grant, undefined])));
		for (const { query } of await site.standin.log())
			assert.equal(query.claims, undefined);
		for (const seconds of await lifetimes(site.database))
			assert.ok(seconds > 3600 - EARLY - 60 && seconds <= 5400, `${seconds} seconds`);
	});

	it('a person who was revoked is signed out by the first exchange that Entra refuses', async () => {
		const session = await signedIn(site.resource());
		isUser(await session.mcp.callTool());
		await site.standin.control('revoke', { user: ALICE });
		isOver(await session.mcp.callTool());
		await site.line('entra token: invalid_grant AADSTS50173');
		assert.equal((await session.mcp.request('tools/list')).status, 401);
		const again = await signInAgain(site, session);
		assert.deepEqual(demandsOf(again), [undefined]);
		isUser(await call(again));
	});

	it('and is signed out at the next refresh', async () => {
		const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
		await site.standin.control('revoke', { user: ALICE });
		isOver(await session.mcp.callTool());
		await site.line('entra token: invalid_grant AADSTS50173');
		const { status, json } = await refresh(session.metadata, session.client, session.tokens.refresh_token);
		assert.deepEqual([status, json.error], [400, 'invalid_grant']);
		isUser(await call(await signInAgain(site, session)));
	});

	it('got out nowhere', () => site.keepsItToItself());
});
