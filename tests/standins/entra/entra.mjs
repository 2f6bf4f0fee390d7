/* SPDX-License-Identifier: MIT */
/* All that the stand-in remembers. */
import { randomUUID } from 'node:crypto';
import { RequestLog } from './request-log.mjs';
import { Secrets } from './secrets.mjs';
import { Switches } from './switches.mjs';
import { ALICE, World } from './world.mjs';

export class Entra {
	constructor(base, keys, logFile) {
		Object.assign(this, { base, keys });
		this.secrets = new Secrets();
		this.log = new RequestLog(logFile, this.secrets);
		this.switches = new Switches();
		this.reset();
	}

	/* Back to the start: all but the keys and the list of secrets. */
	reset() {
		this.world = new World(this.base);
		this.world.applications.forEach((app) => this.secrets.add(app.secret));
		this.switches.clear();
		this.log.clear();
		this.user = ALICE;
		this.codes = new Map();
		this.refreshTokens = new Map();
		this.pages = new Map();
		this.browserSessions = new Map();
		this.usedAssertions = new Map();
		this.steppedUp = new Set();
	}

	startBrowserSession(res, user) {
		const id = this.secrets.add(randomUUID());
		this.browserSessions.set(id, user.upn);
		res.setHeader('set-cookie', `ESTSAUTH=${id}; path=/; HttpOnly; SameSite=Lax`);
	}
}
