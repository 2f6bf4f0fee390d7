// SPDX-License-Identifier: MIT
// kill -9 of any program at any time: whatever was acknowledged holds, nobody is signed out, nothing is half-written.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FREELY, Load } from '../faults/lib/load.mjs';
import { PROGRAMS, kill } from '../faults/lib/programs.mjs';
import { startSite } from './lib/site.mjs';

// gap: milliseconds between two kills at most.  lighttpd looks once a second what it must start again.  A program that
// is started for each request is there for a moment, so that most kills meet none: it goes on until enough have.
const ENOUGH = 6;
const AT_MOST = 60_000;		// milliseconds
const SET_UPS = [['lighttpd-fastcgi', 8000, 700], ['apache-proxy-fcgi', 6000, 120], ['lighttpd-cgi', 5000, 120]];

for (const [server, duration, gap] of SET_UPS) {
	describe(server, () => {
		it('loses nothing that it has acknowledged', async (t) => {
			const site = await startSite(server, { limits: FREELY });
			try {
				const load = new Load(site);
				let kills = 0;
				await load.begin();
				await load.during(['signIn', 'refresh', 'refresh', 'list'], async () => {
					const began = Date.now();
					const ends = () => began + (kills < ENOUGH ? AT_MOST : duration);
					for (; Date.now() < ends(); await sleep(Math.random() * gap))
						kills += kill(site, load.pick(PROGRAMS));
				}, { pause: 5 });
				t.diagnostic(`${kills} kills, ${load.summary()}`);
				assert.ok(kills >= ENOUGH && load.done.refresh > 5 && load.done.list > 5 && load.grants.length > 2, load.summary());
				await load.everythingHolds();
			} finally {
				await site.stop();
			}
		});
	});
}
