// SPDX-License-Identifier: MIT
// The pages in a real Chromium: cookies with prefixes on loopback, form-action along the whole navigation to Entra and
// back, the way back, keyboard, accessibility, framing.  Screenshots are left in build/screenshots.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { legacy, send } from '../e2e/lib/mcp.mjs';
import { authorization, discover, readResponse, redeem, register } from '../e2e/lib/oauth.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { LOOKS, eventually, hasNoFault, look, press, shoot, startChromium } from './lib/chromium.mjs';

let site;
let chromium;
let client;	// the MCP client's own listener for its redirect URI
let metadata;

before(async () => {
	site = await startSite('lighttpd-fastcgi');
	({ metadata } = await discover(site.resource()));
	client = http.createServer((request, response) => response.end('<title>client</title>signed in'))
		.listen(0, '127.0.0.1');
	await new Promise((resolve) => client.once('listening', resolve));
	chromium = await startChromium();
});

after(async () => {
	await chromium?.stop();
	client?.close();
	await site?.stop();
});

const redirectUri = () => `http://127.0.0.1:${client.address().port}/callback`;

async function openConsent(page, ask = {}) {
	const registered = await register(metadata, { client_name: 'Notes & Tasks', redirect_uris: [redirectUri()] });
	const asked = authorization(metadata, registered, { resource: site.resource(), redirect_uri: redirectUri(), ...ask });
	const answer = await page.goto(asked.url);
	assert.equal(answer.status(), 200);
	return asked;
}

const withPage = (body) => chromium.withPage(body);

test('a person signs in: consent, Entra, back to the client with a code that works', () => withPage(async (page) => {
	const asked = await openConsent(page);
	await shoot(page, 'consent');
	await press(page, 'approve');
	assert.ok(page.url().startsWith(`${redirectUri()}?`), page.url());
	const { code } = readResponse(new URL(page.url()), metadata.issuer);
	assert.equal((await redeem(metadata, asked, code)).status, 200);
}));

test('Enter on the page continues, as its first button', () => withPage(async (page) => {
	await openConsent(page);
	await page.focus('button[value="approve"]');
	await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
	assert.ok(page.url().startsWith(`${redirectUri()}?code=`), page.url());
}));

test('Cancel leads back to the client with access_denied', () => withPage(async (page) => {
	await openConsent(page);
	await press(page, 'deny');
	assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied');
}));

test('the way back from Entra shows the page again, and it still works', () => withPage(async (page) => {
	await site.standin.user('none');
	try {
		await openConsent(page);
		await press(page, 'approve');
		assert.ok(page.url().startsWith(site.standin.url), page.url());
		await page.goBack();
		await page.waitForSelector('button[value="approve"]');
		await site.standin.user('alice@contoso.example');
		await press(page, 'approve');
		assert.ok(page.url().startsWith(`${redirectUri()}?code=`), page.url());
	} finally {
		await site.standin.user('alice@contoso.example');
	}
}));

test('the page of Entra opened in a second browser ends in an error page, and no code', () => withPage(async (page) => {
	await site.standin.user('none');
	let entra;
	try {
		await openConsent(page);
		await press(page, 'approve');
		entra = page.url();
	} finally {
		await site.standin.user('alice@contoso.example');
	}
	await withPage(async (victim) => {
		const answer = await victim.goto(entra);
		assert.equal(answer.status(), 403);
		assert.ok(victim.url().startsWith(`${site.url}/oauth-callback`), victim.url());
		await shoot(victim, 'another-browser');
		assert.match(await victim.$eval('h1', (e) => e.textContent), /another browser/);
	});
}));

test('a person signs out: the button, Entra with our answer in its frame, and back', () => withPage(async (page) => {
	await site.standin.allowLogout(site.url);
	const asked = await openConsent(page);
	await press(page, 'approve');
	const { code } = readResponse(new URL(page.url()), metadata.issuer);
	const { json: tokens } = await redeem(metadata, asked, code);
	await page.goto(`${site.url}/logout`);
	const isFrame = (url) => url.startsWith(`${site.url}/logout?`) && url.includes('sid=');
	const framed = page.waitForResponse((response) => isFrame(response.url()));
	await press(page, 'signout');
	assert.ok(page.url().startsWith(site.standin.url), page.url());
	assert.equal((await framed).status(), 200);
	const shown = await eventually(() => page.frames().find((f) => f.url().includes('sid=')), 'the frame');
	assert.match(await shown.$eval('p', (e) => e.textContent), /sign-out has arrived/);
	assert.equal((await send(site.resource(), tokens.access_token, legacy('tools/list'))).status, 401);
	await Promise.all([page.waitForNavigation(), page.click('#continue')]);
	assert.equal(page.url(), `${site.url}/logout?state=done`);
	assert.match(await page.$eval('h1', (e) => e.textContent), /You are signed out/);
}));

test('nobody but Entra frames what its sign-out is answered', () => withPage(async (page) => {
	await page.goto(redirectUri());
	await page.setContent(`<iframe src="${site.url}/logout?sid=x"></iframe><iframe src="${site.url}/logout"></iframe>`);
	await new Promise((resolve) => setTimeout(resolve, 500));
	for (const frame of page.frames().filter((f) => f !== page.mainFrame()))
		assert.equal(await frame.$('p')
			.then((p) => p?.evaluate((e) => e.textContent))
			.then((text) => /sign-out|ends/.test(text ?? ''))
			.catch(() => false), false);
}));

test('the page cannot be framed', () => withPage(async (page) => {
	const asked = await openConsent(page);
	await page.goto(redirectUri());
	await page.setContent(`<iframe src="${asked.url.replaceAll('&', '&amp;')}"></iframe>`);
	await new Promise((resolve) => setTimeout(resolve, 500));
	const frame = page.frames().find((f) => f !== page.mainFrame());
	assert.equal(await frame.$('button').catch(() => null), null);
}));

for (const [name, features, width] of LOOKS)
	test(`the pages have no accessibility fault and no sideways scrolling: ${name}`, () => withPage(async (page) => {
		await look(page, features, width);
		await openConsent(page);
		await shoot(page, `consent-${name}`);
		await hasNoFault(page);
		for (const [what, address] of [['error', 'authorize?client_id=unknown&redirect_uri=https://client.example/'],
			['logout', 'logout'], ['signed-out', 'logout?state=done'], ['logout-error', 'logout?iss=x']]) {
			await page.goto(`${site.url}/${address}`);
			await shoot(page, `${what}-${name}`);
			await hasNoFault(page);
		}
	}));
