/* SPDX-License-Identifier: MIT */
/*
 * The sessions of browsers with Entra. One that the sign-in page began has a cookie; whoever is
 * signed in by the control has one session until the sign-out.
 */
import { randomUUID } from 'node:crypto';

export class Sessions {
	constructor() {
		this.all = new Set();
	}

	/* clients: who got codes out of it, and so is told of its end. */
	begin(upn, cookie = null) {
		const session = { upn, cookie, sid: randomUUID(), clients: new Set() };
		this.all.add(session);
		return session;
	}

	ofCookie(cookie) {
		return [...this.all].find((each) => cookie && each.cookie === cookie) ?? null;
	}

	/* The browser's if it is that person's, else the one without a cookie. */
	of(upn, cookie) {
		const own = this.ofCookie(cookie);
		return own?.upn === upn
			? own
			: ([...this.all].find((each) => each.upn === upn && !each.cookie) ??
					this.begin(upn));
	}

	allOf(upn) {
		return [...this.all].filter((each) => each.upn === upn);
	}

	end(session) {
		this.all.delete(session);
	}
}

export function cookieOf({ headers }) {
	return /(?:^|;\s*)ESTSAUTH=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? null;
}
