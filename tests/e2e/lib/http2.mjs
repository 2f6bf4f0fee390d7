// SPDX-License-Identifier: MIT
// Requests over HTTP/2, with the options and the answer of those over HTTP/1.1: one connection to each origin, which
// stays.
import http2 from 'node:http2';

const { HTTP2_HEADER_STATUS: STATUS, NGHTTP2_CANCEL } = http2.constants;
// RFC 9113 section 8.2.2: what belongs to a connection has no place here.
const OF_A_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

const sessions = new Map();

function sessionOf(origin, ca) {
	const known = sessions.get(origin);
	if (known !== undefined && !known.closed && !known.destroyed)
		return known;
	const session = http2.connect(origin, { ca });
	session.on('error', () => session.destroy());
	sessions.set(origin, session);
	return session;
}

export function close(origin) {
	const session = sessions.get(origin);
	sessions.delete(origin);
	return new Promise((resolve) => (session === undefined || session.destroyed ? resolve() : session.close(resolve)));
}

// Host is :authority, names are lower case, a name that occurs twice is two lines, and each cookie has its own, as
// browsers do it (RFC 9113 section 8.2.3).
function fields(url, { method, headers, target, body }) {
	const { host, pathname, search } = new URL(url);
	const pairs = Array.isArray(headers)
		? headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]]] : [])) : Object.entries(headers);
	const all = { ':method': method, ':scheme': 'https', ':authority': host, ':path': target ?? pathname + search };
	for (const [given, value] of pairs) {
		const name = given.toLowerCase();
		if (name === 'host')
			all[':authority'] = value;
		else if (name === 'cookie')
			all[name] = value.split('; ');
		else if (!OF_A_CONNECTION.has(name))
			all[name] = name in all ? [all[name], value].flat() : value;
	}
	// A length is optional, but lighttpd wants one, and node's HTTP/1.1 sends one as well.
	if (body !== undefined || method === 'POST')
		all['content-length'] ??= Buffer.byteLength(body ?? '');
	return all;
}

// Resolves with statusCode, headers, rawHeaders and bytes; patience is in milliseconds.
export function request2(url, { method = 'GET', headers = {}, body, target, ca, patience }) {
	const { origin } = new URL(url);
	return new Promise((resolve, reject) => {
		const rq = sessionOf(origin, ca).request(fields(url, { method, headers, target, body }), {
			endStream: body === undefined,
		});
		const chunks = [];
		let head;
		rq.on('response', (all, flags, rawHeaders) => { head = { statusCode: all[STATUS], headers: all, rawHeaders }; });
		rq.on('data', (chunk) => chunks.push(chunk));
		rq.on('end', () => head !== undefined && resolve({ ...head, bytes: Buffer.concat(chunks) }));
		rq.on('error', reject);
		rq.on('close', () => reject(new Error(`no answer to ${method} ${origin}`)));
		rq.setTimeout(patience, () => rq.close(NGHTTP2_CANCEL));
		if (body !== undefined)
			rq.end(body);
	});
}
