/* SPDX-License-Identifier: MIT */
/*
 * Entra's errors. The wording varies from one answer to the next, because Entra's does over the
 * years: nobody may branch on it.
 */
import { randomUUID } from 'node:crypto';
import { AADSTS } from './aadsts.mjs';
import { POLICY } from './world.mjs';

export const POLICY_CLAIMS = JSON.stringify({
	access_token: { capolids: { essential: true, values: [POLICY] } },
});

/* Switch authorize_error: value -> AADSTS number and what else. */
const AUTHORIZE = {
	access_denied: { code: 65004 },
	consent_required: { code: 65001, error: 'consent_required' },
	interaction_required: { code: 50079 },
	invalid_request: { code: 90023 },
	invalid_resource: { code: 500011 },
	login_required: { code: 50058 },
	server_error: { code: 90006 },
	temporarily_unavailable: { code: 90033 },
	unauthorized_client: { code: 700016 },
	/* These two are pages. */
	admin_consent: { code: 90094 },
	not_assigned: { code: 50105 },
};
export const AUTHORIZE_ERRORS = Object.keys(AUTHORIZE);

/* Switch obo_error: value -> AADSTS number and what else. `plain` is a body that is no JSON. */
const ON_BEHALF_OF = {
	expired: { code: 500133 },
	bad_assertion: { code: 50013, detail: 'the signature is wrong' },
	mfa: { code: 50076, claims: POLICY_CLAIMS },
	mfa_interaction_required: { code: 50079, claims: POLICY_CLAIMS },
	blocked: { code: 53003, claims: POLICY_CLAIMS },
	consent_required: { code: 65001 },
	temporarily_unavailable: { code: 90033 },
	server_error: { code: 90006 },
	loop: { code: 50196 },
	throttled: { status: 429, plain: 'Too Many Requests', retryAfter: 60 },
};
export const OBO_ERRORS = Object.keys(ON_BEHALF_OF);

/* Thrown anywhere below an endpoint; the endpoint decides how it is told. */
export class EntraError extends Error {
	constructor(code, detail = '', extra = {}) {
		const { error, status, wordings, suberror } = AADSTS[code];
		const wording = wordings[Math.floor(Math.random() * wordings.length)];
		super(wording.replace('%s', () => detail));
		Object.assign(this, { code, error, status, suberror, ...extra });
	}

	describe(now, correlation) {
		const [date, time] = new Date(now * 1000).toISOString().slice(0, 19).split('T');
		const timestamp = `${date} ${time}Z`;
		const trace = randomUUID();
		const gap = Math.random() < 0.5 ? ' ' : '\r\n';
		const text = [
			`AADSTS${this.code}: ${this.message}`,
			`Trace ID: ${trace}`,
			`Correlation ID: ${correlation}`,
			`Timestamp: ${timestamp}`,
		].join(gap);
		return { text, timestamp, trace };
	}

	/* The keys of the token endpoint's error JSON. */
	toJson(base, now, correlation) {
		const { text, timestamp, trace } = this.describe(now, correlation);
		return {
			error: this.error,
			error_description: text,
			error_codes: [this.code],
			timestamp,
			trace_id: trace,
			correlation_id: correlation,
			error_uri: `${base}/error?code=${this.code}`,
			...(this.suberror && { suberror: this.suberror }),
			...(this.claims && { claims: this.claims }),
		};
	}
}

export function authorizeError(name) {
	const { code, ...extra } = AUTHORIZE[name];
	return new EntraError(code, '', extra);
}

export function onBehalfOfError(name) {
	const { code, detail, ...extra } = ON_BEHALF_OF[name];
	return new EntraError(code ?? 90055, detail, extra);
}

export const isErrorCode = (code) => Object.hasOwn(AADSTS, code);
