// SPDX-License-Identifier: MIT
//
// The packages of tests/package.json that these tests use.  They are installed when they are missing, so that the tests
// can be run alone; several test files begin at once, hence the lock.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'build/npm/node_modules');

if (!existsSync(join(modules, 'tree-sitter-bicep')) || !existsSync(join(modules, 'jmespath'))) {
	mkdirSync(join(root, 'build'), { recursive: true });
	execFileSync('flock', [join(root, 'build/npm.lock'), join(root, 'tests/sdk/install')],
		{ stdio: ['ignore', 'ignore', 'inherit'] });
}

export const require = createRequire(join(modules, 'x.js'));
