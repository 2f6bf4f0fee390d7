// SPDX-License-Identifier: MIT
// How a request is written: lengths, fields, names of hosts and paths that two readers may understand differently.
import assert from 'node:assert/strict';
import { form, raw, request } from '../e2e/lib/http.mjs';
import { legacy, send } from '../e2e/lib/mcp.mjs';
import { exchange } from './frames.mjs';
import { list } from './scene.mjs';

const BODY = JSON.stringify(legacy('tools/list').body);
const LENGTH = ['content-length', String(BODY.length)];
const CHUNKED = ['transfer-encoding', 'chunked'];
// What a server would answer that took the end of one request for another.
const SECOND = '0\r\n\r\nGET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

const bearer = (token) => ['authorization', `Bearer ${token}`];
const hostOf = (s) => new URL(s.url).host;

// A request for the list of tools, by hand: pairs are its fields, beside the media type.
async function overOne(s, pairs, { body = BODY, host = hostOf(s) } = {}) {
	const fields = [['host', host], ['content-type', 'application/json'], ...pairs]
		.map(([name, value]) => `${name}: ${value}`);
	const text = await raw(s.url, ['POST /mcp HTTP/1.1', ...fields, '', body].join('\r\n'));
	return { text, statuses: [...text.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)].map(([, status]) => Number(status)) };
}

async function overTwo(s, pairs, { body = BODY, host = hostOf(s), first = [], method = 'POST', trailers } = {}) {
	const answer = await exchange(s.url, s.ca, [...first, [':method', method], [':scheme', 'https'], [':authority', host],
		[':path', '/mcp'], ['content-type', 'application/json'], ...pairs], { body: body === '' ? [] : [body], trailers });
	return { text: answer.text, statuses: answer.status === undefined ? [] : [answer.status] };
}

const attempt = (s, pairs, options) => (s.version === '2' ? overTwo(s, pairs, options)
	: overOne(s, [['connection', 'close'], ...pairs], options));

const isList = (text) => text.includes('get_graph_user_details');

// At most one answer, and it is no success.
function refused({ text, statuses }, what) {
	assert.ok(!isList(text), `${what}: ${text.slice(0, 300)}`);
	assert.ok(statuses.length <= 1 && statuses.every((status) => status >= 400), `${what}: ${statuses}`);
}

const LENGTHS = {
	1: [
		['a length beside chunks', [['content-length', '5'], CHUNKED], SECOND],
		['and after them', [CHUNKED, ['content-length', '5']], SECOND],
		['two lengths', [LENGTH, ['content-length', '3']]], ['a length with a sign', [['content-length', `+${BODY.length}`]]],
		['a list of lengths', [['content-length', `${BODY.length}, 3`]]], ['a length in hex', [['content-length', '0x2f']]],
		['an unknown coding', [['transfer-encoding', 'xchunked']], SECOND],
		['chunked that is not last', [['transfer-encoding', 'chunked, identity']], SECOND],
		['a blank before the colon', [['transfer-encoding ', 'chunked'], LENGTH]],
		['a chunk of a negative size', [CHUNKED], `-1\r\n${BODY}\r\n0\r\n\r\n`],
		['one of a huge size', [CHUNKED], `fffffffffffffffff\r\n${BODY}`],
	],
	2: [
		['a length that is too short', [['content-length', '3']]], ['one that is too long', [['content-length', '300']]],
		['two of them', [LENGTH, ['content-length', '3']]], ['one with a sign', [['content-length', `+${BODY.length}`]]],
		['chunks', [LENGTH, CHUNKED]], ['a connection', [LENGTH, ['connection', 'close']]],
		['te', [LENGTH, ['te', 'chunked']]],
	],
};

async function lengths(s) {
	const { tokens } = await s.session();
	const own = bearer(tokens.access_token);
	assert.ok(isList((await attempt(s, [own, LENGTH])).text), 'the honest one is answered');
	for (const [what, pairs, body] of LENGTHS[s.version])
		refused(await (s.version === '2' ? overTwo : overOne)(s, [own, ...pairs], { body }), what);
	if (s.version === '1')
		return;
	for (const [what, options, pairs = []] of [['an unknown pseudo-header', { first: [[':x', 'y']] }],
		['CONNECT', { method: 'CONNECT', body: '' }], ['a second path', {}, [[':path', '/token']]],
		['a second method', { first: [[':method', 'GET']] }]])
		refused(await overTwo(s, [own, LENGTH, ...pairs], options), what);
}

// Ways to write a token that is in no field of that name.
const hidden = {
	1: (value) => [
		...[
			['x-a', `b\r\n authorization: ${value}`], ['x-a', `b\rauthorization: ${value}`],
			['x-a', `b\0authorization: ${value}`], ['x-a', `b\r\n\tauthorization: ${value}`],
			[' authorization', value], ['authorization ', value], ['\0authorization', value],
			['proxy-authorization', value], ['x-authorization', value], ['authorization_', value],
		].map((pair) => [[pair, LENGTH]]),
		[[['trailer', 'authorization'], CHUNKED],
			{ body: `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nauthorization: ${value}\r\n\r\n` }],
	],
	2: (value) => [
		...[
			['Authorization', value], ['x-a', `b\r\nauthorization: ${value}`], ['x-a', `b\nauthorization: ${value}`],
			['x-a', `b\0authorization: ${value}`], ['authorization\r\nx', value], ['authorization ', value],
			[' authorization', value], ['authorization:', value], ['http_authorization', value],
		].map((pair) => [[pair, LENGTH]]),
		[[LENGTH], { trailers: [['authorization', value]] }],
	],
};

async function noField(s) {
	const { tokens } = await s.session();
	for (const [pairs, options] of hidden[s.version](`Bearer ${tokens.access_token}`))
		refused(await attempt(s, pairs, options), JSON.stringify(pairs[0]).slice(0, 40));
}

async function twoTokens(s) {
	const { tokens: { access_token: token } } = await s.session();
	const own = [bearer(token), bearer('x'), ['authorization', `Basic ${Buffer.from('a:b').toString('base64')}`]];
	for (const [i, j] of [[0, 1], [1, 0], [0, 0], [0, 2], [2, 0]])
		refused(await attempt(s, [own[i], own[j], LENGTH]), `${i} ${j}`);
	for (const value of [`Bearer ${token},Bearer x`, `Bearer  ${token}`, `Bearer\t${token}`, `Bearer ${token} x`, token,
		`Basic ${token}`, `bearer=${token}`])
		refused(await attempt(s, [['authorization', value], LENGTH]), value.slice(0, 12));
}

// An absent Host is no browser's, and so none that was led here.
async function otherHosts(s) {
	const { tokens } = await s.session();
	const own = [bearer(tokens.access_token), LENGTH];
	for (const host of ['evil.example', `${hostOf(s)}.evil.example`, `evil.example:${new URL(s.url).port}`, 'localhost',
		`${hostOf(s)}:1`, 'x@y'])
		refused(await attempt(s, own, { host }), host);
	const another = s.version === '2' ? [':authority', 'evil.example'] : ['host', 'evil.example'];
	refused(await attempt(s, [another, ...own]), 'two of them');
	const led = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' };
	const { location } = await request(s.ask(await s.client()).url, { headers: led });
	assert.ok(location === undefined || new URL(location).origin === s.url, location);
}

const TOKEN_PATHS = ['/token/', '/token;x', '/token%2f', '//token', '/TOKEN', '/token/.', '/mcp/../token',
	'/token%00', '/token/x', '/./token', '/x/../token', '/mcp/..%2ftoken', '/mcp/%2e%2e/token', '/tok%65n',
	'/token.', '/token%20', '/token%3f', '/token%23', '/token%3b', '/token%5c', '/token%252f', '/%2e/token',
	'/token%0a', '/mcp;/../token', '/.well-known/openid-configuration/../token'];
const MCP_PATHS = ['/mcp/', '//mcp', '/mcp/x', '/mcp%2f', '/mcp/sse/', '/mcp//sse', '/mcp;/sse', '/mcp%2fsse',
	'/MCP', '/other/../mcp', '/mcp/message/', '/%6dcp', '/mcp%00', '/mcp/.', '/./mcp'];

async function oddPaths(s) {
	const { tokens } = await s.session();
	const json = { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens.access_token}` };
	const fields = { 'Content-Type': 'application/x-www-form-urlencoded' };
	for (const [target, headers, body] of [...TOKEN_PATHS.map((target) => [target, fields, form({ grant_type: 'x' })]),
		...MCP_PATHS.map((target) => [target, json, BODY])]) {
		const { status, text } = await request(s.url, { target, method: 'POST', body, headers });
		assert.ok([400, 403, 404].includes(status), `${target}: ${status} ${text}`);
	}
}

async function longHeads(s) {
	const { tokens: { access_token: token } } = await s.session();
	const pids = s.site.pids('mcp');
	for (const pairs of [[['x-long', 'x'.repeat(200_000)]], Array.from({ length: 5000 }, (_, i) => [`x-${i}`, 'y']),
		[['cookie', 'a=b; '.repeat(20_000)]]])
		refused(await attempt(s, [bearer(token), LENGTH, ...pairs]), pairs[0][0]);
	const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`X-${'a'.repeat(i)}`, 'y'.repeat(i)]));
	const { status } = await send(s.resource, token, { ...legacy('tools/list'), headers: many });
	assert.equal(status, 200, 'what a server lets through');
	assert.equal((await list(token, s.resource)).status, 200);
	assert.deepEqual(s.site.pids('mcp'), pids, 'it is the same process as before');
}

export const framing = [
	['X.1 one request is one, whatever it says of its length', lengths],
	['X.2 what is no header field is none', noField],
	['X.3 of two tokens none is taken', twoTokens],
	['X.4 who is led here under another name is refused, and led nowhere', otherHosts],
	['X.5 a path is that path and no other spelling of it', oddPaths],
	['X.6 heads without end end', longHeads],
];
