// SPDX-License-Identifier: MIT
// Another process that has the database for itself, from when lock() has answered until what it answers is called.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

const HELD = 'it is ours';

// commands: how it gets the lock, in SQL.
export async function lock(file, ...commands) {
	const sqlite = spawn('sqlite3', ['-batch', '-bail', file], { stdio: ['pipe', 'pipe', 'pipe'] });
	const ended = new Promise((resolve) => sqlite.once('close', resolve));
	let said = '';
	sqlite.stdin.on('error', () => {});
	sqlite.stderr.on('data', (bytes) => { said += bytes; });
	sqlite.stdin.write(['.timeout 20000', ...commands, `SELECT '${HELD}';`, ''].join('\n'));
	for await (const bytes of sqlite.stdout) {
		said += bytes;
		if (said.includes(HELD))
			break;
	}
	assert.ok(said.includes(HELD), said);
	return async () => {
		sqlite.kill('SIGKILL');
		await ended;
	};
}
