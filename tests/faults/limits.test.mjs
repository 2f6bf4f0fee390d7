// SPDX-License-Identifier: MIT
// Running programs are allowed no more memory, and no more open files, while people are at work: what was promised
// holds.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSite } from '../e2e/lib/site.mjs';
import { FREELY, Load } from './lib/load.mjs';
import { PROGRAMS, limit } from './lib/programs.mjs';

const ACTORS = ['signIn', 'refresh', 'list', 'call', 'register', 'metadata'];
const LASTS = 1500;	// milliseconds
// Of prlimit: room for a few requests, and none for another file.
const LIMITS = { memory: ['as', (now) => now.size + (256 << 10)], files: ['nofile', (now) => now.files] };

describe('a limit', { concurrency: 2 }, () => {
	for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi'])
		describe(server, { concurrency: 1 }, () => {
			for (const [what, [name, least]] of Object.entries(LIMITS))
				it(what, async (t) => {
					const site = await startSite(server, { limits: FREELY, entra: { timeout: 3 } });
					try {
						const load = new Load(site);
						await load.begin(['mcp'], 2);
						await load.during(ACTORS, async () => {
							for (let n = 0; n < 2; n++) {
								assert.ok(limit(site, name, least) >= PROGRAMS.length - 4, 'most programs run, and were told');
								await sleep(LASTS);
								limit(site, name);
								await sleep(LASTS / 3);
							}
						});
						t.diagnostic(load.summary());
						await load.everythingHolds();
					} finally {
						await site.stop();
					}
				});
		});
});
