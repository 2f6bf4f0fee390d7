// SPDX-License-Identifier: MIT
// The built programs, as they are shipped and with STATIC=1.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILDS = { dynamic: ['build/cgi-bin'], static: ['build/flavour-static/cgi-bin', 'STATIC=1'] };

// Test files run at the same time, and two makes in one folder would disturb each other.
export function build(kind) {
	const [dir, ...settings] = BUILDS[kind];
	mkdirSync(path.join(ROOT, 'build'), { recursive: true });
	const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MAKE|MFLAGS)/.test(name)));
	execFileSync('flock', [path.join(ROOT, 'build/speed.lock'), 'make', '-C', ROOT, '--no-print-directory', ...settings],
		{ env, stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 16 * 1024 * 1024 });
	return path.join(ROOT, dir);
}

const tool = (name, ...args) => execFileSync(name, args, { encoding: 'utf8' });

// The names of the libraries that a program asks the loader for.
export function needed(program) {
	return [...tool('readelf', '-d', program).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
}

export const hasInterpreter = (program) => /^\s*INTERP\b/m.test(tool('readelf', '-lW', program));

// All that the loader brings for it: those libraries, and what they ask for in turn.
export function closure(program) {
	return tool('ldd', program).split('\n').map((line) => line.trim().split(/\s/)[0])
		.filter((name) => name !== '' && !name.startsWith('linux-')).map((name) => path.basename(name));
}
