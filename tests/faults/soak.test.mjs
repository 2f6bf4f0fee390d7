// SPDX-License-Identifier: MIT
// `make soak`, for a moment.  SEED is its seed, else it is the same each time.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { soak } from '../soak/lib/soak.mjs';

it('mixed load at half of the maximum, with random faults', async (t) => {
	const seed = Number(process.env.SEED ?? 5);
	const { failures, ...report } = await soak({ server: 'apache-proxy-fcgi', seconds: 20, seed });
	t.diagnostic(JSON.stringify(report));
	assert.deepEqual(failures, []);
});
