// SPDX-License-Identifier: MIT
// What people do at the consent page: click twice, go back, start in one window and finish in another.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { authorization, discover, readResponse, register } from './lib/oauth.mjs';
import { atClient } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

let site;
let metadata;
let client;

before(async () => {
	site = await startSite('lighttpd-fastcgi');
	({ metadata } = await discover(site.resource()));
	client = await register(metadata);
});

after(() => site.stop());

async function openPage(browser = new Browser()) {
	const asked = authorization(metadata, client, { resource: site.resource() });
	return { browser, asked, page: await browser.open(asked.url) };
}

const codeOf = (landed) => readResponse(landed, metadata.issuer).code;

test('a second click on Continue goes on as the first would have', async () => {
	const { browser, asked, page } = await openPage();
	const entra = (url) => url.startsWith(site.standin.url);
	await browser.submit(page, 'approve', { stop: entra });
	const { landed } = await browser.submit(page, 'approve', { stop: atClient(asked) });
	assert.ok(codeOf(landed));
});

test('the round of the first click is worthless after a second one', async () => {
	const { browser, asked, page } = await openPage();
	const callback = (url) => url.startsWith(`${site.url}/oauth-callback`);
	const first = await browser.submit(page, 'approve', { stop: callback });
	await browser.submit(page, 'approve', { stop: callback });
	const answer = await browser.open(first.landed.href, { stop: atClient(asked) });
	assert.equal(answer.status, 400);
});

test('the way back from Entra leads to the page again, and another account can be chosen', async () => {
	const { browser, asked, page } = await openPage();
	await browser.submit(page, 'approve', { stop: (url) => url.startsWith(site.standin.url) });
	const again = await browser.open(page.landed.href);
	assert.equal(again.status, 200);
	const { landed } = await browser.submit(again, 'switch', { stop: (url) => url.startsWith(site.standin.url) });
	assert.equal(landed.searchParams.get('prompt'), 'select_account');
	assert.ok(asked);
});

test('once approved, the page is shown in no other browser, and its form is refused there', async () => {
	const { browser, page } = await openPage();
	const other = new Browser();
	const seen = await other.open(page.landed.href);
	assert.equal(seen.status, 200, 'before the approval anyone with the address sees the page');
	await browser.submit(page, 'approve', { stop: (url) => url.startsWith(site.standin.url) });
	assert.equal((await other.open(page.landed.href)).status, 400);
	const refused = await other.submit(seen, 'approve', { stop: (url) => url.startsWith(site.standin.url) });
	assert.equal(refused.status, 400);
});

test('what is known of Entra grows old between two pages: consent, which asks nobody, goes on with it', async () => {
	const { browser, page } = await openPage();
	await site.database.sqlite(
		"UPDATE entra_cache SET fetched_at = 0, tried_at = 0 WHERE name LIKE 'browser-endpoints %'");
	const { landed } = await browser.submit(page, 'approve', { stop: (url) => url.startsWith(site.standin.url) });
	assert.match(landed.pathname, /\/authorize$/);
	assert.equal((await browser.open(`${site.url}/logout`)).status, 200);
});

test('a transaction that came back from Entra is over', async () => {
	const { browser, asked, page } = await openPage();
	const { landed } = await browser.submit(page, 'approve', { stop: atClient(asked) });
	assert.ok(codeOf(landed));
	assert.equal((await browser.open(page.landed.href)).status, 400);
});

test('a wrong request sends nobody to a web address by which no one signed in (RFC 9700 section 4.11.2)', async () => {
	const redirect = 'https://client.example/cb';
	const web = await register(metadata, { redirect_uris: [redirect, 'http://127.0.0.1:33418/callback'] });
	const wrong = authorization(metadata, web, { resource: site.resource(), redirect_uri: redirect, scope: 'unknown' });
	const first = await new Browser().fetch(wrong.url);
	assert.equal(first.status, 400);
	assert.equal(first.location, undefined);
	assert.match(first.text, /scope asks for nothing/);

	const browser = new Browser();
	const right = authorization(metadata, web, { resource: site.resource() });
	const { landed } = await browser.submit(await browser.open(right.url), 'approve', { stop: atClient(right) });
	assert.ok(codeOf(landed));
	const second = await new Browser().fetch(wrong.url);
	assert.equal(new URL(second.location).searchParams.get('error'), 'invalid_scope');
});

test('a wrong request goes back to a program on this computer at once', async () => {
	const wrong = authorization(metadata, client, { resource: site.resource(), scope: 'unknown' });
	const { location } = await new Browser().fetch(wrong.url);
	assert.equal(new URL(location).searchParams.get('error'), 'invalid_scope');
});
