/* SPDX-License-Identifier: MIT */
/* One request and its answer, with what the handlers need to know. */
import { randomUUID } from 'node:crypto';
import { BODY_FAULTS } from './switches.mjs';
import { delay } from './http.mjs';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class Exchange {
	constructor(entra, req, res, url) {
		Object.assign(this, { entra, req, res, url });
		this.enter(entra.cloud, entra.keys);
		this.taken = new Map();
	}

	/* From now on this is a request to that cloud, whose keys these are. */
	enter(cloud, keys) {
		const world = this.entra.world.in(cloud);
		Object.assign(this, { cloud, keys, world, base: cloud.base });
	}

	/* A switch has one value throughout a request, and a counted one is counted once. */
	switch(name) {
		if (!this.taken.has(name)) {
			this.taken.set(name, this.entra.switches.take(name));
		}
		return this.taken.get(name);
	}

	get strict() {
		return this.switch('strict');
	}

	/* The same as now, but it does not count as a use of the switch. */
	get clock() {
		return Math.floor(Date.now() / 1000) + this.entra.switches.peek('clock_offset');
	}

	/* Seconds since 1970, by this world's clock. */
	get now() {
		return Math.floor(Date.now() / 1000) + this.switch('clock_offset');
	}

	get correlation() {
		const given = this.req.headers['client-request-id'] ?? '';
		this.ownCorrelation ??= randomUUID();
		return GUID.test(given) ? given : this.ownCorrelation;
	}

	/* The form's or the query's fields, for the log and the list of secrets. */
	record(fields) {
		this.entry.form = this.req.method === 'POST' ? { ...fields } : {};
		this.entra.secrets.addFields(fields);
	}

	/* Who issues tokens of that version. */
	issuer(tenant, version) {
		return version === 1
			? `${this.cloud.sts}/${tenant}/`
			: `${this.base}/${tenant}/v2.0`;
	}

	tokenEndpoint(tenant) {
		return `${this.base}/${tenant}/oauth2/v2.0/token`;
	}

	/*
	 * Slowness and a dropped connection, alike for every endpoint. false: there is nobody to
	 * answer.
	 */
	async endure(prefix) {
		await delay(this.switch(`${prefix}_delay_ms`));
		if (this.switch(`${prefix}_close`)) {
			this.req.socket.destroy();
			return false;
		}
		return true;
	}
}

const BODIES = {
	garbage: () => '\u0000\u0001 no JSON {',
	empty: () => '',
	truncated: (body) => body.slice(0, Math.floor(body.length / 2)),
	array: (body) => `[${body}]`,
	html: () => '<!DOCTYPE html><html><body>Our services are not available.</body></html>',
	huge: (body) => `${body.slice(0, -1)},"padding":"${'x'.repeat(32 << 20)}"}`,
};

if (BODY_FAULTS.some((name) => !BODIES[name])) {
	throw new Error('a body fault has no function');
}

/* JSON text as the fault would have it. */
export function spoilBody(fault, value) {
	const text = JSON.stringify(value);
	return fault ? BODIES[fault](text) : text;
}
