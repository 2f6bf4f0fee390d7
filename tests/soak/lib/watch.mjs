// SPDX-License-Identifier: MIT
// What the programs and the database take, over time.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { memory, openFiles } from '../../gateway/lib/process.mjs';
import { PROGRAMS } from '../../faults/lib/programs.mjs';

const SWEPT = 60;	// seconds after its end by which a row has gone, where there is any load
const TABLES = `SELECT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
	WHERE m.type = 'table' AND c.name = 'expires_at'`;

export class Watch {
	constructor(site) { Object.assign(this, { site, samples: [], began: Date.now() }); }

	look() {
		for (const program of PROGRAMS)
			for (const pid of this.site.pids(program))
				try {
					const at = (Date.now() - this.began) / 1000;
					this.samples.push({ at, program, pid, rss: memory(pid).rss, files: openFiles(pid) });
				} catch {
					// it has ended meanwhile
				}
		return this.samples.slice(-PROGRAMS.length);
	}

	// Of the processes that have lived since then: kilobytes at most in the first fifth of the time and in the last, what
	// they grow a minute, and the most files that they had open.
	growth(from) {
		return PROGRAMS.flatMap((program) => this.site.pids(program).map((pid) => {
			const all = this.samples.filter((s) => s.pid === pid);
			const own = all.filter((s) => s.at >= from);
			const fifth = Math.ceil(own.length / 5);
			const most = (some) => Math.max(...some.map((s) => s.rss));
			return all.length === own.length || own.length < 3 ? undefined : {
				program, pid, before: most(own.slice(0, fifth)), after: most(own.slice(-fifth)),
				slope: Math.round(slope(own) * 60), files: Math.max(...own.map((s) => s.files)),
			};
		})).filter((one) => one !== undefined);
	}

	// Bytes of the file, of its log, and of a copy without gaps; rows, and those of them that are long over.
	async database() {
		const { database } = this.site;
		const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-soak.'));
		const copy = path.join(dir, 'copy.db');
		try {
			await database.sqlite(`VACUUM INTO '${copy}'`);
			const rows = {};
			let over = 0;
			for (const { name: table } of await database.rows(TABLES)) {
				rows[table] = await database.count(table);
				over += (await database.rows(`SELECT count(*) AS n FROM ${table} WHERE expires_at < unixepoch() - ${SWEPT}`))[0].n;
			}
			const size = (file) => existsSync(file) ? statSync(file).size : 0;
			return { file: size(database.file), log: size(`${database.file}-wal`), compact: size(copy), rows, over };
		} finally {
			rmSync(dir, { recursive: true, force: true });
		}
	}
}

// Kilobytes a second, by least squares.
function slope(samples) {
	const n = samples.length;
	const mean = (of) => samples.reduce((sum, s) => sum + of(s), 0) / n;
	const [at, rss] = [mean((s) => s.at), mean((s) => s.rss)];
	const spread = samples.reduce((sum, s) => sum + (s.at - at) ** 2, 0);
	return n < 2 || spread === 0 ? 0 : samples.reduce((sum, s) => sum + (s.at - at) * (s.rss - rss), 0) / spread;
}
