// SPDX-License-Identifier: MIT
// Whether the test that a row names finds what the row breaks.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PATIENCE = 180_000;	// milliseconds

// A row rots when the product goes on without it: each text must be there, and once.
export function rotten({ changes }) {
	return changes.map(([name, text]) => {
		const count = readFileSync(path.join(ROOT, name), 'utf8').split(text).length - 1;
		return count === 1 ? undefined : `${name} has this ${count} times: ${text}`;
	}).find((what) => what !== undefined);
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// Caught is what a test's own assertion found: no crash of the test, no site that did not start, no test that hung.
function verdict(events, name) {
	if (events === undefined)
		return { caught: false, by: 'the test did not end' };
	const run = events.filter((event) => event.name.startsWith(name) && !event.skipped);
	const failed = run.find(({ failed: is, how, asserted }) => is && how === 'testCodeFailure' && asserted);
	if (failed !== undefined)
		return { caught: true, by: `"${failed.name}": ${failed.why}` };
	const other = run.concat(events).find((event) => event.failed);
	if (other !== undefined)
		return { caught: false, by: `"${other.name}" failed in another way (${other.how}): ${other.why}` };
	return { caught: false, by: run.length === 0 ? `no test of that file is called ${name}` : `${run[0].name} passes` };
}

// copy is as it was before, when this has answered.
export async function judge(copy, row) {
	const rot = rotten(row);
	if (rot !== undefined)
		return { caught: false, by: rot };
	const mend = copy.change(row.changes);
	try {
		const failure = copy.build();
		if (failure !== undefined) {
			const [error = failure] = failure.split('\n').filter((line) => /error/.test(line));
			return { caught: false, by: `it does not build: ${error}` };
		}
		return verdict(await copy.test(row.test, row.whole ? '.' : `^${escape(row.name)}`, PATIENCE), row.name);
	} finally {
		mend();
	}
}
