// SPDX-License-Identifier: MIT
// A client of the SDK that can do all that a server may ask: sampling, elicitation, roots, and these as tasks.  It
// remembers what it was asked and told.
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from './child.mjs';

const PATIENCE = 5000;
const sdk = (file) => load(`sdk-1/dist/esm/${file}.js`);
const [{ Client }, { StreamableHTTPClientTransport }, { SSEClientTransport }, { InMemoryTaskStore }, types] =
	await Promise.all([sdk('client/index'), sdk('client/streamableHttp'), sdk('client/sse'), sdk('experimental/tasks/index'),
		sdk('types')]);

const CAPABILITIES = {
	sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true },
	tasks: { list: {}, cancel: {}, requests: { sampling: { createMessage: {} }, elicitation: { create: {} } } },
};

export class Guest {
	constructor(url, { door, token }) {
		Object.assign(this, { url, door, token, asked: [], told: [], elicitation: { action: 'cancel' } });
		this.roots = [{ uri: 'file:///home/alice', name: 'home' }];
		this.client = new Client({ name: 'guest', version: '1' }, { capabilities: CAPABILITIES, taskStore: new InMemoryTaskStore() });
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

	// What a request of the client's own would look like.
	fetch(url, init = {}) {
		const headers = new Headers(init.headers);
		if (this.token !== undefined)
			headers.set('Authorization', `Bearer ${this.token}`);
		return fetch(url, { ...init, headers });
	}

	async connect() {
		const Transport = this.door === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
		this.transport = new Transport(new URL(this.url), { fetch: (url, init) => this.fetch(url, init) });
		await this.client.connect(this.transport);
		return this;
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

	forget() { this.asked.length = this.told.length = 0; }

	call(name, args, options) {
		return attempt(this.client.request({ method: 'tools/call', params: { name, arguments: args } }, types.CallToolResultSchema, options));
	}

	// A tool that runs as a task: what is seen of it, and its result.
	async callAsTask(name, args) {
		const seen = [];
		for await (const message of this.client.experimental.tasks.callToolStream({ name, arguments: args }, types.CallToolResultSchema,
			{ task: { ttl: 60_000 } }))
			seen.push(message);
		return seen;
	}

	close() { return this.client.close(); }
}

export const attempt = (promise) =>
	promise.then((result) => ({ result }), ({ code, message, data }) => ({ error: { code, message, data } }));
