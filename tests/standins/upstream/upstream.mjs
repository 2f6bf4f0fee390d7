// SPDX-License-Identifier: MIT
// A stand-in for somebody else's MCP server, on node:http alone: strict, of every era, and bad on demand.  It lives in
// the process of the test that starts it, and remembers every request that reaches it.
import { unlinkSync } from 'node:fs';
import http from 'node:http';
import { misbehave } from './faults.mjs';
import { legacy, LegacySessions } from './legacy.mjs';
import { modern } from './modern.mjs';
import { pair, Pairs } from './pair.mjs';
import { sendError } from './answer.mjs';

export const MODERN = '2026-07-28';
export const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const META = 'io.modelcontextprotocol/';

const SWITCHES = {
	era: 'legacy',		// legacy, modern, both; or sse, the two endpoints of 2024-11-05
	answers: 'json',	// or events: what calls are answered with that could be either
	sessions: true,		// legacy: mints Mcp-Session-Id, and wants it
	streams: true,		// legacy: GET opens a stream; else 405
	deletes: true,		// legacy: DELETE ends a session; else 405
	versions: LEGACY,	// legacy: newest first
	endpoint: 'relative',	// sse: what the endpoint event names: relative, absolute, or foreign (another origin)
	accept: true,		// refuses a POST whose Accept lacks one of the two types
	headers: {},		// further headers of every answer
	tools: undefined,	// the names of the tools it has; else all of them
};

// socket: a path to listen on in place of 127.0.0.1; the other options are switches.
export async function startUpstream({ socket, ...switches } = {}) {
	const upstream = new Upstream(socket);
	upstream.set(switches);
	await upstream.accept();
	return upstream;
}

export class Upstream {
	constructor(socket) {
		Object.assign(this, { socket, log: [], switches: { ...SWITCHES }, faults: [], port: 0, name: 'stand-in' });
		this.sessions = new LegacySessions();
		this.pairs = new Pairs();
		this.sockets = new Set();
		this.asked = new Map();	// modern: what an answer of the person completes
	}

	// What a configuration names.
	get url() {
		const path = this.switches.era === 'sse' ? '/sse' : '/mcp';
		return this.socket === undefined ? `${this.origin}${path}` : `unix:${this.socket}:${path}`;
	}

	get origin() { return `http://127.0.0.1:${this.port}`; }

	set(switches) {
		for (const name of Object.keys(switches))
			if (!(name in SWITCHES))
				throw new TypeError(`there is no switch ${name}`);
		Object.assign(this.switches, switches);
	}

	// One of faults.mjs.  times: how many requests it spoils; on: a method of JSON-RPC or of HTTP, else every request.
	fault(kind, { times = 1, on, ...options } = {}) { this.faults.push({ kind, times, on, options }); }

	// Back to good behaviour, and a clean log.
	calm() {
		this.faults = [];
		this.log.length = 0;
	}

	reset() {
		this.calm();
		this.switches = { ...this.switches, ...SWITCHES, era: this.switches.era };
	}

	// Requests in the log with that method of JSON-RPC (or of HTTP, when in capitals).
	requests(method) {
		return this.log.filter((entry) => (entry.json?.method ?? entry.method) === method || entry.method === method);
	}

	// Listens; after refuse() at the same place.
	async accept() {
		this.server = http.createServer({ keepAliveTimeout: 30_000, maxHeaderSize: 256 * 1024 });
		this.server.on('connection', (socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
			socket.on('error', () => {});
		});
		this.server.on('request', (req, res) => void this.#handle(req, res));
		this.server.on('clientError', (error, socket) => socket.destroy());
		await new Promise((resolve, reject) => {
			this.server.once('error', reject);
			if (this.socket === undefined)
				this.server.listen(this.port, '127.0.0.1', 1024, resolve);
			else
				this.server.listen({ path: this.socket, writableAll: true, readableAll: true }, resolve);
		});
		this.port = this.server.address().port ?? 0;
	}

	// Nobody listens any more, and what was open is cut.
	async refuse() {
		const closed = new Promise((resolve) => this.server.close(resolve));
		this.cut();
		await closed;
	}

	cut() { this.sockets.forEach((socket) => socket.destroy()); }

	async stop() {
		if (this.server.listening)
			await this.refuse();
		if (this.socket !== undefined)
			try {
				unlinkSync(this.socket);
			} catch {
				// the server has done that
			}
	}

	#note(req, res) {
		const entry = {
			method: req.method, url: req.url, rawHeaders: req.rawHeaders, headers: req.headers, at: Date.now(),
			body: '', json: undefined, finished: false, gone: undefined,
		};
		this.log.push(entry);
		res.on('finish', () => { entry.finished = true; });
		// Before the answer was whole: the client is gone, or a fault has cut the connection.
		res.on('close', () => {
			entry.status = res.statusCode;
			entry.closed = Date.now();
			if (!res.writableFinished)
				entry.gone = entry.closed;
		});
		return entry;
	}

	async #handle(req, res) {
		const entry = this.#note(req, res);
		try {
			entry.body = await readText(req);
			entry.json = parse(entry.body);
			for (const [name, value] of Object.entries(this.switches.headers))
				res.setHeader(name, value);
			const fault = this.#fault(entry);
			await (fault ? misbehave(this, fault, { req, res, entry }) : this.#route({ req, res, entry }));
		} catch (error) {
			if (!res.destroyed && !res.headersSent)
				sendError(res, 500, entry.json?.id ?? null, -32603, `the stand-in failed: ${error.stack}`);
			else
				res.destroy();
		}
	}

	#fault(entry) {
		const fits = ({ on }) => on === undefined || on === entry.method || on === entry.json?.method;
		const fault = this.faults.find(fits);
		if (fault !== undefined && --fault.times <= 0)
			this.faults.splice(this.faults.indexOf(fault), 1);
		return fault;
	}

	#route(exchange) {
		const { req, res, entry } = exchange;
		const { era } = this.switches;
		const { pathname } = new URL(req.url, 'http://x');
		if (era === 'sse' && ['/sse', '/message'].includes(pathname))
			return pair(this, exchange);
		if (pathname !== '/mcp' || era === 'sse')
			return sendError(res, 404, null, -32600, 'no such path');
		const envelope = entry.json?.params?._meta?.[`${META}protocolVersion`] !== undefined;
		const isModern = era === 'modern' || (era === 'both' && (envelope || req.headers['mcp-protocol-version'] === MODERN));
		return isModern ? modern(this, exchange) : legacy(this, exchange);
	}
}

async function readText(req) {
	const chunks = [];
	for await (const chunk of req)
		chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
