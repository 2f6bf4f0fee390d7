// SPDX-License-Identifier: MIT
// The authorization server as clients and browsers meet it: RFC 6749, 7009, 7591, 7636, 8252, 8707, 9207, 9700.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser } from './lib/browser.mjs';
import { post, postJson, request } from './lib/http.mjs';
import { McpClient } from './lib/mcp.mjs';
import {
	REDIRECT_URI, authorization, challengeOf, discover, metadataUrls, randomText, readChallenge, readResponse, redeem,
	refresh, register, revoke,
} from './lib/oauth.mjs';
import { approve, atClient, signIn, signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const GRACE = 30;
const INSPECTOR = 'http://localhost:6274';
const WEB_REDIRECT = 'https://client.example/cb?a=1';

let site;
let metadata;
let client;
let second;

before(async () => {
	site = await startSite('lighttpd-fastcgi', {
		servers: ['mcp', 'second'], top: [`refresh_grace = ${GRACE}`, `allowed_origins = ${INSPECTOR}`],
	});
	({ metadata } = await discover(site.resource()));
	client = await register(metadata);
	second = await register(metadata, { client_name: 'Second', redirect_uris: [REDIRECT_URI, WEB_REDIRECT] });
});
after(() => site?.stop());
beforeEach(() => site.standin.reset());

// As if the grace of every rotation were over.
const graceIsOver = () => site.database.sqlite(`UPDATE refresh_token SET kept_until = kept_until - ${GRACE + 1}`);

const ask = (change, who = client) => authorization(metadata, who, change);
const start = (asked, browser = new Browser()) => browser.open(asked.url, { stop: atClient(asked) });
const claims = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
const enter = (change, options = {}) => signedIn(site.resource(), { client, ask: change, ...options });
const alive = async (token, resource = site.resource()) => (await new McpClient(resource,
	token).request('tools/list')).status === 200;

// From a right request to our code, not yet redeemed.
async function codeFor(change, who = client) {
	const { asked, response } = await withoutRedeeming(change, who);
	return { asked, code: response.code, redeem: (other) => redeem(metadata, asked, response.code, other) };
}

async function withoutRedeeming(change, who) {
	const browser = new Browser();
	const asked = ask(change, who);
	return { asked, response: await approve(browser, await start(asked, browser), asked, metadata) };
}

// The authorization endpoint sends an error back to the client, with its state and our iss.
async function refused(change, error, who = client) {
	const asked = ask(change, who);
	const { landed, status } = await start(asked);
	assert.equal(status, 302);
	const response = readResponse(landed, metadata.issuer);
	assert.equal(response.error, error, JSON.stringify(change));
	assert.equal(response.state, asked.fields.state);
	assert.equal(response.code, undefined);
	return response;
}

// The authorization endpoint shows a page and redirects nowhere.
async function page(url) {
	const answer = await request(url);
	assert.equal(answer.location, undefined, url);
	assert.match(answer.headers['content-type'], /^text\/html/);
	assert.ok([400, 401].includes(answer.status), `${answer.status} ${url}`);
}

async function isError(answer, status, error) {
	const { json, status: got, headers } = await answer;
	assert.deepEqual([got, json?.error], [status, error], JSON.stringify(json));
	assert.match(headers['content-type'], /^application\/json/);
	assert.equal(headers['cache-control'], 'no-store');
}

describe('metadata', () => {
	it('is the same from the challenge, the path and the root', async () => {
		const { headers } = await postJson(site.resource(), {});
		const { resource_metadata: told } = readChallenge(headers['www-authenticate']);
		const forms = ['/mcp', ''].map((rest) => `${site.url}/.well-known/oauth-protected-resource${rest}`);
		const [first, ...others] = await Promise.all([told, ...forms].map((url) => request(url)));
		assert.equal(first.status, 200);
		assert.deepEqual(first.json, {
			resource: site.resource(), authorization_servers: [site.url], bearer_methods_supported: ['header'],
			scopes_supported: ['mcp:tools'], resource_name: first.json.resource_name,
		});
		for (const other of others)
			assert.deepEqual(other.json, first.json);
	});

	it('describes each server by itself', async () => {
		const { json } = await request(`${site.url}/.well-known/oauth-protected-resource/second`);
		assert.equal(json.resource, site.resource('second'));
	});

	it('names no address that does not answer', async () => {
		for (const document of ['oauth-protected-resource/mcp', 'oauth-protected-resource/second',
			'oauth-authorization-server'])
			await crawl(`${site.url}/.well-known/${document}`);
	});

	it('promises what the specifications of MCP demand', async () => {
		const { json } = await request(`${site.url}/.well-known/oauth-authorization-server`);
		assert.equal(json.issuer, site.url);
		assert.deepEqual(json.code_challenge_methods_supported, ['S256']);
		assert.deepEqual(json.token_endpoint_auth_methods_supported, ['none', 'private_key_jwt']);
		assert.equal(json.client_id_metadata_document_supported, true);
		assert.equal(json.authorization_response_iss_parameter_supported, true);
		assert.ok(!JSON.stringify(json).includes('null'));
	});

	it('answers 404 for what it does not know, since clients then try their next address', async () => {
		for (const rest of ['oauth-protected-resource/other', 'oauth-protected-resource/mcp/', 'openid-configuration',
			'oauth-authorization-server/mcp', 'oauth-protected-resource/mcp/sse/x', 'oauth-protected-resource/mcp/message'])
			assert.equal((await request(`${site.url}/.well-known/${rest}`)).status, 404, rest);
	});

	it('answers HEAD without a body', async () => {
		const { status, text, headers } = await request(`${site.url}/.well-known/oauth-authorization-server`,
			{ method: 'HEAD' });
		assert.deepEqual([status, text], [200, '']);
		assert.match(headers['content-type'], /^application\/json/);
	});
});

// Every URL of ours in a document answers: what wants a POST says 405 to a GET, a page 400, the MCP endpoint 401.
async function crawl(url, seen = new Set()) {
	const answer = await request(url);
	seen.add(url);
	assert.ok([200, 400, 401, 405].includes(answer.status), `${url}: ${answer.status}`);
	if (answer.status !== 200)
		return seen;
	for (const [next] of answer.text.replaceAll('\\/', '/').matchAll(/https?:\/\/[^"]+/g))
		if (next !== site.url && !metadataUrls(site.url).includes(next) && !seen.has(next))
			await crawl(next, seen);
	return seen;
}

describe('an issuer with a path', () => {
	let gate;

	before(async () => {
		gate = await startSite('lighttpd-cgi', {
			standin: site.standin, path: '/gate', limits: { code: 8, access_token: 15, transaction: 15 },
		});
	});
	after(() => gate?.stop());

	it('has its metadata in all three forms', async () => {
		const urls = [...metadataUrls(gate.url), `${gate.url}/.well-known/oauth-authorization-server`];
		const answers = await Promise.all(urls.map((url) => request(url)));
		for (const { status, json } of answers) {
			assert.equal(status, 200);
			assert.equal(json.issuer, gate.url);
			assert.equal(json.token_endpoint, `${gate.url}/token`);
		}
		assert.equal((await request(answers[1].json.jwks_uri)).status, 200);
		const { origin } = new URL(gate.url);
		const resources = [`${origin}/.well-known/oauth-protected-resource/gate/mcp`,
			`${gate.url}/.well-known/oauth-protected-resource/mcp`, `${origin}/.well-known/oauth-protected-resource/gate`];
		for (const url of resources)
			assert.equal((await request(url)).json?.resource, gate.resource(), url);
	});

	it('lets people in, with cookies of its own path', async () => {
		const { browser, response } = await signedIn(gate.resource());
		assert.equal(response.iss, gate.url);
		const cookies = [...browser.jar.values()];
		assert.ok(cookies.length > 0);
		for (const cookie of cookies)
			assert.ok(cookie.path === '/gate' && cookie.name.startsWith('__Secure-') && cookie.httpOnly, cookie.name);
	});

	it('takes a code no longer than its lifetime', async () => {
		const late = await discover(gate.resource());
		const registered = await register(late.metadata);
		const asked = authorization(late.metadata, registered);
		const browser = new Browser();
		const { code } = await approve(browser, await start(asked, browser), asked, late.metadata);
		await sleep(9100);
		await isError(redeem(late.metadata, asked, code), 400, 'invalid_grant');
	});

	it('takes an access token and a transaction no longer than their lifetime', async () => {
		const { tokens, metadata: theirs, client: who } = await signedIn(gate.resource());
		assert.equal(tokens.expires_in, 15);
		const asked = authorization(theirs, who);
		const browser = new Browser();
		const consent = await start(asked, browser);
		assert.ok(await alive(tokens.access_token, gate.resource()));
		await sleep(16_000);
		const mcp = await new McpClient(gate.resource(), tokens.access_token).request('tools/list');
		assert.equal(mcp.status, 401);
		assert.equal(readChallenge(mcp.headers['www-authenticate']).error, 'invalid_token');
		assert.equal((await browser.submit(consent, 'approve')).status, 400);
		assert.equal((await refresh(theirs, who, tokens.refresh_token)).status, 200);
	});
});

describe('registration', () => {
	const registering = (redirect_uris, rest = {}) =>
		postJson(metadata.registration_endpoint, { client_name: 'x', redirect_uris, ...rest });

	it('takes https and loopback redirect URIs and repeats what it took', async () => {
		const uris = ['https://client.example/cb', 'http://127.0.0.1/cb', 'http://localhost:6274/oauth/callback',
			'http://[::1]:9/cb'];
		const { status, json, headers } = await registering(uris, { unknown_member: { a: 1 } });
		assert.equal(status, 201);
		assert.deepEqual(json.redirect_uris, uris);
		assert.equal(json.token_endpoint_auth_method, 'none');
		assert.equal(json.client_secret, undefined);
		assert.ok(Math.abs(json.client_id_issued_at - Date.now() / 1000) < 60);
		assert.equal(headers['cache-control'], 'no-store');
	});

	it('refuses other redirect URIs with invalid_redirect_uri', async () => {
		for (const uri of ['http://client.example/cb', 'javascript:alert(1)', 'data:text/html,x',
			'https://client.example/cb#f', 'https://client.example/cb#', 'https://user@client.example/cb', 'com.example.app:/cb',
			'http://127.0.0.1.evil.example/cb', 'http://localhost.evil.example/cb', '/cb', '', 'https:///cb',
			'https://client.example/a b', 'http://127.1/cb'])
			await isError(registering([uri]), 400, 'invalid_redirect_uri');
		for (const uris of [[], undefined, 'https://client.example/cb', [1], [null]])
			await isError(registering(uris), 400, 'invalid_redirect_uri');
	});

	it('gives ids that never look like a URL, each another', async () => {
		const ids = await Promise.all([...Array(20)].map(() => register(metadata).then((c) => c.client_id)));
		assert.equal(new Set(ids).size, 20);
		for (const id of ids)
			assert.match(id, /^[A-Za-z0-9_-]{20,}$/);
	});
});

describe('client and redirect URI at the authorization endpoint', () => {
	it('lets a loopback redirect URI have any port', async () => {
		await enter({ redirect_uri: 'http://127.0.0.1:51234/callback' });
	});

	it('takes a redirect URI with a query and keeps it', async () => {
		const asked = ask({ redirect_uri: WEB_REDIRECT }, second);
		const browser = new Browser();
		const { landed } = await browser.submit(await start(asked, browser), 'approve',
			{ stop: (url) => url.startsWith(WEB_REDIRECT) });
		assert.equal(landed.searchParams.get('a'), '1');
		assert.ok(landed.searchParams.get('code'));
	});

	it('shows a page for any other redirect URI', async () => {
		for (const uri of ['http://127.0.0.1:33418/callback/', 'http://127.0.0.1:33418/callback?a=1',
			'http://127.0.0.1:33418/CALLBACK', 'http://localhost:33418/callback', 'https://127.0.0.1:33418/callback',
			'http://127.0.0.1:33418/call%62ack', 'http://127.0.0.1.evil.example:33418/callback',
			'http://user@127.0.0.1:33418/callback', 'http://127.0.0.1:33418/callback#f', 'http://127.0.0.1:33418/x/../callback',
			'http://127.0.0.1:99999/callback', 'http://evil.example/callback', 'javascript:alert(1)',
			'http://[::1]:33418/callback', 'http://127.0.0.1:33418', 'http://2130706433:33418/callback', undefined, ''])
			await page(ask({ redirect_uri: uri }).url);
		for (const uri of ['https://client.example/cb', 'https://client.example/cb?a=1&b=2',
			'https://client.example:444/cb?a=1',
			'http://client.example/cb?a=1', 'https://CLIENT.example/cb?a=1', 'https://client.example/cb?A=1'])
			await page(ask({ redirect_uri: uri }, second).url);
	});

	it('shows a page for a client that is unknown or named twice', async () => {
		await page(ask({ client_id: 'unknown' }).url);
		await page(ask({ client_id: undefined }).url);
		await page(ask({ client_id: [client.client_id, client.client_id] }).url);
		await page(ask({ redirect_uri: [REDIRECT_URI, REDIRECT_URI] }).url);
		await page(ask({ client_id: [client.client_id, 'x'] }).url);
		await page(ask({ client_id: 'https://client.example/metadata.json' }).url);
	});
});

describe('what goes back to the client', () => {
	it('is an error with iss and state for each PKCE variant but S256', async () => {
		const verifier = randomText();
		await refused({ code_challenge: undefined }, 'invalid_request');
		await refused({ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request');
		await refused({ code_challenge_method: undefined }, 'invalid_request');
		await refused({ code_challenge: verifier, code_challenge_method: 'plain' }, 'invalid_request');
		await refused({ code_challenge_method: 's256' }, 'invalid_request');
		await refused({ code_challenge_method: ['S256', 'S256'] }, 'invalid_request');
		for (const challenge of ['short', `${challengeOf(verifier)}=`, `${challengeOf(verifier).slice(1)}+`, 'x'.repeat(129)])
			await refused({ code_challenge: challenge }, 'invalid_request');
	});

	it('is unsupported_response_type for anything but code', async () => {
		for (const type of ['token', 'id_token', 'code token', 'CODE'])
			await refused({ response_type: type }, 'unsupported_response_type');
		await refused({ response_type: undefined }, 'invalid_request');
		await refused({ response_mode: 'fragment' }, 'invalid_request');
	});

	it('is invalid_scope where nothing of what is asked is known', async () => {
		await refused({ scope: 'mail.read' }, 'invalid_scope');
		await refused({ scope: 'a"b' }, 'invalid_scope');
	});

	it('is invalid_target for a resource that is not ours', async () => {
		const { origin } = new URL(site.url);
		for (const resource of ['https://other.example/mcp', `${origin}/other`, `${origin}/MCP`, `${origin}/mcp/x`,
			`${origin}/mcp#f`, '/mcp', 'mcp',
			`${origin}/mcp?a=1`, `${origin}/`, origin, `https://${new URL(origin).host}/mcp`,
				`http://u@${new URL(origin).host}/mcp`,
			[site.resource(), site.resource('second')], [site.resource(), site.resource()]])
			await refused({ resource }, 'invalid_target');
	});

	it('has the state byte by byte, once, and none when none was sent', async () => {
		for (const state of ['a+b&c=d%20 e', 'é"<>\'\\', '%00%zz', 'x'.repeat(4096), '?#/;:@'])
			assert.equal((await enter({ state })).response.state, state);
		const { response } = await enter({ state: undefined });
		assert.ok(!('state' in response));
		assert.ok(!('state' in await refused({ state: undefined, scope: 'x' }, 'invalid_scope')));
	});

	it('leaves the state out that it cannot trust', async () => {
		for (const state of [['a', 'b'], 'x'.repeat(4097)]) {
			const { landed } = await start(ask({ state }));
			const response = readResponse(landed, metadata.issuer);
			assert.deepEqual([response.error, response.state], ['invalid_request', undefined]);
		}
	});
});

describe('resource and scope', () => {
	it('bind the token to one server: the first without a resource', async () => {
		const upper = site.resource().replace('http://', 'HTTP://');
		for (const [resource, name] of [[undefined, 'mcp'], [site.resource(), 'mcp'], [`${site.resource()}/`, 'mcp'],
			[upper, 'mcp'],
			[site.resource('second'), 'second']]) {
			const { tokens } = await enter({ resource });
			assert.equal(claims(tokens.access_token).aud, site.resource(name));
		}
	});

	it('are granted as far as they are known', async () => {
		for (const [scope, granted] of [[undefined, 'mcp:tools'], ['mcp:tools', 'mcp:tools'],
			['mail.read mcp:tools', 'mcp:tools'],
			['mcp:tools offline_access', 'mcp:tools offline_access'], ['offline_access', 'mcp:tools offline_access']]) {
			const { tokens } = await enter({ scope });
			assert.equal(tokens.scope, granted);
			assert.equal(claims(tokens.access_token).scope, granted);
		}
	});

	it('of the token request lie within the code, which a wrong one does not use up', async () => {
		const code = await codeFor({ resource: site.resource() });
		for (const resource of [site.resource('second'), 'https://other.example/', [site.resource(), site.resource()]])
			await isError(code.redeem({ resource }), 400, 'invalid_target');
		assert.equal((await code.redeem()).status, 200);
	});
});

describe('the consent page', () => {
	it('cannot be framed, cached or read by others', async () => {
		const { headers, status } = await start(ask());
		assert.equal(status, 200);
		assert.equal(headers['x-frame-options'], 'DENY');
		assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
		assert.match(headers['content-security-policy'], /default-src 'none'/);
		assert.doesNotMatch(headers['content-security-policy'], /unsafe-(inline|eval)/);
		assert.equal(headers['referrer-policy'], 'same-origin');
		assert.equal(headers['cache-control'], 'no-store');
		assert.equal(headers['x-content-type-options'], 'nosniff');
		assert.equal(headers['access-control-allow-origin'], undefined);
	});

	it('shows who asks, escaped, and where the person will be sent', async () => {
		const name = '<script>alert(1)</script>"\'&';
		const evil = await register(metadata, { client_name: name, redirect_uris: ['https://evil.example/cb'] });
		const { text } = await start(ask({}, evil));
		assert.ok(!text.includes('<script'));
		assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
		assert.ok(text.replaceAll('<wbr>', '').includes('evil.example'));
	});

	it('warns of a client on the own computer', async () => {
		assert.match((await start(ask())).text, /id="warning"/);
		const web = { redirect_uri: WEB_REDIRECT };
		assert.doesNotMatch((await start(ask(web, second))).text, /id="warning"/);
	});

	it('comes before Entra each time, whatever the browser agreed to before', async () => {
		const browser = new Browser();
		await enter({}, { browser });
		await site.standin.clearLog();
		for (const who of [client, second]) {
			const shown = await start(ask({}, who), browser);
			assert.match(shown.text, /<form method="post"/);
		}
		assert.equal((await site.standin.counts()).authorize, 0);
	});

	it('sets no cookie for the transaction before the person agrees', async () => {
		const browser = new Browser();
		await start(ask(), browser);
		assert.deepEqual([...browser.jar.values()].map((c) => [c.name, c.sameSite, c.httpOnly, c.secure]),
			[['__Host-sallyport-browser', 'Lax', true, true]]);
	});

	it('takes the form only from itself, in the browser that it was shown to', async () => {
		const browser = new Browser();
		const asked = ask();
		const shown = await start(asked, browser);
		const other = await start(ask(), new Browser());
		const foreign = /name="csrf"\s+value="([^"]*)"/.exec(other.text)[1];
		const attempts = [
			{ change: { csrf: undefined } }, { change: { csrf: '' } }, { change: { csrf: 'A'.repeat(43) } },
			{ change: { csrf: foreign } }, { headers: { Origin: 'https://evil.example' } }, { headers: { Origin: 'null' } },
			{ headers: { Origin: `${site.url}.evil.example` } }, { headers: { 'Sec-Fetch-Site': 'cross-site' } },
			{ headers: { 'Sec-Fetch-Site': 'same-site' } }, { headers: { 'Sec-Fetch-Site': 'none' } },
			{ headers: { Cookie: '' } }, { headers: { Cookie: '__Host-sallyport-browser=x' } },
			{ headers: { Cookie: `__Host-sallyport-browser=${randomText()}` } },
		];
		for (const attempt of attempts)
			assert.equal((await browser.submit(shown, 'approve', { stop: () => true, ...attempt })).status, 403,
				JSON.stringify(attempt));
		assert.equal((await new Browser().submit(shown, 'approve', { stop: () => true })).status, 403);
		assert.ok((await approve(browser, shown, asked, metadata)).code);
	});

	it('wants an Origin', async () => {
		const browser = new Browser();
		const shown = await start(ask(), browser);
		const inputs = shown.text.matchAll(/name="(transaction|csrf)"\s+value="([^"]*)"/g);
		const fields = Object.fromEntries([...inputs].map((m) => m.slice(1)));
		const cookie = browser.cookies(site.url).map((c) => `${c.name}=${c.value}`).join('; ');
		const send = (headers) => post(`${site.url}/consent`, { ...fields, decision: 'approve' },
			{ headers: { Cookie: cookie, ...headers } });
		assert.equal((await send({})).status, 403);
		assert.equal((await send({ Origin: site.url })).status, 303);	// Sec-Fetch-Site may be absent
	});

	it('denies with access_denied, and that is the end of it', async () => {
		const browser = new Browser();
		const asked = ask();
		const shown = await start(asked, browser);
		const response = await approve(browser, shown, asked, metadata, 'deny');
		assert.deepEqual([response.error, response.code], ['access_denied', undefined]);
		assert.equal((await browser.submit(shown, 'approve', { stop: () => true })).status, 400);
		assert.equal((await site.standin.counts()).authorize, 0);
	});

	it('offers another account, and asks Entra for it only then', async () => {
		const toEntra = async (button) => {
			const browser = new Browser();
			const { landed } = await browser.submit(await start(ask(), browser), button, { stop: () => true });
			assert.ok(landed.href.startsWith(`${site.standin.url}/`));
			return landed.searchParams;
		};
		assert.equal((await toEntra('switch')).get('prompt'), 'select_account');
		const plain = await toEntra('approve');
		assert.equal(plain.get('prompt'), null);
		assert.equal(plain.get('code_challenge_method'), 'S256');
		assert.equal(plain.get('resource'), null);
		assert.equal(plain.get('redirect_uri'), `${site.url}/oauth-callback`);
		const other = await signIn(site.resource(), { client, decision: 'switch' });
		assert.equal(other.answer.status, 200);
	});

	it('is answered once', async () => {
		const browser = new Browser();
		const asked = ask();
		const shown = await start(asked, browser);
		await approve(browser, shown, asked, metadata);
		for (const button of ['approve', 'switch', 'deny'])
			assert.equal((await browser.submit(shown, button, { stop: () => true })).status, 400);
		assert.equal((await browser.open(shown.landed.href)).status, 400);
	});

	it('knows no other decision', async () => {
		const browser = new Browser();
		const asked = ask();
		const shown = await start(asked, browser);
		for (const decision of ['', 'APPROVE', 'yes'])
			assert.equal((await browser.submit(shown, 'approve', { change: { decision } })).status, 400);
		assert.ok((await approve(browser, shown, asked, metadata)).code);
	});
});

describe('the callback', () => {
	// Up to Entra's redirect to the callback, which is not yet followed.
	async function pending(asked = ask(), browser = new Browser()) {
		const shown = await start(asked, browser);
		const callback = (url) => url.startsWith(`${site.url}/oauth-callback?`);
		const { landed } = await browser.submit(shown, 'approve', { stop: callback });
		return { asked, browser, url: landed.href, finish: () => browser.open(landed.href, { stop: atClient(asked) }) };
	}

	it('refuses a second browser with 403 and no code, and leaves the first its sign-in', async () => {
		const { url, finish } = await pending();
		const visitor = new Browser();
		await start(ask(), visitor);
		for (const second of [new Browser(), visitor, (await pending()).browser]) {
			const answer = await second.fetch(url);
			assert.deepEqual([answer.status, answer.location], [403, undefined]);
			assert.doesNotMatch(answer.text, /code=/);
		}
		assert.equal((await site.standin.counts()).code, 0);
		assert.ok(readResponse((await finish()).landed, metadata.issuer).code);
	});

	it('refuses a cookie of the right name and another value', async () => {
		const { url, browser, finish } = await pending();
		const [{ name }] = browser.cookies(url).filter((c) => c.name.startsWith('__Host-sallyport-transaction-'));
		for (const value of [randomText(), 'x', ''])
			assert.equal((await request(url, { headers: { Cookie: `${name}=${value}` } })).status, 403);
		assert.ok(readResponse((await finish()).landed, metadata.issuer).code);
	});

	it('goes on once: a replayed state is 400', async () => {
		const { url, browser, finish } = await pending();
		const cookies = new Map(browser.jar);
		assert.ok(readResponse((await finish()).landed, metadata.issuer).code);
		browser.jar = cookies;
		const again = await browser.fetch(url);
		assert.deepEqual([again.status, again.location], [400, undefined]);
		assert.equal((await site.standin.counts()).code, 1);
	});

	it('clears the cookie of its transaction', async () => {
		const { browser, finish } = await pending();
		assert.equal(browser.jar.size, 2);
		await finish();
		assert.deepEqual([...browser.jar.values()].map((c) => c.name), ['__Host-sallyport-browser']);
	});

	it('knows no state that it did not make', async () => {
		const { browser, url } = await pending();
		for (const state of [randomText(), 'x', '', new URL(url).searchParams.get('state').toLowerCase()]) {
			const changed = new URL(url);
			changed.searchParams.set('state', state);
			const answer = await browser.fetch(changed.href);
			assert.deepEqual([answer.status, answer.location], [400, undefined], state);
		}
		const without = await browser.fetch(`${site.url}/oauth-callback?code=x`);
		assert.equal(without.status, 400);
	});

	it('tells the client of a refusal by Entra, line breaks in its description included', async () => {
		for (const [error, ours] of [['access_denied', 'access_denied'], ['consent_required', 'access_denied'],
			['temporarily_unavailable', 'temporarily_unavailable'], ['server_error', 'server_error'], ['x', 'server_error']]) {
			const asked = ask();
			const browser = new Browser();
			const { landed } = await browser.submit(await start(asked, browser), 'approve', { stop: () => true });
			const state = landed.searchParams.get('state');
			const back = `error=${error}&error_description=AADSTS65004%3a+Declined.%0d%0aTrace+ID%3a+x%0d%0a&state=${state}`;
			const answer = await browser.open(`${site.url}/oauth-callback?${back}`, { stop: atClient(asked) });
			const response = readResponse(answer.landed, metadata.issuer);
			assert.deepEqual([response.error, response.state], [ours, asked.fields.state]);
			assert.doesNotMatch(answer.landed.href, /AADSTS|Trace/);
		}
		const { response } = await site.standin.during({ authorize_error: 'access_denied' },
			() => signIn(site.resource(), { client }));
		assert.equal(response.error, 'access_denied');
	});

	it('tells the client of a callback without a code', async () => {
		const { response } = await site.standin.during({ authorize_missing_code: true },
			() => signIn(site.resource(), { client }));
		assert.equal(response.code, undefined);
		assert.ok(response.error);
	});

	it('keeps two clients apart that send the same state at the same time', async () => {
		const state = 'the same';
		const browser = new Browser();
		const one = await pending(ask({ state }), browser);
		const two = await pending(ask({ state }, second), browser);
		const codes = [];
		for (const { asked, finish } of [two, one]) {
			const response = readResponse((await finish()).landed, metadata.issuer);
			assert.equal(response.state, state);
			const answer = await redeem(metadata, asked, response.code);
			assert.equal(claims(answer.json.access_token).client_id, asked.fields.client_id);
			codes.push(response.code);
		}
		assert.notEqual(codes[0], codes[1]);
	});

	it('bounds the cookies of sign-ins that a browser has under way', async () => {
		const browser = new Browser();
		for (let i = 0; i < 12; i++)
			await pending(ask(), browser);
		assert.ok(browser.jar.size <= 9, `${browser.jar.size} cookies`);
		assert.ok(readResponse((await (await pending(ask(), browser)).finish()).landed, metadata.issuer).code);
	});
});

describe('the token endpoint, for codes', () => {
	it('answers as RFC 6749 section 5.1 says, and says nothing of Entra', async () => {
		const { answer, tokens } = await enter({});
		assert.equal(answer.headers['cache-control'], 'no-store');
		assert.deepEqual(Object.keys(tokens).sort(), ['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type']);
		assert.deepEqual([tokens.token_type, tokens.expires_in], ['Bearer', 3600]);
		assert.deepEqual(Object.keys(claims(tokens.access_token)).sort(),
			['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sid', 'sub']);
		const secrets = await site.standin.secrets();
		for (const value of secrets)
			assert.ok(!answer.text.includes(value));
	});

	it('wants client, redirect URI and verifier of the authorization request; a wrong one uses nothing up', async () => {
		const code = await codeFor();
		const other = randomText();
		for (const change of [{ client_id: second.client_id }, { redirect_uri: 'http://127.0.0.1:33419/callback' },
			{ code_verifier: other },
			{ code: other }, { code: 'x' }])
			await isError(code.redeem(change), 400, 'invalid_grant');
		for (const change of [{ code: undefined }, { code_verifier: undefined }, { code_verifier: 'short' },
			{ code_verifier: 'x'.repeat(129) }, { code_verifier: `${other}!` }, { grant_type: undefined }])
			await isError(code.redeem(change), 400, 'invalid_request');
		await isError(code.redeem({ grant_type: 'password' }), 400, 'unsupported_grant_type');
		await isError(code.redeem({ client_id: 'unknown' }), 401, 'invalid_client');
		await isError(code.redeem({ client_id: undefined }), 401, 'invalid_client');
		assert.equal((await code.redeem()).status, 200);
	});

	it('takes a code without the redirect URI, as clients of OAuth 2.1 send it: PKCE binds it', async () => {
		assert.equal((await (await codeFor()).redeem({ redirect_uri: undefined })).status, 200);
	});

	it('refuses client authentication, in the scheme that was tried', async () => {
		const code = await codeFor();
		const answer = await post(metadata.token_endpoint, { grant_type: 'authorization_code', code: code.code },
			{ headers: { Authorization: 'Basic eDp5' } });
		await isError(answer, 401, 'invalid_client');
		assert.match(answer.headers['www-authenticate'], /^Basic /);
		assert.equal((await code.redeem()).status, 200);
	});

	it('ends the session when a code is used twice', async () => {
		const code = await codeFor();
		const { json } = await code.redeem();
		assert.ok(await alive(json.access_token));
		await isError(code.redeem(), 400, 'invalid_grant');
		assert.ok(!await alive(json.access_token));
		await isError(refresh(metadata, client, json.refresh_token), 400, 'invalid_grant');
	});

	it('lets one of 50 parallel redemptions of a code through', async () => {
		const code = await codeFor();
		const answers = await Promise.all([...Array(50)].map(() => code.redeem()));
		const statuses = answers.map((answer) => answer.status).sort();
		assert.deepEqual(statuses, [200, ...Array(49).fill(400)]);
		for (const { status, json } of answers)
			assert.ok(status === 200 || json.error === 'invalid_grant', JSON.stringify(json));
	});
});

describe('refresh tokens', () => {
	const next = (token, change, who = client) => refresh(metadata, who, token, change);

	it('are replaced at each use, and each token works', async () => {
		const { tokens } = await enter({});
		let current = tokens;
		const seen = new Set([tokens.refresh_token, tokens.access_token]);
		for (let i = 0; i < 3; i++) {
			const { status, json } = await next(current.refresh_token);
			assert.equal(status, 200);
			assert.ok(await alive(json.access_token));
			seen.add(json.refresh_token).add(json.access_token);
			current = json;
		}
		assert.equal(seen.size, 8);
	});

	it('give the same successor within the grace, although another request has used its answer', async () => {
		const { tokens } = await enter({});
		const one = await next(tokens.refresh_token);
		assert.ok(await alive(one.json.access_token));
		const two = await next(tokens.refresh_token);
		assert.equal(one.json.refresh_token, two.json.refresh_token);
		assert.notEqual(one.json.access_token, two.json.access_token);
		assert.equal((await next(one.json.refresh_token)).status, 200);
	});

	it('end the session when one comes back that is confirmed by its successor', async () => {
		const { tokens } = await enter({});
		const { json: one } = await next(tokens.refresh_token);
		const { json: two } = await next(one.refresh_token);
		assert.ok(await alive(two.access_token));
		await graceIsOver();
		await isError(next(tokens.refresh_token), 400, 'invalid_grant');
		assert.ok(!await alive(two.access_token));
		await isError(next(two.refresh_token), 400, 'invalid_grant');
	});

	it('end the session when one comes back that is confirmed by a call', async () => {
		const { tokens } = await enter({});
		const { json: one } = await next(tokens.refresh_token);
		assert.ok(await alive(one.access_token));
		await graceIsOver();
		await isError(next(tokens.refresh_token), 400, 'invalid_grant');
		assert.ok(!await alive(one.access_token));
	});

	it('survive an answer lost for longer than the grace; the successor that was lost is void', async () => {
		const { tokens } = await enter({});
		const { json: lost } = await next(tokens.refresh_token);
		await graceIsOver();
		const { status, json: found } = await next(tokens.refresh_token);
		assert.equal(status, 200);
		assert.notEqual(found.refresh_token, lost.refresh_token);
		assert.ok(!await alive(lost.access_token));
		assert.ok(await alive(found.access_token));
		await isError(next(lost.refresh_token), 400, 'invalid_grant');
		assert.ok(!await alive(found.access_token));
	});

	it('give 20 parallel uses of one token one successor', async () => {
		const { tokens } = await enter({});
		const answers = await Promise.all([...Array(20)].map(() => next(tokens.refresh_token)));
		assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
		const successors = new Set(answers.map((a) => a.json.refresh_token));
		assert.equal(successors.size, 1);
		assert.equal((await next([...successors][0])).status, 200);
	});

	it('belong to their client, resource and scope; a wrong one uses nothing up', async () => {
		const { tokens } = await enter({ scope: 'mcp:tools offline_access' });
		await isError(next(tokens.refresh_token, {}, second), 400, 'invalid_grant');
		await isError(next(tokens.refresh_token, { client_id: 'unknown' }), 401, 'invalid_client');
		await isError(next(tokens.refresh_token, { scope: 'mcp:tools other' }), 400, 'invalid_scope');
		await isError(next(tokens.refresh_token, { resource: site.resource('second') }), 400, 'invalid_target');
		await isError(next(undefined), 400, 'invalid_request');
		for (const token of [randomText(), 'x', tokens.access_token.slice(0, 100)])
			await isError(next(token), 400, 'invalid_grant');
		const { json } = await next(tokens.refresh_token, { scope: 'mcp:tools', resource: site.resource() });
		assert.equal(json.scope, 'mcp:tools');
		assert.equal((await next(json.refresh_token)).json.scope, 'mcp:tools offline_access');
	});

	it('are not found by the code or the access token', async () => {
		const { tokens } = await enter({});
		await isError(next(claims(tokens.access_token).jti), 400, 'invalid_grant');
		assert.ok(await alive(tokens.access_token));
	});
});

describe('revocation', () => {
	it('of a refresh token ends the session', async () => {
		const { tokens } = await enter({});
		assert.equal((await revoke(metadata, client, tokens.refresh_token)).status, 200);
		assert.ok(!await alive(tokens.access_token));
		await isError(refresh(metadata, client, tokens.refresh_token), 400, 'invalid_grant');
		assert.equal((await revoke(metadata, client, tokens.refresh_token)).status, 200);
	});

	it('of an access token takes that one alone, whatever the hint says', async () => {
		const { tokens } = await enter({});
		const { json } = await refresh(metadata, client, tokens.refresh_token);
		assert.equal((await revoke(metadata, client, tokens.access_token, { token_type_hint: 'refresh_token' })).status, 200);
		assert.ok(!await alive(tokens.access_token));
		assert.ok(await alive(json.access_token));
	});

	it("leaves another client's tokens alone, and an unknown token is no error", async () => {
		const { tokens } = await enter({});
		for (const token of [tokens.access_token, tokens.refresh_token])
			await isError(revoke(metadata, second, token), 400, 'invalid_grant');
		for (const token of [randomText(), 'x', tokens.access_token.slice(0, -60)])
			assert.equal((await revoke(metadata, client, token)).status, 200);
		await isError(revoke(metadata, { client_id: 'unknown' }, tokens.refresh_token), 401, 'invalid_client');
		await isError(revoke(metadata, { client_id: undefined }, tokens.refresh_token), 401, 'invalid_client');
		await isError(revoke(metadata, client, undefined), 400, 'invalid_request');
		assert.ok(await alive(tokens.access_token));
		assert.equal((await refresh(metadata, client, tokens.refresh_token)).status, 200);
	});
});

describe('browsers of other origins', () => {
	const preflight = (url, origin, headers = 'authorization,content-type,mcp-protocol-version') => request(url, {
		method: 'OPTIONS',
		headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': headers },
	});
	const lists = (header) => (header ?? '').toLowerCase().split(/,\s*/);

	it('may use metadata, registration, token and revocation', async () => {
		const { token_endpoint: token, registration_endpoint: registration, revocation_endpoint: revocation } = metadata;
		for (const url of [token, registration, revocation, `${site.url}/.well-known/oauth-authorization-server`,
			`${site.url}/.well-known/oauth-protected-resource/mcp`]) {
			const answer = await preflight(url, 'https://any.example');
			assert.ok([200, 204].includes(answer.status), url);
			for (const headers of [answer.headers, (await request(url,
				{ headers: { Origin: 'https://any.example' } })).headers]) {
				assert.equal(headers['access-control-allow-origin'], '*', url);
				assert.equal(headers['access-control-allow-credentials'], undefined);
			}
			for (const name of ['content-type', 'mcp-protocol-version'])
				assert.ok(lists(answer.headers['access-control-allow-headers']).includes(name), `${url}: ${name}`);
		}
	});

	it('may read errors too', async () => {
		const headers = { Origin: 'https://any.example' };
		assert.equal((await post(metadata.token_endpoint, {}, { headers })).headers['access-control-allow-origin'], '*');
		assert.equal((await postJson(metadata.registration_endpoint, [], { headers })).headers['access-control-allow-origin'],
			'*');
		assert.equal((await request(`${site.url}/.well-known/oauth-protected-resource/x`,
			{ headers })).headers['access-control-allow-origin'], '*');
	});

	it('may not read pages', async () => {
		for (const path of ['/authorize', '/consent', '/oauth-callback']) {
			assert.equal((await preflight(site.url + path, INSPECTOR)).headers['access-control-allow-origin'], undefined);
			const { headers } = await request(site.url + path, { headers: { Origin: INSPECTOR } });
			assert.equal(headers['access-control-allow-origin'], undefined);
		}
	});

	it('may call the MCP endpoint if they are listed', async () => {
		const wanted = 'authorization,content-type,mcp-protocol-version,mcp-method,mcp-name,mcp-session-id,last-event-id';
		const answer = await preflight(site.resource(), INSPECTOR, wanted);
		assert.ok([200, 204].includes(answer.status));
		assert.equal(answer.headers['access-control-allow-origin'], INSPECTOR);
		for (const name of wanted.split(','))
			assert.ok(lists(answer.headers['access-control-allow-headers']).includes(name), name);
		const denied = await postJson(site.resource(), {}, { headers: { Origin: INSPECTOR } });
		assert.equal(denied.status, 401);
		assert.equal(denied.headers['access-control-allow-origin'], INSPECTOR);
		assert.ok(lists(denied.headers['access-control-expose-headers']).includes('www-authenticate'));
		assert.ok(lists(denied.headers.vary).includes('origin'));
		for (const origin of ['https://evil.example', 'null']) {
			assert.equal((await preflight(site.resource(), origin)).status, 403);
			const refusal = await postJson(site.resource(), {}, { headers: { Origin: origin } });
			assert.deepEqual([refusal.status, refusal.headers['access-control-allow-origin']], [403, undefined]);
		}
	});
});
