// SPDX-License-Identifier: MIT
// What a request has asked for is given back: of memory to the last block, and of open files.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { openFiles } from '../gateway/lib/process.mjs';
import { PROGRAMS } from './lib/programs.mjs';
import { REQUESTS, Scene, meet } from './lib/requests.mjs';

const TIMES = 10;	// the same request, in a round
const ROUNDS = 8;	// of which one must leave nothing: in others something is kept for all requests, or given up

let scene;
before(async () => { scene = await Scene.open('apache-proxy-fcgi', { top: ['workers = 1'] }); });
after(() => scene?.close());

const files = () => PROGRAMS.flatMap((program) => scene.site.pids(program))
	.reduce((sum, pid) => sum + openFiles(pid), 0);

async function round(name) {
	const before = { blocks: scene.faults.get('blocks'), files: files() };
	for (let n = 0; n < TIMES; n++)
		assert.equal(await meet(scene, name), 'kept');
	return { blocks: scene.faults.get('blocks') - before.blocks, files: files() - before.files };
}

for (const name of Object.keys(REQUESTS))
	it(`${name} leaves nothing behind`, async (t) => {
		const rounds = [await round(name)];
		do
			rounds.push(await round(name));
		while (rounds.length < ROUNDS && Object.values(rounds.at(-1)).some((n) => n !== 0));
		t.diagnostic(rounds.map(({ blocks, files }) => `${blocks} ${files}`).join(', '));
		assert.deepEqual(rounds.at(-1), { blocks: 0, files: 0 });
	});
