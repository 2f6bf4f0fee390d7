// SPDX-License-Identifier: MIT
// The way of a person of whom Entra asks for more: refused, sent to the browser, sent to Entra twice, and then served.
import assert from 'node:assert/strict';
import { Browser } from '../../e2e/lib/browser.mjs';
import { observe } from '../../e2e/lib/http.mjs';
import { authorization, discover, refresh } from '../../e2e/lib/oauth.mjs';
import { atClient, signIn } from '../../e2e/lib/sign-in.mjs';

const TRANSACTION = /^__(Host|Secure)-sallyport-transaction-[^=]+=[^;]/;

// What Entra's authorization endpoint was asked since the log was cleared.
export async function visits(standin) {
	return (await standin.log()).filter(({ kind, path }) => kind === 'authorize' && path.endsWith('/authorize'))
		.map(({ query }) => query);
}

export const claimsOf = ({ claims }) => (claims === undefined ? undefined : JSON.parse(claims));

// Signs in again, as the client does that was told to; answers what signIn does and what Entra was asked.
export async function signInAgain(site, session, { resource = session.resource, ...options } = {}) {
	await site.standin.clearLog();
	const cookies = [];
	const end = observe(({ url, headers }) => {
		if (url.startsWith(site.url) && headers.location?.startsWith(site.standin.url))
			cookies.push(...(headers['set-cookie'] ?? []).filter((line) => TRANSACTION.test(line))
				.map((line) => line.split(/[=;]/)));
	});
	const again = await signIn(resource, { client: session.client, browser: session.browser, ...options }).finally(end);
	return { ...again, visits: await visits(site.standin), cookies };
}

export const demandsOf = ({ visits: of }) => of.map(claimsOf);

// The second visit is a round of its own: nothing that protects the first is used again.
export function isAnotherRound({ visits: [first, second, ...more], cookies, browser }, user) {
	assert.equal(more.length, 0, 'Entra was visited twice');
	assert.equal(first.login_hint, undefined);
	assert.equal(second.login_hint, user);
	for (const name of ['state', 'nonce', 'code_challenge'])
		assert.ok(first[name].length >= 43 && second[name].length >= 43 && first[name] !== second[name], name);
	for (const name of ['client_id', 'redirect_uri', 'scope', 'response_type', 'code_challenge_method'])
		assert.equal(first[name], second[name], name);
	assert.equal(cookies.length, 2, JSON.stringify(cookies));
	const [one, two] = cookies;
	assert.ok(one[0] !== two[0] && one[1] !== two[1], 'each round has a cookie of its own');
	for (const [name] of [one, two])
		assert.ok(![...browser.jar.values()].some((cookie) => cookie.name === name), `${name} is left behind`);
}

// A client that was told to ask its person: its refresh is refused once, so that it opens the browser.
export async function isRefusedOnce({ metadata, client, tokens }) {
	const refused = await refresh(metadata, client, tokens.refresh_token);
	assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_grant'], refused.text);
	const granted = await refresh(metadata, client, tokens.refresh_token);
	assert.equal(granted.status, 200, granted.text);
	return granted.json;
}

// Agrees on our page and stops before Entra is visited the nth time; answers the browser and where it was to go.
export async function upToVisit(n, site, session) {
	const { protectedResource, metadata } = await discover(session.resource);
	const asked = authorization(metadata, session.client, { resource: protectedResource.resource });
	const browser = session.browser ?? new Browser();
	let left = n;
	const atEntra = (url) => url.startsWith(site.standin.url) && new URL(url).pathname.endsWith('/authorize');
	const { landed } = await browser.submit(await browser.open(asked.url), 'approve', {
		stop: (url) => atClient(asked)(url) || (atEntra(url) && --left === 0),
	});
	assert.equal(landed.origin, new URL(site.standin.url).origin, `visit ${n} is not made`);
	return { browser, asked, metadata, landed, stop: atClient(asked) };
}
