// SPDX-License-Identifier: MIT
// Each check of what comes before tokens can fail, and none does of a server that is right.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PATH, TLS, idsOf, proveEach, runOn } from './prove.mjs';
import { BEFORE_TOKENS } from '../lib/profiles.mjs';

describe('a server that does everything right', () => {
	for (const [name, options, skipped] of [['', {}, 5], [' below a path', PATH, 2], [' over TLS', TLS, 3]])
		it(`passes${name}`, async () => {
			const result = await runOn([], options);
			assert.deepEqual(result.results.filter(({ status }) => status === 'fail'), []);
			assert.deepEqual(idsOf(result, 'absent'), []);
			assert.equal(idsOf(result, 'skip').length, skipped, idsOf(result, 'skip').join(' '));
		});
});

describe('a server with one defect fails the check', () => proveEach(BEFORE_TOKENS));
