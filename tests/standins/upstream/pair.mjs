// SPDX-License-Identifier: MIT
// The two endpoints of 2024-11-05: a stream that names where to post, and answers that come on the stream.
import { randomUUID } from 'node:crypto';
import { EVENTS, event, openEvents, sendError, sendNothing, write } from './answer.mjs';
import { callTool, describeTools } from './tools.mjs';

export class Pairs {
	constructor() { this.byId = new Map(); }
}

export function pair(upstream, { req, res, entry }) {
	const { pathname, searchParams } = new URL(req.url, 'http://x');
	if (pathname === '/sse')
		return req.method === 'GET' ? open(upstream, req, res) : refuse(res, 'GET');
	if (req.method !== 'POST')
		return refuse(res, 'POST');
	const session = upstream.pairs.byId.get(searchParams.get('sessionId'));
	if (session === undefined)
		return sendError(res, 404, null, -32001, 'no such session');
	if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? ''))
		return sendError(res, 415, null, -32600, 'no JSON');
	if (entry.json?.jsonrpc !== '2.0')
		return sendError(res, 400, null, -32600, 'no JSON-RPC');
	res.writeHead(202, { 'Content-Type': 'text/plain' });
	res.end('Accepted');
	return take(upstream, session, entry);
}

function refuse(res, allow) { return sendNothing(res, 405, { Allow: allow }); }

function open(upstream, req, res) {
	if (!(req.headers.accept ?? '').includes(EVENTS))
		return sendError(res, 406, null, -32600, 'GET is for events');
	const session = { id: randomUUID(), res, ready: false, asked: new Map(), counter: 0 };
	upstream.pairs.byId.set(session.id, session);
	res.on('close', () => upstream.pairs.byId.delete(session.id));
	openEvents(res);
	const target = `/message?sessionId=${session.id}`;
	const origin = { relative: '', absolute: upstream.origin, foreign: 'http://127.0.0.1:9' }[upstream.switches.endpoint];
	return write(res, `event: endpoint\ndata: ${origin}${target}\n\n`);
}

async function take(upstream, session, entry) {
	const { id, method, result, error } = entry.json;
	if (method === 'notifications/initialized')
		session.ready = true;
	else if (method === undefined)
		session.asked.get(id)?.(result ?? error);
	else if (id !== undefined) {
		const message = await perform(upstream, session, entry);
		if (message !== undefined)
			await write(session.res, event(message));
	}
}

async function perform(upstream, session, entry) {
	const { id, method, params = {} } = entry.json;
	const error = (code, message) => ({ jsonrpc: '2.0', id, error: { code, message } });
	const result = (value) => ({ jsonrpc: '2.0', id, result: value });
	if (method === 'initialize')
		return result({ protocolVersion: '2024-11-05', capabilities: { tools: {}, logging: {} },
			serverInfo: { name: upstream.name, version: '1.2.3' } });
	if (method === 'ping')
		return result({});
	if (!session.ready)
		return error(-32600, 'not initialized');
	if (method === 'tools/list')
		return result({ tools: describeTools(upstream.switches.tools) });
	if (method !== 'tools/call')
		return error(-32601, `method not found: ${method}`);
	const value = await callTool(upstream.switches.tools, {
		upstream, entry, params, id, gone: () => session.res.destroyed,
		cancelled: () => session.res.destroyed,
		answer: { res: session.res, notify: (message) => write(session.res, event(message)) },
		ask: (question) => askClient(session, question),
	});
	return value === null ? error(-32602, `Unknown tool: ${params.name}`) : value && result(value);
}

async function askClient(session, question) {
	const id = `ask-${++session.counter}`;
	const answered = new Promise((resolve) => session.asked.set(id, resolve));
	await write(session.res, event({ jsonrpc: '2.0', id, ...question }));
	return answered;
}
