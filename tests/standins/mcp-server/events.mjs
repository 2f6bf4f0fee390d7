// SPDX-License-Identifier: MIT
// The events of a session, in order, for clients that come back with Last-Event-ID.
export class EventStore {
	#events = [];

	async storeEvent(stream, message) {
		const id = `${this.#events.length + 1}-${stream}`;
		this.#events.push({ id, stream, message });
		return id;
	}

	async getStreamIdForEventId(id) { return this.#events.find((event) => event.id === id)?.stream; }

	async replayEventsAfter(last, { send }) {
		const at = this.#events.findIndex((event) => event.id === last);
		if (at < 0)
			throw new Error('no such event');
		const { stream } = this.#events[at];
		for (const event of this.#events.slice(at + 1))
			if (event.stream === stream && Object.keys(event.message).length > 0)	// an empty one only marks a place
				await send(event.id, event.message);
		return stream;
	}
}
