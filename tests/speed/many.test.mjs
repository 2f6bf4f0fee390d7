// SPDX-License-Identifier: MIT
// 100,000 requests over kept connections through each FastCGI set-up: not one answer is other than 200 and right.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FASTCGI } from '../e2e/lib/site.mjs';
import { load } from './lib/load.mjs';
import { Scene } from './lib/scene.mjs';

const REQUESTS = 100_000;
const CONNECTIONS = 16;
const AT_MOST = 600;	// seconds; a machine that is not busy needs 10 to 20

for (const server of FASTCGI) {
	test(`${server} answers ${REQUESTS} requests over ${CONNECTIONS} kept connections`, async (t) => {
		const scene = await Scene.start(server);
		try {
			const request = scene.list();
			const first = await scene.client().request('tools/list');
			assert.equal(first.status, 200);
			const all = await load(request, {
				expected: first.text, requests: REQUESTS, connections: CONNECTIONS, seconds: AT_MOST,
			});
			t.diagnostic(`${Math.round(all.answers / all.seconds)} requests a second`);
			const { answers, wrong, connect, read, write, timeout, firstWrong } = all;
			assert.deepEqual({ wrong, connect, read, write, timeout, firstWrong },
				{ wrong: 0, connect: 0, read: 0, write: 0, timeout: 0, firstWrong: '' });
			assert.ok(answers >= REQUESTS, `only ${answers} answers in ${AT_MOST} s`);
		} finally {
			await scene.stop();
		}
	});
}
