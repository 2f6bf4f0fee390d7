// SPDX-License-Identifier: MIT
// One row after the other: what it breaks, what caught it, and how long that took.  Ends with 1 if anything was caught
// by nothing.
import { Copy } from './lib/copy.mjs';
import { judge } from './lib/judge.mjs';
import { rows } from './table.mjs';

const asked = process.argv.slice(2);
const isAsked = ({ id }) => asked.some((name) => id === name || id.startsWith(`${name}:`) ||
	(name.includes(':') && id.startsWith(name)));
const among = asked.length === 0 ? rows : rows.filter(isAsked);
if (among.length === 0) {
	console.error(`tests/mutations/run: no row is called ${asked.join(' or ')}`);
	process.exit(64);
}

const copy = new Copy();
let escaped = 0;
for (const signal of ['SIGINT', 'SIGTERM'])
	process.once(signal, () => {
		copy.remove();
		process.exit(1);
	});
try {
	for (const row of among) {
		const began = Date.now();
		const { caught, by } = await judge(copy, row);
		escaped += caught ? 0 : 1;
		const seconds = Math.round((Date.now() - began) / 1000);
		console.log(`${row.id}: ${row.broken}: ${caught ? 'caught by' : 'NOT CAUGHT:'} ${by} (${seconds} s)`);
	}
} finally {
	copy.remove();
}
console.log(`${among.length - escaped} of ${among.length} mutations were caught`);
process.exitCode = escaped > 0 ? 1 : 0;
