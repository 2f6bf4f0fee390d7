/* SPDX-License-Identifier: MIT */
/*
 * What a sign-in must have met before a token comes of it. auth is what became of the sign-in:
 * {sid, steppedUp, acrs, generation}.
 */
import { EntraError, POLICY_CLAIMS } from './errors.mjs';

const acrsClaims = (value) =>
	JSON.stringify({ access_token: { acrs: { essential: true, value } } });

export const meetsPolicy = (exchange, auth) =>
	Boolean(auth?.steppedUp) && !exchange.switch('mfa_never_satisfied');

const hasContext = (exchange, auth, context) =>
	Boolean(auth?.acrs?.includes(context)) && !exchange.switch('mfa_never_satisfied');

/* What the token request itself asks for cannot be had without the person. */
export function checkAsked(exchange, asked, auth) {
	if (asked.policy && !meetsPolicy(exchange, auth)) {
		throw new EntraError(50076, '', { claims: POLICY_CLAIMS });
	}
	const missing = asked.acrs.find((context) => !hasContext(exchange, auth, context));
	if (missing !== undefined) {
		throw new EntraError(50076, '', { claims: acrsClaims(missing) });
	}
}

/* The switches' demands on the exchange on behalf of. */
export function checkOnBehalfOf(exchange, auth) {
	if (exchange.switch('mfa_required') && !meetsPolicy(exchange, auth)) {
		throw new EntraError(50076, '', { claims: POLICY_CLAIMS });
	}
	const context = exchange.switch('obo_acrs');
	if (context && !hasContext(exchange, auth, context)) {
		throw new EntraError(50079, '', { claims: acrsClaims(context) });
	}
}

/* Conditional access at the refresh. */
export function checkRefresh(exchange, auth) {
	const code = exchange.switch('refresh_claims');
	if (code && !meetsPolicy(exchange, auth)) {
		throw new EntraError(code, '', {
			error: 'invalid_grant',
			suberror: 'basic_action',
			claims: POLICY_CLAIMS,
		});
	}
}

/* A sign-in of before the person was revoked is worth nothing. */
export const isRevoked = ({ entra }, user, auth) =>
	(auth?.generation ?? 0) < entra.generationOf(user);
