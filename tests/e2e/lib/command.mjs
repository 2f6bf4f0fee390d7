// SPDX-License-Identifier: MIT
// A command that prints "ready URL" when it serves, and ends on SIGTERM.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGTERM')));

export async function startCommand(file, args, env = process.env) {
	const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
	let errors = '';
	child.stderr.on('data', (bytes) => { errors += bytes; });
	running.add(child);
	const ended = new Promise((resolve) => child.once('close', (code) => { running.delete(child); resolve(code); }));
	const line = await Promise.race([
		new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
		ended.then((code) => `${file} ${args[0]}: exit ${code}: ${errors}`),
	]);
	if (!line.startsWith('ready '))
		throw new Error(line);
	return { url: line.slice('ready '.length), pid: child.pid, stop: () => { child.kill('SIGTERM'); return ended; } };
}
