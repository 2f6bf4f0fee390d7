// SPDX-License-Identifier: MIT
// The stand-in for Entra as a process of its own, and its control.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SALLYPORT } from '../../standins/entra/world.mjs';
import { startCommand } from './command.mjs';
import { request } from './http.mjs';

const MAIN = fileURLToPath(new URL('../../standins/entra/main.mjs', import.meta.url));

// Keys that tests/run has made, a file for each stand-in of a process, so that no two have the same; without it makes
// its own.
let started = 0;
function keys() {
	const file = fileURLToPath(new URL(`../../../build/standin-keys/${started++}.pem`, import.meta.url));
	return existsSync(file) ? ['--keys', file] : [];
}

// tls is a directory for its certificates, or nothing for plain HTTP.
export async function startStandIn(tls) {
	const options = tls === undefined ? [] : ['--tls-dir', tls];
	const { url, stop, pid } = await startCommand(process.execPath, [MAIN, ...keys(), ...options]);
	const ca = tls === undefined ? undefined : readFileSync(path.join(tls, 'ca.pem'));
	return Object.assign(new StandIn(url, stop, ca), { pid });
}

export class StandIn {
	constructor(url, stop, ca) {
		Object.assign(this, { url, graph: `${url}/graph`, stop, ca, redirects: [] });
	}

	async control(name, body, method = 'POST') {
		const { status, json, text } = await request(`${this.url}/__control/${name}`, {
			method, ca: this.ca, headers: { 'Content-Type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		assert.ok(status < 300, `control ${name}: ${status} ${text}`);
		return json;
	}

	set(switches) { return this.control('set', switches); }
	user(user) { return this.control('user', { user }); }
	log() { return this.control('log', undefined, 'GET'); }
	clearLog() { return this.control('log', undefined, 'DELETE'); }
	secrets() { return this.control('secrets', undefined, 'GET'); }

	allowRedirect(uri) {
		this.redirects.push(uri);
		return this.control('redirect_uri', { client_id: SALLYPORT, redirect_uri: uri });
	}

	// What Entra must know of a site to sign people out of it.
	allowLogout(url) {
		return this.control('logout', {
			client_id: SALLYPORT, front_channel_url: `${url}/logout`, post_logout_redirect_uris: [`${url}/logout`],
		});
	}

	// The sid of the ID token that was issued last.
	async lastSid() {
		const claims = (await this.secrets()).filter((secret) => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(secret))
			.map((token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url')));
		return claims.findLast(({ nonce, sub }) => nonce !== undefined && sub !== undefined).sid;
	}

	// Back to the start, with what the sites have registered.
	async reset() {
		await this.control('reset');
		for (const uri of this.redirects)
			await this.control('redirect_uri', { client_id: SALLYPORT, redirect_uri: uri });
		if (this.pem !== undefined)
			await this.allowCertificate(this.pem);
		await this.clearLog();
	}

	allowCertificate(pem) {
		this.pem = pem;
		return this.control('certificate', { client_id: SALLYPORT, pem });
	}

	// Runs body while the switches are set, and puts them back.
	async during(switches, body) {
		await this.set(switches);
		try {
			return await body();
		} finally {
			await this.set(Object.fromEntries(Object.keys(switches).map((name) => [name, null])));
		}
	}

	// How often the token endpoint was asked for each grant, and Graph for anything.
	async counts() {
		const log = await this.log();
		const count = (test) => log.filter(test).length;
		const grant = (name) => count((e) => e.form?.grant_type === name);
		return {
			authorize: count((e) => e.path.endsWith('/authorize')), code: grant('authorization_code'),
			refresh: grant('refresh_token'), exchange: grant('urn:ietf:params:oauth:grant-type:jwt-bearer'),
			graph: count((e) => e.path.startsWith('/graph/')), keys: count((e) => e.path.endsWith('/keys')),
		};
	}
}
