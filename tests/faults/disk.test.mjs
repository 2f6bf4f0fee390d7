// SPDX-License-Identifier: MIT
// Writes and syncs that fail, at each step of each request that has any: the disk is full, read-only, or broken.  What
// was acknowledged is stored; what could not be stored was not acknowledged.
import { after, before, describe, it } from 'node:test';
import { failEverywhere } from './lib/everywhere.mjs';
import { EIO, ENOSPC, EROFS, SYNC, WRITE } from './lib/faulty.mjs';
import { REQUESTS, Scene, isWhole } from './lib/requests.mjs';

const IDLE = ['metadata', 'mcp, a list', 'mcp, through to an upstream'];	// they write nothing
const WRITERS = Object.keys(REQUESTS).filter((name) => !IDLE.includes(name));

// stays: the disk remains as it is until the request is over.
const KINDS = [
	['apache-proxy-fcgi', 'a write, once', WRITE, { error: EIO, share: 5 }],
	['apache-proxy-fcgi', 'every write from there on', WRITE, { error: ENOSPC, stays: true, share: 3 }],
	['apache-proxy-fcgi', 'a sync', SYNC, { error: EIO, share: 4 }],
	['lighttpd-cgi', 'every write from there on', WRITE, { error: EROFS, stays: true, share: 2 }],
	['lighttpd-cgi', 'a sync', SYNC, { error: EIO, share: 2 }],
];

describe('the disk', { concurrency: 2 }, () => {
	for (const server of ['apache-proxy-fcgi', 'lighttpd-cgi'])
		describe(server, { concurrency: 1 }, () => {
			let scene;
			before(async () => { scene = await Scene.open(server, { top: ['workers = 1'] }); });
			after(() => scene?.close());

			for (const [, kind, what, options] of KINDS.filter(([of]) => of === server))
				for (const name of WRITERS)
					it(`${kind}: ${name}`, async (t) => {
						t.diagnostic(JSON.stringify(await failEverywhere(scene, name, what, options)));
					});

			it('afterwards everything is whole', () => isWhole(scene));
		});
});
