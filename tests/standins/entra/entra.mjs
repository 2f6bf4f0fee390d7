/* SPDX-License-Identifier: MIT */
/* All that the stand-in remembers. */
import { randomUUID } from 'node:crypto';
import { localCloud } from './clouds.mjs';
import { KeyRing } from './keys.mjs';
import { RequestLog } from './request-log.mjs';
import { Secrets } from './secrets.mjs';
import { Sessions } from './sessions.mjs';
import { Switches } from './switches.mjs';
import { ALICE, IDENTITY_HEADER, World } from './world.mjs';

export class Entra {
	/* keys: of the local cloud; workload: the workload identity issuer. */
	constructor(base, { keys, workload }, logFile) {
		Object.assign(this, { base, keys, workload, cloud: localCloud(base) });
		this.rings = new Map([['local', keys]]);
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
		this.sessions = new Sessions();
		this.usedAssertions = new Map();
		this.issued = new Map(); /* uti -> the sign-in that the token came of */
		this.generations = new Map(); /* oid -> how often it was revoked */
		this.loops = new Map();
		this.identityTokens = new Map();
		this.exchangeTokens = new Map();
		this.identityHeader = IDENTITY_HEADER;
		this.arcKeys?.forget();
		this.arcKeys = null;
	}

	generationOf({ oid }) {
		return this.generations.get(oid) ?? 0;
	}

	/* A cloud's keys are made when it is first asked for. */
	async ringOf(cloud) {
		if (!this.rings.has(cloud.name)) {
			this.rings.set(cloud.name, KeyRing.create());
		}
		return this.rings.get(cloud.name);
	}

	startBrowserSession(res, user) {
		const id = this.secrets.add(randomUUID());
		const session = this.sessions.begin(user.upn, id);
		res.setHeader('set-cookie', `ESTSAUTH=${id}; path=/; HttpOnly; SameSite=Lax`);
		return session;
	}
}
