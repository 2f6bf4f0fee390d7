// SPDX-License-Identifier: MIT
// What no list has: bodies and addresses that two readers understand differently, and steps of OAuth in another order,
// at once, or in the wrong browser.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { Browser } from '../e2e/lib/browser.mjs';
import { form, post, postJson, request } from '../e2e/lib/http.mjs';
import { legacy, send } from '../e2e/lib/mcp.mjs';
import { readResponse, redeem, refresh } from '../e2e/lib/oauth.mjs';
import { sallyport } from '../e2e/lib/sallyport.mjs';
import { approve, atClient } from '../e2e/lib/sign-in.mjs';
import { toClient } from './original-flow.mjs';
import { APP, EVIL, isErrorPage, list, refused } from './scene.mjs';

// RFC 9700 section 4.11.2: whoever registers an address does not make us lead people there.
async function openRedirector(s) {
	const evil = await s.client({ redirect_uris: [EVIL] });
	for (const change of [{ scope: 'nonsense' }, { response_type: 'x' }, { code_challenge: undefined },
		{ resource: 'https://x.example' }, { prompt: 'none', scope: 'x' }, { state: '\r\n' },
		{ code_challenge_method: 'plain' }, { response_mode: 'fragment' }])
		assert.equal((await request(s.ask(evil, change).url)).location, undefined, JSON.stringify(change));
	const browser = new Browser();
	const page = await s.page(s.ask(evil), browser);
	assert.match(page.text, /evil\.(<wbr>)?example/, 'only a person who has seen the address is led there');
}

async function lineBreaks(s) {
	const client = await s.client();
	for (const [name, value] of [['state', 'x\r\nSet-Cookie: evil=1'], ['scope', 'mcp:tools\r\nX: y'],
		['resource', `${s.resource}\r\nX: y`], ['response_type', 'code\r\nX: y'],
		['client_id', `${client.client_id}\r\nX: y`], ['redirect_uri', `${client.redirect_uris[0]}\r\nX: y`]]) {
		const { headers, location } = await request(s.ask(client, { [name]: value }).url);
		assert.ok(headers.x === undefined && headers['set-cookie'] === undefined, name);
		assert.ok(location === undefined || !/[\r\n]|%0d|%0a/i.test(location), `${name}: ${location}`);
	}
	const { headers } = await post(s.metadata.token_endpoint, { grant_type: 'a\r\nX: y', client_id: 'b\r\nX: y' });
	assert.equal(headers.x, undefined);
}

async function compressed(s) {
	const { tokens: { access_token: token } } = await s.session();
	const bodies = [gzipSync(JSON.stringify(legacy('tools/list').body)), gzipSync('{'.padEnd(5_000_000, ' '))];
	for (const coding of ['gzip', 'deflate', 'br'])
		for (const body of bodies)
			assert.equal((await postJson(s.resource, body, {
				headers: { Authorization: `Bearer ${token}`, 'Content-Encoding': coding },
			})).status, 400, coding);
	const unpacked = gzipSync(form({ grant_type: 'refresh_token' }));
	assert.equal((await post(s.metadata.token_endpoint, unpacked,
		{ headers: { 'Content-Encoding': 'gzip' } })).status, 400);
	const { headers } = await list(token, s.resource);
	assert.equal(headers['content-encoding'], undefined);
}

async function readTwice(s) {
	const { tokens: { access_token: token } } = await s.session();
	const call = (body) => postJson(s.resource, body, { headers: { Authorization: `Bearer ${token}` } });
	const known = '"jsonrpc":"2.0","id":1,"method":"ping"';
	for (const body of [`{${known},"\\u006dethod":"tools/list"}`, `{${known},"Method":"x","method":"tools/list"}`,
		`{${known},"params":{"a":1,"\\u0061":2}}`, `{${known}}{${known}}`, `{${known}}\0`, `\ufeff{${known}}`,
		`{${known},"x":1e99}x`, `{${known},}`, `{${known},"x":"\\ud800"}`, `/**/{${known}}`, `{${known},"x":0x1}`,
		`{${known},"x":NaN}`, `{'jsonrpc':"2.0"}`, `{${known},"x":${'['.repeat(500)}${']'.repeat(500)}}`,
		Buffer.from(`{${known},"x":"é"}`, 'latin1'), Buffer.from(`{${known}}`, 'utf16le')]) {
		const { status, json } = await call(body);
		assert.equal(status, 400, String(body).slice(0, 60));
		assert.equal(json.result, undefined);
	}
	for (const id of ['1e0', '1.0', '99999999999999999999999999', '-0', 'true', '[1]', '{}'])
		assert.ok(!(await call(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`)).text.includes('"id":100'), id);
}

// What a browser makes of an address must be what the page has shown of it.
const SCHEMES = ['https://', 'HTTPS://', 'https:', 'https:/', 'https:\\\\', 'https:////',
	'https://\t', '//', 'http://'];
const AUTHORITIES = ['evil.example', 'a.example@evil.example', 'a.example:80@evil.example',
	'a.example\\@evil.example', 'a.example%2f@evil.example', 'a.example;@evil.example', 'a.example&@evil.example',
	'a.example#@evil.example', 'a.example?@evil.example', '[::1]@evil.example', 'evil.example%00.a.example',
	'evil。example', 'evil.example.', 'EVIL.example', '%65vil.example', 'evil.example:443', 'evil.example:0443',
	'evil.example:', 'evil.example\u00ad', 'evil.example\u202e', 'ⓔvil.example', 'a..example', '-a.example',
	'a_b.example', 'a.example,b.example', 'a.example(', "a.example'", '1.1', '0x7f.1', '0177.1', '2130706433',
	'127.0.0.1', '127.0.0.1.', '127.1', '0x7f000001', '127.0.0.01', '256.1.1.1', 'a.0x1', 'a.1', '[::1]', '[1:2]',
	'[:::]', '[::1%25lo]', '[v1.x]', 'localhost.', 'LOCALHOST', 'a.localhost', 'localhost:00080', 'localhost:65536'];

async function shownAsMeant(s) {
	for (const uri of SCHEMES.flatMap((scheme) => AUTHORITIES.map((authority) => `${scheme}${authority}/cb`))) {
		const { status, json } = await postJson(s.metadata.registration_endpoint, { redirect_uris: [uri] });
		if (status !== 201)
			continue;
		const page = await s.page(s.ask({ ...json, redirect_uris: [uri] }));
		const [, shown] = /class="host"><code><bdi dir="ltr">([^]*?)<\/bdi>/.exec(page.text);
		const { protocol, host, username, hash } = new URL(uri);
		assert.equal(shown.replaceAll('<wbr>', ''), host, uri);
		assert.deepEqual([username, hash], ['', ''], uri);
		assert.ok(protocol === 'https:' || /^(127\.|localhost|\[::1\])/.test(host), uri);
	}
}

// An application's scheme leads to that application, whatever follows it.
async function schemeAlone(s) {
	const page = await s.page(s.ask(await s.client({ redirect_uris: [`${APP}://bank.example/cb`] })));
	const [, shown] = /class="host"><code><bdi dir="ltr">([^]*?)<\/bdi>/.exec(page.text);
	assert.equal(shown.replaceAll('<wbr>', ''), `${APP}:`);
	assert.match(page.headers['content-security-policy'],
		/; form-action [^;]* com\.example\.app:;/, 'and browsers let it through');
}

// Of many at once one wins; the others are told that it was used.
async function races(s) {
	const browser = new Browser();
	const asked = s.ask(await s.client());
	const entra = await s.approved(asked, browser);
	const callback = await s.callbackOf(entra, browser);
	const cookies = new Map(browser.jar);
	const back = await Promise.all(Array.from({ length: 6 }, () => {
		const same = new Browser();
		same.jar = new Map(cookies);
		return same.fetch(callback);
	}));
	const led = back.filter(({ location }) => location !== undefined);
	assert.equal(led.length, 1, `${led.length} of them were sent on`);
	const { code } = readResponse(new URL(led[0].location), s.url);
	const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(s.metadata, asked, code)));
	const won = answers.filter(({ status }) => status === 200);
	assert.equal(won.length, 1, `${won.length} of them were redeemed`);
	await refused(list(won[0].json.access_token, s.resource), 401);
	const { client, tokens, metadata } = await s.session();
	const next = await Promise.all(Array.from({ length: 8 }, () => refresh(metadata, client, tokens.refresh_token)));
	assert.equal(new Set(next.map(({ json }) => json.refresh_token)).size, 1, 'one successor for all who ask at once');
}

// An attacker's code in the victim's client, the victim's in the attacker's: RFC 9700 sections 4.4 and 4.5.
async function injection(s) {
	const [mine, theirs] = [s.ask(await s.client()), s.ask(await s.client())];
	const [attacker, victim] = [new Browser(), new Browser()];
	const { code: stolen } = await approve(victim, await s.page(theirs, victim), theirs, s.metadata);
	const { code: planted } = await approve(attacker, await s.page(mine, attacker), mine, s.metadata);
	assert.equal((await redeem(s.metadata, theirs, planted)).json.error, 'invalid_grant', 'into the victim\'s client');
	assert.equal((await redeem(s.metadata, mine, stolen)).json.error, 'invalid_grant', 'out of the victim\'s');
	const same = s.ask({ client_id: theirs.fields.client_id, redirect_uris: [theirs.fields.redirect_uri] });
	assert.equal((await redeem(s.metadata, same, stolen)).json.error, 'invalid_grant',
		'another sign-in of the same client');
	assert.equal((await redeem(s.metadata, theirs, stolen)).status, 200, 'the honest one was not disturbed');
}

// A browser that an attacker has prepared: with cookies of his, a page of his, or half of his sign-in.
async function fixation(s) {
	const attacker = new Browser();
	const evil = s.ask(await s.client({ redirect_uris: [EVIL] }));
	await s.page(evil, attacker);
	const fixed = new Map(attacker.jar);
	const victim = new Browser();
	victim.jar = new Map(fixed);
	const asked = s.ask(await s.client());
	const page = await s.page(asked, victim);
	const stop = (url) => url.startsWith(s.standin.url);
	const { landed: { href } } = await victim.submit(page, 'approve', { stop });
	const callback = await s.callbackOf(href, victim);
	isErrorPage(await attacker.fetch(callback), 403);
	const { landed } = await victim.open(callback, toClient(s));
	assert.ok(atClient(asked)(landed.href), 'and the victim\'s own way is open');
	const half = await s.callbackOf(await s.approved(evil, attacker), attacker);
	isErrorPage(await victim.fetch(half), 403);
}

// Words of a stranger's, in all that is written down of a request.
async function forgedLines(s) {
	const forged = '\r\n2030-01-01T00:00:00Z signed_in object=forged\u001b[2J\u2028';
	const browser = new Browser();
	const callback = new URL(await s.callbackOf(await s.approved(s.ask(await s.client()), browser), browser));
	callback.searchParams.delete('code');
	callback.searchParams.set('error', 'x"},{"event":"signed_in"');
	callback.searchParams.set('error_description', `AADSTS50011${forged}`);
	await browser.open(callback.href, toClient(s));
	const { tokens: { access_token: token } } = await s.session();
	for (const [name, value] of [['client_id', forged], ['redirect_uri', `https://a.example/${forged}`],
		['state', forged]])
		await request(s.ask(await s.client({ client_name: 'forged\u2028' }), { [name]: value }).url);
	await refresh(s.metadata, { client_id: `x${forged}` }, forged);
	await send(s.resource, token, legacy('tools/call', { name: `x${forged}` }, { id: forged }));
	await postJson(s.metadata.registration_endpoint, { redirect_uris: [EVIL] }, {
		headers: {
			'User-Agent': 'forged id=0', 'X-Forwarded-For': '1.2.3.4', Forwarded: 'for=1.2.3.4', 'X-Real-IP': '1.2.3.4',
		},
	});
	const report = await sallyport(s.site, ['audit']);
	const rows = await s.db.rows(
		'SELECT event, request_id, address, object_id, client_id, server, tool, reason FROM audit');
	for (const value of rows.flatMap((row) => Object.values(row)))
		assert.match(value ?? '', /^[\x20-\x7e]*$/);
	assert.ok(!rows.some(({ object_id: id, address }) => id === 'forged' || address === '1.2.3.4'));
	assert.match(report.out, /^20\d\d-\d\d-\d\dT[\d:]{8}Z \w/);
	const own = s.logs().split('\n').filter((line) => line.startsWith('sallyport '));
	assert.ok(own.some((line) => line.includes('oauth-callback')), 'the callback said something');
	for (const line of [...own, ...report.out.trim().split('\n')])
		assert.match(line, /^(sallyport|20\d\d-)[\x20-\x7e]+$/);
	assert.doesNotMatch(s.logs(), /^2030/m);
}

export const beyond = [
	['X.7 nobody is led to an address that somebody has just registered', openRedirector],
	['X.8 line breaks in parameters reach no header', lineBreaks],
	['X.9 bodies are not unpacked', compressed],
	['X.10 JSON that can be read in two ways is not read', readTwice],
	['X.11 of many at once one wins', races],
	['X.12 codes are worth nothing in another sign-in', injection],
	['X.13 a browser that was prepared by somebody else is no way to its sign-in', fixation],
	['X.16 nobody writes lines of their own into log and audit', forgedLines],
];

// No matter of how it is sent.
export const addresses = [
	['X.14 an address leads where the page says, to every reader', shownAsMeant],
	['X.18 a scheme of an application is shown without what looks like a host behind it', schemeAlone],
];
