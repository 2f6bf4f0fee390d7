// SPDX-License-Identifier: MIT
// What a full run with every fault leaves behind: no secret in a log, an error or a byte of the database, and no core.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAccount } from './lib/account.mjs';
import { Browser, readForm } from './lib/browser.mjs';
import { contentOf, filesBelow } from './lib/files.mjs';
import { observe, post, postJson, request } from './lib/http.mjs';
import { McpClient, legacy, send } from './lib/mcp.mjs';
import { authorization, discover, randomText, redeem, refresh, register, revoke } from './lib/oauth.mjs';
import { approve, signIn, signedIn } from './lib/sign-in.mjs';
import { FASTCGI, startSite } from './lib/site.mjs';

const SIGN_IN_FAULTS = [
	{ discovery_status: 503 }, { authorize_error: 'access_denied' }, { authorize_missing_code: true },
	{ authorize_wrong_state: true }, { authorize_error: 'server_error' }, { token_status: 503, token_body: 'down' },
	{ token_close: true }, { token_body_fault: 'garbage' }, { token_body_fault: 'html' }, { token_truncate: true },
	{ omit_access_token: true }, { omit_id_token: true }, { omit_refresh_token: true }, { id_token_fault: 'bad_nonce' },
	{ id_token_fault: 'bad_signature' }, { id_token_fault: 'wrong_aud' }, { id_token_fault: 'not_a_token' },
	{ access_token_fault: 'wrong_aud' }, { access_token_fault: 'unknown_kid' }, { access_token_fault: 'not_a_token' },
	{ jwks_status: 503 }, { expires_in_string: true }, { token_type: 'mac' },
];
const CALL_FAULTS = [
	{ obo_error: 'mfa' }, { obo_error: 'expired' }, { obo_error: 'consent_required' }, { obo_error: 'throttled' },
	{ token_status: 500, token_body: 'x' }, { token_close: true }, { token_body_fault: 'garbage' },
	{ token_body_fault: 'array' }, { graph_status: 401 }, { graph_status: 403 }, { graph_status: 404 },
	{ graph_status: 429, graph_retry_after: 3 }, { graph_status: 500 }, { graph_close: true },
	{ graph_body_fault: 'garbage' }, { graph_body_fault: 'truncated' }, { graph_claims_challenge: true },
	{ graph_token_fault: 'not_a_token' }, { graph_other_user: true },
];

for (const [server, credential] of [['lighttpd-fastcgi', 'certificate'], ['apache-proxy-fcgi', 'secret-file'],
	['apache-userdir', 'certificate']]) {
	describe(server, () => {
		const own = new Set();		// what our side handed out or was given: codes, tokens, verifiers, cookies
		const answers = [];
		let site;
		let entra;			// what Entra handed out or was given
		let running;

		before(async () => {
			site = await startSite(server, { credential, top: ['log = all', 'refresh_grace = 1'], entra: { timeout: 2 } });
			const stop = observe((answer) => answer.url.startsWith(site.url) && answers.push(answer));
			try {
				await run(site, keep(own));
				entra = await site.standin.secrets();
				running = readAll(site.keep);
				await crash(site);
			} finally {
				await site.halt();
				stop();
			}
		});
		after(() => site?.remove());

		it('went well enough to prove something', () => {
			assert.ok(own.size > 150, `${own.size} secrets of ours`);
			assert.ok(entra.length > 150, `${entra.length} secrets of Entra's`);
			for (const status of [400, 401, 403, 404])
				assert.ok(answers.some((a) => a.status === status), `no ${status}`);
			assert.ok(answers.filter((a) => a.location?.includes('error=')).length > 15);
			assert.ok(answers.filter((a) => a.json?.result?.isError).length > 15);
			const logs = [...readAll(site.keep)].filter(([file]) => file.includes('/log/')).map(([, bytes]) => bytes).join('');
			assert.match(logs, /\/oauth-callback/);
			assert.match(logs, /sallyport mcp: /);
		});

		it('has no secret in any file, while it runs and afterwards', () => {
			for (const files of [running, readAll(site.keep)]) {
				assert.ok([...files.keys()].some((file) => file.endsWith('sallyport.db')));
				for (const [file, bytes] of files)
					hasNone(bytes, [...own, ...entra], path.relative(site.keep, file));
			}
			if (FASTCGI.includes(server))	// a CGI program closes the database, which empties that file
				assert.ok([...running.keys()].some((file) => file.endsWith('-wal')));
		});

		it('has nobody by name in a log', () => {
			for (const [file, bytes] of readAll(path.join(site.keep, 'log')))
				for (const name of ['alice@', 'Alice', 'aaaaaaaa-aaaa-4aaa-8aaa', 'bob@'])
					assert.ok(!bytes.includes(name), `${name} in ${file}`);
		});

		it('told no secret in an error, and nothing of Entra at all', () => {
			for (const { status, url, text, headers, location } of answers) {
				const where = `${status} of ${new URL(url).pathname}`;
				hasNone(text, entra, where);
				if (status >= 400)
					hasNone(`${text} ${headers['www-authenticate'] ?? ''}`, own, where);
				if (location?.includes('error='))
					hasNone(location, [...own, ...entra], `Location of ${where}`);
			}
		});

		it('has left no core', () => {
			for (const dir of [site.keep, path.join(site.keep, 'bin'), path.join(site.keep, 'state'),
				path.join(site.keep, 'www'), '.', '/'])
				assert.deepEqual(readdirSync(dir).filter((name) => /^core(\.\d+)?$/.test(name)), [], dir);
		});
	});
}

// Adds every value, and of a JWT of ours the jti.
function keep(own) {
	return (...values) => values.filter(Boolean).forEach((value) => {
		own.add(value);
		if (value.startsWith('eyJ'))
			own.add(JSON.parse(Buffer.from(value.split('.')[1], 'base64url')).jti);
	});
}

async function run(site, note) {
	const resource = site.resource();
	const switched = (switches, body) => site.standin.during(switches, body);
	const enter = async (options) => {
		const session = await signIn(resource, options);
		const { tokens, asked, response, browser } = session;
		note(tokens?.access_token, tokens?.refresh_token, asked.verifier, response.code, ...browser.sent);
		return { ...session, mcp: new McpClient(resource, tokens?.access_token) };
	};
	const first = await enter();
	for (const fault of SIGN_IN_FAULTS) {
		await switched(fault, () => enter({ client: first.client })).catch((error) => {
			assert.match(error.message, /not sent back to the client/);	// authorize_wrong_state
		});
		await site.database.forgetAttempts();
	}
	for (const fault of CALL_FAULTS)
		await switched(fault, async () => (await enter({ client: first.client })).mcp.callTool());
	await goStale(site, enter, first, switched);
	await rotate(first, note, enter);
	await misuse(site, first, note, await enter({ client: first.client }));
	await enter({ client: first.client, decision: 'deny' });
}

async function goStale(site, enter, { client }, switched) {
	const faults = [{}, { token_status: 503 }, { token_close: true }, { access_token_fault: 'bad_signature' },
		{ refresh_revoked: true }];
	const sessions = [];
	for (let i = 0; i < faults.length; i++)
		sessions.push(await switched({ access_token_lifetime: 1 }, () => enter({ client })));
	await sleep(2000);
	for (const [i, fault] of faults.entries())
		await switched(fault, () => sessions[i].mcp.callTool());
}

// A rotation of each kind, and a revocation.
async function rotate({ client, metadata }, note, enter) {
	const sessions = [await enter({ client }), await enter({ client }), await enter({ client })];
	const next = async (token) => {
		const { json } = await refresh(metadata, client, token);
		note(json.access_token, json.refresh_token);
		return json;
	};
	const starts = sessions.map((s) => s.tokens.refresh_token);
	const successors = [];
	for (const token of starts)
		successors.push(await next(token));
	await next(starts[0]);
	await sleep(2100);
	await next(starts[1]);
	await next(successors[1].refresh_token);
	await next(successors[2].refresh_token);
	await next(starts[2]);
	await revoke(metadata, client, successors[0].access_token);
	await revoke(metadata, client, successors[0].refresh_token);
	assert.equal((await redeem(metadata, sessions[0].asked, sessions[0].response.code)).status, 400);
}

// Secrets where they do not belong.
async function misuse(site, { client, metadata }, note, { tokens, response, asked }) {
	const { access_token: access, refresh_token: refreshing } = tokens;
	const altered = [`${access}x`, access.slice(0, -3), `${access} x`, refreshing, response.code];
	note(...altered.slice(0, 2));
	for (const token of altered) {
		await send(site.resource(), token, legacy('ping'));
		await refresh(metadata, client, token);
		await revoke(metadata, { client_id: 'unknown' }, token);
	}
	await request(`${site.resource()}?access_token=${access}`,
		{ headers: { Referer: `${site.url}/oauth-callback?code=${response.code}` } });
	await request(`${site.resource()}/x?access_token=${access}`, { headers: { Authorization: `Bearer ${access}` } });
	await request(`${site.url}/token?code=${response.code}&refresh_token=${refreshing}`);
	await request(`${site.url}/oauth-callback?code=${response.code}&state=${randomText()}`);
	await post(`${site.url}/token`, { grant_type: refreshing, client_id: access.slice(0, 100),
		code: [response.code, response.code] });
	await post(`${site.url}/token`, { grant_type: 'authorization_code', client_id: client.client_id, code: 'x',
		redirect_uri: 'x:y', code_verifier: asked.verifier });
	await postJson(`${site.url}/register`, { redirect_uris: [`javascript:${access}`], client_name: [refreshing] });
	await postJson(site.resource(), `{"jsonrpc":"2.0","id":1,"method":"${access}"`,
		{ headers: { Authorization: `Bearer ${access}` } });
	await postJson(site.resource(), { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: access } },
		{ headers: { Authorization: `Bearer ${access}` } });
	await secondBrowser(site, metadata, client, note);
	await ownClients(site, note);
}

// The page of a person's own clients: its cookies, and the proofs of both its forms.
async function ownClients(site, note) {
	const browser = new Browser();
	const closed = await browser.open(`${site.url}/account`);
	const { page } = await openAccount(site, { browser });
	note(readForm(closed, 'signin').fields.csrf, readForm(page, 'signout').fields.csrf, ...browser.sent);
}

async function secondBrowser(site, metadata, client, note) {
	const asked = authorization(metadata, client);
	const browser = new Browser();
	const page = await browser.open(asked.url);
	note(page.landed.searchParams.get('transaction'), /name="csrf"\s+value="([^"]*)"/.exec(page.text)[1], asked.verifier);
	assert.equal((await new Browser().submit(page, 'approve')).status, 403);
	const { code } = await approve(browser, page, asked, metadata);
	note(code, ...browser.sent);
}

// A program that dies must not write what it holds.
async function crash(site) {
	if (!FASTCGI.includes(site.server))
		return;
	for (const program of ['mcp', 'token', 'oauth-callback', 'consent']) {
		const pids = site.pids(program);
		assert.ok(pids.length > 0, program);
		for (const pid of pids) {
			assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m);
			process.kill(pid, 'SIGSEGV');
		}
	}
	await sleep(200);
}

// Every file but keys, credentials and the programs themselves, as text of one character per byte.
function readAll(dir) {
	return new Map(filesBelow(dir, ['keys', 'bin', 'lent']).map((file) => [file, contentOf(file).toString('latin1')]));
}

// The value, its parts if it is a JWT, and for random values the bytes and their digits.
const known = new Map();

function shapes(value) {
	if (!known.has(value))
		known.set(value, makeShapes(value));
	return known.get(value);
}

function makeShapes(value) {
	const parts = value.startsWith('eyJ') ? value.split('.').slice(1).filter((part) => part.length >= 20) : [];
	const random = /^[A-Za-z0-9_-]{43}$/.test(value) ? Buffer.from(value, 'base64url') : undefined;
	return [...new Set([value, encodeURIComponent(value), Buffer.from(value).toString('base64'), ...parts,
		...random === undefined ? [] : [random.toString('latin1'), random.toString('hex'),
			random.toString('base64').slice(0, 42)]])];
}

function hasNone(bytes, values, where) {
	for (const value of values)
		for (const shape of shapes(value))
			assert.ok(!bytes.includes(shape), `${shape.slice(0, 12)}... of ${value.length} characters in ${where}`);
}
