// SPDX-License-Identifier: MIT
// How the suite gets a person to sign in: by a command, or by asking at the terminal.
import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { parseUrl } from './oauth.mjs';
import { Unable } from './verdict.mjs';

// The command is run by the shell, with the authorization URL as its last argument; it prints where the browser ended.
export function byCommand(command, timeout) {
	return (url) => new Promise((resolve, reject) => {
		execFile('sh', ['-c', `${command} "$1"`, 'sh', url], { timeout }, (error, stdout, stderr) => {
			const landed = stdout.trim().split('\n').at(-1);
			const problem = error === null ? `it printed ${JSON.stringify(landed)}` : stderr.trim() || error.message;
			if (error !== null || parseUrl(landed) === undefined)
				reject(new Unable(`the command that signs in failed: ${problem}`));
			else
				resolve(landed);
		});
	});
}

export async function byHand(url) {
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return (await terminal.question(
			`\nOpen this in a browser and sign in:\n\n${url}\n\nThen paste the address on which the browser ended: `)).trim();
	} finally {
		terminal.close();
	}
}
