/* SPDX-License-Identifier: MIT */
/* A client of the stand-in for its own test: starts the command and speaks to it over HTTP. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';
import { after, before, beforeEach } from 'node:test';
import { SALLYPORT, SALLYPORT_SECRET, TENANT } from './world.mjs';

const MAIN = new URL('main.mjs', import.meta.url).pathname;
export const CALLBACK = 'http://127.0.0.1:4711/oauth-callback';
export const SELF = `${SALLYPORT}/.default`;
export const SIGN_IN_SCOPE = `openid profile offline_access ${SELF}`;

export async function start(...args) {
	const child = spawn(process.execPath, [MAIN, ...args], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const lines = createInterface({ input: child.stdout });
	const line = await new Promise((done) => {
		lines.once('line', done);
	});
	const [, base] = /^ready (\S+)$/.exec(line);
	const ended = new Promise((done) => {
		child.once('exit', (code) => done(code));
	});
	return {
		base,
		stop: () => {
			child.kill('SIGTERM');
			return ended;
		},
	};
}

/* Answers {status, headers, text, json}; json is undefined for a body that is none. */
export function call(url, { method = 'GET', headers = {}, body, ca } = {}) {
	return new Promise((done, fail) => {
		const client = url.startsWith('https:') ? https : http;
		const req = client.request(url, { method, headers, ca }, (res) => {
			const chunks = [];
			res.on('data', (chunk) => chunks.push(chunk));
			res.on('error', fail);
			res.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				done({
					status: res.statusCode,
					headers: res.headers,
					text,
					json: parseJson(text),
				});
			});
		});
		req.on('error', fail);
		req.end(body);
	});
}

function parseJson(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export const decode = (jwt) => {
	const [header, claims] = jwt
		.split('.')
		.slice(0, 2)
		.map((part) => JSON.parse(Buffer.from(part, 'base64url')));
	return { header, claims };
};

/* Takes out what is undefined, so that a test can leave a parameter away. */
const formOf = (fields) =>
	new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== undefined));

/* An answer of the token endpoint that says no. */
export function assertError({ status, json }, wantedStatus, error, code) {
	assert.deepEqual([status, json?.error, json?.error_codes], [wantedStatus, error, [code]]);
	assert.ok(json.error_description.startsWith(`AADSTS${code}: `));
}

export class Driver {
	constructor(base) {
		this.dial(base);
	}

	dial(base) {
		this.base = base;
		this.endpoint = `${base}/${TENANT}/oauth2/v2.0/token`;
	}

	async control(name, body, method = 'POST') {
		const { status, json } = await call(`${this.base}/__control/${name}`, {
			method,
			headers: { 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		return { status, json };
	}

	set(switches) {
		return this.control('set', switches);
	}

	async begin() {
		await this.control('reset');
		await this.control('redirect_uri', {
			client_id: SALLYPORT,
			redirect_uri: CALLBACK,
		});
	}

	/* A request of /authorize that is right, changed as told; answers also the verifier. */
	authorizeRequest(change = {}) {
		const verifier = randomBytes(32).toString('base64url');
		const fields = {
			client_id: SALLYPORT,
			response_type: 'code',
			redirect_uri: CALLBACK,
			response_mode: 'query',
			scope: SIGN_IN_SCOPE,
			state: randomUUID(),
			nonce: randomUUID(),
			code_challenge: createHash('sha256').update(verifier).digest('base64url'),
			code_challenge_method: 'S256',
			...change,
		};
		return { verifier, fields, query: formOf(fields) };
	}

	async authorize(change, { tenant = TENANT, extra = '', headers } = {}) {
		const request = this.authorizeRequest(change);
		const url = `${this.base}/${tenant}/oauth2/v2.0/authorize?${request.query}${extra}`;
		const answer = await call(url, { headers });
		const location = answer.headers.location ?? '';
		const params = Object.fromEntries(
			new URLSearchParams(location.split('?')[1] ?? ''),
		);
		return { ...answer, ...request, location, params };
	}

	token(fields, { headers = {}, tenant = TENANT, extra = '', method = 'POST' } = {}) {
		return call(`${this.base}/${tenant}/oauth2/v2.0/token`, {
			method,
			headers: {
				'content-type': 'application/x-www-form-urlencoded',
				...headers,
			},
			body: formOf(fields) + extra,
		});
	}

	codeFields({ params, verifier }, change = {}) {
		return {
			grant_type: 'authorization_code',
			client_id: SALLYPORT,
			client_secret: SALLYPORT_SECRET,
			code: params.code,
			redirect_uri: CALLBACK,
			code_verifier: verifier,
			scope: SIGN_IN_SCOPE,
			...change,
		};
	}

	async redeem(change, options) {
		return this.token(this.codeFields(await this.authorize(), change), options);
	}

	async signIn() {
		return (await this.redeem()).json;
	}

	/* A sign-in with nothing before it in the log; answers all that was in play. */
	async redeemLogged() {
		await this.control('log', undefined, 'DELETE');
		const authorized = await this.authorize();
		const { json } = await this.token(this.codeFields(authorized));
		return { ...authorized, json };
	}

	refresh(refreshToken, change = {}) {
		return this.token({
			grant_type: 'refresh_token',
			client_id: SALLYPORT,
			client_secret: SALLYPORT_SECRET,
			refresh_token: refreshToken,
			scope: SIGN_IN_SCOPE,
			...change,
		});
	}

	onBehalfOf(assertion, change = {}) {
		return this.token({
			grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
			client_id: SALLYPORT,
			client_secret: SALLYPORT_SECRET,
			assertion,
			requested_token_use: 'on_behalf_of',
			scope: 'https://graph.microsoft.com/.default',
			...change,
		});
	}

	async graphToken() {
		return (await this.onBehalfOf((await this.signIn()).access_token)).json
			.access_token;
	}

	me(token, suffix = '') {
		return call(`${this.base}/graph/v1.0/me${suffix}`, {
			headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
		});
	}
}

/* For a test file: a stand-in of its own, as at start before each test. */
export function useStandIn() {
	const driver = new Driver('');
	let standIn;
	before(async () => {
		standIn = await start();
		driver.dial(standIn.base);
	});
	beforeEach(() => driver.begin());
	after(() => standIn.stop());
	return driver;
}
