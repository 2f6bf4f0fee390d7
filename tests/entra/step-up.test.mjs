// SPDX-License-Identifier: MIT
// Entra or Graph asks for more in the midst of a call: the client is told to sign in again, its person is sent to Entra
// once more with exactly what was asked for, and then the same call succeeds.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { readResponse, redeem, refresh } from '../e2e/lib/oauth.mjs';
import { signIn, signedIn } from '../e2e/lib/sign-in.mjs';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { ALICE, BOB } from '../standins/entra/world.mjs';
import { demandsOf, isAnotherRound, isRefusedOnce, signInAgain, upToVisit } from './lib/step-up.mjs';
import { POLICY_CLAIMS, contextClaims, isAskedForMore, isToolError, isUser, watch } from './lib/watch.mjs';

const once = (value) => ({ value, times: 1 });
const STYLES = ['several_headers', 'two_challenges', 'other_order', 'status_403'];
// What demands, and what is demanded.
const DEMANDS = [
	[{ mfa_required: true }, POLICY_CLAIMS], [{ obo_acrs: 'c1' }, contextClaims('c1')],
	...['mfa', 'mfa_interaction_required', 'blocked'].map((error) => [{ obo_error: once(error) }, POLICY_CLAIMS]),
	[{ graph_mfa_required: true }, POLICY_CLAIMS], [{ graph_claims_challenge: once(true) }, POLICY_CLAIMS],
	...STYLES.map((style) => [{ graph_mfa_required: true, graph_challenge_style: style }, POLICY_CLAIMS]),
];
const ADVICE = /asks for one more step .* Ask the user to disconnect .* administrator/;
const refusesToolCall = { retryable: false, advice: ADVICE };

async function entireWay(site, switches, demanded) {
	const session = await signedIn(site.resource());
	await site.standin.set(switches);
	isAskedForMore(await session.mcp.callTool(), session.resource);
	const tokens = await isRefusedOnce(session);
	for (const token of [session.tokens.access_token, tokens.access_token])
		assert.equal((await new McpClient(session.resource, token).request('tools/list')).status, 200);
	const again = await signInAgain(site, session);
	assert.equal(again.answer?.status, 200, JSON.stringify(again.response));
	assert.deepEqual(demandsOf(again), [undefined, demanded]);
	isAnotherRound(again, ALICE);
	isUser(await new McpClient(again.resource, again.tokens.access_token).callTool());
	return again;
}

describe('a demand', () => {
	let site;
	before(async () => { site = await watch('lighttpd-fastcgi', { servers: ['mcp', 'other'] }); });
	after(() => site?.stop());
	beforeEach(() => site.reset());

	const demandOf = async (session) => isAskedForMore(await session.mcp.callTool(), session.resource);
	// A session of Alice's of whom a policy asks for more.
	async function demanded(switches = { mfa_required: true }, options = {}) {
		const session = await signedIn(site.resource(), options);
		await site.standin.set(switches);
		await demandOf(session);
		return session;
	}
	const call = ({ resource, tokens }) => new McpClient(resource, tokens.access_token).callTool();

	for (const [switches, claims] of DEMANDS)
		it(`${JSON.stringify(switches)} is met in one sign-in`, () => entireWay(site, switches, claims));

	it('is what the exchange is not asked for again before it is met', async () => {
		const { mcp, resource } = await demanded();
		await site.standin.clearLog();
		isAskedForMore(await mcp.callTool(), resource);
		assert.deepEqual(await site.standin.log(), []);
	});

	it('is not made of a person of whom nothing is asked', async () => {
		const session = await signedIn(site.resource());
		isUser(await session.mcp.callTool());
		assert.equal((await refresh(session.metadata, session.client, session.tokens.refresh_token)).status, 200);
		assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined]);
	});

	it('that was met a moment ago is made again by a sign-in: it may be on another device', async () => {
		const session = await demanded();
		await signInAgain(site, session);
		const again = await signInAgain(site, session, { browser: undefined });
		assert.deepEqual(demandsOf(again), [undefined, POLICY_CLAIMS]);
		isUser(await call(again));
		await site.database.sqlite('UPDATE reauthentication SET asked_at = asked_at - 600');
		assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined]);
	});

	it("is nobody else's, no other client's and no other resource's", async () => {
		const session = await demanded();
		const other = { ...session, resource: site.resource('other') };
		assert.deepEqual(demandsOf(await signInAgain(site, other)), [undefined], 'another resource');
		assert.deepEqual(demandsOf(await signInAgain(site, session, { client: undefined })), [undefined], 'another client');
		await site.standin.user(BOB);
		assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined], 'another person');
		await site.standin.user(ALICE);
		assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined, POLICY_CLAIMS], 'still theirs');
	});

	it('holds another session of the same person and client too, and lets go of it', async () => {
		const first = await demanded();
		await site.database.sqlite('UPDATE session SET created_at = created_at - 5');
		await site.standin.set({ mfa_required: null });
		isAskedForMore(await first.mcp.callTool(), first.resource);
		const { resource, tokens, visits } = await signInAgain(site, first);
		assert.equal(visits.length, 2);
		isUser(await new McpClient(resource, tokens.access_token).callTool());
		isUser(await first.mcp.callTool());
	});

	for (const switches of [{ mfa_required: true }, { obo_acrs: 'c1' }, { graph_mfa_required: true }])
		it(`${JSON.stringify(switches)} that nothing meets ends in a clear error, not in a circle`, async () => {
			const session = await demanded({ ...switches, mfa_never_satisfied: true });
			const again = await signInAgain(site, session);
			assert.equal(again.visits.length, 2);
			for (let n = 0; n < 3; n++) {
				const reference = isToolError(await call(again), refusesToolCall);
				assert.match(await site.line(`id=${reference}`), /entra token: [a-z_]+ AADSTS5007[69]|graph: status 401/);
			}
			assert.equal((await refresh(again.metadata, again.client, again.tokens.refresh_token)).status, 200);
			isToolError(await call(await signInAgain(site, session)), refusesToolCall);
		});

	it('of another kind is made together with one that was met', async () => {
		const session = await demanded();
		const again = await signInAgain(site, session);
		await site.standin.set({ obo_acrs: 'c2' });
		isAskedForMore(await call(again), again.resource);
		const third = await signInAgain(site, again);
		const both = { access_token: { ...contextClaims('c2').access_token, ...POLICY_CLAIMS.access_token } };
		assert.deepEqual(demandsOf(third), [undefined, both]);
	});

	it('for a context is not met by a token without it', async () => {
		const session = await demanded({ obo_acrs: 'c1' });
		const { browser, landed, stop } = await upToVisit(2, site, session);
		landed.searchParams.delete('claims');
		const back = await browser.open(landed.href, { stop });
		assert.equal(back.landed.searchParams.get('error'), 'access_denied');
		assert.match(back.landed.searchParams.get('error_description'), /was not given/);
		assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined, contextClaims('c1')]);
	});

	// A policy's claims cannot be seen in a token: Entra alone can tell, at the next exchange.
	it('that a person takes out of the address is not met for it', async () => {
		const session = await demanded();
		const { browser, landed, stop, asked, metadata } = await upToVisit(2, site, session);
		landed.searchParams.delete('claims');
		const { code } = readResponse((await browser.open(landed.href, { stop })).landed, metadata.issuer);
		const { json } = await redeem(metadata, asked, code);
		isToolError(await call({ ...session, tokens: json }), refusesToolCall);
	});

	for (const error of ['access_denied', 'interaction_required'])
		it(`that ends in ${error} at Entra gives the client an error, and a later sign-in its tokens`, async () => {
			const session = await demanded();
			const sessions = await site.database.count('session');
			await site.standin.set({ claims_refused: error });
			const { response, visits } = await signInAgain(site, session);
			assert.deepEqual([response.error, response.code, visits.length], ['access_denied', undefined, 2]);
			assert.equal(await site.database.count('session'), sessions);
			await site.standin.set({ claims_refused: null });
			const again = await signInAgain(site, session);
			assert.equal(again.visits.length, 2);
			isUser(await call(again));
		});

	it('is not met by somebody else who signs in in the second round', async () => {
		const session = await demanded();
		const sessions = await site.database.count('session');
		const { browser, landed, stop } = await upToVisit(2, site, session);
		landed.searchParams.set('login_hint', BOB);
		const back = await browser.open(landed.href, { stop });
		assert.equal(back.landed.searchParams.get('error'), 'access_denied');
		assert.equal(back.landed.searchParams.get('code'), null);
		assert.match(back.landed.searchParams.get('error_description'), /another person/);
		assert.equal(await site.database.count('session'), sessions);
		assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined, POLICY_CLAIMS]);
	});

	it('leaves the second round to the browser of the first', async () => {
		const session = await demanded();
		const { browser, landed } = await upToVisit(2, site, session);
		const stranger = await signIn(session.resource, { client: session.client });
		const elsewhere = await stranger.browser.open(landed.href);
		assert.equal(elsewhere.status, 403);
		assert.ok(browser.jar.size > 1);
	});

	it('got out nowhere', () => site.keepsItToItself());
});

for (const server of ['apache-proxy-fcgi', 'lighttpd-cgi'])
	describe(server, () => {
		let site;
		before(async () => { site = await watch(server); });
		after(() => site?.stop());

		for (const switches of [{ mfa_required: true }, { graph_mfa_required: true }])
			it(`${JSON.stringify(switches)} is met in one sign-in`, async () => {
				await site.reset();
				await entireWay(site, switches, POLICY_CLAIMS);
				await site.keepsItToItself();
			});
	});
