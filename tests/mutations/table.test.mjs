// SPDX-License-Identifier: MIT
// The table is not rotten, and has something for every attack and for every fault.  `make mutations` tries it.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { it } from 'node:test';
import { KNOWN, numbers } from '../attacks/known.mjs';
import { rotten } from './lib/judge.mjs';
import { rows, without } from './table.mjs';

const below = (name) => new URL(`../${name}`, import.meta.url);
const faults = readdirSync(below('faults')).filter((name) => name.endsWith('.test.mjs'))
	.map((name) => `faults/${name}`);

it('each text that is to be broken stands once in its file', () => {
	assert.deepEqual(rows.map(rotten).filter((what) => what !== undefined), []);
});

it('each row is of a test file, and changes something', () => {
	assert.deepEqual(rows.filter(({ test }) => !existsSync(below(test))), []);
	assert.deepEqual(rows.filter(({ changes }) => changes.length === 0 ||
		changes.some(([, text, instead]) => text === instead)), []);
});

it('each number of a test has a mutation that the test must find, or a reason why there can be none', () => {
	const had = new Set(rows.map(({ number }) => number));
	const all = new Set([...Object.keys(KNOWN), ...numbers()]);
	assert.deepEqual([...all].filter((number) => !had.has(number) && without[number] === undefined), []);
	assert.deepEqual(Object.keys(without).filter((number) => had.has(number) || !all.has(number)), []);
});

it('so has each file of faults', () => {
	const had = new Set(rows.map(({ test }) => test));
	assert.deepEqual(faults.filter((name) => !had.has(name)), []);
});
