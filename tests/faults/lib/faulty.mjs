// SPDX-License-Identifier: MIT
// A site whose programs fail where a test wants it, by fail.c.
import { openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Programs } from '../../entra/lib/programs.mjs';
import { makeShim } from '../../entra/lib/shim.mjs';
import { startSite } from '../../e2e/lib/site.mjs';

export const MEMORY = 1;
export const WRITE = 2;
export const SYNC = 4;
export const [EIO, ENOSPC, EROFS] = [5, 28, 30];

const FIELDS = ['what', 'error', 'first', 'last', 'every', 'places', 'count', 'failed', 'crash', 'blocks'];
const ALL = 2 ** 40;

// The numbers that fail.c shares.
class Faults {
	#fd;
	#epoch = 0;

	constructor(file) { this.#fd = openSync(file, 'r+'); }

	#put(name, value) {
		const bytes = Buffer.alloc(8);
		bytes.writeBigInt64LE(BigInt(value));
		writeSync(this.#fd, bytes, 0, 8, FIELDS.indexOf(name) * 8);
	}

	get(name) {
		const bytes = Buffer.alloc(8);
		readSync(this.#fd, bytes, 0, 8, FIELDS.indexOf(name) * 8);
		return Number(bytes.readBigInt64LE());
	}

	// From the first on until the last one of them fails; first 0 only counts.
	begin(what, { error = EIO, first = 1, last = ALL, every = 1, places = false } = {}) {
		this.end();
		const values = { error, first, last: first === 0 ? 0 : last, every, places: places ? ++this.#epoch : 0,
			count: 0, failed: 0, crash: 0, what };
		for (const [name, value] of Object.entries(values))
			this.#put(name, value);
	}

	end() { this.#put('what', 0); }

	async during(what, options, body) {
		this.begin(what, options);
		try {
			return await body();
		} finally {
			this.end();
		}
	}
}

export async function startFaulty(server, options = {}) {
	const shim = makeShim(new URL('../fail.c', import.meta.url));
	let programs;
	try {
		programs = new Programs({}, { prepare: (own) => ({
			LD_PRELOAD: shim.file, FAULTS: own.write('faults', Buffer.alloc(FIELDS.length * 8)),
		}) });
		const site = await startSite(server, { ...options, env: { ...options.env, SALLYPORT_BIN: programs.bin } });
		return new Faulty(site, programs, shim);
	} catch (error) {
		programs?.remove();
		shim.remove();
		throw error;
	}
}

class Faulty {
	constructor(site, programs, shim) {
		Object.assign(this, { site, programs, shim, faults: new Faults(path.join(programs.dir, 'faults')) });
	}

	async stop() {
		try {
			await this.site.stop();
		} finally {
			this.programs.remove();
			this.shim.remove();
		}
	}
}
