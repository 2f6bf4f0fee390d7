// SPDX-License-Identifier: MIT
// How the stand-in answers: one JSON document, or events as they come.
export const EVENTS = 'text/event-stream';

export function sendJson(res, status, value, headers = {}) {
	const text = JSON.stringify(value);
	res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers });
	res.end(text);
}

export function sendError(res, status, id, code, message, { data, headers } = {}) {
	sendJson(res, status, { jsonrpc: '2.0', id: id ?? null, error: { code, message, ...data && { data } } }, headers);
}

export function sendNothing(res, status, headers = {}) {
	res.writeHead(status, headers);
	res.end();
}

export const event = (message, { id, name = 'message' } = {}) =>
	`event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;

export function openEvents(res, headers = {}) {
	res.writeHead(200, { 'Content-Type': EVENTS, 'Cache-Control': 'no-cache', ...headers });
	res.flushHeaders();
}

// Waits until what was written has left, or the client.
export function write(res, bytes) {
	if (res.destroyed || res.writableEnded)
		return false;
	return res.write(bytes) || new Promise((resolve) => {
		const done = () => {
			res.off('drain', done);
			res.off('close', done);
			resolve(!res.destroyed);
		};
		res.on('drain', done);
		res.on('close', done);
	});
}

// The answer to one post.  It becomes events with the first notification, or when it has to be.  A legacy session keeps
// the events (stream), so that they can be had again.
export class Answer {
	constructor(res, { events, headers = {}, stream }) { Object.assign(this, { res, events, headers, stream }); }

	#open() {
		if (!this.res.headersSent) {
			openEvents(this.res, this.headers);
			if (this.stream !== undefined)
				this.stream.sink = this.res;
		}
	}

	async notify(message) {
		this.#open();
		if (this.stream !== undefined)
			return this.stream.send(message);
		return write(this.res, event(message));
	}

	async finish(message) {
		if (!this.events && !this.res.headersSent)
			return sendJson(this.res, 200, message, this.headers);
		await this.notify(message);
		return this.stream === undefined ? this.res.end() : this.stream.end();
	}
}
