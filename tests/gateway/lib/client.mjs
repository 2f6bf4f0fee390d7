// SPDX-License-Identifier: MIT
// An MCP client of either era that keeps the Mcp-Session-Id it is given, and can look at every step.
import assert from 'node:assert/strict';
import { MODERN, bare, legacy, modern, send } from '../../e2e/lib/mcp.mjs';
import { openStream } from './events.mjs';

export class Client {
	constructor(url, token, era) { Object.assign(this, { url, token, era, next: 1, id: undefined, version: undefined }); }

	get modern() { return this.era === MODERN; }

	// What every later request carries.
	get headers() {
		return {
			Authorization: `Bearer ${this.token}`, ...this.id && { 'Mcp-Session-Id': this.id },
			...this.version && this.version > '2025-03-26' && { 'MCP-Protocol-Version': this.version },
		};
	}

	async initialize(era = this.era) {
		this.id = this.version = undefined;
		const answer = await this.send(legacy('initialize', {
			protocolVersion: era, capabilities: { elicitation: {} }, clientInfo: { name: 'test', version: '1' },
		}, { id: 0 }));
		this.id = answer.headers['mcp-session-id'];
		this.version = answer.json?.result?.protocolVersion;
		return answer;
	}

	async connect() {
		const answer = this.modern ? await this.request('server/discover') : await this.initialize();
		assert.equal(answer.status, 200, answer.text);
		assert.equal(answer.json?.error, undefined, answer.text);
		if (!this.modern)
			assert.equal((await this.notify('notifications/initialized')).status, 202);
		return answer;
	}

	message(method, params, { id = this.next++, headers = {} } = {}) {
		const message = this.modern ? modern(method, params, { id, headers }) : legacy(method, params, { id, headers });
		return { headers: { ...this.headers, ...message.headers }, body: message.body };
	}

	// The answer has status, headers, text, and json: the message that answers.
	async send({ headers, body }, options) {
		return send(this.url, undefined, { headers: { ...this.headers, ...headers }, body }, options);
	}

	request(method, params, options) { return this.send(this.message(method, params, options)); }

	call(name, args = {}, options) { return this.request('tools/call', { name, arguments: args }, options); }

	// The value in the text of a tool's result.
	async value(name, args, options) {
		const answer = await this.call(name, args, options);
		assert.equal(answer.status, 200, answer.text);
		assert.ok(answer.json?.result !== undefined, answer.text);
		return JSON.parse(answer.json.result.content[0].text);
	}

	async names() { return (await this.request('tools/list')).json.result.tools.map((tool) => tool.name); }

	notify(method, params) { return this.send(legacy(method, params, { id: null })); }

	respond(id, result) {
		const headers = { Accept: 'application/json, text/event-stream' };
		return this.send({ headers, body: { jsonrpc: '2.0', id, result } });
	}

	// A post whose answer is read as it comes.
	open(method, params, options) {
		const { headers, body } = this.message(method, params, options);
		return openStream(this.url, { method: 'POST', headers, body });
	}

	openCall(name, args = {}, options) { return this.open('tools/call', { name, arguments: args }, options); }

	listen(headers = {}) {
		return openStream(this.url, { headers: { ...this.headers, Accept: 'text/event-stream', ...headers } });
	}

	get(headers = {}) {
		return bare('GET', this.url, undefined, { ...this.headers, Accept: 'text/event-stream', ...headers });
	}

	remove(headers = {}) { return bare('DELETE', this.url, undefined, { ...this.headers, ...headers }); }
}
