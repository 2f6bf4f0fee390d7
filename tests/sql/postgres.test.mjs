// SPDX-License-Identifier: MIT
// One SQL text for two engines: every migration and query of sql/ is prepared on a real PostgreSQL as well, after
// exactly the rewriting that a driver may do (INTEGER to BIGINT, BLOB to BYTEA, no STRICT, :name to $n).
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SQL = fileURLToPath(new URL('../../sql', import.meta.url));
const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-pg.'));
const data = path.join(dir, 'data');
const root = process.getuid() === 0;

function binaries() {
	const base = '/usr/lib/postgresql';
	const version = readdirSync(base).sort((a, b) => Number(b) - Number(a))[0];
	return path.join(base, version, 'bin');
}

// PostgreSQL refuses to run as root.
function run(program, args, input) {
	const command = [path.join(binaries(), program), ...args];
	const full = root ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...command] : command;
	const done = spawnSync(full[0], full.slice(1), { input, encoding: 'utf8', cwd: dir });
	assert.equal(done.status, 0, `${program}: ${done.stderr}`);
	return done.stdout;
}

const psql = (sql) => run('psql', ['-h', dir, '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-qAt'], sql);

export function rewrite(sql) {
	const names = [];
	const text = sql.replace(/--.*$/gm, '').replace(/\bINTEGER\b/g, 'BIGINT').replace(/\bBLOB\b/g, 'BYTEA')
		.replace(/\)\s*STRICT\b/g, ')').replace(/(?<!:):([a-z_]+)/g, (_, name) => {
			if (!names.includes(name))
				names.push(name);
			return `$${names.indexOf(name) + 1}`;
		});
	return { text, names };
}

function files(folder) {
	const from = path.join(SQL, folder);
	return readdirSync(from).sort().map((name) => ({ name, text: readFileSync(path.join(from, name), 'utf8') }));
}

const queries = files('queries').flatMap(({ text }) => text.split(/^-- name: /m).slice(1).map((block) => {
	const [name] = block.split('\n', 1);
	return { name, sql: block.slice(name.length) };
}));

before(() => {
	if (root) {
		const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
		chownSync(dir, uid, gid);
	}
	chmodSync(dir, 0o700);
	run('initdb', ['-D', data, '-A', 'trust', '-N', '--no-instructions']);
	run('pg_ctl', ['-D', data, '-w', '-l', path.join(dir, 'log'), '-o', `-k ${dir} -c listen_addresses=`, 'start']);
});

after(() => {
	run('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop']);
	rmSync(dir, { recursive: true, force: true });
});

test('every migration applies on PostgreSQL', () => {
	for (const { name, text } of files('migrations'))
		assert.doesNotThrow(() => psql(rewrite(text).text), name);
});

test('every query prepares on PostgreSQL', () => {
	assert.ok(queries.length > 30);
	for (const { name, sql } of queries)
		assert.doesNotThrow(() => psql(`PREPARE ${name} AS ${rewrite(sql).text}`), name);
});

test('a query that names a column that is not there is seen', () => {
	assert.throws(() => psql('PREPARE broken AS SELECT no_such_column FROM session'));
});
