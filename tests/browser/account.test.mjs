// SPDX-License-Identifier: MIT
// The page of a person's own clients in a real Chromium: sign-in and back along form-action, cookies, keyboard,
// accessibility, framing.  Screenshots are left in build/screenshots.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { BOB } from '../standins/entra/world.mjs';
import { discover, register } from '../e2e/lib/oauth.mjs';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { LOOKS, eventually, hasNoFault, look, press, shoot, startChromium } from './lib/chromium.mjs';

const REPORTS = { name: 'reports', redirect_uris: 'https://reports.contoso.example/callback' };
const KINDS = [
	{
		client_name: 'Notes & Tasks',
		redirect_uris: ['https://notes.example/callback', 'https://eu.notes.example/callback'],
	},
	{ client_name: 'Claude Code', redirect_uris: ['http://127.0.0.1:33418/callback'] },
	{ client_name: undefined, redirect_uris: ['https://assistant.a-rather-long-host-name.without-end.example/callback'] },
	{ client_name: 'Editor', redirect_uris: ['https://editor.example/cb'] },
];
const DOCUMENT = 'https://editor.example/client.json';	// of the last one's, as if it had published itself there

let site;
let chromium;
let clients;

before(async () => {
	site = await startSite('lighttpd-fastcgi', { servers: ['mcp', 'weather'], clients: [REPORTS] });
	const { metadata } = await discover(site.resource());
	clients = await Promise.all(KINDS.map((kind) => register(metadata, kind)));
	const configured = { client_id: 'reports', redirect_uris: [REPORTS.redirect_uris] };
	for (const client of [...clients, configured])
		await signedIn(site.resource(), { client });
	await signedIn(site.resource('weather'), { client: clients[0], ask: { scope: 'mcp:tools offline_access' } });
	for (const table of ['client', 'session'])
		await site.database.sqlite(
			`UPDATE ${table} SET client_id = '${DOCUMENT}' WHERE client_id = '${clients[3].client_id}'`);
	chromium = await startChromium();
});

after(async () => {
	await chromium?.stop();
	await site?.stop();
});

const said = (page) => page.$eval('[role="status"]', (e) => e.textContent);
const heading = (page) => page.$eval('h1', (e) => e.textContent);
const names = (page) => page.$$eval('.apps h2', (all) => all.map((e) => e.textContent));

const withPage = (body) => chromium.withPage(body);

async function open(page) {
	await page.goto(`${site.url}/account`);
	await press(page, 'signin');
	assert.equal(page.url(), `${site.url}/account`);
}

for (const [name, features, width] of LOOKS)
	test(`the page has no accessibility fault and no sideways scrolling: ${name}`, () => withPage(async (page) => {
		await look(page, features, width);
		await page.goto(`${site.url}/account`);
		await shoot(page, `account-closed-${name}`);
		await hasNoFault(page);
		await press(page, 'signin');
		await shoot(page, `account-${name}`);
		await hasNoFault(page);
		await press(page, 'signout');
		await shoot(page, `account-signed-out-${name}`);
		await hasNoFault(page);
		await site.standin.user(BOB);
		try {
			await press(page, 'signin');
		} finally {
			await site.standin.user('alice@contoso.example');
		}
		await shoot(page, `account-empty-${name}`);
		await hasNoFault(page);
	}));

test('by keyboard alone a person signs in, disconnects one application and signs out', () => withPage(async (page) => {
	await page.goto(`${site.url}/account`);
	const next = (key) => Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
	const focused = () => page.evaluate(() => {
		const e = document.activeElement;
		const style = getComputedStyle(e);
		const seen = style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2;
		return { text: e.textContent, value: e.value, seen };
	});
	const tabTo = async (value) => {
		for (let presses = 0; presses < 20; presses++) {
			await page.keyboard.press('Tab');
			const at = await focused();
			assert.ok(at.seen, `${at.text}: one sees where the focus is`);
			if (at.value === value)
				return;
		}
		assert.fail(`no way to ${value}`);
	};
	await tabTo('signin');
	await next('Enter');
	const victim = clients[1].client_id;
	assert.equal(await page.$eval('aria/Disconnect Claude Code', (e) => e.value), victim,
		'each button says what it disconnects');
	const before = await names(page);
	await tabTo(victim);
	await next('Space');
	assert.equal(await said(page), 'The application is disconnected.');
	assert.equal((await focused()).text, 'The application is disconnected.', 'a reader of the screen begins there');
	assert.deepEqual(await names(page), before.filter((name) => name !== 'Claude Code'));
	assert.ok(before.includes('Claude Code'));
	await shoot(page, 'account-disconnected');
	await tabTo('signout');
	await next('Enter');
	assert.equal(await said(page), 'You are signed out of this page.');
	await page.goBack();
	assert.equal(await page.$('.who'), null, 'the way back shows nothing of anybody');
}));

test('no script of the page reads a cookie, and loading it again does nothing again', () => withPage(async (page) => {
	await open(page);
	assert.equal(await page.evaluate(() => document.cookie), '');
	const cookies = await page.cookies();
	const { secure, httpOnly, sameSite, session } = cookies.find(({ name }) => name === '__Host-sallyport-account');
	assert.deepEqual({ secure, httpOnly, sameSite, session },
		{ secure: true, httpOnly: true, sameSite: 'Lax', session: false });
	const before = await names(page);
	await page.reload();
	assert.deepEqual(await names(page), before);
}));

test('a page elsewhere neither presses its buttons, frames it, nor signs anyone in', () => withPage(async (page) => {
	await open(page);
	const csrf = await page.$eval('input[name="csrf"]', (e) => e.value);
	const before = await names(page);
	const evil = http.createServer((request, response) => response.end('<!doctype html><title>evil</title>'))
		.listen(0, '127.0.0.1');
	await new Promise((resolve) => evil.once('listening', resolve));
	try {
		const here = `http://localhost:${evil.address().port}/`;	// another site: the page's own is 127.0.0.1
		for (const decision of ['end-all', 'signout', 'signin']) {
			await page.goto(here);
			await page.setContent(`<form method="post" action="${site.url}/account"><input name="csrf" value="${csrf}">
				<button name="decision" value="${decision}">Win a prize</button></form>`);
			await press(page, decision);
			assert.equal(await heading(page), 'This did not work');
			assert.equal(page.url(), `${site.url}/account`);
		}
		await shoot(page, 'account-foreign-form');
		await page.goto(here);
		await page.setContent(`<iframe src="${site.url}/account"></iframe>`);
		const frame = () => page.frames().find((f) => f !== page.mainFrame());
		await eventually(() => frame()?.url().startsWith('chrome-error:'), 'the frame is refused');
	} finally {
		evil.close();
	}
	await page.goto(`${site.url}/account`);
	assert.deepEqual(await names(page), before, 'and the person is signed in still');
}));

test('all applications are disconnected with one button', () => withPage(async (page) => {
	await open(page);
	assert.ok((await names(page)).length > 2);
	await press(page, 'end-all');
	assert.equal(await said(page), 'All applications are disconnected.');
	assert.deepEqual(await names(page), []);
	await shoot(page, 'account-all-disconnected');
}));
