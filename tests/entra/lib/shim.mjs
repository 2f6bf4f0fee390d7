// SPDX-License-Identifier: MIT
// What the programs' user must be able to read: a folder, and in one a C file of ours as a library to be preloaded.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export function makeDirectory(name) {
	const dir = mkdtempSync(path.join(os.tmpdir(), `sallyport-${name}.`));
	chmodSync(dir, 0o755);
	return { path: dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function makeShim(name) {
	const source = fileURLToPath(new URL(`../${name}.c`, import.meta.url));
	const dir = makeDirectory('shim');
	const file = path.join(dir.path, `${name}.so`);
	execFileSync('gcc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', file, source]);
	chmodSync(file, 0o755);
	return { file, remove: dir.remove };
}
