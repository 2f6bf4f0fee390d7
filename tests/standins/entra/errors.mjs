/* SPDX-License-Identifier: MIT */
/*
 * Entra's errors. The wording varies from one answer to the next, because Entra's does over the years: nobody may
 * branch on it.
 */
import { randomUUID } from 'node:crypto';
import { POLICY } from './world.mjs';

/* AADSTS number -> [error, status, wordings]. */
const TABLE = {
	9002313: ['invalid_request', 400, ['Invalid request. Request is malformed or invalid.']],
	900144: ['invalid_request', 400, [
		"The request body must contain the following parameter: '%s'.",
		"The required parameter '%s' is missing from the request."]],
	9000411: ['invalid_request', 400, [
		"The request is not properly formatted. The parameter '%s' is duplicated."]],
	900561: ['invalid_request', 400, ["The endpoint only accepts POST requests. Received a %s request."]],
	90002: ['invalid_tenant', 400, [
		"Tenant '%s' not found. Check to make sure you have the correct tenant ID.",
		"No such tenant: '%s'. This may happen if there are no active subscriptions."]],
	50194: ['invalid_request', 400, ["Application '%s' is not configured as a multi-tenant application."]],
	700016: ['unauthorized_client', 400, [
		"Application with identifier '%s' was not found in the directory.",
		"The application '%s' has not been installed by the administrator of the tenant."]],
	50011: ['invalid_request', 400, [
		"The redirect URI '%s' specified in the request does not match those of the application.",
		"The reply URL '%s' is not registered for the application."]],
	900971: ['invalid_request', 400, ['No reply address provided.']],
	700054: ['unsupported_response_type', 400, ["response_type '%s' is not enabled for the application."]],
	70011: ['invalid_scope', 400, [
		"The provided value for the input parameter 'scope' is not valid. %s"]],
	28000: ['invalid_request', 400, [
		"Provided value for the input parameter scope is not valid because it contains more than one resource."]],
	28003: ['invalid_request', 400, [
		"Provided value for the input parameter scope cannot be empty when requesting an access token."]],
	650053: ['invalid_client', 400, [
		"The application asked for scope '%s' that doesn't exist on the resource '00000003-0000-0000-c000-000000000000'."]],
	500011: ['invalid_resource', 400, [
		"The resource principal named %s was not found in the tenant.",
		"Resource principal %s is unknown here."]],
	901002: ['invalid_request', 400, ["The 'resource' request parameter is not supported."]],
	9010010: ['invalid_target', 400, [
		"The resource parameter provided in the request doesn't match with the requested scopes."]],
	501491: ['invalid_request', 400, [
		'The code challenge is missing or not usable: %s.', 'Invalid size of Code_Challenge parameter (%s).']],
	501481: ['invalid_grant', 400, [
		'The Code_Verifier does not match the code_challenge supplied in the authorization request.']],
	50147: ['invalid_grant', 400, ['Invalid size of Code_Verifier parameter.']],
	54005: ['invalid_grant', 400, [
		'OAuth2 Authorization code was already redeemed, please retry with a new valid code.']],
	70000: ['invalid_grant', 400, [
		'Provided grant is invalid or malformed.', 'The request was denied: the grant is not valid.']],
	70008: ['invalid_grant', 400, [
		'The provided authorization code or refresh token has expired due to inactivity.',
		'The grant has expired. Send a new interactive authorization request.']],
	700005: ['invalid_grant', 400, [
		'The provided Authorization Code is intended to use against other tenant.']],
	50173: ['invalid_grant', 400, [
		'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
		'The user might have changed or reset their password: the grant is no longer usable.']],
	70043: ['invalid_grant', 400, [
		'The refresh token has expired or is invalid due to sign-in frequency checks.']],
	700082: ['invalid_grant', 400, ['The refresh token has expired due to inactivity.']],
	50057: ['invalid_grant', 400, ['The user account is disabled.']],
	7000222: ['invalid_client', 401, ['The provided client secret keys are expired.']],
	90009: ['invalid_request', 400, [
		"Application '%s' is requesting a token for itself. This scenario is supported only if resource is "
			+ 'specified using the GUID based App Identifier.']],
	7000218: ['invalid_client', 401, [
		"The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
		'A credential of the client is required, and none came.']],
	7000215: ['invalid_client', 401, [
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
			+ "not the client secret ID, for a secret added to app '%s'.",
		"The client secret of app '%s' is wrong."]],
	700025: ['invalid_client', 401, [
		"Client is public so neither 'client_assertion' nor 'client_secret' should be presented."]],
	700027: ['invalid_client', 401, [
		'The certificate with identifier used to sign the client assertion is not registered on application. %s',
		'Client assertion failed signature validation. %s']],
	700024: ['invalid_client', 401, [
		'Client assertion is not within its valid time range. %s',
		'The validity of the client assertion does not cover the present moment. %s']],
	50012: ['invalid_client', 401, ['Client assertion is not usable: %s.', 'Authentication failed: %s.']],
	50048: ['invalid_client', 401, ['Subject must match the issuer of the client assertion.']],
	50027: ['invalid_client', 401, ['JWT token is invalid or malformed: %s.']],
	90023: ['invalid_request', 400, ['Invalid STS request: %s.']],
	9002326: ['invalid_request', 400, [
		"Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type."]],
	9002327: ['invalid_request', 400, [
		"Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests."]],
	70003: ['unsupported_grant_type', 400, ["The app requested an unsupported grant type '%s'."]],
	50013: ['invalid_grant', 400, [
		'Assertion failed validation. Reason: %s.', 'The assertion is not acceptable: %s.']],
	500133: ['invalid_grant', 400, [
		'Assertion is not within its valid time range. Ensure that the access token is not expired.']],
	7000114: ['invalid_grant', 400, [
		"Application '%s' is not allowed to make application on-behalf-of calls."]],
	240002: ['invalid_grant', 400, ['Input id_token cannot be used as urn:ietf:params:oauth:grant-type:jwt-bearer grant.']],
	65001: ['invalid_grant', 400, [
		"The user or administrator has not consented to use the application with ID '%s'."], 'consent_required'],
	65004: ['access_denied', 400, ['User declined to consent to access the app.']],
	90094: ['access_denied', 400, ['Admin consent is required for the permissions requested by the application.']],
	50076: ['invalid_grant', 400, [
		'Due to a configuration change made by your administrator, or because you moved to a new location, you '
			+ 'must use multi-factor authentication.'], 'basic_action'],
	50079: ['interaction_required', 400, [
		'The user is required to enrol in multi-factor authentication.'], 'basic_action'],
	53003: ['invalid_grant', 400, [
		'Access has been blocked by Conditional Access policies.'], 'message_only'],
	50058: ['login_required', 400, [
		'A silent sign-in request was sent but no user is signed in.']],
	50020: ['access_denied', 400, ["User account '%s' does not exist in the tenant."]],
	50105: ['access_denied', 400, ['The signed in user is not assigned to a role for the application.']],
	90033: ['temporarily_unavailable', 503, ['A transient error has occurred. Please try again.']],
	90055: ['temporarily_unavailable', 503, ['There are too many incoming requests.']],
	90006: ['server_error', 500, ['External server error, retryable.', 'The service is not well.']],
	50196: ['invalid_grant', 400, ['The server terminated an operation because it encountered a client request loop.']],
	1002012: ['invalid_scope', 400, [
		'The provided value for scope %s is not valid. Client credential flows must have a scope value with '
			+ '/.default suffixed to the resource identifier.']],
};

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
		const [error, status, wordings, suberror] = TABLE[code];
		const wording = wordings[Math.floor(Math.random() * wordings.length)];
		super(wording.replace('%s', () => detail));
		Object.assign(this, { code, error, status, suberror, ...extra });
	}

	describe(now, correlation) {
		const timestamp = `${new Date(now * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`;
		const trace = randomUUID();
		const gap = Math.random() < 0.5 ? ' ' : '\r\n';
		const text = [`AADSTS${this.code}: ${this.message}`, `Trace ID: ${trace}`,
			`Correlation ID: ${correlation}`, `Timestamp: ${timestamp}`].join(gap);
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

export const isErrorCode = (code) => Object.hasOwn(TABLE, code);
