// SPDX-License-Identifier: MIT
// A stream of events as it comes: each event and comment with the time of its arrival.
import http from 'node:http';
import { parse } from '../../e2e/lib/http.mjs';

const PATIENCE = 60_000;
const SILENCE = 60_000;		// milliseconds until there must be headers

// Resolves with the stream once its headers are there, whatever the status is.  body is a value or a text.
export function openStream(url, { method = 'GET', headers = {}, body, agent = false } = {}) {
	const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
	const all = { ...text !== undefined && { 'Content-Type': 'application/json' }, ...headers };
	return new Promise((resolve, reject) => {
		const began = Date.now();
		const call = http.request(url, { method, headers: all, agent });
		const silence = setTimeout(() => call.destroy(new Error(`no answer to ${method} ${url}`)), SILENCE);
		call.on('response', (response) => resolve(new Stream(call, response, began)));
		call.on('error', reject);
		call.once('response', () => clearTimeout(silence)).once('close', () => clearTimeout(silence));
		call.end(text);
	});
}

class Stream {
	constructor(call, response, began) {
		Object.assign(this, { call, response, began, events: [], comments: [] });
		Object.assign(this, { text: '', read: 0, ended: false, waiting: [] });
		this.status = response.statusCode;
		this.headers = response.headers;
		this.opened = Date.now() - began;
		response.setEncoding('utf8');
		response.on('data', (chunk) => this.#take(chunk));
		response.on('close', () => { this.ended = true; this.broken = !response.complete; this.#wake(); });
		response.on('error', () => {});
		call.on('error', () => {});
	}

	#rest = '';

	#take(chunk) {
		this.text += chunk;
		this.#rest += chunk;
		const blocks = this.#rest.split(/\r\n\r\n|\n\n|\r\r/);
		this.#rest = blocks.pop();
		blocks.forEach((block) => this.#block(block));
		this.#wake();
	}

	#block(block) {
		const at = Date.now();
		const lines = block.split(/\r\n|\n|\r/);
		this.comments.push(...lines.filter((line) => line.startsWith(':'))
			.map((line) => ({ text: line.slice(1).trim(), at })));
		const field = (name) => lines.filter((line) => line.startsWith(`${name}:`))
			.map((line) => line.slice(name.length + 1).replace(/^ /, '')).join('\n');
		const data = field('data');
		if (data !== '' || field('event') !== '')
			this.events.push({ name: field('event') || 'message', id: field('id') || undefined, data, json: parse(data), at });
	}

	#wake() { this.waiting.splice(0).forEach((wake) => wake()); }

	// Until test() is true, or the stream has ended: then what test() says.
	async until(test, what = 'the stream', patience = PATIENCE) {
		const deadline = Date.now() + patience;
		for (;;) {
			const found = test();
			if (found || this.ended)
				return found;
			const left = deadline - Date.now();
			if (left <= 0)
				throw new Error(`nothing came of ${what}: ${this.status} ${this.text.slice(-300)}`);
			await new Promise((resolve) => {
				const timer = setTimeout(resolve, left);
				this.waiting.push(() => { clearTimeout(timer); resolve(); });
			});
		}
	}

	// The next event; undefined when the stream has ended.
	async event(patience) {
		await this.until(() => this.events.length > this.read, 'the next event', patience);
		return this.events[this.read++];
	}

	// The message that answers the request of that id.
	async answer(id, patience) {
		const found = () => this.events.find(({ json }) => json?.id === id && json.method === undefined);
		return (await this.until(found, `the answer to ${id}`, patience))?.json;
	}

	async end(patience) {
		await this.until(() => this.ended, 'its end', patience);
		return this.text;
	}

	async rest(patience) {
		await this.end(patience);
		return this.events.slice(this.read);
	}

	close() { this.call.destroy(); }

	pause() { this.response.pause(); }

	resume() { this.response.resume(); }
}
