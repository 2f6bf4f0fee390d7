// SPDX-License-Identifier: MIT
// Clients that stand in the configuration: secrets, keys, scopes, and what each must not get away with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertion, withAssertion } from './lib/assertion.mjs';
import { Browser } from './lib/browser.mjs';
import { post, postJson, request } from './lib/http.mjs';
import { REDIRECT_URI, authorization, discover, redeem, refresh, revoke } from './lib/oauth.mjs';
import { approve, signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const PROGRAM = fileURLToPath(new URL('../../build/cgi-bin/sallyport', import.meta.url));
const redirect_uris = [REDIRECT_URI];

// What the administrator's command prints.
function newSecret() {
	const text = execFileSync(PROGRAM, ['client-secret'], { encoding: 'utf8' });
	const [, secret, hash] = /:\n(\S+)\n[^]*\nsecret_sha256 = ([0-9a-f]{64})\n/.exec(text);
	return { secret, hash };
}

const old = newSecret();
const current = newSecret();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let dir;
let site;
let metadata;

before(async () => {
	dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-clients.'));
	chmodSync(dir, 0o755);
	writeFileSync(path.join(dir, 'keys.json'), JSON.stringify({ keys: [
		{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' },
		{ ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec' },
	] }));
	writeFileSync(path.join(dir, 'key.pem'), ec.publicKey.export({ format: 'pem', type: 'spki' }));
	site = await startSite('lighttpd-fastcgi', {
		top: ['registration = configured'],
		servers: [{ name: 'mcp', 'tool.get_graph_user_details': 'scope:files:read, scope:files:write' }],
		clients: [
			{
				name: 'secret', redirect_uris: `${REDIRECT_URI}, https://web.example/cb`,
				secret_sha256: `${old.hash}, ${current.hash}`,
			},
			{ name: 'keys', redirect_uris: REDIRECT_URI, key_file: path.join(dir, 'keys.json') },
			{ name: 'pem', redirect_uris: REDIRECT_URI, key_file: path.join(dir, 'key.pem') },
			{ name: 'public', client_id: 'public.id', redirect_uris: REDIRECT_URI, scopes: 'files:read' },
		],
	});
	({ metadata } = await discover(site.resource()));
});
after(async () => {
	await site?.stop();
	rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => site.standin.reset());

const ask = (client_id, change) => authorization(metadata, { client_id, redirect_uris }, {
	resource: site.resource(), scope: undefined, ...change,
});

// A code of that client's, and how it is redeemed with further parameters and headers.
async function codeOf(client_id, change) {
	const browser = new Browser();
	const asked = ask(client_id, change);
	const { code } = await approve(browser, await browser.open(asked.url), asked, metadata);
	return (more = {}, headers = {}) => post(metadata.token_endpoint, {
		grant_type: 'authorization_code', code, redirect_uri: asked.fields.redirect_uri,
		code_verifier: asked.verifier, ...more,
	}, { headers });
}

const base64 = (text) => Buffer.from(text).toString('base64');
const basic = (id, secret) =>
	({ Authorization: `Basic ${base64(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}` });

async function isRefused(answer, challenge = false) {
	const { status, json, headers, text } = await answer;
	assert.deepEqual([status, json?.error], [401, 'invalid_client'], text);
	assert.equal(headers['www-authenticate']?.startsWith('Basic realm='), challenge || undefined);
}

async function isGranted(answer) {
	const { status, json, text } = await answer;
	assert.equal(status, 200, text);
	return json;
}

describe('the metadata', () => {
	it('says how clients may authenticate, and offers no registration where there is none', async () => {
		assert.deepEqual(metadata.token_endpoint_auth_methods_supported,
			['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']);
		assert.deepEqual(metadata.revocation_endpoint_auth_methods_supported, metadata.token_endpoint_auth_methods_supported);
		assert.deepEqual(metadata.token_endpoint_auth_signing_alg_values_supported, ['RS256', 'PS256', 'ES256']);
		assert.equal(metadata.registration_endpoint, undefined);
		assert.equal(metadata.client_id_metadata_document_supported, undefined);
		assert.equal((await postJson(`${site.url}/register`, { redirect_uris })).status, 404);
	});
});

describe('a client with a secret', () => {
	it('signs in with it in either place, the old one and the new one', async () => {
		let redeemed = await codeOf('secret');
		const first = await isGranted(redeemed({}, basic('secret', old.secret)));
		redeemed = await codeOf('secret');
		await isGranted(redeemed({ client_id: 'secret', client_secret: current.secret }));
		const second = await isGranted(post(metadata.token_endpoint, {
			grant_type: 'refresh_token', refresh_token: first.refresh_token }, { headers: basic('secret', current.secret) }));
		assert.notEqual(second.refresh_token, first.refresh_token);
		await isRefused(revoke(metadata, { client_id: 'secret' }, second.refresh_token));
		const end = (withSecret) => post(metadata.revocation_endpoint, { token: second.refresh_token },
			{ headers: basic('secret', withSecret) });
		await isRefused(end('x'), true);
		const answer = await end(old.secret);
		assert.equal(answer.status, 200);
	});

	it('gets nothing without it, and its code is not used up by trying', async () => {
		const redeemed = await codeOf('secret');
		await isRefused(redeemed({ client_id: 'secret' }));
		await isRefused(redeemed({ client_id: 'secret', client_secret: 'wrong' }));
		await isRefused(redeemed({ client_id: 'secret', client_secret: current.hash }));
		await isRefused(redeemed({}));
		await isRefused(redeemed({}, basic('secret', 'wrong')), true);
		await isRefused(redeemed({}, basic('unknown', current.secret)), true);
		await isRefused(redeemed({}, { Authorization: 'Bearer x' }), true);
		await isRefused(redeemed({}, { Authorization: 'Basic x' }), true);
		await isRefused(redeemed({ client_id: 'public.id', client_secret: current.secret }));
		for (const [more, headers] of [[{ client_secret: current.secret }, basic('secret', current.secret)],
			[{ client_id: 'public.id' }, basic('secret', current.secret)]]) {
			const { status, json } = await redeemed(more, headers);
			assert.deepEqual([status, json.error], [400, 'invalid_request']);
		}
		await isGranted(redeemed({}, basic('secret', current.secret)));
	});

	it('still needs PKCE, and its own redirect URIs', async () => {
		const { landed } = await new Browser().open(ask('secret', { code_challenge: undefined }).url,
			{ stop: (url) => url.startsWith(REDIRECT_URI) });
		assert.equal(landed.searchParams.get('error'), 'invalid_request');
		const redeemed = await codeOf('secret');
		const { json } = await redeemed({ code_verifier: 'x'.repeat(43) }, basic('secret', current.secret));
		assert.equal(json.error, 'invalid_grant');
		const page = await request(ask('secret', { redirect_uri: 'https://evil.example/cb' }).url);
		assert.deepEqual([page.status, page.location], [400, undefined]);
	});

	it('cannot redeem the code of another', async () => {
		const redeemed = await codeOf('public.id');
		assert.equal((await redeemed({}, basic('secret', current.secret))).json.error, 'invalid_grant');
		await isGranted(redeemed({ client_id: 'public.id' }));
	});

	it('is stored as a hash, in the configuration alone', async () => {
		const content = await site.database.content();
		for (const text of [old.secret, current.secret, current.hash])
			assert.ok(!content.includes(text));
	});
});

describe('a client with keys', () => {
	const prove = (id, { privateKey }, alg, claims, header) =>
		withAssertion(assertion(privateKey, alg, id, `${site.url}/token`, claims, header));

	it('signs its assertions with any of them', async () => {
		for (const [id, key, alg, header] of [['keys', rsa, 'RS256', { kid: 'rsa' }], ['keys', rsa, 'PS256', {}],
			['keys', ec, 'ES256', { kid: 'ec' }], ['pem', ec, 'ES256', {}]]) {
			const redeemed = await codeOf(id);
			const tokens = await isGranted(redeemed(prove(id, key, alg, { aud: site.url }, header)));
			await isGranted(refresh(metadata, { client_id: id }, tokens.refresh_token, prove(id, key, alg, {}, header)));
		}
	});

	it('gets nothing with one that is old, used, for others, forged, or of another algorithm', async () => {
		const redeemed = await codeOf('keys');
		const now = Math.floor(Date.now() / 1000);
		for (const proof of [
			{ client_id: 'keys' }, { client_id: 'keys', client_secret: current.secret },
			prove('keys', rsa, 'RS256', { exp: now - 120 }), prove('keys', rsa, 'RS256', { exp: now + 7200 }),
			prove('keys', rsa, 'RS256', { exp: undefined }), prove('keys', rsa, 'RS256', { jti: undefined }),
			prove('keys', rsa, 'RS256', { aud: `${site.url}/revoke` }),
			prove('keys', rsa, 'RS256', { aud: 'https://other.example' }),
			prove('keys', rsa, 'RS256', { sub: 'pem' }), prove('keys', rsa, 'RS256', { nbf: now + 600 }),
			prove('pem', ec, 'ES256'), prove('keys', rsa, 'RS256', {}, { alg: 'PS256' }),
			prove('keys', rsa, 'RS256', {}, { alg: 'none' }),
			prove('keys', rsa, 'RS256', {}, { alg: 'HS256' }), prove('keys', rsa, 'RS256', {}, { kid: 'ec' }),
			{ ...prove('keys', rsa, 'RS256'), client_id: 'pem' },
			{
				...prove('keys', rsa, 'RS256'),
				client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
			},
		]) {
			const { status, json } = await redeemed(proof);
			assert.ok(status === 401 ? json.error === 'invalid_client' : json.error === 'invalid_grant', JSON.stringify(json));
		}
		const once = prove('keys', rsa, 'RS256');
		const tokens = await isGranted(redeemed(once));
		await isRefused(refresh(metadata, { client_id: 'keys' }, tokens.refresh_token, once));
	});
});

describe('a public client', () => {
	it('needs no registration, is shown as the administrator\'s, and gets its own scopes', async () => {
		const page = await new Browser().open(ask('public.id').url);
		assert.match(page.text, /Your administrator has set it up/);
		const redeemed = await codeOf('public.id', { scope: 'mcp:tools files:read files:write' });
		assert.equal((await isGranted(redeemed({ client_id: 'public.id' }))).scope, 'mcp:tools files:read');
		assert.equal(await site.database.count('client'), 0);
	});

	it('goes the whole way to a tool', async () => {
		const client = { client_id: 'public.id', redirect_uris };
		const session = await signedIn(site.resource(), { client, ask: { scope: 'mcp:tools files:read' } });
		assert.equal((await session.mcp.request('tools/list')).status, 200);
	});

	it('is unknown by its section\'s name, and so is anybody else', async () => {
		for (const id of ['public', 'Public.id', 'unknown'])
			await isRefused(redeem(metadata, ask(id), 'A'.repeat(43), { client_id: id }));
	});
});
