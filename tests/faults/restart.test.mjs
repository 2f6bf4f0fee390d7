// SPDX-License-Identifier: MIT
// The web server is told to begin anew, and is killed, while people are at work.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSite } from '../e2e/lib/site.mjs';
import { FREELY, Load } from './lib/load.mjs';
import { PROGRAMS, kill, send, webServer } from './lib/programs.mjs';

const ACTORS = ['signIn', 'refresh', 'list', 'call', 'metadata'];
const ACTS = 25;	// between two events

// What the service manager does with what is left of the web server.
async function killAll(site) {
	webServer(site).forEach((pid) => send(pid, 'SIGKILL'));
	for (let left = 1; left > 0; await sleep(20))
		left = PROGRAMS.reduce((sum, program) => sum + kill(site, program), 0);
}

// Resolves when so many more things have been done.
async function work(load) {
	for (const goal = load.acted + ACTS, deadline = Date.now() + load.patience * 2; load.acted < goal; await sleep(20))
		assert.ok(!load.over && Date.now() < deadline, `${load.acted} of ${goal}: ${load.summary()}`);
}

describe('begun anew', { concurrency: 3 }, () => {
	for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'apache-fcgid'])
		describe(server, { concurrency: 1 }, () => {
			it('gracefully and hard', async (t) => {
				const site = await startSite(server, { limits: FREELY });
				try {
					const load = new Load(site);
					await load.begin();
					await load.during(ACTORS, async () => {
						for (let n = 0; n < 2; n++) {
							await work(load);
							assert.ok(send(webServer(site)[0], 'SIGUSR1'));
						}
						await work(load);
						await killAll(site);
						await site.restart();
						await work(load);
					});
					t.diagnostic(load.summary());
					await load.everythingHolds();
				} finally {
					await site.stop();
				}
			});
		});
});
