// SPDX-License-Identifier: MIT
// The page of a person's own clients, as somebody uses it.
import assert from 'node:assert/strict';
import { ALICE } from '../../standins/entra/world.mjs';
import { Browser } from './browser.mjs';
import { form } from './http.mjs';

export const COOKIE = '__Host-sallyport-account';

// Presses the button to sign in, and answers Entra's page as `user` where it asks.
export async function openAccount(site, { user = ALICE, browser = new Browser(), decision = 'signin' } = {}) {
	const closed = await browser.open(`${site.url}/account`);
	await site.standin.user('none');
	try {
		const entra = await browser.submit(closed, decision);
		const page = entra.landed.origin === site.standin.url ? await browser.submit(entra, user) : entra;
		assert.equal(page.landed.href, `${site.url}/account`, page.text);
		return { browser, page, reload: () => browser.open(`${site.url}/account`) };
	} finally {
		await site.standin.user(ALICE);
	}
}

// A form of the page as a program would send it, with the browser's cookies; a header that is undefined is left out.
export function sendForm(site, browser, fields, { headers = {}, body = form(fields) } = {}) {
	const all = {
		'Content-Type': 'application/x-www-form-urlencoded', Origin: site.url, 'Sec-Fetch-Site': 'same-origin', ...headers,
	};
	return browser.fetch(`${site.url}/account`, {
		method: 'POST', body, headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
	});
}

export const accountCookie = (browser) => [...browser.jar.values()].find(({ name }) => name === COOKIE);

// The texts of the page's applications, by client id.
export function applications({ text }) {
	const items = /<li>\n<h2[\s\S]*?name="end" value="([^"]*)"[\s\S]*?<\/li>\n(?=<li>\n<h2|<\/ul>\n<div)/g;
	return new Map([...text.matchAll(items)]
		.map(([html, id]) => [id, html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim()]));
}
