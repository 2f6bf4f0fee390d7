// SPDX-License-Identifier: MIT
// Streamable HTTP of the legacy eras: sessions, streams, resumption, requests of the server, batches of 2025-03-26.
import { randomUUID } from 'node:crypto';
import { Answer, EVENTS, event, openEvents, sendError, sendJson, sendNothing, write } from './answer.mjs';
import { callTool, describeTools } from './tools.mjs';

export class LegacySessions {
	constructor() { this.byId = new Map(); }

	make(version) {
		const session = { id: randomUUID(), version, ready: false, streams: new Map(), asked: new Map(), counter: 0 };
		this.byId.set(session.id, session);
		return session;
	}
}

// Events that a client may ask for again.
class Stream {
	constructor(session) {
		Object.assign(this, { name: `s${++session.counter}`, events: [], done: false, sink: undefined });
		session.streams.set(this.name, this);
	}

	send(message) {
		const id = `${this.name}-${this.events.length + 1}`;
		this.events.push({ id, message });
		return this.sink === undefined ? true : write(this.sink, event(message, { id }));
	}

	end() {
		this.done = true;
		this.sink?.end();
	}

	// Writes what came after the event of that number, and what comes from now on.
	async resume(res, after) {
		for (const { id, message } of this.events.slice(after))
			await write(res, event(message, { id }));
		this.sink = res;
		if (this.done)
			res.end();
	}
}

const isRequest = (m) => m?.method !== undefined && m.id !== undefined;

export function legacy(upstream, exchange) {
	const { req, res } = exchange;
	const version = req.headers['mcp-protocol-version'];
	if (version !== undefined && !upstream.switches.versions.includes(version))
		return sendError(res, 400, null, -32000, `unsupported protocol version ${version}`);
	if (req.method === 'POST')
		return post(upstream, exchange);
	const on = { GET: upstream.switches.streams, DELETE: upstream.switches.deletes }[req.method];
	if (!on)
		return sendError(res, 405, null, -32000, 'method not allowed', { headers: { Allow: 'POST' } });
	const session = findSession(upstream, exchange);
	if (session === undefined)
		return undefined;
	return req.method === 'GET' ? get(session, exchange) : remove(upstream, session, res);
}

// Answers when there is none.
function findSession(upstream, { req, res, entry }) {
	const id = req.headers['mcp-session-id'];
	const session = upstream.sessions.byId.get(id);
	if (!upstream.switches.sessions)
		return upstream.sessions.only ??= { ...upstream.sessions.make('2025-11-25'), ready: true };
	if (id === undefined)
		sendError(res, 400, entry.json?.id, -32000, 'no Mcp-Session-Id');
	else if (session === undefined)
		sendError(res, 404, entry.json?.id, -32001, 'session not found');
	return id === undefined ? undefined : session;
}

function remove(upstream, session, res) {
	upstream.sessions.byId.delete(session.id);
	session.streams.forEach((stream) => stream.sink?.end());
	sendNothing(res, 204);
}

function get(session, { req, res }) {
	if (!(req.headers.accept ?? '').includes(EVENTS))
		return sendError(res, 406, null, -32000, 'GET is for events');
	const [, name, number] = /^(s\d+)-(\d+)$/.exec(req.headers['last-event-id'] ?? '') ?? [];
	const stream = session.streams.get(name);
	if (req.headers['last-event-id'] !== undefined && stream === undefined)
		return sendError(res, 400, null, -32000, 'no such event');
	openEvents(res, { 'Mcp-Session-Id': session.id });
	if (stream !== undefined)
		return stream.resume(res, Number(number));
	session.own ??= new Stream(session);
	session.own.sink = res;
	return undefined;
}

function post(upstream, exchange) {
	const { req, res, entry } = exchange;
	const { accept = '', 'content-type': type = '' } = req.headers;
	if (upstream.switches.accept && !(accept.includes('application/json') && accept.includes(EVENTS)))
		return sendError(res, 406, null, -32000, `Accept is ${accept}`);
	if (!/^application\/json\s*(;|$)/i.test(type))
		return sendError(res, 415, null, -32000, `Content-Type is ${type}`);
	if (entry.json === undefined)
		return sendError(res, 400, null, -32700, 'no JSON');
	const messages = [entry.json].flat();
	if (messages.length === 0 || messages.some((m) => m?.jsonrpc !== '2.0'))
		return sendError(res, 400, null, -32600, 'no JSON-RPC');
	if (messages.some((m) => m.method === 'initialize'))
		return initialize(upstream, exchange, messages);
	const session = findSession(upstream, exchange);
	if (session === undefined)
		return undefined;
	if (Array.isArray(entry.json) && session.version !== '2025-03-26' && upstream.switches.sessions)
		return sendError(res, 400, null, -32600, `no batches in ${session.version}`);
	return dispatch(upstream, session, exchange, messages);
}

function initialize(upstream, { req, res, entry }, messages) {
	const { id, params } = messages[0];
	if (Array.isArray(entry.json) || id === undefined || req.headers['mcp-session-id'] !== undefined)
		return sendError(res, 400, id, -32600, 'initialize stands alone and opens a session');
	if (typeof params?.protocolVersion !== 'string' || !params.capabilities || !params.clientInfo?.name)
		return sendError(res, 400, id, -32602, 'initialize without version, capabilities or client');
	const { versions, sessions } = upstream.switches;
	const version = versions.includes(params.protocolVersion) ? params.protocolVersion : versions[0];
	const session = sessions ? upstream.sessions.make(version) : undefined;
	const result = {
		protocolVersion: version, capabilities: { tools: { listChanged: true }, logging: {} },
		serverInfo: { name: upstream.name, version: '1.2.3' }, instructions: 'Ask it anything.',
	};
	return sendJson(res, 200, { jsonrpc: '2.0', id, result }, session && { 'Mcp-Session-Id': session.id });
}

async function dispatch(upstream, session, exchange, messages) {
	const { res } = exchange;
	for (const message of messages.filter((m) => !isRequest(m)))
		take(session, message);
	const requests = messages.filter(isRequest);
	if (requests.length === 0)
		return sendNothing(res, 202);
	const answer = new Answer(res, {
		events: upstream.switches.answers === 'events', stream: new Stream(session),
		headers: upstream.switches.sessions ? { 'Mcp-Session-Id': session.id } : {},
	});
	const results = [];
	for (const request of requests)
		results.push(await perform(upstream, session, { ...exchange, answer }, request));
	const all = results.filter((result) => result !== undefined);
	if (all.length === 0)
		return undefined;
	if (!Array.isArray(exchange.entry.json))
		return answer.finish(all[0]);
	return answer.finish(all);
}

// A notification, or the answer to something that a tool has asked.
function take(session, { method, id, result, error }) {
	if (method === 'notifications/initialized')
		session.ready = true;
	if (method === undefined)
		session.asked.get(id)?.(result ?? error);
}

async function perform(upstream, session, exchange, { id, method, params = {} }) {
	const error = (code, message) => ({ jsonrpc: '2.0', id, error: { code, message } });
	const result = (value) => ({ jsonrpc: '2.0', id, result: value });
	if (method === 'ping')
		return result({});
	if (!session.ready)
		return error(-32600, 'not initialized');
	if (method === 'tools/list')
		return result({ tools: describeTools(upstream.switches.tools) });
	if (method === 'resources/read')
		return error(-32002, 'resource not found');
	if (method !== 'tools/call')
		return error(-32601, `method not found: ${method}`);
	const { answer, entry } = exchange;
	const value = await callTool(upstream.switches.tools, {
		upstream, entry, params, id, answer, gone: () => answer.res.destroyed,
		cancelled: () => false,
		ask: (question) => askClient(session, answer, question),
	});
	return value === null ? error(-32602, `Unknown tool: ${params.name}`) : value && result(value);
}

async function askClient(session, answer, question) {
	const id = `ask-${++session.counter}`;
	const answered = new Promise((resolve) => session.asked.set(id, resolve));
	await answer.notify({ jsonrpc: '2.0', id, ...question });
	return answered;
}

// Sends a message of its own on the streams that clients have opened with GET.
export function push(upstream, message) {
	let sent = 0;
	for (const { own } of upstream.sessions.byId.values())
		if (own?.sink !== undefined && !own.sink.destroyed) {
			own.send(message);
			sent++;
		}
	return sent;
}
