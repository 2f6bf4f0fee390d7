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

// source: the C file's URL.
export function makeShim(source) {
	const dir = makeDirectory('shim');
	const file = path.join(dir.path, `${path.basename(source.pathname, '.c')}.so`);
	execFileSync('gcc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC',
		'-o', file, fileURLToPath(source)]);
	chmodSync(file, 0o755);
	return { file, remove: dir.remove };
}
