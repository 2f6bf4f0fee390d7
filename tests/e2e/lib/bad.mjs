// SPDX-License-Identifier: MIT
// Requests that are wrong in one way each.  A row is [what, answer, expected]: expected is a status, [status, error]
// for an OAuth error, [status, code] for one of JSON-RPC, or a function of the answer.
import assert from 'node:assert/strict';
import { form, post, postJson, raw, request } from './http.mjs';
import { envelope } from './mcp.mjs';

const FORM = 'application/x-www-form-urlencoded';
export const INVALID = [400, 'invalid_request'];

// Values that no parameter may have, as they stand in a query or a form.
const ENCODINGS = { 'bad UTF-8': '%ff', 'overlong UTF-8': '%c0%af', 'a surrogate': '%ed%a0%80', NUL: '%00',
	'a NUL inside': 'a%00b' };
// lighttpd mends these in a query before a program sees them.
const ESCAPES = { 'a bad escape': '%zz', 'a cut escape': '%4', 'a lone %': 'a%' };
const UNKNOWN_METHODS = ['PUT', 'DELETE', 'PATCH'];

export function meets({ status, json, headers, text }, expected, what) {
	if (typeof expected === 'function')
		return expected({ status, json, headers, text });
	const [wanted, error] = [expected].flat();
	assert.equal(status, wanted, `${what}: ${text}`);
	if (error !== undefined)
		assert.equal(typeof error === 'number' ? json?.error?.code : json?.error, error, `${what}: ${text}`);
}

export function wrongMethods(url, allow, others = []) {
	return [...UNKNOWN_METHODS, ...others].map((method) => [`method ${method}`, () => request(url, { method }),
		(answer) => {
		assert.equal(answer.status, 405);
		assert.equal(answer.headers.allow, allow);
	}]).concat([['a method nobody knows', () => request(url, { method: 'SEARCH' }), refused]]);
}

export function wrongMedia(url, body, types = ['text/plain', 'multipart/form-data; boundary=x', `${FORM}x`, '']) {
	return types.map((type) => [`media type "${type}"`, () => request(url, {
		method: 'POST', body, headers: type === '' ? {} : { 'Content-Type': type },
	}), [415, 'invalid_request']]);
}

export const refused = ({ status }) => assert.ok(status >= 400, `status ${status}`);

// Our own answer, or none, or the server's: but no success.  To a CGI program behind Apache a chunked body that the
// client gave up ends like any other (blind): RFC 3875 has no word for it.
export function cut(url, body, headers, { blind = false } = {}) {
	const { pathname, host } = new URL(url);
	const lines = [`POST ${pathname} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers];
	const send = (length, sent) => raw(url, `${[...lines, length].join('\r\n')}\r\n\r\n${sent}`).then((text) => ({
		status: Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1] ?? 499), text,
	}));
	return [
		['a body that is cut', () => send(`Content-Length: ${body.length + 50}`, body), refused],
		...blind ? [] : [['a chunk that is cut', () => send('Transfer-Encoding: chunked',
			`${(body.length + 50).toString(16)}\r\n${body}`), refused]],
		['a length that is none', () => send('Content-Length: 1x', body), refused],
		['a length below zero', () => send('Content-Length: -1', body), refused],
		['two lengths', () => send(`Content-Length: ${body.length}\r\nContent-Length: 1`, body), refused],
	];
}

// What makes a parameter occur twice.
const repeated = (fields, name) => form({ [name]: fields[name] ?? ['x', 'x'] });

// Each parameter repeated, too long, and with every encoding that is none; limits by name, in bytes.
export function badForms(url, fields, limits, options) {
	const body = form(fields);
	const without = (name) => form({ ...fields, [name]: undefined });
	const send = (text) => () => post(url, text);
	return [
		...Object.keys(limits).flatMap((name) => [
			[`${name} repeated`, send(`${body}&${repeated(fields, name)}`), INVALID],
			[`${name} too long`, send(`${without(name)}&${name}=${'x'.repeat(limits[name] + 1)}`), INVALID],
			...Object.entries({ ...ENCODINGS, ...ESCAPES }).map(([what, value]) =>
				[`${name} with ${what}`, send(`${without(name)}&${name}=${value}`), INVALID]),
		]),
		['a name with bad UTF-8', send(`${body}&%ff=x`), INVALID],
		['a raw NUL', send(`${body}\0`), INVALID],
		['raw bytes above 127', send(Buffer.concat([Buffer.from(`${body}&x=`), Buffer.from([0xff])])), INVALID],
		['too many parameters', send(`${body}&${'a=1&'.repeat(100)}`), INVALID],
		['nothing', send(''), INVALID],
		['all of it in the query', () => post(`${url}?${body}`, ''), INVALID],
		['too much', send(`${body}&x=${'x'.repeat(1024 * 1024)}`), [413, 'invalid_request']],
		...wrongMedia(url, body, ['application/json', 'text/plain', 'multipart/form-data; boundary=x', `${FORM}x`, '']),
		...wrongMethods(url, 'POST, OPTIONS', ['GET', 'HEAD']),
		...cut(url, body, [`Content-Type: ${FORM}`], options),
	];
}

// The same in a query.  mended: this server repairs escapes that are none.
export function badQueries(url, fields, limits, { mended, expected = () => 400 }) {
	const query = (text) => () => request(url, { target: `${new URL(url).pathname}?${text}` });
	const without = (name) => form({ ...fields, [name]: undefined });
	const encodings = mended ? ENCODINGS : { ...ENCODINGS, ...ESCAPES };
	return Object.keys(limits).flatMap((name) => [
		[`${name} repeated`, query(`${form(fields)}&${repeated(fields, name)}`), expected(name)],
		[`${name} too long`, query(`${without(name)}&${name}=${'x'.repeat(limits[name] + 1)}`), expected(name)],
		...Object.entries(encodings).map(([what, value]) =>
			[`${name} with ${what}`, query(`${without(name)}&${name}=${value}`), 400]),
	]);
}

export function badJson(url, headers, code, valid, nul = code) {
	const send = (body) => () => postJson(url, body, { headers });
	const text = JSON.stringify(valid);
	return [
		...['', ' ', '{', '[1,', 'x', "{'a':1}", '{"a":1,}', `${text}x`, `${text}${text}`, '\u{feff}{}', '{"a":\u0001"b"}',
			'{"a":"\\ud800"}', '{"a":"\\u0000"}', '{"a":01}', '{"a":NaN}', '{"a":1,"a":1}', '{"a":{"b":1,"b":2}}',
			'{"a":1,"\\u0061":1}', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, '['.repeat(10_000)]
			.map((body) => [`JSON ${JSON.stringify(body.slice(0, 40))}`, send(body), code]),
		['JSON with bad UTF-8', send(Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')])), code],
		['JSON with overlong UTF-8', send(Buffer.from([...Buffer.from('{"a":"'), 0xc0, 0xaf, ...Buffer.from('"}')])), code],
		['JSON with a raw NUL', send(`${text}\0`), nul],
		['JSON in UTF-16', send(Buffer.from(text, 'utf16le')), nul],
		['too much JSON', send(`{"a":"${'x'.repeat(1024 * 1024)}"}`), 413],
	];
}

// Well-formed JSON that is no request of MCP.
export function badMessages(url, token) {
	const headers = { Authorization: `Bearer ${token}` };
	const send = (body, more = {}) => () => postJson(url, JSON.stringify(body), { headers: { ...headers, ...more } });
	const call = (params) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
	return [
		...[null, 1, 'x', true, {}, { jsonrpc: '2.0' }, { jsonrpc: '1.0', id: 1, method: 'ping' }, { id: 1, method: 'ping' },
			{ jsonrpc: '2.0', id: null, method: 'ping' }, { jsonrpc: '2.0', id: 1.5, method: 'ping' },
			{ jsonrpc: '2.0', id: {}, method: 'ping' }, { jsonrpc: '2.0', id: true, method: 'ping' },
			{ jsonrpc: '2.0', id: 1, method: 1 }, { jsonrpc: '2.0', id: 1, method: 'ping', params: 1 },
			{ jsonrpc: '2.0', id: 1, method: 'x'.repeat(129) }, { jsonrpc: '2.0', id: 'x'.repeat(257), method: 'ping' },
			{ jsonrpc: '2.0', id: 1, result: {}, error: {} }, []].map((body) => [JSON.stringify(body).slice(0, 60), send(body),
				[400, -32600]]),
		...[{}, { name: 1 }, { name: null }, { name: 'x' }, { name: 'x'.repeat(100_000) },
			{ name: 'get_graph_user_details', arguments: 1 },
			{ name: 'get_graph_user_details', arguments: [] }].map((params) =>
			[`tools/call ${JSON.stringify(params).slice(0, 60)}`, send(call(params)), [200, -32602]]),
		['an envelope of the wrong type', send({ ...call({}), params: { _meta: { ...envelope(),
			'io.modelcontextprotocol/clientCapabilities': 1 } } },
			{ 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call' }), [400, -32602]],
		['arguments that the tool does not take', send(call({ name: 'get_graph_user_details', arguments: { user: 'bob' } })),
			({ json }) => assert.equal(json.result.isError, true)],
		...['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', ''].map((type) => [`media type "${type}"`,
			() => request(url, { method: 'POST', body: '{}', headers: { ...headers, ...type && { 'Content-Type': type } } }),
			415]),
		...['PUT', 'PATCH', 'GET', 'DELETE', 'HEAD'].map((method) => [`method ${method}`,
			() => request(url, { method, headers }), 405]),
		['a header of 60 kB', send(call({ name: 'x' }), { 'Mcp-Name': 'x'.repeat(60_000) }), refused],
	];
}
