/* SPDX-License-Identifier: MIT */
/* The switches that make the stand-in misbehave: README.md says what each one does. */
import { ARC_KEY_FAULTS } from './arc-keys.mjs';
import { CLOUD_NAMES } from './clouds.mjs';
import { ACCESS_TOKEN_FAULTS, ID_TOKEN_FAULTS } from './token-faults.mjs';
import { AUTHORIZE_ERRORS, OBO_ERRORS, isErrorCode } from './errors.mjs';

export const GRANTS = ['authorization_code', 'refresh_token', 'on_behalf_of', 'client_credentials'];
export const DISCOVERY_FAULTS = [
	'foreign_endpoints',
	'foreign_token_endpoint',
	'foreign_jwks_uri',
	'foreign_issuer',
	'other_tenant',
	'missing_issuer',
	'missing_jwks_uri',
	'missing_token_endpoint',
	'wrong_types',
];
export const CHALLENGE_STYLES = ['several_headers', 'two_challenges', 'other_order', 'status_403'];
export const BODY_FAULTS = ['garbage', 'empty', 'truncated', 'array', 'html', 'huge'];

const flag = (on) => ({ off: on, accepts: (v) => typeof v === 'boolean', wants: 'true or false' });
const number = (off = null) => ({ off, accepts: Number.isFinite, wants: 'a number' });
const text = (off = null) => ({ off, accepts: (v) => typeof v === 'string', wants: 'a string' });
const oneOf = (...choices) => ({
	off: null,
	accepts: (v) => choices.includes(v),
	wants: `one of ${choices.join(', ')}`,
});

export const SWITCHES = {
	strict: flag(true),
	clock_offset: number(0),

	authorize_error: oneOf(...AUTHORIZE_ERRORS),
	authorize_status: number(),
	authorize_wrong_state: flag(false),
	authorize_missing_code: flag(false),
	code_lifetime: number(600),
	consent_declined: flag(false),
	claims_refused: oneOf('access_denied', 'interaction_required'),

	token_status: number(),
	token_body: text(),
	token_content_type: text(),
	token_retry_after: number(),
	token_delay_ms: number(0),
	token_truncate: flag(false),
	token_close: flag(false),
	token_body_fault: oneOf(...BODY_FAULTS),
	token_fault_grant: oneOf(...GRANTS),
	token_throttle_user: text(),
	token_throttle_json: flag(false),
	token_throttle_retry_after: number(60),
	loop_limit: number(),
	loop_window: number(300),
	token_error: { off: null, accepts: isErrorCode, wants: 'an AADSTS number of aadsts.mjs' },
	token_error_claims: text(),
	refresh_in: number(),
	expires_in_string: flag(false),
	omit_expires_in: flag(false),
	omit_access_token: flag(false),
	omit_refresh_token: flag(false),
	omit_id_token: flag(false),
	omit_sid: flag(false),
	token_type: text(),

	id_token_fault: oneOf(...ID_TOKEN_FAULTS),
	access_token_fault: oneOf(...ACCESS_TOKEN_FAULTS),
	access_token_lifetime: number(),
	access_token_version: oneOf(1, 2),
	graph_token_fault: oneOf(...ACCESS_TOKEN_FAULTS),
	graph_token_lifetime: number(),

	refresh_revoked: flag(false),
	self_refresh_uri_form: flag(false),
	refresh_claims: oneOf(50076, 50079, 53003),
	mfa_required: flag(false),
	mfa_never_satisfied: flag(false),
	obo_acrs: text(),
	obo_error: oneOf(...OBO_ERRORS),

	fic_catch_all: oneOf('invalid_request', 'invalid_client'),
	fic_subject_code: oneOf(7002137, 7002138),
	imds_status: number(),
	imds_retry_after: number(),
	imds_delay_ms: number(0),
	imds_close: flag(false),
	imds_body_fault: oneOf(...BODY_FAULTS),
	imds_cached: flag(true),
	imds_token_lifetime: number(),
	imds_token_fault: oneOf(...ACCESS_TOKEN_FAULTS),
	imds_wrong_subject: flag(false),
	imds_other_tenant: flag(false),
	imds_ficinfo: flag(false),
	imds_cloud: oneOf(...CLOUD_NAMES),
	arc_key_fault: oneOf(...ARC_KEY_FAULTS),

	discovery_status: number(),
	discovery_delay_ms: number(0),
	discovery_close: flag(false),
	discovery_fault: oneOf(...DISCOVERY_FAULTS),
	discovery_foreign_origin: text('https://login.evil.example'),
	discovery_body_fault: oneOf(...BODY_FAULTS),
	jwks_status: number(),
	jwks_delay_ms: number(0),
	jwks_close: flag(false),
	jwks_body_fault: oneOf(...BODY_FAULTS),
	jwks_empty: flag(false),

	graph_status: number(),
	graph_error_code: text(),
	graph_retry_after: number(),
	graph_claims_challenge: flag(false),
	graph_mfa_required: flag(false),
	graph_challenge_style: oneOf(...CHALLENGE_STYLES),
	graph_delay_ms: number(0),
	graph_close: flag(false),
	graph_body_fault: oneOf(...BODY_FAULTS),
	graph_other_user: flag(false),
	graph_inner_error: oneOf('innerError', 'innererror'),
	graph_groups_status: number(),
	graph_groups_error_code: text(),
	graph_groups_retry_after: number(),
	graph_groups_claims_challenge: flag(false),
	graph_groups_delay_ms: number(0),
	graph_groups_close: flag(false),
	graph_groups_body_fault: oneOf(...BODY_FAULTS),
	graph_groups_page_size: number(100),
	graph_groups_endless: flag(false),
	graph_groups_foreign_link: text(),
	graph_groups_with_role: flag(false),
};

function parseSetting(name, given) {
	const rule = SWITCHES[name];
	if (!Object.hasOwn(SWITCHES, name)) {
		throw new TypeError(`there is no switch ${name}`);
	}
	const counted = given !== null && typeof given === 'object';
	const value = counted ? given.value : given;
	const times = counted ? given.times : Infinity;
	if (value !== null && !rule.accepts(value)) {
		throw new TypeError(`${name} wants ${rule.wants}`);
	}
	if (times !== Infinity && !(Number.isInteger(times) && times > 0)) {
		throw new TypeError(`${name}: times wants a whole number above 0`);
	}
	return { value: value ?? rule.off, times };
}

export class Switches {
	constructor() {
		this.settings = new Map();
	}

	/* All or nothing: a wrong name or value changes none. null puts a switch back. */
	set(given) {
		const parsed = Object.entries(given).map(([name, value]) => [
			name,
			parseSetting(name, value),
		]);
		parsed.forEach(([name, setting]) => this.settings.set(name, setting));
	}

	clear() {
		this.settings.clear();
	}

	/* Counts as one of the N times of a counted switch. */
	take(name) {
		const setting = this.settings.get(name);
		if (!setting) {
			return SWITCHES[name].off;
		}
		setting.times -= 1;
		if (setting.times === 0) {
			this.settings.delete(name);
		}
		return setting.value;
	}

	peek(name) {
		return this.settings.get(name)?.value ?? SWITCHES[name].off;
	}

	current() {
		return Object.fromEntries(
			Object.keys(SWITCHES).map((name) => [name, this.peek(name)]),
		);
	}
}
