// SPDX-License-Identifier: MIT
// Every attack that we know of against systems of this kind, on a real web server.  A test's name begins with the number
// of the attack: 6b are vulnerabilities that others had, 2 the defects of the system that this one takes the place of,
// D what a stranger may use up, T what somebody may try who writes to the database or holds the key files.
import { after, before, beforeEach, describe, it } from 'node:test';
import { flood } from './flood.mjs';
import { original } from './original.mjs';
import { peers } from './peers.mjs';
import { Scene } from './scene.mjs';
import { tampering } from './tampering.mjs';

for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi'])
	describe(server, () => {
		const scene = new Scene();

		before(() => scene.start(server));
		after(() => scene.stop());
		beforeEach(() => scene.reset());
		for (const [name, attack] of [...peers, ...original, ...flood, ...tampering])
			it(name, () => attack(scene));
	});
