// SPDX-License-Identifier: MIT
// Registration, and pages.
import assert from 'node:assert/strict';
import { Browser } from '../e2e/lib/browser.mjs';
import { postJson, request } from '../e2e/lib/http.mjs';
import { refresh } from '../e2e/lib/oauth.mjs';
import { comesBack, peer, toClient } from './original-flow.mjs';
import { ALICE, CLIENTS_MAX, EVIL, isErrorPage, profile } from './scene.mjs';

async function badMetadata(s) {
	for (const body of ['', 'x', '[]', 'null', '{}', '{"redirect_uris":"https://a.example"}', '{"redirect_uris":[]}',
		'{"redirect_uris":[1]}', '{"redirect_uris":[null]}', '{"redirect_uris":["https://a.example"],"client_name":1}',
		'{"redirect_uris":["https://a.example"],"redirect_uris":["https://b.example"]}',
		`{"redirect_uris":[${'"https://a.example",'.repeat(20)}"x"]}`, `[${'{},'.repeat(300_000)}{}]`, '['.repeat(100_000)]) {
		const { status, json } = await postJson(s.metadata.registration_endpoint, body);
		assert.ok([400, 413].includes(status), `${status} ${body.slice(0, 60)}`);
		assert.match(json.error, /^invalid_/);
	}
}

async function flood(s) {
	const kept = await s.session();
	for (let i = 0; i < CLIENTS_MAX; i += 15)
		await Promise.all(Array.from({ length: 15 }, () => s.client()));
	assert.ok(await s.db.count('client') <= CLIENTS_MAX);
	const { status } = await refresh(kept.metadata, kept.client, kept.tokens.refresh_token);
	assert.equal(status, 200, 'who signed in stays');
	assert.equal(await profile((await s.session()).mcp), ALICE, 'newcomers come in');
}

async function registered(s) {
	const { status, json, headers } = await postJson(s.metadata.registration_endpoint, {
		redirect_uris: ['https://a.example/cb'], client_name: 'A', scope: 'x', jwks_uri: 'https://evil.example',
	});
	assert.equal(status, 201);
	assert.equal(headers['cache-control'], 'no-store');
	assert.deepEqual(json.grant_types, ['authorization_code', 'refresh_token']);
	assert.equal(json.token_endpoint_auth_method, 'none');
	assert.equal(json.client_secret, undefined);
}

async function clientIds(s) {
	const client = await s.client();
	for (const id of ["' OR 1=1 --", `${client.client_id}'--`, '../client', '%', `${client.client_id} `, 'x'.repeat(5000),
		`${client.client_id}%00`]) {
		const { status } = await request(s.ask({ ...client, client_id: id }).url);
		assert.ok([400, 401, 414, 431].includes(status), id.slice(0, 30));
		assert.ok([400, 401].includes((await refresh(s.metadata, { client_id: id }, 'x')).status), id.slice(0, 30));
	}
}

async function unknownDecision(s) {
	const browser = new Browser();
	const page = await s.page(s.ask(await s.client()), browser);
	for (const decision of ['<script>alert(1)</script>', 'APPROVE', '', undefined]) {
		const bad = await browser.submit(page, 'approve', { change: { decision } });
		isErrorPage(bad);
		assert.ok(!bad.text.includes('<script') && !bad.text.includes('alert(1)'));
	}
}

async function placeholders(s) {
	const browser = new Browser();
	const page = await s.page(s.ask(await s.client({ client_name: '{{csrf}} %s $1 __SCOPES__ &lt;b>' })), browser);
	assert.ok(page.text.includes('{{csrf}} %s $1 __SCOPES__ &amp;lt;b&gt;'));
}

// Every way to an error page, and what its headers must say.
async function errorPages(s) {
	const browser = new Browser();
	const page = await s.page(s.ask(await s.client()), browser);
	isErrorPage(await browser.submit(page, 'approve', { change: { csrf: '' } }), 403);
	isErrorPage(await request(s.ask({ client_id: 'nobody', redirect_uris: [EVIL] }).url), 401);
	isErrorPage(await request(`${s.url}/consent?transaction=${'A'.repeat(43)}`));
	isErrorPage(await request(`${s.url}/oauth-callback?code=a&state=${'A'.repeat(43)}`));
	isErrorPage(await request(`${s.url}/authorize`, { method: 'POST', body: '' }), 405);
}

async function formAction(s) {
	const page = await s.page(s.ask(await s.client()));
	const [, sources] = /form-action ([^;]*)/.exec(page.headers['content-security-policy']);
	assert.deepEqual(sources.split(' '), [s.url, s.standin.url, 'http://127.0.0.1:33418']);
	const other = await s.page(s.ask(await s.client({ redirect_uris: ["https://a.example/;script-src'*'/cb"] })));
	assert.match(other.headers['content-security-policy'], /form-action \S+ \S+ https:\/\/a\.example(;|$)/);
	assert.doesNotMatch(other.headers['content-security-policy'], /script-src '?\*/);
}

async function frames(s) {
	const page = await s.page(s.ask(await s.client()));
	assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
	assert.match(page.headers['content-security-policy'], /default-src 'none'/);
	assert.equal(page.headers['x-frame-options'], 'DENY');
	assert.equal(page.headers['x-xss-protection'], undefined);
	assert.equal(page.headers['x-content-type-options'], 'nosniff');
}

async function otherForm(s) {
	const browser = new Browser();
	const [one, two] = [await s.page(s.ask(await s.client()), browser), await s.page(s.ask(await s.client()), browser)];
	const csrf = /name="csrf" value="([^"]*)"/.exec(two.text)[1];
	isErrorPage(await browser.submit(one, 'approve', { change: { csrf }, ...toClient(s) }), 403);
}

async function decodedOnce(s) {
	const client = await s.client({ redirect_uris: ['http://127.0.0.1:7/a%2Fb%2520c?d=%2B+e'] });
	for (const state of ['%2B+%25 &=#?/é', '%252B', '+', '"<>\'']) {
		const landed = await comesBack(s, client, state);
		assert.equal(landed.searchParams.get('state'), state);
		assert.ok(landed.href.startsWith('http://127.0.0.1:7/a%2Fb%2520c?d=%2B+e&'), landed.href);
	}
	for (const uri of ['http://127.0.0.1:7/a/b%20c?d=%2B+e', 'http://127.0.0.1:7/a%252Fb%252520c?d=%2B+e'])
		isErrorPage(await request(s.ask(client, { redirect_uri: uri }).url));
}

async function shown(s) {
	const client = await s.client();
	const page = await s.page(s.ask(client, { resource: s.other, scope: 'mcp:tools offline_access unknown' }));
	assert.ok(page.text.includes(s.other), 'the page shows the resource');
	const rights = /<ul[^>]*>([^]*?)<\/ul>/.exec(page.text)[1];
	assert.equal(rights.split('<li>').length - 1, 2, 'what would be granted, and nothing else');
	assert.ok(!page.text.includes('unknown'));
}

export const pages = [
	['2.C1 redirect URIs are judged at registration', peer(12)],
	['2.C2 what is no registration is told so', badMetadata],
	['2.C3 a flood of registrations shuts nobody out', flood],
	['2.C4 registration answers 201 with what was registered', registered],
	['2.C5 a client id is data, whatever it holds', clientIds],
	['2.D1 a decision that is none is not repeated', unknownDecision],
	['2.D2 no name is a placeholder', placeholders],
	['2.D3 error pages are as closed as the others', errorPages],
	['2.D4 a form serves its own page alone', otherForm],
	['2.D5 a form leads to us, Entra and the client alone', formAction],
	['2.D6 nothing is decoded twice', decodedOnce],
	['2.D10 the page shows what would be granted', shown],
	['2.D12 pages are framed by nobody, and rely on no header that browsers have dropped', frames],
];
