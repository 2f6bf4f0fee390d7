// SPDX-License-Identifier: MIT
// Every attack that we know of against systems of this kind, on a real web server over TLS.  A test's name begins with
// the number of the attack: 6b are vulnerabilities that others had, 2 the defects of the system that this one takes the
// place of, D what a stranger may use up, T what somebody may try who writes to the database or holds the key files, X
// what no list has.
import { after, before, beforeEach, describe, it } from 'node:test';
import { account, accountRows } from './account.mjs';
import { addresses, beyond } from './beyond.mjs';
import { flood } from './flood.mjs';
import { framing } from './framing.mjs';
import { original } from './original.mjs';
import { peers } from './peers.mjs';
import { Scene } from './scene.mjs';
import { tampering } from './tampering.mjs';

// What a request says is tried in both versions of HTTP; rows that nobody sends are changed under one.
export const inBothVersions = [...peers, ...original, ...framing, ...beyond, ...account];
export const onEachServer = [...flood, ...tampering, ...accountRows, ...addresses];

export function attack(server, version) {
	describe(`${server}, HTTP/${version}`, () => {
		const scene = new Scene();

		before(() => scene.start(server, version));
		after(() => scene.stop());
		beforeEach(() => scene.reset());
		for (const [name, attempt] of [...inBothVersions, ...version === '1' ? onEachServer : []])
			it(name, () => attempt(scene));
	});
}
