// SPDX-License-Identifier: MIT
// What the attacks share: one installation, its people, and the attacker's tools.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Browser } from '../e2e/lib/browser.mjs';
import { contentOf, filesBelow } from '../e2e/lib/files.mjs';
import { legacy, send } from '../e2e/lib/mcp.mjs';
import { authorization, discover, register } from '../e2e/lib/oauth.mjs';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';

export const CLIENTS_MAX = 150;		// registrations that the installation keeps
export const SIGN_INS_MAX = 100;	// and sign-ins under way
export const APP = 'com.example.app';	// a private-use scheme that may be registered
export const EVIL = 'https://evil.example/callback';
export const CONFIGURED = { client_id: 'configured', redirect_uris: ['http://127.0.0.1:33418/callback'] };
export const ALICE = 'Alice Example';
export const BOB = 'Bob Example';

export class Scene {
	async start(server, version) {
		this.site = await startSite(server, {
			http: version, top: [`redirect_schemes = ${APP}`],
			servers: ['mcp', 'other'], clients: [{ name: CONFIGURED.client_id, redirect_uris: CONFIGURED.redirect_uris }],
			limits: { clients: CLIENTS_MAX, transactions: SIGN_INS_MAX }, entra: { timeout: 3 },
		});
		this.version = version;
		this.ca = readFileSync(path.join(this.site.keep, 'tls.crt'));
		this.url = this.site.url;
		this.resource = this.site.resource();
		this.other = this.site.resource('other');
		this.db = this.site.database;
		this.standin = this.site.standin;
		this.metadata = (await discover(this.resource)).metadata;
		return this;
	}

	stop() { return this.site.stop(); }

	// No test finds what another one planted.
	async reset() {
		await this.standin.reset();
		await this.sqlite(['entra_cache', 'authorization_request', 'setback', 'reauthentication', 'rate'].map((table) =>
			`DELETE FROM ${table}`).join(';'));
	}

	// A session of user's, ready to call.
	async session(user = 'alice@contoso.example', options = {}) {
		await this.standin.user(user);
		const session = await signedIn(this.resource, options);
		await this.standin.user('alice@contoso.example');
		return { ...session, sid: claimsOf(session.tokens.access_token).sid };
	}

	client(fields) { return register(this.metadata, fields); }

	ask(client, change) { return authorization(this.metadata, client, { resource: this.resource, ...change }); }

	// The consent page that a browser is shown.
	async page(asked, browser = new Browser()) {
		const page = await browser.open(asked.url, { stop: (url) => !url.startsWith(this.url) });
		assert.equal(page.status, 200, `${page.text} ${page.landed.href}`);
		assert.equal(page.landed.pathname, '/consent');
		return page;
	}

	// Approved, and at Entra's door: the address that the browser is about to open.
	async approved(asked, browser) {
		const page = await this.page(asked, browser);
		const { landed } = await browser.submit(page, 'approve', { stop: (url) => url.startsWith(this.standin.url) });
		return landed.href;
	}

	// From Entra's door to our callback: the address that Entra sends the browser to.
	async callbackOf(address, browser = new Browser()) {
		const { landed } = await browser.open(address, { stop: (url) => url.startsWith(`${this.url}/oauth-callback`) });
		return landed.href;
	}

	sqlite(command) { return this.db.sqlite(command); }

	// name is that of a key file; its first generation.
	key(name) {
		const file = path.join(this.site.keep, 'state/keys', name, 'key');
		const [kid, , secret] = readFileSync(file, 'utf8').split('\n')[0].split(' ');
		return { kid, secret: Buffer.from(secret, 'base64url') };
	}

	logs() {
		return filesBelow(path.join(this.site.keep, 'log')).map((file) => contentOf(file).toString('latin1')).join('\n');
	}

	// Every byte of the state directory: database, its log, keys.
	state() { return Buffer.concat(filesBelow(path.join(this.site.keep, 'state')).map((file) => contentOf(file))); }
}

const part = (text) => Buffer.from(text).toString('base64url');

export function claimsOf(token) {
	return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}

// A token signed with the product's own key, as its thief would: what remains is what the claims and rows say.
export function forge({ kid, secret }, claims, header = { alg: 'HS256', typ: 'at+jwt', kid }) {
	const input = `${part(JSON.stringify(header))}.${part(JSON.stringify(claims))}`;
	return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export const list = (token, url) => send(url, token, legacy('tools/list'));

export async function refused(answer, status = 401) {
	const { status: got, json, text } = await answer;
	assert.equal(got, status, text);
	assert.equal(json?.result, undefined, text);
}

// The profile that a call answers with; undefined when it answers with none.
export async function profile(mcp) {
	return (await mcp.callTool()).json?.result?.structuredContent?.displayName;
}

export const hex = (bytes) => `x'${Buffer.from(bytes).toString('hex')}'`;

// An error page of ours: no way to anywhere, nothing that runs.
export function isErrorPage({ status, headers, text }, expected = 400) {
	assert.equal(status, expected, text);
	assert.equal(headers.location, undefined);
	assert.match(headers['content-type'], /^text\/html/);
	assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
	assert.equal(headers['x-content-type-options'], 'nosniff');
	assert.equal(headers['cache-control'], 'no-store');
}
