// SPDX-License-Identifier: MIT
// What the README tells people to type.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

function section(heading) {
	const [, text] = README.split(`### ${heading}\n`);
	assert.ok(text !== undefined, `the README has no section ${heading}`);
	return text.split(/^#{2,3} /m)[0];
}

// The nth block of a section, without the indentation that it has in a list.
export function block(heading, n = 0) {
	const found = [...section(heading).matchAll(/^( *)```\n([\s\S]*?)^ *```$/gm)][n];
	assert.ok(found !== undefined, `${heading} has no block ${n}`);
	return found[2].replaceAll(new RegExp(`^${found[1]}`, 'gm'), '');
}

// The commands within the row of a section's table that is about a file.
export function row(heading, file) {
	const line = section(heading).split('\n').find((text) => text.startsWith(`| \`${file}\``));
	assert.ok(line !== undefined, `${heading} has no row ${file}`);
	return [...line.matchAll(/`(sudo [^`]*)`/g)].map(([, command]) => command).join('\n');
}
