// SPDX-License-Identifier: MIT
// The way of a sign-in.
import assert from 'node:assert/strict';
import { Browser } from '../e2e/lib/browser.mjs';
import { request } from '../e2e/lib/http.mjs';
import { challengeOf, readResponse, redeem, refresh } from '../e2e/lib/oauth.mjs';
import { approve, atClient } from '../e2e/lib/sign-in.mjs';
import { eventually } from '../gateway/lib/process.mjs';
import { peers } from './peers.mjs';
import { ALICE, EVIL, isErrorPage, list, profile, refused } from './scene.mjs';

export const peer = (number) => peers.find(([name]) => name.startsWith(`6b.${number} `))[1];

export const toClient = (s) => ({ stop: (url) => !url.startsWith(s.url) && !url.startsWith(s.standin.url) });

// The authorization response to a request that was changed.
async function answerTo(s, change, client) {
	const { landed } = await new Browser().open(s.ask(client ?? await s.client(), change).url, toClient(s));
	return readResponse(landed, s.url);
}

async function skippedConsent(s) {
	const client = await s.client();
	for (const change of [{ consent_shown: '1' }, { prompt: 'none' }, { approved: 'true', decision: 'approve' }])
		assert.match((await s.page(s.ask(client, change))).text, /name="decision" value="approve"/);
	isErrorPage(await request(`${s.url}/oauth-callback?code=x&state=${'A'.repeat(43)}`));
	isErrorPage(await request(`${s.url}/oauth-callback?code=x&state=1&consent_shown=1`));
}

async function unregisteredRedirect(s) {
	const browser = new Browser();
	const { client } = await s.session(undefined, { browser });
	isErrorPage(await browser.fetch(s.ask(client, { redirect_uri: EVIL }).url));
	isErrorPage(await browser.fetch(s.ask(client, { client_id: 'nobody' }).url), 401);
	isErrorPage(await browser.fetch(s.ask(client, { redirect_uri: [client.redirect_uris[0], EVIL] }).url));
}

async function formFields(s) {
	const browser = new Browser();
	const asked = s.ask(await s.client());
	const page = await s.page(asked, browser);
	const { landed } = await browser.submit(page, 'approve', {
		stop: toClient(s).stop, change: { client_id: 'x', redirect_uri: EVIL, scope: 'admin', code_challenge: 'x' },
	});
	assert.ok(atClient(asked)(landed.href), landed.href);
	const twice = await browser.submit(page, 'approve', { change: { transaction: 'A'.repeat(43) } });
	isErrorPage(twice);
}

async function boundCode(s) {
	const browser = new Browser();
	const client = await s.client({ redirect_uris: ['http://127.0.0.1:1/a', 'http://127.0.0.1:1/b'] });
	const stranger = await s.client({ redirect_uris: client.redirect_uris });
	const asked = s.ask(client);
	const { code } = await approve(browser, await s.page(asked, browser), asked, s.metadata);
	for (const change of [{ client_id: stranger.client_id }, { redirect_uri: client.redirect_uris[1] },
		{ code_verifier: 'x'.repeat(43) }, { resource: s.other }])
		assert.equal((await redeem(s.metadata, asked, code, change)).status, 400, JSON.stringify(change));
	assert.equal((await redeem(s.metadata, asked, code)).status, 200);
}

async function codeOnce(s) {
	const { asked, response, metadata, mcp, client, tokens, sid } = await s.session();
	assert.equal(await profile(mcp), ALICE);
	assert.equal((await redeem(metadata, asked, response.code)).json.error, 'invalid_grant');
	await refused(mcp.callTool());
	assert.equal((await refresh(metadata, client, tokens.refresh_token)).json.error, 'invalid_grant');
	const [{ ended_at: ended }] = await s.db.rows(`SELECT ended_at FROM session WHERE sid = x'${sid}'`);
	assert.ok(ended > 0);
	const browser = new Browser();
	const later = s.ask(client);
	const { code } = await approve(browser, await s.page(later, browser), later, metadata);
	await s.sqlite("UPDATE authorization_code SET expires_at = strftime('%s') - 1 WHERE redeemed_at IS NULL");
	assert.equal((await redeem(metadata, later, code)).json.error, 'invalid_grant');
}

async function ownRedirect(s) {
	const first = await s.client({ redirect_uris: ['https://first.example/cb'] });
	const browser = new Browser();
	const entra = await s.approved(s.ask(first), browser);
	await s.client({ redirect_uris: [EVIL] });
	const { landed } = await browser.open(entra, toClient(s));
	assert.equal(landed.host, 'first.example');
}

async function returns(s) {
	const browser = new Browser();
	for (let i = 0; i < 3; i++)
		assert.equal(await profile((await s.session(undefined, { browser })).mcp), ALICE);
}

// Where the answer to a request with that state leads.
export async function comesBack(s, client, state) {
	const browser = new Browser();
	const asked = s.ask(client, { state });
	return (await browser.submit(await s.page(asked, browser), 'approve', toClient(s))).landed;
}

async function anyState(s) {
	const client = await s.client();
	for (const state of [undefined, 'a|b|c', '|', 'x'.repeat(4000)])
		assert.equal((await comesBack(s, client, state)).searchParams.get('state'), state ?? null);
}

async function urlBuilder(s) {
	const client = await s.client({ redirect_uris: ['http://127.0.0.1:7/cb?tenant=a&b=c'] });
	const landed = await comesBack(s, client, '&code=x#y');
	assert.equal(landed.search.split('?').length, 2, landed.href);
	assert.equal(landed.hash, '');
	assert.deepEqual([...landed.searchParams.keys()].sort(), ['b', 'code', 'iss', 'state', 'tenant']);
	assert.equal(landed.searchParams.get('state'), '&code=x#y');
	assert.ok(readResponse(landed, s.url).code);
}

async function scopes(s) {
	const { tokens } = await s.session(undefined, { ask: { scope: 'mcp:tools offline_access unknown' } });
	assert.equal(tokens.scope, 'mcp:tools offline_access');
	assert.equal((await answerTo(s, { scope: 'admin everything' })).error, 'invalid_scope');
	const other = await s.session(undefined, { ask: { resource: s.other } });
	assert.equal((await list(other.tokens.access_token, s.other)).status, 200, 'the resource came along');
}

async function responseType(s) {
	const client = await s.client();
	for (const type of ['token', 'code token', 'id_token'])
		assert.equal((await answerTo(s, { response_type: type }, client)).error, 'unsupported_response_type');
	assert.equal((await answerTo(s, { response_type: undefined }, client)).error, 'invalid_request');
	for (const change of [{ response_mode: 'fragment' }, { code_challenge_method: 'plain' },
		{ code_challenge: 'a'.repeat(42) }])
		assert.equal((await answerTo(s, change, client)).error, 'invalid_request', JSON.stringify(change));
}

async function entraErrors(s) {
	for (const [error, ours] of [['access_denied', 'access_denied'], ['server_error', 'server_error']])
		await s.standin.during({ authorize_error: error }, async () => {
			const browser = new Browser();
			const asked = s.ask(await s.client());
			const { landed } = await browser.submit(await s.page(asked, browser), 'approve', toClient(s));
			const response = readResponse(landed, s.url);
			assert.equal(response.error, ours);
			assert.equal(response.state, asked.fields.state);
			assert.doesNotMatch(response.error_description, /AADSTS/);
		});
}

async function denied(s) {
	const browser = new Browser();
	const asked = s.ask(await s.client());
	const response = await approve(browser, await s.page(asked, browser), asked, s.metadata, 'deny');
	assert.equal(response.error, 'access_denied');
	assert.equal(response.code, undefined);
	await s.page(s.ask({ client_id: asked.fields.client_id, redirect_uris: [asked.fields.redirect_uri] }), browser);
}

async function cookies(s) {
	const browser = new Browser();
	const client = await s.client();
	for (let i = 0; i < 20; i++)
		await s.approved(s.ask(client), browser);
	const jar = browser.cookies(s.url);
	assert.ok(jar.length <= 9, `${jar.length} cookies`);
	assert.ok(jar.every((c) =>
		c.name.startsWith('__Host-') && c.secure && c.httpOnly &&
		c.sameSite === 'Lax' && c.value.length === 43));
}

async function verifier(s) {
	const browser = new Browser();
	const ours = s.ask(await s.client());
	const address = await s.approved(ours, browser);
	const entra = new URL(address).searchParams;
	for (const name of ['state', 'nonce', 'code_challenge'])
		assert.match(entra.get(name), /^[\w-]{43}$/, name);
	assert.equal(entra.get('code_challenge_method'), 'S256');
	assert.equal(entra.get('resource'), null);
	assert.ok(!entra.toString().includes(ours.fields.state) && !entra.toString().includes(ours.fields.code_challenge));
	await s.standin.clearLog();
	await browser.open(address, toClient(s));
	const [redeemed] = (await s.standin.log()).filter((entry) => entry.form?.grant_type === 'authorization_code');
	assert.match(redeemed.form.code_verifier, /^[\w-]{43,128}$/);
	assert.equal(challengeOf(redeemed.form.code_verifier), entra.get('code_challenge'));
}

// Entra answers by query, so what a log keeps of a request must not be its query.
async function quietCallback(s) {
	const browser = new Browser();
	const callback = new URL(await s.callbackOf(await s.approved(s.ask(await s.client()), browser), browser));
	assert.equal((await request(callback.href, { method: 'POST', body: callback.search.slice(1) })).status, 405);
	await browser.open(callback.href, toClient(s));
	// lighttpd takes its time.
	await eventually(() => s.logs().includes('GET /oauth-callback'), 'the request is in the web server\'s log');
	const logs = s.logs();
	for (const name of ['code', 'state'])
		assert.ok(!logs.includes(callback.searchParams.get(name)), name);
	const later = await browser.fetch(callback.href);
	isErrorPage(later);
	assert.equal(later.headers['referrer-policy'], 'same-origin');
}

async function someoneElse(s) {
	for (const fault of ['bad_nonce', 'missing_nonce', 'other_user', 'other_tenant', 'alg_none'])
		await s.standin.during({ id_token_fault: fault }, async () => {
			const browser = new Browser();
			const asked = s.ask(await s.client());
			const { code, error } = await approve(browser, await s.page(asked, browser), asked, s.metadata);
			assert.equal(code, undefined, fault);
			assert.equal(error, 'access_denied', fault);
		});
}

export const flow = [
	['2.A1 the callback answers the browser that approved, no other', peer(2)],
	['2.A2 no parameter skips the consent page', skippedConsent],
	['2.A3 a redirect URI that is not registered is never redirected to', unregisteredRedirect],
	['2.A4 the form\'s fields choose neither client nor redirect URI', formFields],
	['2.A5 a code is bound to client, redirect URI, challenge and resource', boundCode],
	['2.A6 a code serves once and for a minute; a replay takes its tokens with it', codeOnce],
	['2.A7 the last registrant does not receive the first one\'s code', ownRedirect],
	['2.A8 the client\'s state is no key of ours', peer(23)],
	['2.A9 who returns gets in again', returns],
	['2.A10 any state comes back, and none is no obstacle', anyState],
	['2.A11 the answer is added to the redirect URI as a query is built, with iss', urlBuilder],
	['2.A12 scope and resource are kept on the way over the page, and checked', scopes],
	['2.A13 the response type is code and the method S256', responseType],
	['2.A14 Entra\'s errors reach the client as its own', entraErrors],
	['2.A15 a denial reaches the client and is not remembered', denied],
	['2.A16 no approval is remembered', peer(3)],
	['2.A17 cookies do not grow', cookies],
	['2.A18 verifier, state and nonce toward Entra are our own and strong', verifier],
	['2.A20 what Entra answers by query is kept by no log, and is worth nothing later', quietCallback],
	['2.A19 an ID token says who it is, and is believed only if all is right', someoneElse],
];
