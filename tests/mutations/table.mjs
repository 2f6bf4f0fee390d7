// SPDX-License-Identifier: MIT
// All rows: { id, number, test, whole, name, broken, changes }.  test is a file below tests, name how the name of
// the test in it begins that must fail, broken says in words what is wrong then, and changes are [file, text,
// replacement], each text once in its file.  Texts are short, so that they outlive changes of what is around them.
import documents from './documents.mjs';
import faults from './faults.mjs';
import original from './original.mjs';
import originalTokens from './original-tokens.mjs';
import others from './others.mjs';
import peers from './peers.mjs';
import privilege from './privilege.mjs';

// A table is of one test file, and a row of it either [number, broken, ...changes], the test's name beginning with that
// number, or [number, name, broken, ...changes].  whole: its tests build on each other, and are run all.
function read({ test, whole = false, rows: written }) {
	return written.map(([id, ...rest]) => {
		const texts = rest.filter((part) => typeof part === 'string');
		const changes = rest.slice(texts.length);
		return texts.length === 1 ? { id, number: id, test, whole, name: `${id} `, broken: texts[0], changes }
			: { id: `${id}: ${texts[0]}`, number: id, test, whole, name: texts[0], broken: texts[1], changes };
	});
}

export const rows = [...peers, ...original, ...originalTokens, ...others, ...documents, ...faults, ...privilege]
	.flatMap(read);

// What no mutation can show, and why.
export const without = {
	'X.1': 'each of the web servers refuses all of it before a program is asked, however it is configured',
};
