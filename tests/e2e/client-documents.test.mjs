// SPDX-License-Identifier: MIT
// Clients that are known by a metadata document: the whole way, caching, keys, and what becomes of them.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDocuments } from '../standins/documents/documents.mjs';
import { assertion, withAssertion } from './lib/assertion.mjs';
import { Browser } from './lib/browser.mjs';
import { request } from './lib/http.mjs';
import { authorization, discover, redeem, refresh, revoke } from './lib/oauth.mjs';
import { approve, signedIn, signIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const FRESH = 4;	// seconds: document_least

let documents;
let site;
let metadata;

before(async () => {
	documents = await startDocuments();
	site = await startSite('lighttpd-fastcgi', {
		top: [`ca_file = ${documents.ca}`, 'metadata_networks = 127.0.0.0/8', `metadata_ports = ${documents.port}`],
		limits: { document_least: `${FRESH}s`, document_stale: '6s', document_timeout: '10s' },
	});
	({ metadata } = await discover(site.resource()));
});
after(async () => {
	await site?.stop();
	await documents?.stop();
});
beforeEach(async () => {
	await site.standin.reset();
	await site.database.forgetSetbacks();
});

const ask = (client) => authorization(metadata, client, { resource: site.resource() });
const consent = (client) => new Browser().open(ask(client).url);

async function isConsent(page) {
	assert.equal((await page).status, 200, (await page).text);
	assert.match((await page).text, /name="decision" value="approve"/);
	return page;
}

async function isPage(page, text) {
	const answer = await page;
	assert.ok([400, 401].includes(answer.status), `${answer.status} ${answer.text}`);
	assert.match(answer.text, text);
}

describe('a client with a metadata document', () => {
	it('signs in, calls, refreshes and revokes without having registered', async () => {
		assert.equal(metadata.client_id_metadata_document_supported, true);
		const client = documents.publish('whole.json');
		const session = await signedIn(site.resource(), { client });
		assert.equal((await session.mcp.callTool()).json.result.structuredContent.displayName, 'Alice Example');
		const again = await refresh(metadata, client, session.tokens.refresh_token);
		assert.equal(again.status, 200, again.text);
		assert.equal((await revoke(metadata, client, again.json.refresh_token)).status, 200);
		assert.equal((await refresh(metadata, client, again.json.refresh_token)).json.error, 'invalid_grant');
		assert.equal(documents.count('whole.json'), 1);
		const { headers } = documents.requests.at(-1);
		assert.equal(headers.accept, 'application/json');
		for (const name of ['cookie', 'authorization', 'referer'])
			assert.equal(headers[name], undefined);
	});

	it('is shown with the host that publishes it, and a warning for loopback', async () => {
		const page = await isConsent(consent(documents.publish('shown.json', { client_name: '<b>Bold</b>' })));
		assert.match(page.text, /It is published by/);
		assert.ok(page.text.includes(`client.localhost:${documents.port}`));
		assert.ok(page.text.includes('&lt;b&gt;Bold&lt;/b&gt;') && !page.text.includes('<b>Bold'));
		assert.match(page.text, /This leads to a program on this computer/);
	});

	it('may use the redirect URIs of its document, with any port on loopback', async () => {
		const client = documents.publish('uris.json',
			{ redirect_uris: ['http://127.0.0.1/callback', 'https://a.example/cb'] });
		for (const uri of ['http://127.0.0.1:50001/callback', 'https://a.example/cb'])
			await isConsent(consent({ ...client, redirect_uris: [uri] }));
		for (const uri of ['http://127.0.0.1:50001/other', 'https://a.example/cb/', 'https://b.example/cb'])
			await isPage(consent({ ...client, redirect_uris: [uri] }), /redirect_uri is not one/);
	});

	it('is unknown where only a row could tell: at the token endpoint nothing is fetched', async () => {
		const client = documents.publish('never.json');
		const answer = await refresh(metadata, client, 'A'.repeat(43));
		assert.deepEqual([answer.status, answer.json.error], [401, 'invalid_client']);
		assert.equal(documents.count('never.json'), 0);
	});
});

describe('its document', () => {
	it('is kept as Cache-Control says, within limits', async () => {
		const client = documents.publish('kept.json', {}, { headers: { 'Cache-Control': 'max-age=3600' } });
		for (let i = 0; i < 3; i++)
			await isConsent(consent(client));
		assert.equal(documents.count('kept.json'), 1);
		const brief = documents.publish('brief.json', {}, { headers: { 'Cache-Control': 'no-store' } });
		await isConsent(consent(brief));
		await isConsent(consent(brief));
		assert.equal(documents.count('brief.json'), 1, 'document_least');
		await sleep((FRESH + 1) * 1000);
		await isConsent(consent(brief));
		await isConsent(consent(client));
		assert.deepEqual([documents.count('brief.json'), documents.count('kept.json')], [2, 1]);
	});

	it('is asked for again by its entity tag', async () => {
		const headers = { 'Cache-Control': 'no-cache', ETag: '"v1"' };
		const client = documents.publish('tag.json', {}, { headers });
		await isConsent(consent(client));
		documents.publish('tag.json', {}, { send: (rs, rq) =>
			rs.writeHead(rq.headers['if-none-match'] === '"v1"' ? 304 : 500, headers).end() });
		await sleep((FRESH + 1) * 1000);
		await isConsent(consent(client));
		await isConsent(consent(client));
		assert.equal(documents.count('tag.json'), 2);
	});

	it('serves a while longer when its host is down, and not once it was withdrawn', async () => {
		const client = documents.publish('down.json', {}, { headers: { 'Cache-Control': 'no-cache' } });
		await isConsent(consent(client));
		await sleep((FRESH + 1) * 1000);
		await documents.close();
		try {
			await isConsent(consent(client));
			await site.database.sqlite('UPDATE client SET fresh_until = fresh_until - 60');
			await isPage(consent(client), /cannot be fetched/);
		} finally {
			await documents.open();
		}
		await site.database.forgetSetbacks();
		await isConsent(consent(client));
		documents.publish('down.json', {}, { status: 410 });
		await sleep((FRESH + 1) * 1000);
		await isPage(consent(client), /is not there/);
	});

	it('is fetched once for many who ask at the same time', async () => {
		const client = documents.publish('herd.json', {}, { send: (rs) => setTimeout(() =>
			rs.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ client_id: documents.url('herd.json'),
				client_name: 'Herd', redirect_uris: ['http://127.0.0.1:33418/callback'] })), 500) });
		const pages = await Promise.all(Array.from({ length: 6 }, () => consent(client)));
		for (const page of pages)
			await isConsent(page);
		assert.equal(documents.count('herd.json'), 1);
	});

	it('leaves its sessions alone when it changes, and the new one counts for the next sign-in', async () => {
		const client = documents.publish('changes.json', { client_name: 'Before' },
			{ headers: { 'Cache-Control': 'no-cache' } });
		const session = await signedIn(site.resource(), { client });
		documents.publish('changes.json', { client_name: 'After' });
		await sleep((FRESH + 1) * 1000);
		assert.match((await isConsent(consent(client))).text, /After/);
		assert.equal((await refresh(metadata, client, session.tokens.refresh_token)).status, 200);
	});
});

describe('private_key_jwt', () => {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] };
	const method = { token_endpoint_auth_method: 'private_key_jwt' };

	async function codeOf(client) {
		const browser = new Browser();
		const asked = ask(client);
		const { code } = await approve(browser, await isConsent(browser.open(asked.url)), asked, metadata);
		return (change) => redeem(metadata, asked, code, change);
	}

	const proof = (client, claims) =>
		withAssertion(assertion(privateKey, 'ES256', client.client_id, site.url, claims, { kid: 'one' }));

	it('is demanded where the document declares it, and never replaced by less', async () => {
		const client = documents.publish('keys.json', { ...method, jwks });
		const redeemed = await codeOf(client);
		for (const change of [{}, { client_secret: 'x' }, proof(client, { aud: 'https://other.example' }),
			proof(client, { exp: 1 }), proof({ client_id: documents.url('whole.json') })]) {
			const { status, json } = await redeemed(change);
			assert.deepEqual([status, json.error], [401, 'invalid_client']);
		}
		const once = proof(client);
		const { status, json, text } = await redeemed(once);
		assert.equal(status, 200, text);
		const replay = await refresh(metadata, client, json.refresh_token, once);
		assert.deepEqual([replay.status, replay.json.error], [401, 'invalid_client']);
		assert.equal((await refresh(metadata, client, json.refresh_token, proof(client))).status, 200);
		assert.equal((await revoke(metadata, client, json.refresh_token)).status, 401);
	});

	it('takes its keys from jwks_uri as well, which is fetched as carefully', async () => {
		const key = documents.url('keys');
		documents.publish('keys', {}, { body: JSON.stringify(jwks) });
		const client = documents.publish('remote.json', { ...method, jwks_uri: key });
		const redeemed = await codeOf(client);
		assert.equal((await redeemed(proof(client))).status, 200);
		for (const jwks_uri of ['https://127.0.0.1:1/keys', documents.url('missing'), 'http://127.0.0.1/keys'])
			await isPage(consent(documents.publish('lost.json', { ...method, jwks_uri })),
				/cannot be fetched|not there|not taken|https/);
	});
});

describe('documents can be switched off', () => {
	it('and are then neither promised nor fetched', async () => {
		const off = await startSite('lighttpd-fastcgi', { standin: site.standin, top: [
			'registration = dynamic', `ca_file = ${documents.ca}`, 'metadata_networks = 127.0.0.0/8',
			`metadata_ports = ${documents.port}`] });
		try {
			const { json } = await request(`${off.url}/.well-known/oauth-authorization-server`);
			assert.equal(json.client_id_metadata_document_supported, undefined);
			assert.deepEqual(json.token_endpoint_auth_methods_supported, ['none']);
			const client = documents.publish('off.json');
			await isPage(new Browser().open(authorization(json, client).url), /switched off/);
			assert.equal(documents.count('off.json'), 0);
			assert.equal((await signIn(off.resource())).answer.status, 200, 'dynamic registration goes on');
		} finally {
			await off.stop();
		}
	});
});
