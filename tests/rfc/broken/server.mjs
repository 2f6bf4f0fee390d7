// SPDX-License-Identifier: MIT
// A tiny MCP server with its authorization server, all in memory, which does everything right but for what it is told
// to get wrong: bad('ID') is where it fails the check of that id.  It is for nothing but showing that checks can fail.
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { answerOf } from '../lib/http.mjs';
import { authorize } from './authorize.mjs';
import { metadata } from './metadata.mjs';
import { register } from './register.mjs';
import { resource } from './resource.mjs';
import { introspect, revoke } from './revoke.mjs';
import { token } from './token.mjs';

const ENDPOINTS = { authorize, approve: authorize, decline: authorize, token, register, revoke, introspect };
const NOWHERE = 'http://127.0.0.1:1';

// options: bad (ids of checks), path (of the issuer), tls ({ cert, key }), documents (which are read without a
// network), client (one that is registered already).
class Broken {
	constructor({ bad = [], path = '', tls, documents, client }) {
		Object.assign(this, {
			path, documents, bad: (id) => bad.includes(id), tls: tls !== undefined,
			clients: new Map(client && [[client.client_id, client]]), pending: new Map(), codes: new Map(), access: new Map(),
			refresh: new Map(), sessions: new Set(),
		});
	}

	at(origin) {
		return Object.assign(this, { origin, issuer: origin + this.path, url: `${origin}/mcp`, other: `${origin}/other` });
	}

	// request: method, url (a URL), headers by lower-case name, body (text).  The answer: status, headers, body.
	answer(request) {
		const all = { ...request, path: request.url.pathname };
		const { status = 200, headers = {}, body = '' } = this.#route(all);
		const secure = this.tls && !this.bad('http/hsts') ? { 'Strict-Transport-Security': 'max-age=31536000' } : {};
		return { status, headers: { ...secure, ...headers }, body: request.method === 'HEAD' ? '' : body };
	}

	#route(request) {
		const { path } = request;
		if (path === '/mcp' || path === '/other')
			return resource(this, request);
		if (path.includes('/.well-known/'))
			return metadata(this, request);
		const endpoint = path.startsWith(`${this.path}/`) ? ENDPOINTS[path.slice(this.path.length + 1)] : undefined;
		return endpoint === undefined ? { status: 404 } : endpoint(this, request);
	}
}

const lowerCase = (headers) =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

// One that is asked by `transport`, for lib/http.mjs, instead of over a network.
export function nearBroken(options) {
	const broken = new Broken(options).at(NOWHERE);
	broken.transport = async (url, { method = 'GET', headers = {}, body = '' }) => {
		const answer = broken.answer({ method, url: new URL(url), headers: lowerCase(headers), body });
		return answerOf(url, method, answer.status, lowerCase(answer.headers), answer.body);
	};
	broken.close = () => {};
	return broken;
}

// One that listens on loopback.
export async function startBroken(options = {}) {
	const broken = new Broken(options);
	const serve = async (rq, rs) => {
		const chunks = [];
		for await (const chunk of rq)
			chunks.push(chunk);
		const { status, headers, body } = broken.answer({
			method: rq.method, url: new URL(rq.url, broken.origin), headers: rq.headers, body: Buffer.concat(chunks).toString(),
		});
		rs.writeHead(status, headers).end(body);
	};
	const plain = http.createServer(serve);
	const secure = options.tls && https.createServer(options.tls, serve);
	const door = secure === undefined ? plain : twoDoors(secure, plain, broken);
	door.listen(0, '127.0.0.1');
	await once(door, 'listening');
	broken.close = () => [door, plain, secure].forEach((server) => { server?.closeAllConnections?.(); server?.close(); });
	return broken.at(`${secure === undefined ? 'http' : 'https'}://127.0.0.1:${door.address().port}`);
}

// One port for TLS, and for what is none, as no server should have it.
function twoDoors(secure, plain, { bad }) {
	return net.createServer((socket) => socket.once('data', (first) => {
		socket.pause();
		socket.unshift(first);
		if (first[0] === 0x16)
			secure.emit('connection', socket);
		else if (bad('http/plain'))
			plain.emit('connection', socket);
		else
			socket.destroy();
		process.nextTick(() => socket.resume());
	}));
}
