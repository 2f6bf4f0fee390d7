// SPDX-License-Identifier: MIT
// The disk of the state directory is full, and is read-only, while people are at work and while programs begin: what
// was promised holds, what only reads goes on, and when there is room again everything does.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../e2e/lib/database.mjs';
import { makeDisk } from './lib/disk.mjs';
import { FREELY, Load } from './lib/load.mjs';
import { PROGRAMS, kill } from './lib/programs.mjs';
import { REQUESTS, Scene, isWhole, meet } from './lib/requests.mjs';

const ACTORS = ['signIn', 'refresh', 'refresh', 'list', 'call', 'register'];
const LASTS = 800;		// milliseconds
const PROMISED = ['register', 'authorize', 'consent, approved', 'oauth-callback', 'token, a code', 'token, a refresh',
	'revoke', 'logout', 'account, one is ended', 'account, all are ended'];
const endAll = async (site) => {
	for (let left = 1; left > 0; await sleep(20))
		left = PROGRAMS.reduce((sum, program) => sum + kill(site, program), 0);
};

describe('the disk', { concurrency: 2 }, () => {
	for (const server of ['apache-proxy-fcgi', 'lighttpd-fastcgi'])
		describe(server, { concurrency: 1 }, () => {
			let disk;
			let scene;
			let load;
			before(async () => {
				disk = makeDisk();
				scene = await Scene.open(server, { limits: FREELY, top: disk.real ? [`state_dir = ${disk.dir}`] : [] });
				if (disk.real)
					scene.site.database = new Database(path.join(disk.dir, 'sallyport.db'));
				else
					disk.for(scene.faults);
				load = new Load(scene.site);
				await load.begin(['mcp'], 2);
			});
			after(async () => {
				await scene?.close();
				disk?.remove();
			});

			it('full, while people are at work', async (t) => {
				t.diagnostic(disk.real ? 'a real disk' : 'no disk may be mounted here: fail.c plays one');
				await load.during(ACTORS, async () => {
					for (let n = 0; n < 2; n++) {
						await sleep(LASTS);
						disk.fill();
						await sleep(LASTS);
						disk.free();
					}
					await sleep(LASTS);
				});
				t.diagnostic(load.summary());
				assert.ok(load.disturbed > 0, load.summary());
				await load.everythingHolds();
			});

			it('full, each request', async (t) => {
				const outcomes = {};
				for (const name of Object.keys(REQUESTS))
					outcomes[name] = await meet(scene, name, async (send) => {
						await scene.site.database.sqlite('PRAGMA wal_checkpoint(TRUNCATE)');	// else the log has room
						disk.fill();
						try {
							return await send();
						} finally {
							disk.free();
						}
					});
				t.diagnostic(JSON.stringify(outcomes));
				assert.deepEqual(PROMISED.filter((name) => outcomes[name] === 'kept'), [], 'kept without room for it');
				for (const name of ['metadata', 'mcp, a list', 'mcp, through to an upstream'])
					assert.equal(outcomes[name], 'kept', name);
				await isWhole(scene);
			});

			it('read-only when the programs begin', async (t) => {
				if (disk.real)
					await endAll(scene.site);
				disk.freeze();
				const answer = await load.call(load.grants[0]).catch((error) => error);
				t.diagnostic(`a call: ${answer.status ?? answer.code}`);
				assert.ok(answer.status === 200 || answer.status >= 500 || answer.code !== undefined, answer.text);
				disk.thaw();
				if (disk.real)
					await endAll(scene.site);
				await load.everythingHolds();
				await isWhole(scene);
			});
		});
});
