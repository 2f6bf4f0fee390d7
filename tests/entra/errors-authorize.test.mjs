// SPDX-License-Identifier: MIT
// What goes wrong while the person is at Entra: errors that come back through the browser, and pages from which nothing
// comes back.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Browser } from '../e2e/lib/browser.mjs';
import { form } from '../e2e/lib/http.mjs';
import { discover, readResponse, register } from '../e2e/lib/oauth.mjs';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { ALICE, CAROL, OTHER, SALLYPORT_URI } from '../standins/entra/world.mjs';
import { upToVisit } from './lib/step-up.mjs';
import { watch } from './lib/watch.mjs';

// Entra's word, and what the client is told.
const REDIRECTED = {
	access_denied: 'access_denied', consent_required: 'access_denied', interaction_required: 'access_denied',
	login_required: 'access_denied', temporarily_unavailable: 'temporarily_unavailable', server_error: 'server_error',
	invalid_request: 'server_error', unauthorized_client: 'server_error', invalid_resource: 'server_error',
};
// Words that the stand-in's /authorize has no switch for, or that nobody has.
const FORGED = ['unsupported_response_type', 'invalid_scope', '<b>', 'x:y'];
const HOSTILE = 'AADSTS65004: User declined. Trace ID: 0 <script>alert(1)</script>';
const NOBODY = '99999999-9999-4999-8999-999999999999';

// What is told on a page: how an address that Entra does not like comes about, or which switch.
const PAGES = [
	[50011, 'a redirect URI that is not registered', { redirect_uri: 'https://mcp.example.org/oauth-callback' }],
	[700016, 'an application that there is not', { client_id: NOBODY }],
	[90002, 'a tenant that there is not', { tenant: NOBODY }],
	[900971, 'an application without a redirect URI', { client_id: OTHER, redirect_uri: undefined }],
	[650053, 'a scope that there is not', { scope: `openid ${SALLYPORT_URI}/Nope` }],
	[9010010, "a resource that is not the scopes'", { resource: 'https://mcp.example.org/mcp' }, { strict: false }],
	[50105, 'a person who is not assigned', {}, { authorize_error: 'not_assigned' }],
	[90094, 'a permission that an administrator must give', {}, { authorize_error: 'admin_consent' }],
	[50020, 'a person of another tenant', { login_hint: CAROL }],
];

let site;
let client;	// each test's own, by which its line in the log is found
before(async () => { site = await watch('lighttpd-fastcgi'); });
after(() => site?.stop());
beforeEach(async () => {
	await site.reset();
	client = await register((await discover(site.resource())).metadata);
});

const atEntra = () => upToVisit(1, site, { resource: site.resource(), client, browser: new Browser() });
const goesWell = async () => assert.equal((await signIn(site.resource(), { client })).answer?.status, 200);

async function isTold({ landed }, { asked, metadata }, expected) {
	const response = readResponse(landed, metadata.issuer);
	assert.deepEqual([response.error, response.code, response.state], [expected, undefined, asked.fields.state]);
	assert.match(response.error_description, /^[A-Za-z][\w' -]{10,}$/);
	return site.line(`${expected} client=${client.client_id}`);
}

describe('an error that comes back', () => {
	for (const [word, expected] of Object.entries(REDIRECTED))
		it(`${word} is ${expected} to the client`, async () => {
			const sessions = await site.database.count('session');
			const at = await atEntra();
			const back = await site.standin.during({ authorize_error: word }, () => at.browser.open(at.landed.href, at));
			const line = await isTold(back, at, expected);
			assert.match(line, /GET \/oauth-callback 302 .* id=[0-9a-f]{16} \d+ms [^:]+: entra sign-in: [a-z_]+ AADSTS\d+$/);
			assert.ok(line.includes(`: ${word} AADSTS`), line);
			assert.equal(await site.database.count('session'), sessions);
			await goesWell();
		});

	for (const word of FORGED)
		it(`${word}, whatever it is, is server_error to the client`, async () => {
			const at = await atEntra();
			const query = form({ error_description: HOSTILE, error_uri: 'x:y', state: at.landed.searchParams.get('state') });
			const back = await at.browser.open(`${site.url}/oauth-callback?error=${encodeURIComponent(word)}&${query}`, at);
			assert.ok(!(await isTold(back, at, 'server_error')).includes('<'));
			assert.equal((await at.browser.open(at.landed.href)).status, 400, 'a transaction ends with its first answer');
		});

	it('the person cancels on the page of Entra', async () => {
		const at = await atEntra();
		await site.standin.user('none');
		const page = await at.browser.open(at.landed.href);
		const back = await at.browser.submit(page, '', at).finally(() => site.standin.user(ALICE));
		assert.match(await isTold(back, at, 'access_denied'), /: access_denied AADSTS\d+$/);
		await goesWell();
	});

	it('neither a code nor an error', async () => {
		const at = await atEntra();
		const back = await site.standin.during({ authorize_missing_code: true }, () => at.browser.open(at.landed.href, at));
		await isTold(back, at, 'server_error');
	});

	it('a state that is not ours says so on a page, and leaves the transaction to who may finish it', async () => {
		const at = await atEntra();
		const page = await site.standin.during({ authorize_wrong_state: true }, () => at.browser.open(at.landed.href));
		assert.equal(page.status, 400);
		assert.match(page.text, /<h1>[^<]+<[\s\S]+start again[\s\S]+[0-9a-f]{16}/);
		assert.equal(readResponse((await at.browser.open(at.landed.href, at)).landed, site.url).error, undefined);
	});
});

describe('an error that stays on a page of Entra', () => {
	for (const [number, what, change, switches = {}] of PAGES)
		it(`AADSTS${number}, ${what}: nothing is stored, logged or lost`, async () => {
			const sessions = await site.database.count('session');
			const at = await atEntra();
			const url = new URL(at.landed);
			const written = site.ours();
			for (const [name, value] of Object.entries(change))
				if (name === 'tenant')
					url.pathname = url.pathname.replace(/^\/[^/]+/, `/${value}`);
				else if (value === undefined)
					url.searchParams.delete(name);
				else
					url.searchParams.set(name, value);
			const page = await site.standin.during(switches, () => at.browser.open(url.href));
			assert.equal(page.landed.origin, site.standin.url);
			assert.match(page.text, new RegExp(`AADSTS${number}:`));
			assert.deepEqual([await site.database.count('session'), site.ours()], [sessions, written]);
			// Once it is mended, the person comes back to that page's address and goes on.
			const { landed } = await at.browser.open(at.landed.href, at);
			assert.notEqual(readResponse(landed, site.url).code, undefined);
		});

	it('a service that is down leaves the transaction alone', async () => {
		const at = await atEntra();
		const page = await site.standin.during({ authorize_status: 503 }, () => at.browser.open(at.landed.href));
		assert.deepEqual([page.status, page.landed.origin], [503, site.standin.url]);
		assert.notEqual(readResponse((await at.browser.open(at.landed.href, at)).landed, site.url).code, undefined);
	});
});

it('nothing of it got out', () => site.keepsItToItself());
