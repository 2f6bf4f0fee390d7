// SPDX-License-Identifier: MIT
// A client of 2024-11-05: a stream, and posts to where its first event points.
import assert from 'node:assert/strict';
import { legacy } from '../../e2e/lib/mcp.mjs';
import { postJson } from '../../e2e/lib/http.mjs';
import { openStream } from './events.mjs';

// Servers of every kind behind the two endpoints, and a tool that each of them has.
export const SERVERS = {
	mcp: { builtin: true }, weather: { upstream_user_headers: 'plain' }, modern: { upstream: { era: 'modern' } },
	old: { upstream: { era: 'sse' }, upstream_transport: 'sse', upstream_user_headers: 'plain', upstream_timeout: '10s' },
};
export const TOOL = { mcp: 'get_graph_user_details', weather: 'whoami', modern: 'whoami', old: 'whoami' };

export class Pair {
	// The stream alone; its first event is taken, unless it has not been opened at all.
	static async open(url, token, { headers = {}, agent } = {}) {
		const pair = new Pair();
		Object.assign(pair, { url, token, next: 1 });
		const all = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream', ...headers };
		pair.stream = await openStream(`${url}/sse`, { headers: all, agent });
		if (pair.stream.status === 200) {
			const first = await pair.stream.event();
			assert.equal(first?.name, 'endpoint', pair.stream.text);
			pair.endpoint = first.data;
			pair.target = new URL(first.data, `${url}/sse`).href;
		}
		return pair;
	}

	get status() { return this.stream.status; }

	post(body, { token = this.token, target = this.target, headers = {} } = {}) {
		return postJson(target, body, { headers: { ...token && { Authorization: `Bearer ${token}` }, ...headers } });
	}

	async send(method, params, id = this.next++) {
		const { body } = legacy(method, params, { id });
		const answer = await this.post(body);
		assert.equal(answer.status, 202, `${method}: ${answer.text}`);
		return id;
	}

	async request(method, params, patience) { return this.stream.answer(await this.send(method, params), patience); }

	async connect(version = '2024-11-05') {
		const answer = await this.request('initialize', {
			protocolVersion: version, capabilities: {}, clientInfo: { name: 'old', version: '1' },
		});
		assert.ok(answer?.result !== undefined, JSON.stringify(answer));
		await this.send('notifications/initialized', undefined, null);
		return answer.result;
	}

	call(name, args = {}, patience) { return this.request('tools/call', { name, arguments: args }, patience); }

	close() { this.stream.close(); }
}
