// SPDX-License-Identifier: MIT
// HTTP as bluntly as a test may want: targets and headers go out as they are written, nothing is followed.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { close, request2 } from './http2.mjs';

let patience = 60_000;
const observers = new Set();
const spoken = new Map();	// by origin, how it is spoken to

// How many milliseconds an answer may take, for tests of what is slow by design.
export function setPatience(ms) { patience = ms; }

// observer gets every answer that any client of this process receives; the result ends that.
export function observe(observer) {
	observers.add(observer);
	return () => observers.delete(observer);
}

// From now on requests to the origin of url speak that version of HTTP ('1' or '2'), and trust that certificate.
export function speak(url, { http: version, ca }) {
	// Whatever a test puts into Host, the certificate is that of the address.
	const agent = new https.Agent({ keepAlive: false, ca, servername: '' });
	spoken.set(new URL(url).origin, { version, ca, agent });
}

// Ends what speak() began.
export async function hangUp(url) {
	const { origin } = new URL(url);
	const how = spoken.get(origin);
	spoken.delete(origin);
	how?.agent.destroy();
	if (how?.version === '2')
		await close(origin);
}

const howTo = (url) => spoken.get(new URL(url).origin) ?? {};

// target, if given, replaces the path of url byte by byte.  headers is an object or a flat list of names and values.
// dial is a URL on the host that is called instead, as if the name of url led there.
export function request(url, options = {}) {
	const how = howTo(url);
	if (how.version === '2' && options.dial === undefined)
		return request2(url, { ...options, ca: how.ca, patience }).then(({ bytes, ...rs }) =>
			answer(url, options.method ?? 'GET', rs, bytes));
	return request1(url, { agent: how.agent, ...options });
}

function request1(url, { method = 'GET', headers = {}, body, target, ca, agent = false, dial }) {
	const { protocol, hostname, port, host, pathname, search } = new URL(url);
	const list = Array.isArray(headers) && !has(headers, 'host') ? ['Host', host, ...headers] : headers;
	const options = { hostname, port, path: target ?? pathname + search, method, headers: list, ca, agent };

	if (dial !== undefined) {
		const there = new URL(dial);
		Object.assign(options, { hostname: there.hostname, port: there.port, servername: hostname,
			headers: { ...headers, Host: host } });
	}
	return new Promise((resolve, reject) => {
		const rq = (protocol === 'https:' ? https : http).request(options);
		let answered = false;
		rq.on('response', (rs) => {
			answered = true;
			collect(rs).then((bytes) => resolve(answer(url, method, rs, bytes)), reject);
		});
		// A server that answers early may close before the last byte of the body is sent.
		rq.on('error', (error) => { if (!answered) reject(error); });
		rq.setTimeout(patience, () => rq.destroy(new Error(`no answer to ${method} ${pathname}`)));
		rq.end(body);
	});
}

function has(list, name) {
	return list.some((item, i) => i % 2 === 0 && item.toLowerCase() === name);
}

async function collect(stream) {
	const chunks = [];
	for await (const chunk of stream)
		chunks.push(chunk);
	return Buffer.concat(chunks);
}

function answer(url, method, rs, bytes) {
	const text = bytes.toString();
	const result = {
		url: String(url), method, status: rs.statusCode, headers: rs.headers, rawHeaders: rs.rawHeaders, text,
		location: rs.headers.location, json: parse(text),
	};
	for (const observer of observers)
		observer(result);
	return result;
}

// undefined for a text that is no JSON.
export function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

// A body of application/x-www-form-urlencoded; what is undefined is left out, an array is a repeated parameter.
export function form(fields) {
	const out = new URLSearchParams();
	for (const [name, values] of Object.entries(fields))
		for (const value of [values].flat())
			if (value !== undefined)
				out.append(name, value);
	return out.toString();
}

export function post(url, fields, { headers = {}, ...rest } = {}) {
	return request(url, {
		method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
		body: typeof fields === 'string' || Buffer.isBuffer(fields) ? fields : form(fields), ...rest,
	});
}

export function postJson(url, value, { headers = {}, ...rest } = {}) {
	return request(url, {
		method: 'POST', headers: { 'Content-Type': 'application/json', ...headers },
		body: typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value), ...rest,
	});
}

// Sends bytes, then our end of the connection closes.  Resolves with what came back, '' when nothing did.
export function raw(url, bytes) {
	const { protocol, hostname: host, port } = new URL(url);
	return new Promise((resolve) => {
		const socket = protocol === 'https:' ? tls.connect({ host, port, ca: howTo(url).ca, allowHalfOpen: true })
			: net.connect({ host, port, allowHalfOpen: true });
		let text = '';
		const done = () => { socket.destroy(); resolve(text); };
		socket.setEncoding('latin1');
		socket.setTimeout(patience, done);
		socket.on('data', (chunk) => { text += chunk; });
		socket.on('end', done);
		socket.on('error', done);
		socket.end(bytes);
	});
}
