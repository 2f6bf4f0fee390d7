// SPDX-License-Identifier: MIT
// A program run by hand answers as it does behind a server: the same status, headers and body but for what is random.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Browser, readForm } from './lib/browser.mjs';
import { form, request } from './lib/http.mjs';
import { legacy, modern } from './lib/mcp.mjs';
import { authorization, refresh, register } from './lib/oauth.mjs';
import { approve, signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const FORM = 'application/x-www-form-urlencoded';
const HEADERS = ['content-type', 'location', 'allow', 'www-authenticate', 'cache-control',
	'access-control-allow-origin', 'set-cookie',
	'content-security-policy', 'x-frame-options', 'referrer-policy', 'x-content-type-options'];

let site;
let session;
let other;

before(async () => {
	site = await startSite('apache-cgi');
	session = await signedIn(site.resource());
	other = await register(session.metadata, { client_name: 'Other' });
});
after(() => site?.stop());

// The variables that a person sets; everything else is absent.
function byHand(program, { method = 'GET', pathInfo, query, type, headers = {}, body }) {
	const env = { PATH: process.env.PATH, SALLYPORT_CONF: path.join(site.keep, 'sallyport.conf'), REQUEST_METHOD: method };
	if (pathInfo !== undefined)
		env.PATH_INFO = pathInfo;
	if (query !== undefined)
		env.QUERY_STRING = query;
	if (type !== undefined)
		env.CONTENT_TYPE = type;
	if (body !== undefined)
		env.CONTENT_LENGTH = String(Buffer.byteLength(body));
	for (const [name, value] of Object.entries(headers))
		env[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value;
	return new Promise((resolve, reject) => {
		const child = spawn(path.join(site.bin, program), { env, stdio: ['pipe', 'pipe', 'pipe'] });
		const out = [];
		child.stdout.on('data', (bytes) => out.push(bytes));
		child.on('error', reject);
		child.stdin.on('error', () => {});
		child.on('close', (code) => resolve({ code, ...readCgi(Buffer.concat(out).toString()) }));
		child.stdin.end(body);
	});
}

function readCgi(text) {
	const end = text.indexOf('\r\n\r\n');
	const headers = {};
	for (const line of text.slice(0, end).split('\r\n')) {
		const [, name, value] = /^([^:]+): (.*)$/.exec(line);
		if (name.toLowerCase() === 'set-cookie')
			(headers['set-cookie'] ??= []).push(value);
		else
			headers[name.toLowerCase()] = value;
	}
	return { status: Number(headers.status), headers, text: text.slice(end + 4), location: headers.location };
}

function behindServer({ method, pathInfo, query, type, headers = {}, body }) {
	return request(`${site.url}${pathInfo}${query === undefined ? '' : `?${query}`}`, {
		method, body, headers: { ...headers, ...type !== undefined && { 'Content-Type': type } },
	});
}

// Our own random values are 16 hexadecimal digits, or 16, 22 or 43 characters of base64url, or a JWT of them.
function settled(text) {
	return text.replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'JWT').replaceAll(/\b[0-9a-f]{16}\b/g, 'REFERENCE')
		.replaceAll(/(?<![\w-])[\w-]{43}(?![\w-])/g, 'RANDOM').replaceAll(/(?<=transaction-)[\w-]{16}/g, 'TAG')
		.replaceAll(/(?<![\w-])[\w-]{22}(?![\w-])/g, 'CLIENT').replaceAll(/(?<="client_id_issued_at":)\d+/g, 'NOW');
}

// Both answers to what make(n) describes: once behind the server and once by hand, with and without PATH_INFO.
async function alike(program, make, status) {
	const described = [await make(), await make(), await make()];
	const served = await behindServer({ method: 'GET', ...described[0] });
	const hands = [await byHand(program, described[1])];
	if (described[2].pathInfo === `/${program}`)
		hands.push(await byHand(program, { ...described[2], pathInfo: undefined }));
	assert.equal(served.status, status, served.text);
	for (const hand of hands) {
		assert.equal(hand.code, 0);
		assert.equal(hand.headers['content-length'], hand.status === 204 ? undefined : String(Buffer.byteLength(hand.text)));
		assert.deepEqual([hand.status, settled(hand.text)], [served.status, settled(served.text)]);
		for (const name of HEADERS)
			assert.deepEqual(both(hand.headers[name]), both(served.headers[name]), name);
	}
	return [served, ...hands];
}

const both = (value) => value === undefined ? undefined : settled([value].flat().join('\n'));

async function table(program, rows) {
	for (const [status, make] of rows)
		await alike(program, typeof make === 'function' ? make : () => make, status);
}

// A sign-in up to the consent page, with what the form would send.
async function waiting(change = {}) {
	const browser = new Browser();
	const asked = authorization(session.metadata, session.client);
	const page = await browser.open(asked.url);
	const { fields } = readForm(page, 'approve');
	const cookie = () => browser.cookies(site.url).map((c) => `${c.name}=${c.value}`).join('; ');
	return { browser, asked, page, cookie, body: form({ ...fields, ...change }), query: page.landed.search.slice(1) };
}

async function consentForm(change) {
	const { cookie, body } = await waiting(change);
	return { method: 'POST', pathInfo: '/consent', type: FORM, body, headers: { Cookie: cookie(), Origin: site.url } };
}

async function callback() {
	const { browser, page, cookie } = await waiting();
	const { landed } = await browser.submit(page, 'approve', { stop: (url) => url.includes('/oauth-callback?') });
	return { pathInfo: '/oauth-callback', query: landed.search.slice(1), headers: { Cookie: cookie() } };
}

async function codeForm() {
	const { browser, page, asked } = await waiting();
	const { code } = await approve(browser, page, asked, session.metadata);
	return {
		method: 'POST', pathInfo: '/token', type: FORM, body: form({
			grant_type: 'authorization_code', client_id: session.client.client_id, code, redirect_uri: asked.fields.redirect_uri,
			code_verifier: asked.verifier,
		}),
	};
}

describe('by hand and behind a server', () => {
	const tokenForm = (fields) => ({ method: 'POST', pathInfo: '/token', type: FORM, body: form(fields) });
	const revokeForm = (fields) => ({ method: 'POST', pathInfo: '/revoke', type: FORM, body: form(fields) });

	it('metadata', () => table('metadata', [
		...['oauth-protected-resource', 'oauth-protected-resource/mcp', 'oauth-authorization-server'].map((name) =>
			[200, { pathInfo: `/.well-known/${name}` }]),
		[404, { pathInfo: '/.well-known/oauth-protected-resource/other' }],
		[405, { method: 'DELETE', pathInfo: '/.well-known/oauth-authorization-server' }],
		[204, { method: 'OPTIONS', pathInfo: '/.well-known/oauth-authorization-server',
			headers: { Origin: 'https://x.example' } }],
	]));

	it('register', () => table('register', [
		[201, { method: 'POST', pathInfo: '/register', type: 'application/json',
			body: '{"redirect_uris":["http://127.0.0.1/cb"]}' }],
		[400, { method: 'POST', pathInfo: '/register', type: 'application/json',
			body: '{"redirect_uris":["javascript:x"]}' }],
		[400, { method: 'POST', pathInfo: '/register', type: 'application/json', body: '{' }],
		[415, { method: 'POST', pathInfo: '/register', type: 'text/plain', body: '{}' }],
		[405, { method: 'GET', pathInfo: '/register' }],
	]));

	it('authorize', () => {
		const query = (change) => authorization(session.metadata, session.client,
			{ state: 'S', ...change }).url.split('?')[1];
		return table('authorize', [
			[302, () => ({ pathInfo: '/authorize', query: query() })],
			[302, () => ({ pathInfo: '/authorize', query: query({ code_challenge: undefined }) })],
			[400, () => ({ pathInfo: '/authorize', query: query({ redirect_uri: 'https://evil.example/' }) })],
			[401, () => ({ pathInfo: '/authorize', query: query({ client_id: 'x' }) })],
			[405, () => ({ method: 'DELETE', pathInfo: '/authorize', query: query() })],
		]);
	});

	it('consent', () => table('consent', [
		[200, async () => { const { query, cookie } = await waiting(); return { pathInfo: '/consent', query,
			headers: { Cookie: cookie() } }; }],
		[200, async () => ({ pathInfo: '/consent', query: (await waiting()).query })],
		[303, () => consentForm({})],
		[303, () => consentForm({ decision: 'switch' })],
		[303, () => consentForm({ decision: 'deny' })],
		[403, () => consentForm({ csrf: 'x' })],
		[400, { pathInfo: '/consent', query: 'transaction=x' }],
	]));

	it('oauth-callback', () => table('oauth-callback', [
		[302, callback],
		[403, async () => ({ ...await callback(), headers: {} })],
		[400, { pathInfo: '/oauth-callback', query: 'state=x' }],
	]));

	it('token', () => table('token', [
		[200, codeForm],
		[200, () => tokenForm({ grant_type: 'refresh_token', client_id: session.client.client_id,
			refresh_token: session.tokens.refresh_token })],
		[400, () => tokenForm({ grant_type: 'refresh_token', client_id: session.client.client_id, refresh_token: 'x' })],
		[401, () => tokenForm({ grant_type: 'refresh_token', client_id: 'x', refresh_token: 'x' })],
		[400, () => tokenForm({ grant_type: 'x' })],
	]));

	it('revoke', () => table('revoke', [
		[200, () => revokeForm({ client_id: session.client.client_id, token: 'x' })],
		[200, async () => revokeForm({ client_id: session.client.client_id,
			token: (await signedIn(site.resource(), { client: session.client })).tokens.refresh_token })],
		[400, () => revokeForm({ client_id: other.client_id, token: session.tokens.refresh_token })],
		[401, () => revokeForm({ token: 'x' })],
	]));

	it('introspect', () => table('introspect', [
		[404, { method: 'POST', pathInfo: '/introspect', type: FORM, body: form({ token: 'x' }) }],
		[405, { pathInfo: '/introspect' }],
		[415, { method: 'POST', pathInfo: '/introspect', type: 'text/plain', body: 'x' }],
	]));

	it('logout', () => {
		const button = (headers) =>
			({ method: 'POST', pathInfo: '/logout', type: FORM, body: form({ decision: 'signout' }), headers });
		return table('logout', [
			[200, { pathInfo: '/logout' }],
			[200, { pathInfo: '/logout', query: 'state=done' }],
			[200, { pathInfo: '/logout', query: 'sid=007e3899-e104-731f-b675-0617c1f2dd72' }],
			[400, { pathInfo: '/logout', query: 'iss=https%3A%2F%2Flogin.example' }],
			[303, button({ Origin: site.url })],
			[403, button({})],
			[405, { method: 'DELETE', pathInfo: '/logout' }],
		]);
	});

	it('account', () => {
		const button = (fields, headers) =>
			({ method: 'POST', pathInfo: '/account', type: FORM, body: form(fields), headers });
		const own = { Origin: site.url };
		return table('account', [
			[200, { pathInfo: '/account' }],
			[303, button({ csrf: 'x', decision: 'end-all' }, own)],
			[400, button({ csrf: 'x' }, own)],
			[403, button({ csrf: 'x', decision: 'signin' }, own)],
			[403, button({ csrf: 'x', decision: 'end-all' }, {})],
			[405, { method: 'DELETE', pathInfo: '/account' }],
		]);
	});

	it('mcp', async () => {
		const { json } = await refresh(session.metadata, session.client, session.tokens.refresh_token);
		const posted = ({ headers, body }, token = json.access_token) => ({
			method: 'POST', pathInfo: '/mcp', type: 'application/json', body: JSON.stringify(body),
			headers: { Authorization: `Bearer ${token}`, ...headers },
		});
		await table('mcp', [
			[401, { method: 'POST', pathInfo: '/mcp', type: 'application/json', body: '{}' }],
			[401, posted(legacy('ping'), 'x')],
			[200, posted(legacy('tools/list'))],
			[200, posted(modern('tools/call', { name: 'get_graph_user_details' }))],
			[404, posted(modern('nope'))],
			[202, posted(legacy('notifications/initialized', undefined, { id: null }))],
			[405, { pathInfo: '/mcp', headers: { Authorization: `Bearer ${json.access_token}` } }],
			[404, { pathInfo: '/mcp/x' }],
			[403, posted({ ...legacy('ping'), headers: { Origin: 'https://evil.example' } })],
		]);
	});
});
