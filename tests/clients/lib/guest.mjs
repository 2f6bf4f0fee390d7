// SPDX-License-Identifier: MIT
// A client of the SDK that can do all that a server may ask: sampling, elicitation, roots, and these as tasks.  It
// remembers what it was asked and told.
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from './child.mjs';

const PATIENCE = 5000;
const sdk = (file) => load(`sdk-1/dist/esm/${file}.js`);
const [{ Client }, { StreamableHTTPClientTransport }, { SSEClientTransport }, { InMemoryTaskStore }, types] =
	await Promise.all(['client/index', 'client/streamableHttp', 'client/sse', 'experimental/tasks/index', 'types']
		.map(sdk));

const CAPABILITIES = {
	sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true },
	tasks: { list: {}, cancel: {}, requests: { sampling: { createMessage: {} }, elicitation: { create: {} } } },
};

export class Guest {
	constructor(url, { door, tag, token }) {
		Object.assign(this, { url, door, tag, token, asked: [], told: [], heard: [], elicitation: { action: 'cancel' } });
		this.listening = new Promise((resolve) => { this.listens = resolve; });	// to the stream that a GET opens
		this.roots = [{ uri: 'file:///home/alice', name: 'home' }];
		this.taskStore = new InMemoryTaskStore();
		this.client = new Client({ name: 'guest', version: '1' }, { capabilities: CAPABILITIES, taskStore: this.taskStore });
		this.client.fallbackNotificationHandler = async ({ method, params }) => { this.told.push({ method, params }); };
		this.#answer(types.CreateMessageRequestSchema, ({ messages }) => ({
			model: 'none', role: 'assistant', content: { type: 'text', text: `heard: ${messages[0].content.text}` },
		}));
		this.#answer(types.ElicitRequestSchema, () => this.elicitation);
		this.#answer(types.ListRootsRequestSchema, () => ({ roots: this.roots }));
	}

	#answer(schema, make) {
		this.client.setRequestHandler(schema, async ({ method, params }, extra) => {
			this.asked.push({ method, params });
			const result = make(params ?? {});
			if (params?.task === undefined)
				return result;
			const task = await extra.taskStore.createTask({ ttl: params.task.ttl, pollInterval: 100 });
			await extra.taskStore.storeTaskResult(task.taskId, 'completed', result);
			return { task };
		});
	}

	async fetch(url, init = {}) {
		const headers = new Headers(init.headers);
		if (this.token !== undefined)
			headers.set('Authorization', `Bearer ${this.token}`);
		const answer = await fetch(url, { ...init, headers });
		if ((init.method ?? 'GET') === 'GET')
			this.listens();
		return answer;
	}

	async connect() {
		const Transport = this.door === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
		this.transport = new Transport(new URL(this.url), {
			fetch: (url, init) => this.fetch(url, init),
			// It would take up again each stream that ended with an error, and the reference server then tells all anew.
			reconnectionOptions: {
				maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1, reconnectionDelayGrowFactor: 1,
			},
		});
		await this.client.connect(this.transport);
		const hear = this.transport.onmessage;
		this.transport.onmessage = (message, ...rest) => { this.heard.push(message); hear(message, ...rest); };
		return this;
	}

	// A request of one's own in the client's session.
	request(method, { headers, ...init } = {}) {
		return this.fetch(this.url, { method, ...init, headers: {
			'Accept': 'application/json, text/event-stream', 'Content-Type': 'application/json',
			'Mcp-Session-Id': this.transport.sessionId, 'MCP-Protocol-Version': this.transport._protocolVersion, ...headers,
		} });
	}

	// Resolves when it has been told, or asked, such a thing.
	async hears(test, list = this.told) {
		const deadline = Date.now() + PATIENCE;
		while (!list.some(test)) {
			if (Date.now() > deadline)
				throw new Error(`not heard: ${test}: ${JSON.stringify(list)}`);
			await sleep(10);
		}
	}

	forget() { this.asked.length = this.told.length = this.heard.length = 0; }

	call(name, args, options) {
		const request = { method: 'tools/call', params: { name, arguments: args } };
		return attempt(this.client.request(request, types.CallToolResultSchema, options));
	}

	startTask(name, args) {
		return this.client.experimental.tasks.callToolStream({ name, arguments: args }, types.CallToolResultSchema, {
			task: { ttl: 60_000 },
		});
	}

	// A tool that runs as a task: what is seen of it, and its result.
	async callAsTask(name, args) {
		const seen = [];
		for await (const message of this.startTask(name, args))
			seen.push(message);
		return seen;
	}

	close() {
		this.taskStore.cleanup();
		return this.client.close();
	}
}

export const attempt = (promise) =>
	promise.then((result) => ({ result }), ({ code, message, data }) => ({ error: { code, message, data } }));
