// SPDX-License-Identifier: MIT
// Every attack that is known has a test by its number.  The titles say what was done to others; the tests' names say
// what holds here.  Most are in this folder; what needs another stand-in than these have is where that is.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { KNOWN, numbers } from './known.mjs';
import { inBothVersions, onEachServer } from './suite.mjs';

it('every known attack has a test by its number', () => {
	const tried = new Set(numbers());
	assert.deepEqual(Object.keys(KNOWN).filter((id) => !tried.has(id)), []);
});

it('every number of a test is that of a known attack', () => {
	assert.deepEqual([...new Set(numbers())].filter((id) => /^(6b|2|A)/.test(id) && KNOWN[id] === undefined), []);
});

it('no number is two tests\'', () => {
	const all = [...inBothVersions, ...onEachServer].map(([name]) => name.slice(0, name.indexOf(' ')));
	assert.deepEqual(all.filter((id, i) => all.indexOf(id) !== i), []);
});
