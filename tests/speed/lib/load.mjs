// SPDX-License-Identifier: MIT
// Many requests from one thread of wrk over kept connections, every answer looked at.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('load.lua', import.meta.url));
const run = promisify(execFile);

// request is as of Scene; expected is the one right body.  Ends after that many requests, or after the seconds.
export async function load({ url, method = 'POST', headers = {}, body }, { expected, requests, seconds, connections }) {
	const lines = body === undefined ? headers : { 'Content-Type': 'application/json', ...headers };
	const env = {
		PATH: process.env.PATH, LOAD_METHOD: method, ...body !== undefined && { LOAD_BODY: body },
		LOAD_HEADERS: Object.entries(lines).map((pair) => pair.join(': ')).join('\n'),
		...expected !== undefined && { LOAD_EXPECTED: expected },
		...requests !== undefined && { LOAD_REQUESTS: String(requests) },
	};
	const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '60s', '-s', SCRIPT, url];
	return read(await start(args, env));
}

async function start(args, env) {
	try {
		return (await run('wrk', args, { env })).stdout;
	} catch (error) {
		if (error.code === 'ENOENT')
			throw new Error('wrk is missing: tests/install test, or apt-get install wrk');
		throw error;
	}
}

function read(text) {
	const line = /^answers=.*$/m.exec(text)?.[0];
	if (line === undefined)
		throw new Error(`wrk did not end as it should: ${text}`);
	const numbers = [...line.matchAll(/(\w+)=(\d+)/g)].map(([, name, n]) => [name, Number(n)]);
	const { us, ...counts } = Object.fromEntries(numbers);
	return { ...counts, seconds: us / 1e6, firstWrong: /^first_wrong=([^]*)/m.exec(text)[1].trim() };
}
