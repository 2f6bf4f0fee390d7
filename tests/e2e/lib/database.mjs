// SPDX-License-Identifier: MIT
// The product's database seen from outside, through the sqlite3 command.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export class Database {
	constructor(file) { this.file = file; }

	async sqlite(command, ...options) {
		const { stdout } = await run('sqlite3', [...options, '-cmd', '.timeout 30000', this.file, command], {
			maxBuffer: 256 * 1024 * 1024,
		});
		return stdout;
	}

	async rows(query) {
		const text = await this.sqlite(query, '-json');
		return text === '' ? [] : JSON.parse(text);
	}

	// All that it holds, as text: equal texts are equal contents.
	content() { return this.sqlite('.dump'); }

	async integrity() { return (await this.sqlite('PRAGMA integrity_check')).trim(); }

	// What one transaction should have done and has done in part: tokens whose successor is not there, codes that were
	// redeemed for nothing.  Both are hashes that stay as long as what follows them.
	async halfDone() {
		return (await this.rows(`SELECT
			(SELECT count(*) FROM refresh_token AS r WHERE r.successor_hash IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM refresh_token AS s WHERE s.token_hash = r.successor_hash)) +
			(SELECT count(*) FROM authorization_code AS c WHERE c.redeemed_at IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM refresh_token AS r WHERE r.sid = c.sid)) AS n`))[0].n;
	}

	// As if the pause between two fetches of Entra's documents were over.
	forgetAttempts() { return this.sqlite('UPDATE entra_cache SET tried_at = 0'); }

	// As if it were time to ask Entra and Graph again what they refused or were too busy for.
	forgetSetbacks() { return this.sqlite('DELETE FROM setback'); }

	async count(table) { return (await this.rows(`SELECT count(*) AS n FROM ${table}`))[0].n; }
}
