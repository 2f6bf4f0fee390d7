// SPDX-License-Identifier: MIT
// Vulnerabilities that were found in systems that do a comparable job, tried on this one.
import assert from 'node:assert/strict';
import { Browser } from '../e2e/lib/browser.mjs';
import { form, post, postJson, raw, request } from '../e2e/lib/http.mjs';
import { bare, legacy, McpClient, modern, send } from '../e2e/lib/mcp.mjs';
import { challengeOf, metadataUrls, randomText, readResponse, redeem, refresh } from '../e2e/lib/oauth.mjs';
import { approve } from '../e2e/lib/sign-in.mjs';
import { SALLYPORT, SALLYPORT_SECRET, TENANT } from '../standins/entra/world.mjs';
import { ALICE, BOB, EVIL, claimsOf, forge, isErrorPage, list, profile, refused } from './scene.mjs';

const isConsent = (page) => assert.match(page.text, /name="decision" value="approve"/);

async function signsInAtOnce(s, name) {
	const browser = new Browser();
	await s.session(undefined, { browser });
	const evil = await s.client({ client_name: name, redirect_uris: [EVIL] });
	const page = await s.page(s.ask(evil), browser);
	isConsent(page);
	assert.match(page.text, /evil\.<wbr>example|evil\.example/);
}

async function stolenCallback(s) {
	const attacker = new Browser();
	const client = await s.client({ redirect_uris: [EVIL] });
	const callback = await s.callbackOf(await s.approved(s.ask(client), attacker));
	for (const victim of [new Browser(), (await s.session('bob@contoso.example')).browser])
		isErrorPage(await victim.fetch(callback), 403);
}

async function crossSite(s) {
	const browser = new Browser();
	const { client } = await s.session(undefined, { browser });
	for (const site of ['cross-site', 'none', 'same-site']) {
		const first = await browser.fetch(s.ask(client).url, { headers: { 'Sec-Fetch-Site': site } });
		isConsent(await browser.fetch(first.location, { headers: { 'Sec-Fetch-Site': site } }));
	}
}

async function audience(s) {
	const client = await s.client();
	for (const resource of ['https://evil.example/mcp', `${s.url}/none`, `${s.resource}#x`, `${s.resource}?x`]) {
		const { landed } = await new Browser().open(s.ask(client, { resource }).url, { stop: (u) => !u.startsWith(s.url) });
		assert.equal(readResponse(landed, s.url).error, 'invalid_target', resource);
	}
	const { tokens, client: own, metadata, mcp } = await s.session();
	await refused(list(tokens.access_token, s.other));
	assert.equal((await refresh(metadata, own, tokens.refresh_token, { resource: s.other })).json.error, 'invalid_target');
	assert.equal(await profile(mcp), ALICE);
	const browser = new Browser();
	const asked = s.ask(client);
	const { code } = await approve(browser, await s.page(asked, browser), asked, s.metadata);
	assert.equal((await redeem(s.metadata, asked, code, { resource: s.other })).json.error, 'invalid_target');
}

async function confusion(s) {
	const { tokens, response, client, metadata } = await s.session();
	await refused(list(tokens.refresh_token, s.resource));
	await refused(list(response.code, s.resource));
	for (const wrong of [tokens.access_token, response.code])
		assert.equal((await refresh(metadata, client, wrong)).status, 400);
	const name = '</dd><script>alert(1)</script>"\'';
	const page = await s.page(s.ask(await s.client({ client_name: name })));
	assert.ok(!page.text.includes('<script') && page.text.includes('&lt;script&gt;'));
	const browser = new Browser();
	const one = await s.page(s.ask(client), browser);
	for (const [change, headers] of [[{ csrf: '' }], [{ csrf: randomText() }], [{}, { Origin: 'https://evil.example' }],
		[{}, { Origin: 'null' }], [{}, { 'Sec-Fetch-Site': 'cross-site' }]])
		isErrorPage(await browser.submit(one, 'approve', { change, headers }), 403);
	isErrorPage(await new Browser().submit(one, 'approve'), 403);
	isErrorPage(await request(s.ask(client, { redirect_uri: EVIL }).url));
}

async function traversal(s) {
	const { mcp } = await s.session();
	await s.standin.clearLog();
	for (const text of ['../users', '%2e%2e/users', '?$select=x', '#', 'a\r\nHost: evil.example'])
		assert.equal((await mcp.callTool('get_graph_user_details', { id: text })).json.result.isError, true);
	assert.equal(await profile(mcp), ALICE);
	const asked = (await s.standin.log()).filter((entry) => entry.path.startsWith('/graph'));
	assert.deepEqual(asked.map((entry) => entry.path), ['/graph/v1.0/me']);
}

async function downgrade(s) {
	const client = await s.client();
	for (const change of [{ code_challenge: undefined }, { code_challenge_method: undefined },
		{ code_challenge_method: 'plain' }, { code_challenge: undefined, code_challenge_method: undefined },
		{ code_challenge: '' }, { code_challenge: 'short' }, { code_challenge: [challengeOf('a'), challengeOf('b')] }]) {
		const { landed } = await new Browser().open(s.ask(client, change).url, { stop: (u) => !u.startsWith(s.url) });
		assert.equal(readResponse(landed, s.url).error, 'invalid_request', JSON.stringify(change));
	}
}

async function withoutVerifier(s) {
	const browser = new Browser();
	const asked = s.ask(await s.client());
	const { code } = await approve(browser, await s.page(asked, browser), asked, s.metadata);
	for (const code_verifier of [undefined, '', randomText(), asked.fields.code_challenge, asked.verifier.toLowerCase()])
		assert.ok([400].includes((await redeem(s.metadata, asked, code, { code_verifier })).status));
	assert.equal((await redeem(s.metadata, asked, code)).status, 200, 'what was wrong used the code up');
}

async function guessedCode(s) {
	const { asked, response, mcp, metadata } = await s.session();
	const near = response.code.slice(0, -4) + (response.code.endsWith('AAAA') ? 'BBBA' : 'AAAA');
	assert.equal((await redeem(metadata, asked, near)).json.error, 'invalid_grant');
	const stranger = await s.client();
	const { json } = await redeem(metadata, asked, response.code, { client_id: stranger.client_id });
	assert.equal(json.error, 'invalid_grant');
	assert.equal(await profile(mcp), ALICE);
}

async function metadataInjection(s) {
	const headers = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'gopher', Forwarded: 'host=evil.example' };
	for (const url of [...metadataUrls(s.url).slice(0, 1), `${s.url}/.well-known/oauth-protected-resource/mcp`]) {
		const honest = await request(url);
		for (const change of [headers, { Host: 'evil.example' }]) {
			const got = await request(`${url}?issuer=https://evil.example`, { headers: change });
			assert.equal(got.text, honest.text);
		}
		assert.doesNotMatch(honest.text, /evil/);
	}
}

async function registrationLeak(s) {
	const { text } = await postJson(s.metadata.registration_endpoint, {
		redirect_uris: ['https://a.example/cb'], client_secret: 'x', token_endpoint_auth_method: 'client_secret_post',
	});
	for (const secret of [SALLYPORT, SALLYPORT_SECRET, TENANT, 'client_secret'])
		assert.ok(!text.includes(secret), text);
}

const REDIRECTS = ['javascript:alert(1)', 'data:text/html,x', 'http://evil.example/', 'https://', 'https:///x',
	'//evil.example/', 'https://a@evil.example/', 'https://evil.example\\@a.example/', 'https://a.example/#x',
	'https://a.example/\r\nX: y', 'https://a.example/ x', 'https://bücher.example/', 'https://a.example:99999/',
	'http://localhost.evil.example/', 'http://127.0.0.1.evil.example/', 'http://LOCALHOST/', 'http://0177.0.0.1/',
	'http://2130706433/', 'http://[::ffff:127.0.0.1]/', 'HTTP://evil.example', 'vbscript:x', 'file:///etc/passwd',
	'cursor://x', '', 'x', `https://a.example/${'a'.repeat(1100)}`];

async function redirects(s) {
	for (const uri of REDIRECTS) {
		const { status, json } = await postJson(s.metadata.registration_endpoint, { redirect_uris: [uri] });
		assert.equal(status, 400, uri);
		assert.equal(json.error, 'invalid_redirect_uri', uri);
	}
	const client = await s.client({ redirect_uris: ['https://a.example/cb', 'http://127.0.0.1/cb'] });
	for (const uri of ['https://a.example/cb/', 'https://a.example/cb?x', 'https://A.example/cb',
		'https://a.example:443/cb', 'https://a.example/%63b', 'https://a.example/x/../cb', 'https://a.example/cb#',
		'http://a.example/cb', 'http://localhost/cb', 'http://127.0.0.1:80/cb2', 'http://x@127.0.0.1/cb',
		'https://127.0.0.1/cb', 'http://127.0.0.1:1/cb?y', 'http://127.0.0.1:1/cb#'])
		isErrorPage(await request(s.ask(client, { redirect_uri: uri }).url));
}

// The survey's four categories: clients that anybody may be, registration, rights that are passed on, and OAuth itself.
async function survey(s) {
	await refused(send(s.resource, undefined, legacy('tools/list')));
	for (const uri of ['http://evil.example/cb', 'evil:x', '*', 'https://*.example/cb'])
		assert.equal((await postJson(s.metadata.registration_endpoint, { redirect_uris: [uri] })).status, 400, uri);
	const wide = await postJson(s.metadata.registration_endpoint, {
		redirect_uris: [EVIL], scope: '*', grant_types: ['client_credentials'],
	});
	assert.ok(wide.status === 400 || !wide.json.grant_types.includes('client_credentials'), wide.text);
	const evil = await s.client({ client_name: 'Visual Studio Code', redirect_uris: [EVIL] });
	const page = await s.page(s.ask(evil));
	assert.match(page.text, /evil\.(<wbr>)?example/, 'whoever it says it is, the page says where the answer goes');
	const { tokens, metadata } = await s.session();
	for (const name of ['access_token', 'refresh_token'])
		assert.ok(!(await s.standin.secrets()).includes(tokens[name]), 'no token of Entra\'s is handed on');
	const secrets = { password: 'b', assertion: tokens.access_token, subject_token: tokens.access_token };
	for (const grant_type of ['client_credentials', 'password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer',
		'urn:ietf:params:oauth:grant-type:token-exchange', 'urn:ietf:params:oauth:grant-type:device_code']) {
		const fields = { grant_type, client_id: evil.client_id, username: 'a', ...secrets };
		const { json } = await post(metadata.token_endpoint, fields);
		assert.equal(json.error, 'unsupported_grant_type', grant_type);
	}
}

async function twins(s) {
	const { tokens } = await s.session();
	const { headers: { 'Mcp-Method': method, ...others }, body } = modern('tools/list');
	const list = (pairs) => request(s.resource, {
		method: 'POST', body: JSON.stringify(body),
		headers: ['Content-Type', 'application/json', 'Authorization', `Bearer ${tokens.access_token}`,
			...Object.entries(others).flat(), ...pairs.flat()],
	});
	const honest = ['Mcp-Method', method];
	for (const extra of [['Mcp_Method', 'tools/call'], ['MCP_Protocol-Version', '2025-03-26'], ['Sec_Fetch_Site', 'x']]) {
		const { status, json } = await list([honest, extra]);
		assert.ok(status === 400 || json.result.resultType === 'complete', extra[0]);
	}
	for (const pairs of [[['Mcp_Method', method]], [['Mcp-Method', 'tools/call'], ['Mcp_Method', method]],
		[['Mcp_Method', method], ['Mcp-Method', 'tools/call']]])
		assert.equal((await list(pairs)).status, 400, String(pairs));
	const lone = await request(s.resource, {
		method: 'POST', body: '{}',
		headers: ['Content-Type', 'application/json', 'Authoriza_tion', `Bearer ${tokens.access_token}`,
			'X_Forwarded_User', 'alice', 'X-Forwarded-User', 'alice', 'Remote-User', 'alice', 'Remote_User', 'alice'],
	});
	assert.ok([400, 401].includes(lone.status), lone.text);
}

async function proxyTrust(s) {
	const believed = {
		'X-Forwarded-Uri': '/.well-known/oauth-protected-resource', 'X-Original-Url': '/.well-known/x',
		'X-Rewrite-Url': '/', 'User-Agent': 'GoogleHC/1.0', 'X-Forwarded-For': '127.0.0.1',
		'X-Forwarded-Email': 'a@b@contoso.example',
	};
	for (const url of [s.resource, `${s.resource}?/.well-known/oauth-protected-resource`, `${s.resource}?%23`])
		for (const method of ['GET', 'POST', 'DELETE'])
			assert.equal((await bare(method, url, undefined, believed)).status, 401, `${method} ${url}`);
	for (const target of ['/mcp%23', '/mcp/../mcp', '//mcp', '/%6dcp', '/mcp/%2e%2e/mcp', '/mcp;x', '/mcp/', '/./mcp'])
		assert.ok([400, 401, 404].includes((await request(s.resource, { target, method: 'POST' })).status), target);
}

async function crafted(s) {
	const { tokens } = await s.session();
	const key = s.key('sign');
	const claims = claimsOf(tokens.access_token);
	const page = await s.page(s.ask(await s.client()));
	for (const cookie of ['=', ';;;', '__Host-sallyport-browser', '__Host-sallyport-browser=',
		`__Host-sallyport-browser=${'a'.repeat(7000)}`, '__Host-sallyport-transaction-x='.repeat(200),
		'a=b; __Host-sallyport-browser="x"', '%00=%00'])
		assert.ok((await request(page.landed.href, { headers: { Cookie: cookie } })).status < 500 ||
			cookie.includes('transaction'), cookie.slice(0, 40));
	for (const name of ['exp', 'aud', 'iss', 'sid', 'jti', 'scope'])
		for (const value of [undefined, null, 0, '', [claims[name]], { x: 1 }, 'x', 1e300])
			if (!(name === 'scope' && ['', 'x'].includes(value)) && !(name === 'exp' && value === 1e300))
				await refused(list(forge(key, { ...claims, [name]: value }), s.resource));
	const good = { alg: 'HS256', typ: 'at+jwt', kid: key.kid };
	for (const header of [{ alg: 'none' }, { ...good, typ: 'JWT' }, { ...good, crit: [] }, { ...good, alg: 'hs256' },
		{ ...good, alg: 'RS256' }, { alg: 'HS256', typ: 'at+jwt' }])
		await refused(list(forge(key, claims, header), s.resource));
	const [head, body] = tokens.access_token.split('.');
	for (const token of [`${head}.${body}.`, `${head}.${body}`, `${head}..`, 'a.b.c',
		`${tokens.access_token}.`, `${tokens.access_token}=`])
		await refused(list(token, s.resource));
	assert.equal((await list(tokens.access_token, s.resource)).status, 200);
}

async function storm(s) {
	await s.sqlite('DELETE FROM entra_cache');
	const asked = s.ask(await s.client());
	await s.standin.clearLog();
	await s.standin.during({ discovery_status: 503, jwks_status: 503 }, async () => {
		for (let i = 0; i < 15; i++)
			await request(asked.url);
		const { secret } = s.key('sign');
		for (let i = 0; i < 15; i++)
			await refused(list(forge({ kid: `unknown-${i}`, secret }, { sub: 'x' }), s.resource));
		assert.ok((await s.standin.log()).length <= 4, 'Entra is asked once in a few seconds');
	});
	await s.sqlite('DELETE FROM entra_cache');
}

async function hiddenTool(s) {
	const { mcp } = await s.session();
	for (const name of ['get_graph_user_detail', 'GET_GRAPH_USER_DETAILS', 'internal', '', '../x',
		'get_graph_user_details '])
		assert.equal((await send(s.resource, mcp.token, legacy('tools/call', { name }))).json.error?.code, -32602, name);
	assert.equal((await send(s.resource, mcp.token, legacy('logging/setLevel', {}))).json.error?.code, -32601);
}

async function chosenUpstream(s) {
	const { tokens } = await s.session();
	await s.standin.clearLog();
	const { headers, body } = legacy('tools/call', { name: 'get_graph_user_details', arguments: {} });
	const { json } = await send(s.resource, tokens.access_token, { body, headers: {
		...headers, 'mcp-init-host': 'evil.example',
		'X-Graph-Url': 'https://evil.example', Proxy: 'http://127.0.0.1:1', 'X-Ms-Client': 'x' } });
	assert.equal(json.result.structuredContent?.displayName, ALICE, 'Graph was asked, and nobody in its place');
	const hosts = new Set((await s.standin.log()).map((entry) => entry.headers.host));
	assert.deepEqual([...hosts], [new URL(s.standin.url).host]);
	assert.notEqual(s.key('sign').secret.toString('hex'), s.key('wrap').secret.toString('hex'));
}

async function followed(s) {
	const { mcp } = await s.session();
	for (const graph_status of [301, 302, 307, 308])
		await s.standin.during({ graph_status }, async () => {
			await s.standin.clearLog();
			assert.equal((await mcp.callTool()).json.result.isError, true);
			assert.deepEqual((await s.standin.log())
				.map((entry) => entry.path).filter((path) => path.endsWith('/elsewhere')), []);
		});
	const headers = { Authorization: `Bearer ${mcp.token}` };
	for (const name of ['none', 'MCP', 'mcp2', '0', '-1', 'zz', 'mcp%00']) {
		const { status } = await request(s.resource, { method: 'POST', target: `/${name}`, headers });
		assert.notEqual(status, 200, name);
	}
}

async function crossUser(s) {
	const people = [[await s.session(), ALICE], [await s.session('bob@contoso.example'), BOB]];
	const unfinished = (token) => `POST /mcp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`
		+ 'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"jsonrpc"';
	const aborted = Array.from({ length: 6 }, (_, i) => raw(s.url, unfinished(people[i % 2][0].tokens.access_token)));
	const calls = Array.from({ length: 24 }, async (_, i) => {
		const [session, name] = people[i % 2];
		assert.equal(await profile(new McpClient(s.resource, session.tokens.access_token)), name);
	});
	await Promise.all([...calls, ...aborted]);
}

async function everyRoute(s) {
	for (const url of [s.resource, s.other])
		for (const message of [legacy('initialize', {}), legacy('ping'), modern('server/discover'), modern('tools/list'),
			legacy('tools/call')])
			await refused(send(url, undefined, message));
	for (const method of ['GET', 'DELETE', 'PUT', 'HEAD', 'PATCH'])
		assert.equal((await bare(method, s.resource)).status, 401, method);
	for (const query of ['access_token', 'token'])
		await refused(postJson(`${s.resource}?${query}=${(await s.session()).tokens.access_token}`, legacy('ping').body));
}

async function equalStates(s) {
	const clientAt = (uri) => s.client({ redirect_uris: [uri] });
	const [one, two] = [await clientAt('https://one.example/cb'), await clientAt('https://two.example/cb')];
	const [a, b] = [new Browser(), new Browser()];
	const [first, second] = [s.ask(one, { state: 'EntraToken-1' }), s.ask(two, { state: 'EntraToken-1' })];
	const [entraOne, entraTwo] = [await s.approved(first, a), await s.approved(second, b)];
	const stop = (url) => /^https:\/\/(one|two)\.example/.test(url);
	const [back, other] = [await b.open(entraTwo, { stop }), await a.open(entraOne, { stop })];
	assert.equal(back.landed.host, 'two.example');
	assert.equal(other.landed.host, 'one.example');
	assert.equal((await redeem(s.metadata, first, back.landed.searchParams.get('code'))).json.error, 'invalid_grant');
}

async function differential(s) {
	const text = JSON.stringify(legacy('tools/list').body);
	for (const [type, body] of [['text/plain', text], ['application/x-www-form-urlencoded', text],
		['application/json', `[${text}]`],
		['application/json', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}'],
		['application/json', 'x'], [undefined, '']])
		await refused(request(s.resource, { method: 'POST', body, headers: type ? { 'Content-Type': type } : {} }));
	const { tokens } = await s.session();
	const { headers, body } = modern('tools/list', {}, { headers: { 'Mcp-Method': 'tools/call' } });
	assert.equal((await send(s.resource, tokens.access_token, { headers, body })).status, 400);
}

async function promised(s) {
	for (const [name, url] of Object.entries(s.metadata).filter(([, value]) => String(value).startsWith('http')))
		if (name !== 'issuer')
			assert.notEqual((await request(url)).status, 404, name);
	assert.notEqual((await post(s.metadata.token_endpoint, form({}))).status, 404);
}

export const peers = [
	['6b.1 one client id at Entra and open registration: a stranger stops at the consent page', signsInAtOnce],
	['6b.2 approved in one browser, called back in another: 403 and no code', stolenCallback],
	['6b.3 a navigation from elsewhere always asks, whatever was approved before', crossSite],
	['6b.4 a token is for one resource, at authorize, token, refresh and use', audience],
	['6b.5 kinds of token, names on the page, forms and redirects are not confused', confusion],
	['6b.6 arguments of a tool choose no path at Graph', traversal],
	['6b.7 PKCE cannot be left out or weakened', downgrade],
	['6b.8 a code with a challenge needs its verifier', withoutVerifier],
	['6b.9 a guessed or foreign code ends nobody\'s session', guessedCode],
	['6b.10 metadata repeats nothing of a request', metadataInjection],
	['6b.11 registration tells nothing of Entra', registrationLeak],
	['6b.12 redirect URIs are judged strictly and compared exactly', redirects],
	['6b.13 what a survey found wrong with all of 119 servers is right here', survey],
	['6b.14 two spellings of a header do not become one', twins],
	['6b.15 headers of proxies and odd paths open nothing', proxyTrust],
	['6b.16 crafted cookies and tokens are refused', crafted],
	['6b.17 a storm while Entra is down asks Entra once in a while', storm],
	['6b.18 a tool that is not listed cannot be called', hiddenTool],
	['6b.19 no header chooses where we connect to', chosenUpstream],
	['6b.20 redirects of others are not followed, unknown servers do not answer', followed],
	['6b.21 people at once, and aborted requests, get their own answers', crossUser],
	['6b.22 every route and method of a server needs a token', everyRoute],
	['6b.23 equal states of two clients do not mix', equalStates],
	['6b.24 what is no MCP needs a token all the same', differential],
	['6b.25 every address in our metadata answers', promised],
];
