// SPDX-License-Identifier: MIT
// A program of the packages as a process: what it prints, when it is ready, and its end.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = new URL('../../../build/npm/node_modules/', import.meta.url);
const PATIENCE = 120_000;

const running = new Set();
let home;	// of all of them, where env names none
process.on('exit', () => {
	running.forEach((child) => child.kill('SIGKILL'));
	if (home !== undefined)
		rmSync(home, { recursive: true, force: true });
});

export const load = (file) => import(new URL(file, PACKAGES));
export const packaged = (file) => fileURLToPath(new URL(file, PACKAGES));

// Runs a script of the packages; env is all that it gets beside PATH and a home of its own.
export function start(file, args = [], env = {}) {
	home ??= mkdtempSync(path.join(os.tmpdir(), 'sallyport-clients.'));
	const child = spawn(process.execPath, [packaged(file), ...args], {
		env: { PATH: process.env.PATH, HOME: home, ...env }, stdio: ['pipe', 'pipe', 'pipe'],
	});
	running.add(child);
	return new Program(file, child);
}

class Program {
	constructor(file, child) {
		Object.assign(this, { file, child, out: '', errors: '', watchers: new Set() });
		for (const [stream, name] of [[child.stdout, 'out'], [child.stderr, 'errors']])
			stream.setEncoding('utf8').on('data', (text) => { this[name] += text; this.#tell(); });
		child.stdin.on('error', () => {});	// it has ended already
		this.ended = new Promise((resolve) => child.once('close', (code) => {
			running.delete(child);
			this.code = code;
			this.#tell();
			resolve(code);
		}));
	}

	#tell() { this.watchers.forEach((watcher) => watcher()); }

	// Resolves with what find(this) gives as soon as it gives something; what it waits for is said when it does not come.
	until(find, what) {
		return new Promise((resolve, reject) => {
			const give = (settle, value) => { clearTimeout(timer); this.watchers.delete(look); settle(value); };
			const fail = (why) => give(reject, new Error(`${this.file}: ${why}, no ${what}: ${this.out}${this.errors}`));
			const look = () => {
				const found = find(this);
				if (found)
					give(resolve, found);
				else if (this.code !== undefined)
					fail(`exit ${this.code}`);
			};
			const timer = setTimeout(() => fail('late'), PATIENCE);
			this.watchers.add(look);
			look();
		});
	}

	says(pattern) { return this.until(({ out, errors }) => pattern.exec(out) ?? pattern.exec(errors), pattern); }

	stop(signal = 'SIGKILL') {
		this.child.kill(signal);
		return this.ended;
	}
}
