// SPDX-License-Identifier: MIT
// Out of memory in a program: at every place that asks for some, once.  The answer is right, or a failure that says so;
// a program that lives on is well, and what it promised holds.
import { after, before, describe, it } from 'node:test';
import { failEverywhere } from './lib/everywhere.mjs';
import { MEMORY } from './lib/faulty.mjs';
import { REQUESTS, Scene, isWhole } from './lib/requests.mjs';

// A program that stays has one worker, so that the next request meets what the last one left; one that is started for
// each request meets its own start too.
describe('memory', { concurrency: 2 }, () => {
	for (const [server, share] of [['apache-proxy-fcgi', 12], ['lighttpd-cgi', 4]])
		describe(server, { concurrency: 1 }, () => {
			let scene;
			before(async () => { scene = await Scene.open(server, { top: ['workers = 1'] }); });
			after(() => scene?.close());

			for (const name of Object.keys(REQUESTS))
				it(name, async (t) => t.diagnostic(JSON.stringify(await failEverywhere(scene, name, MEMORY, { share }))));

			it('afterwards everything is whole', () => isWhole(scene));
		});
});
