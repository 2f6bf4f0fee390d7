// SPDX-License-Identifier: MIT
// What an upstream does wrong.  refuse() and cut() of the stand-in are the faults of a whole server.
import { setTimeout as sleep } from 'node:timers/promises';
import { EVENTS, event, openEvents, sendJson, write } from './answer.mjs';

// In every error of the stand-in's: none of a client's business.
export const SECRET = 'upstream-secret-7f3a';

// An answer as good as any to the request.
function plausible(upstream, { json }, id = json?.id ?? null) {
	return { jsonrpc: '2.0', id, result: {
		content: [{ type: 'text', text: 'plausible' }], tools: [], ttlMs: 0, cacheScope: 'private', resultType: 'complete',
	} };
}

const progress = (n) => ({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: { n } } });

function bytes(res, text, { type = 'application/json', status = 200, headers = {} } = {}) {
	res.writeHead(status, { 'Content-Type': type, ...headers });
	res.end(text);
}

async function stuffed({ res }, pieces) {
	openEvents(res);
	for (const piece of pieces)
		await write(res, piece);
}

const FAULTS = {
	// No HTTP, or too little of it.
	reset: ({ req }) => req.socket.destroy(),
	garbage: ({ req }) => req.socket.end(`\u0000\u0001 ${SECRET} no HTTP\r\n\r\n`),
	'endless headers': async ({ req }) => {
		await write(req.socket, 'HTTP/1.1 200 OK\r\n');
		for (let n = 0; n < 1e6 && !req.socket.destroyed; n++)
			await write(req.socket, `X-Padding-${n}: ${'x'.repeat(1000)}\r\n`);
	},
	hang: () => {},
	'hang after headers': ({ res }, { type = 'application/json' }) => {
		res.writeHead(200, { 'Content-Type': type });
		res.flushHeaders();
	},
	'truncated by length': async ({ res, entry, upstream }) => {
		const text = JSON.stringify(plausible(upstream, entry));
		res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length + 100 });
		await write(res, text);
		res.socket.end();
	},
	'truncated in a chunk': async ({ res, entry, upstream }) => {
		res.writeHead(200, { 'Content-Type': 'application/json' });
		await write(res, JSON.stringify(plausible(upstream, entry)).slice(0, 40));
		await sleep(20);
		res.socket.destroy();
	},

	// No JSON, or none that answers.
	html: ({ res }) => bytes(res, `<!DOCTYPE html><title>${SECRET}</title>`, { type: 'text/html' }),
	'wrong type': ({ res, entry, upstream }) =>
		bytes(res, JSON.stringify(plausible(upstream, entry)), { type: 'text/plain' }),
	'no type': ({ res, entry, upstream }) => {
		res.writeHead(200);
		res.end(JSON.stringify(plausible(upstream, entry)));
	},
	'invalid JSON': ({ res }) => bytes(res, `{"jsonrpc":"2.0","id":1,"result":{"${SECRET}"`),
	'no JSON-RPC': ({ res }) => bytes(res, JSON.stringify({ hello: SECRET })),
	'empty body': ({ res }) => bytes(res, ''),
	'another id': ({ res, entry, upstream }) => sendJson(res, 200, plausible(upstream, entry, 'another-id')),
	drip: async ({ res, entry, upstream }, { ms = 20 }) => {
		const text = JSON.stringify(plausible(upstream, entry));
		res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length });
		for (const byte of text) {
			if (!await write(res, byte))
				return;
			await sleep(ms);
		}
		res.end();
	},

	// Streams of events.
	'close mid-stream': async (exchange) => {
		await stuffed(exchange, [event(progress(1)), event(progress(2)), 'data: {"jsonrpc":"2.0","id"']);
		await sleep(50);
		exchange.res.socket.destroy();
	},
	'end without an answer': async (exchange) => {
		await stuffed(exchange, [event(progress(1))]);
		exchange.res.end();
	},
	'huge event': async (exchange, { megabytes = 3 }) => {
		const id = JSON.stringify(exchange.entry.json?.id);
		await stuffed(exchange, [`data: {"jsonrpc":"2.0","id":${id},"result":{"content":[`,
			`{"type":"text","text":"${'x'.repeat(Math.round(megabytes * 2 ** 20))}"}],"resultType":"complete"}}\n\n`]);
		exchange.res.end();
	},
	'invalid event': async (exchange) => {
		await stuffed(exchange, [`data: {"jsonrpc" ${SECRET}\n\n`, event(plausible(exchange.upstream, exchange.entry))]);
		exchange.res.end();
	},
	'dripping event': async (exchange, { ms = 10 }) => {
		openEvents(exchange.res);
		for (const byte of event(plausible(exchange.upstream, exchange.entry))) {
			await write(exchange.res, byte);
			await sleep(ms);
		}
		exchange.res.end();
	},

	// An answer of any status; body is text, json a value.
	status: ({ res, entry }, { status, headers = {}, body, json, type }) => {
		const value = json === undefined ? body ?? `the stand-in says ${status} ${SECRET}` : JSON.stringify(
			{ jsonrpc: '2.0', id: entry.json?.id ?? null, error: json });
		bytes(res, value, { status, type: type ?? (json === undefined ? 'text/plain' : 'application/json'), headers });
	},

	// Good answers with bytes in them that a careless reader trips over.
	'many line ends': async ({ res, entry }) => {
		res.writeHead(200, { 'Content-Type': `${EVENTS}; charset=utf-8` });
		const head = `{"jsonrpc":"2.0","id":${JSON.stringify(entry.json.id)},`;
		const tail = '"result":{"content":[],"resultType":"complete"}}';
		await write(res, `\uFEFF: a comment\r\nretry: 10\r\n\r\ndata: ${JSON.stringify(progress(1))}\r\r`);
		await write(res, `id: 7\ndata:${head}\ndata:${tail}\n\n`);
		res.end();
	},
};

export const KINDS = Object.keys(FAULTS);

export function misbehave(upstream, { kind, options }, exchange) {
	if (!Object.hasOwn(FAULTS, kind))
		throw new TypeError(`there is no fault ${kind}`);
	return FAULTS[kind]({ upstream, ...exchange }, options);
}
