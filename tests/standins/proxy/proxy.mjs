/* SPDX-License-Identifier: MIT */
/*
 * An HTTP proxy for tests: CONNECT (RFC 9110 section 9.3.6) and requests with an absolute target.
 * It leads the names it knows to where the test wants them, refuses all others, and remembers what
 * it was asked.
 */
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';

const CHALLENGE = 'Basic realm="proxy"';
const PORTS = { 'http:': 80, 'https:': 443 };

/* Where a connection for a target of the map ends. */
function addressOf(url) {
	const { protocol, hostname, port } = new URL(url);
	return { protocol, host: hostname, port: Number(port || PORTS[protocol]) };
}

class Proxy {
	/* map: {'host:port': 'https://127.0.0.1:PORT'}; credentials: 'user:password' or none. */
	constructor({ map, credentials }) {
		Object.assign(this, {
			map: new Map(Object.entries(map)),
			log: [],
			sockets: new Set(),
		});
		this.wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
	}

	/* The status of a refusal, or null; either way it is in the log. */
	judge(method, target, headers) {
		const authorized =
			this.wanted === undefined || headers['proxy-authorization'] === this.wanted;
		const status = authorized ? (this.map.has(target) ? null : 403) : 407;
		this.log.push({ method, target, headers: { ...headers }, refused: status });
		return status;
	}

	connect(req, socket, head) {
		this.keep(socket);
		const target = req.url.toLowerCase();
		const status = this.judge('CONNECT', target, req.headers);
		if (status) {
			socket.end(this.refusal(status));
			return;
		}
		const { host, port } = addressOf(this.map.get(target));
		const other = this.keep(connect(port, host));
		other.on('connect', () => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			other.write(head);
			other.pipe(socket);
			socket.pipe(other);
		});
		other.on('close', () => socket.destroy());
		socket.on('close', () => other.destroy());
	}

	refusal(status) {
		const ask = status === 407 ? `Proxy-Authenticate: ${CHALLENGE}\r\n` : '';
		const line = `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`;
		return `${line}\r\nContent-Length: 0\r\n${ask}\r\n`;
	}

	forward(req, res) {
		const url = /^https?:\/\//.test(req.url) && new URL(req.url);
		if (!url) {
			res.writeHead(400).end();
			return;
		}
		const target = `${url.hostname}:${url.port || PORTS[url.protocol]}`;
		const status = this.judge(req.method, target, req.headers);
		if (status) {
			res.writeHead(
				status,
				status === 407 ? { 'proxy-authenticate': CHALLENGE } : {},
			).end();
			return;
		}
		const { protocol, host, port } = addressOf(this.map.get(target));
		const {
			'proxy-authorization': _,
			'proxy-connection': __,
			...headers
		} = req.headers;
		const client = protocol === 'https:' ? https : http;
		const other = client.request(
			{
				host,
				port,
				method: req.method,
				path: `${url.pathname}${url.search}`,
				headers: { ...headers, host: url.host },
				rejectUnauthorized: false,
			},
			(answer) => {
				res.writeHead(answer.statusCode, answer.headers);
				answer.pipe(res);
			},
		);
		other.on('error', () => res.destroy());
		req.pipe(other);
	}

	/* So that stopping ends what is open, and a lost connection is nobody's failure. */
	keep(socket) {
		this.sockets.add(socket);
		socket.on('close', () => this.sockets.delete(socket));
		socket.on('error', () => socket.destroy());
		return socket;
	}
}

/* Answers {url, log, map, stop}; log is [{method, target, headers, refused: status or null}]. */
export async function startProxy({ map = {}, credentials, port = 0 } = {}) {
	const proxy = new Proxy({ map, credentials });
	const server = http.createServer((req, res) => proxy.forward(req, res));
	server.on('connect', (req, socket, head) => proxy.connect(req, socket, head));
	server.on('connection', (socket) => proxy.keep(socket));
	await new Promise((done, fail) => {
		server.once('error', fail);
		server.listen(port, '127.0.0.1', done);
	});
	return {
		url: `http://127.0.0.1:${server.address().port}`,
		log: proxy.log,
		map: proxy.map,
		stop: () =>
			new Promise((done) => {
				server.close(done);
				proxy.sockets.forEach((socket) => socket.destroy());
			}),
	};
}
