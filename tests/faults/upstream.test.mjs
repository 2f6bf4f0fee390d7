// SPDX-License-Identifier: MIT
// Entra and Graph stand still while people are at work, and are gone: those who need them are told to come again,
// nobody else notices, and nobody is signed out.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSite } from '../e2e/lib/site.mjs';
import { isToolError } from '../entra/lib/scene.mjs';
import { FREELY, Load } from './lib/load.mjs';
import { send } from './lib/programs.mjs';

const TIMEOUT = 2;		// seconds: of the product's own questions
const STILL = 24_000;		// milliseconds: four times what a call may take
const RENEWED = 299;		// seconds: with that lifetime each call would renew Entra's token

describe('Entra', { concurrency: 2 }, () => {
	for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi'])
		describe(server, { concurrency: 1 }, () => {
			it('still, and gone', async (t) => {
				const site = await startSite(server, { limits: FREELY, entra: { timeout: TIMEOUT } });
				try {
					await site.standin.set({ access_token_lifetime: RENEWED });
					const load = new Load(site);
					await load.begin(['mcp'], 4);
					await load.during(['call', 'call', 'list', 'refresh', 'metadata', 'signIn'], async () => {
						await sleep(500);
						send(site.standin.pid, 'SIGSTOP');
						try {
							const { list = 0, refresh = 0 } = load.done;
							const told = await Promise.race([load.call(load.grants[0]), sleep(STILL / 2)]);
							isToolError(told ?? assert.fail('no answer in time'), true);
							await sleep(STILL / 4);
							assert.match(site.log('programs.log'), /: (entra token|graph): .*timed out after/,
								'who asked was told, not only who waited for them');
							assert.ok(load.done.list > list + 5 && load.done.refresh > refresh + 5, load.summary());
						} finally {
							send(site.standin.pid, 'SIGCONT');
						}
						await sleep(500);
					});
					t.diagnostic(load.summary());
					assert.ok(load.disturbed > 0, load.summary());
					await site.database.forgetSetbacks();
					await load.everythingHolds();
					await site.database.forgetSetbacks();
					await site.database.sqlite('DELETE FROM exchanged_token');
					await site.standin.stop();
					isToolError(await load.call(load.grants[0]), true, 'Entra is gone');
					await load.actions.list(load.grants[0]);
				} finally {
					await site.stop();
				}
			});
		});
});
