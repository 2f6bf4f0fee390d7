// SPDX-License-Identifier: MIT
// The files below a directory in which programs are at work: the last one to close the database takes two with it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

// Not those below a directory of one of the names.
export function filesBelow(dir, without = []) {
	const names = readdirSync(dir).filter((name) => !without.includes(name));
	return names.map((name) => path.join(dir, name)).flatMap((file) => {
		const found = statSync(file, { throwIfNoEntry: false });
		return found?.isDirectory() ? filesBelow(file, without) : found?.isFile() ? [file] : [];
	});
}

// Nothing of a file that has gone meanwhile.
export function contentOf(file) {
	try {
		return readFileSync(file);
	} catch (error) {
		assert.equal(error.code, 'ENOENT');
		return Buffer.alloc(0);
	}
}
