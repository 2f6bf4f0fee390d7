// SPDX-License-Identifier: MIT
// The page of a person's own clients: who sees it, and who cannot press its buttons.
import assert from 'node:assert/strict';
import { COOKIE, accountCookie, applications, openAccount, sendForm } from '../e2e/lib/account.mjs';
import { Browser, directive, readForm } from '../e2e/lib/browser.mjs';
import { randomText } from '../e2e/lib/oauth.mjs';
import { BOB } from '../standins/entra/world.mjs';
import { claimsOf, isErrorPage, list } from './scene.mjs';

const DECISIONS = ['end-all', 'signout', 'signin'];

const idOf = ({ client }) => client.client_id;
const pageOf = (s, browser) => browser.open(`${s.url}/account`);
const asksToSignIn = (page) => assert.match(page.text, /Sign in to see/);
const csrfOf = (page, button = 'end-all') => readForm(page, button).fields.csrf;

async function lives(s, { tokens }) {
	assert.equal((await list(tokens.access_token, s.resource)).status, 200);
}

// A cookie of that value, put into a browser as its thief does, or somebody who prepares it.
function plant(s, browser, value) {
	browser.jar.set('planted', { host: new URL(s.url).hostname, path: '/', name: COOKIE, value });
}

// Entra's answer to a sign-in for the page, taken out of its browser before it arrives.
async function captureCallback(s, browser) {
	const stop = (url) => url.includes('/oauth-callback?');
	const { landed } = await browser.submit(await pageOf(s, browser), 'signin', { stop });
	return landed.href;
}

async function foreign(s) {
	const [alice, bob] = [await s.session(), await s.session('bob@contoso.example')];
	const mallory = await openAccount(s.site, { user: BOB });
	assert.ok(!applications(mallory.page).has(idOf(alice)));
	const csrf = csrfOf(mallory.page);
	for (const end of [idOf(alice), '%', '*', `${idOf(alice)}' OR '1'='1`, s.resource]) {
		assert.equal((await sendForm(s.site, mallory.browser, { csrf, end })).status, 303, end);
		assert.match((await mallory.reload()).text, /There was nothing left to disconnect/);
	}
	const { page } = await openAccount(s.site);
	isErrorPage(await sendForm(s.site, mallory.browser, { csrf: csrfOf(page), decision: 'end-all' }), 403);
	await lives(s, alice);
	await lives(s, bob);
}

async function fromElsewhere(s) {
	const session = await s.session();
	const { browser, page } = await openAccount(s.site);
	const csrf = csrfOf(page);
	for (const headers of [{ Origin: undefined }, { Origin: 'https://evil.example' }, { Origin: 'null' },
		{ Origin: s.standin.url }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' },
		{ 'Sec-Fetch-Site': 'none' }])
		for (const button of [{ end: idOf(session) }, ...DECISIONS.map((decision) => ({ decision }))]) {
			const answer = await sendForm(s.site, browser, { csrf, ...button }, { headers });
			isErrorPage(answer, 403);
			assert.match(answer.text, /Nothing was changed\. Open the page again[^]*<a href="\/account">/);
		}
	const closed = await pageOf(s, new Browser());
	for (const wrong of ['x', randomText(), csrfOf(closed, 'signin')])
		for (const decision of DECISIONS)
			isErrorPage(await sendForm(s.site, browser, { csrf: wrong, decision }), 403);
	isErrorPage(await sendForm(s.site, browser, { decision: 'end-all' }));
	await lives(s, session);
	assert.ok(applications(await pageOf(s, browser)).has(idOf(session)));
}

async function oldForm(s) {
	const session = await s.session();
	const { browser, page } = await openAccount(s.site);
	const stolen = accountCookie(browser).value;
	assert.match((await browser.submit(page, 'signout')).text, /You are signed out of this page/);
	assert.equal(accountCookie(browser), undefined);
	assert.match((await browser.submit(page, 'end-all')).text,
		/You are not signed in to this page any more\. Nothing was changed/);
	const thief = new Browser();
	plant(s, thief, stolen);
	asksToSignIn(await pageOf(s, thief));
	await openAccount(s.site, { browser });
	for (const value of ['end-all', idOf(session), 'signout'])
		isErrorPage(await browser.submit(page, value), 403);
	await lives(s, session);
	assert.ok(applications(await pageOf(s, browser)).has(idOf(session)));
}

async function planted(s) {
	await s.session();
	const value = randomText();
	const [victim, mallory] = [new Browser(), new Browser()];
	for (const browser of [victim, mallory])
		plant(s, browser, value);
	asksToSignIn(await pageOf(s, victim));
	await openAccount(s.site, { browser: victim });
	victim.jar.delete('planted');
	assert.notEqual(accountCookie(victim).value, value);
	asksToSignIn(await pageOf(s, mallory));
}

async function elsewhere(s) {
	await s.session();
	const [victim, mallory] = [new Browser(), new Browser()];
	const callback = await captureCallback(s, mallory);
	await pageOf(s, victim);
	const answer = await victim.fetch(callback);
	isErrorPage(answer, 403);
	assert.equal(accountCookie(victim), undefined);
	assert.match(answer.text, /did so in another browser[^]*<a href="\/account">Your connected applications<\/a>/);
	assert.match((await mallory.open(callback)).text, /Signed in as/, 'it still is where it began');
	isErrorPage(await mallory.fetch(callback));
}

async function shut(s) {
	const { tokens, sid } = await s.session();
	const closed = await pageOf(s, new Browser());
	const { browser, page } = await openAccount(s.site);
	for (const [shown, targets] of [[closed, `${s.url} ${s.standin.url}`], [page, s.url]]) {
		assert.equal(directive(shown, 'form-action'), `form-action ${targets}`);
		assert.equal(directive(shown, 'default-src'), "default-src 'none'");
		assert.equal(directive(shown, 'frame-ancestors'), "frame-ancestors 'none'");
		assert.equal(shown.headers['x-frame-options'], 'DENY');
		assert.equal(shown.headers['cache-control'], 'no-store');
		assert.equal(shown.headers['referrer-policy'], 'same-origin');
		assert.doesNotMatch(shown.text, /<script| on[a-z]+=/);
	}
	const { jti, sub } = claimsOf(tokens.access_token);
	assert.match(page.text, /alice@contoso\.example/, 'the page says who it is');
	for (const secret of [...await s.standin.secrets(),
		tokens.access_token, tokens.refresh_token, jti, sub, sid, accountCookie(browser).value])
		assert.ok(!page.text.includes(secret), 'and holds nothing that opens anything');
}

export const account = [
	['X.19 nobody disconnects what is another\'s, by whatever name', foreign],
	['X.20 no other site presses a button of the account page', fromElsewhere],
	['X.21 a form of that page and its cookie are good for one sign-in, not for the next', oldForm],
	['X.22 a cookie that somebody planted is not taken up by a sign-in to that page', planted],
	['X.23 the way back to that page is of no use in another browser', elsewhere],
	['X.24 that page is framed by nobody, runs nothing, and holds nothing that opens anything', shut],
];

// Whoever writes to the database: Mallory, who is Bob, and a sign-in that becomes of another kind.
async function rows(s) {
	const session = await s.session();
	await s.sqlite('DELETE FROM account_session');
	const alice = await openAccount(s.site);
	for (const columns of ['sealed', 'sealed, tenant_id, object_id, subject', 'tenant_id, object_id, subject']) {
		const mallory = await openAccount(s.site, { user: BOB });
		await s.sqlite(`UPDATE account_session SET (${columns}) =
			(SELECT ${columns} FROM account_session WHERE rowid = (SELECT min(rowid) FROM account_session))
			WHERE rowid = (SELECT max(rowid) FROM account_session)`);
		asksToSignIn(await mallory.reload());
		assert.match((await mallory.browser.submit(mallory.page, 'signout')).text, /Nothing was changed/);
	}
	assert.match((await alice.reload()).text, /alice@contoso\.example/);
	await lives(s, session);
}

async function kinds(s) {
	const browser = new Browser();
	await s.session();
	const callback = await captureCallback(s, browser);
	await s.sqlite("UPDATE authorization_request SET kind = 'client', redirect_uri = 'https://evil.example/cb'");
	isErrorPage(await browser.fetch(callback), 500);
	const asked = s.ask(await s.client());
	const back = await s.callbackOf(await s.approved(asked, browser), browser);
	await s.sqlite("UPDATE authorization_request SET kind = 'account'");
	isErrorPage(await browser.fetch(back), 500);
	assert.equal(accountCookie(browser), undefined);
}

export const accountRows = [
	['T.16 who is signed in to the account page changed', rows],
	['T.17 a sign-in to that page made a client\'s, and the other way round', kinds],
];
