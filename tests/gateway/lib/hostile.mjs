// SPDX-License-Identifier: MIT
// An upstream that knows the handshake, and for the rest does what a test likes.
import http from 'node:http';
import { parse } from '../../e2e/lib/http.mjs';

export const JSON_TYPE = 'application/json';
export const EVENTS = 'text/event-stream';
export const RESULT = { content: [{ type: 'text', text: 'x' }] };
export const events = (res) => res.writeHead(200, { 'Content-Type': EVENTS });
export const data = (message) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;

// play(exchange) answers what no handshake is: exchange has req, res, message, and reply(value) for JSON.  shaken gives
// further members of the result of initialize.
export async function hostile(play = () => {}, shaken = () => ({})) {
	const log = [];
	const server = http.createServer(async (req, res) => {
		const chunks = [];
		for await (const chunk of req)
			chunks.push(chunk);
		const message = parse(Buffer.concat(chunks).toString());
		log.push({ method: req.method, url: req.url, headers: req.headers, message });
		res.on('error', () => {});
		const send = (status, value) =>
			res.writeHead(status, { 'Content-Type': JSON_TYPE }).end(value && JSON.stringify(value));
		const reply = (value, status = 200) => send(status, { jsonrpc: '2.0', id: message?.id ?? null, ...value });
		if (message?.method === 'initialize')
			reply({ result: {
				protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' },
				...shaken(req),
			} });
		else if (message?.method === 'server/discover')
			reply({ error: { code: -32601, message: 'no' } }, 400);
		else if (message !== undefined && message.id === undefined)
			send(202);
		else
			play({ req, res, message, reply, log });
	});
	const sockets = { open: 0, most: 0 };
	server.on('connection', (socket) => {
		sockets.most = Math.max(sockets.most, ++sockets.open);
		socket.once('close', () => { sockets.open--; });
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address();
	return {
		log, port, sockets, url: `http://127.0.0.1:${port}/mcp`, fault() {}, calm() { log.length = 0; },
		async stop() { server.closeAllConnections(); server.close(); },
	};
}
