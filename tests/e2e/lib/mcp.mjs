// SPDX-License-Identifier: MIT
// An MCP client of both eras over Streamable HTTP.
import { parse, postJson, request } from './http.mjs';

export const MODERN = '2026-07-28';
export const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26'];
const ACCEPT = 'application/json, text/event-stream';
const META = 'io.modelcontextprotocol/';

export function envelope(version = MODERN) {
	return {
		[`${META}protocolVersion`]: version, [`${META}clientCapabilities`]: {},
		[`${META}clientInfo`]: { name: 'test', version: '1' },
	};
}

// Headers and body of a modern request, changed as told; undefined takes a header out.
export function modern(method, params = {}, { id = 1, headers = {}, meta } = {}) {
	const name = params.name ?? params.uri;
	const all = {
		Accept: ACCEPT, 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method,
		...typeof name === 'string' && { 'Mcp-Name': name }, ...headers,
	};
	return {
		headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
		body: { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta ?? envelope() } },
	};
}

// id null is a notification.
export function legacy(method, params, { id = 1, version, headers = {} } = {}) {
	return {
		headers: { Accept: ACCEPT, ...version !== undefined && { 'MCP-Protocol-Version': version }, ...headers },
		body: { jsonrpc: '2.0', ...id !== null && { id }, method, ...params !== undefined && { params } },
	};
}

// Answers json as the message with a result or an error, whether it came as JSON or as events.
export async function send(url, token, { headers, body }, options = {}) {
	const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
	return withMessage(await postJson(url, body, { headers: { ...authorization, ...headers }, ...options }));
}

export function bare(method, url, token, headers = {}) {
	return request(url, { method, headers: { ...token !== undefined && { Authorization: `Bearer ${token}` },
		...headers } });
}

function withMessage(answer) {
	if (!/^text\/event-stream/.test(answer.headers['content-type'] ?? ''))
		return answer;
	const messages = answer.text.split('\n\n').map((event) => parse(event.split('\n')
		.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart()).join('\n')));
	return { ...answer, json: messages.find((m) => m?.result !== undefined || m?.error !== undefined) };
}

export class McpClient {
	// era is a version; token may be replaced at any time.
	constructor(url, token, era = MODERN) {
		Object.assign(this, { url, token, era, next: 1 });
	}

	// Legacy: the handshake.  Modern: discovery.
	async connect() {
		if (this.era === MODERN)
			return this.request('server/discover');
		const answer = await this.request('initialize', {
			protocolVersion: this.era, capabilities: {}, clientInfo: { name: 'test', version: '1' },
		});
		this.negotiated = answer.json?.result?.protocolVersion;
		await send(this.url, this.token, legacy('notifications/initialized', undefined, { id: null, ...this.#version() }));
		return answer;
	}

	request(method, params, options = {}) {
		const id = this.next++;
		return send(this.url, this.token, this.era === MODERN ? modern(method, params, { id, ...options })
			: legacy(method, params, { id, ...this.#version(), ...options }));
	}

	callTool(name = 'get_graph_user_details', args = {}) {
		return this.request('tools/call', { name, arguments: args });
	}

	// 2025-03-26 has no such header.
	#version() {
		return this.negotiated === undefined || this.negotiated === '2025-03-26' ? {} : { version: this.negotiated };
	}
}
