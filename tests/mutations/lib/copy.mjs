// SPDX-License-Identifier: MIT
// A copy of the tree that may be broken.
import { spawn, spawnSync } from 'node:child_process';
import {
	chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PARTS = ['Makefile', 'README.md', 'cgi-bin', 'common', 'httpd-conf', 'sql', 'tests'];
// What make and the tests look for.
const BUILT = ['cgi-bin', 'gen', 'libbase.a', 'libprotocol.a', 'libservice.a', 'obj', 'standin-keys'];
const LINKED = ['npm', 'node22'];
// Queries keep their names, so what includes the list of these need not be compiled again.
const MAKE = ['-s', `-j${os.availableParallelism?.() ?? os.cpus().length}`, '-o', 'build/gen/sql.h', 'all'];

export class Copy {
	constructor() {
		this.dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-mutations.'));
		chmodSync(this.dir, 0o711);
		const build = path.join(ROOT, 'build');
		const has = new Set(readdirSync(build));
		mkdirSync(path.join(this.dir, 'build'));
		for (const name of [...PARTS, ...BUILT.filter((part) => has.has(part)).map((part) => `build/${part}`)])
			cpSync(path.join(ROOT, name), path.join(this.dir, name), { recursive: true, preserveTimestamps: true,
				filter: (file) => path.basename(file) !== 'node_modules' });
		for (const name of LINKED.filter((part) => has.has(part)))
			symlinkSync(path.join(build, name), path.join(this.dir, 'build', name));
		if (existsSync(path.join(ROOT, 'tests/node_modules')))
			symlinkSync(path.join(ROOT, 'tests/node_modules'), path.join(this.dir, 'tests/node_modules'));
	}

	// Answers what undoes it.
	change(changes) {
		const files = new Map();
		for (const [name, text, replacement] of changes) {
			const file = path.join(this.dir, name);
			const before = readFileSync(file, 'utf8');
			if (!files.has(file))
				files.set(file, before);
			writeFileSync(file, before.replace(text, () => replacement));
		}
		return () => files.forEach((content, file) => writeFileSync(file, content));
	}

	// What make says if it fails.
	build() {
		const { status, stderr } = spawnSync('make', MAKE, { cwd: this.dir, encoding: 'utf8' });
		return status === 0 ? undefined : stderr;
	}

	// A test file alone, and of it what matches the pattern.  Answers its events (see reporter.mjs), or undefined when
	// it was not over in time.
	async test(file, pattern, milliseconds) {
		const child = spawn(process.execPath, ['--test-reporter', path.join(this.dir, 'tests/mutations/lib/reporter.mjs'),
			'--test-name-pattern', pattern, path.join(this.dir, 'tests', file)],
			{ detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
		this.end = () => process.kill(-child.pid, 'SIGTERM');
		let text = '';
		let late = false;
		child.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
		child.stderr.resume();
		const timer = setTimeout(() => {
			late = true;
			this.end();
		}, milliseconds);
		await new Promise((resolve) => child.on('close', resolve));
		this.end = undefined;
		clearTimeout(timer);
		return late ? undefined : text.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
	}

	remove() {
		this.end?.();
		rmSync(this.dir, { recursive: true, force: true });
	}
}
