// SPDX-License-Identifier: MIT
// What the kernel says of a process: memory, time on the processor, files.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICK = 10;	// milliseconds: USER_HZ is 100 on every Linux of ours

// Kilobytes: resident now, and at most so far.
export function memory(pid) {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)[1]);
	return { rss: field('VmRSS'), peak: field('VmHWM') };
}

// Milliseconds of the processor, user and system.
export function processorTime(pid) {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
	return (Number(fields[11]) + Number(fields[12])) * TICK;
}

export function openFiles(pid) { return readdirSync(`/proc/${pid}/fd`).length; }

export function openSockets(pid) {
	return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
		try {
			return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
		} catch {
			return false;	// it has been closed meanwhile
		}
	}).length;
}

// Resolves with the value of test() as soon as it is one.
export async function eventually(test, what, patience = 20_000) {
	const deadline = Date.now() + patience;
	for (;;) {
		const value = await test();
		if (value)
			return value;
		if (Date.now() > deadline)
			assert.fail(`not within ${patience} ms: ${what}`);
		await sleep(20);
	}
}

export function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}
