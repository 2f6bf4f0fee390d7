/* SPDX-License-Identifier: MIT */
/* Every request but those to the control interface, in memory and if wanted in a file. */
import { appendFileSync } from 'node:fs';

export class RequestLog {
	constructor(file, secrets) {
		Object.assign(this, { file, secrets, entries: [] });
	}

	clear() {
		this.entries = [];
	}

	/* The entry is there from the start, with status null until there is an answer. */
	begin(req, url) {
		const entry = {
			time: new Date().toISOString(),
			method: req.method,
			path: url.pathname,
			query: Object.fromEntries(url.searchParams),
			headers: { ...req.headers },
			form: {},
			status: null,
		};
		this.entries.push(entry);
		return entry;
	}

	/*
	 * Kinds of requests, the grants among them, and how often there were any:
	 * {kinds: {KIND: N}, persons: {NAME: {KIND: N}}}
	 */
	counts() {
		const kinds = {};
		const persons = {};
		for (const { kind = 'other', person } of this.entries) {
			kinds[kind] = (kinds[kind] ?? 0) + 1;
			if (person !== undefined) {
				persons[person] ??= {};
				persons[person][kind] = (persons[person][kind] ?? 0) + 1;
			}
		}
		return { kinds, persons };
	}

	/* In the file secrets are replaced by digests, so that the file can lie about. */
	end(entry) {
		if (this.file) {
			appendFileSync(
				this.file,
				`${this.secrets.redact(JSON.stringify(entry))}\n`,
			);
		}
	}
}
