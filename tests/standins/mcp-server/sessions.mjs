// SPDX-License-Identifier: MIT
// The revisions up to 2025-11-25: a transport and a server per session, named by Mcp-Session-Id.
import { randomUUID } from 'node:crypto';
import { EventStore } from './events.mjs';
import { WebStandardStreamableHTTPServerTransport, isInitializeRequest } from './sdk.mjs';

const RETRY_MS = 500;	// what clients are told to wait before they come back

function refusal(status, code, message) {
	return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });
}

export class Sessions {
	#transports = new Map();
	#makeServer;

	constructor(makeServer) { this.#makeServer = makeServer; }

	async handle(request) {
		const id = request.headers.get('mcp-session-id');
		const transport = id === null ? undefined : this.#transports.get(id);
		if (transport !== undefined)
			return transport.handleRequest(request);
		if (id !== null)
			return refusal(404, -32001, 'Session not found');
		if (isInitializeRequest(await bodyOf(request)))
			return this.#open(request);
		return refusal(400, -32000, 'Mcp-Session-Id is missing');
	}

	async #open(request) {
		const transport = new WebStandardStreamableHTTPServerTransport({
			sessionIdGenerator: randomUUID, eventStore: new EventStore(), retryInterval: RETRY_MS,
			onsessioninitialized: (id) => { this.#transports.set(id, transport); },
			onsessionclosed: (id) => { this.#transports.delete(id); },
		});
		const server = this.#makeServer({
			toolsChanged: () => server.sendToolListChanged(), promptsChanged: () => server.sendPromptListChanged(),
		});
		await server.connect(transport);
		return transport.handleRequest(request);
	}
}

async function bodyOf(request) {
	try {
		return await request.clone().json();
	} catch {
		return undefined;	// the transport says what is wrong
	}
}
