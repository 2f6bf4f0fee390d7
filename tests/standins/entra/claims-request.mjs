/* SPDX-License-Identifier: MIT */
/* The claims parameter (OpenID Connect Core section 5.5), as an answer to a claims challenge. */
import { EntraError } from './errors.mjs';
import { POLICY } from './world.mjs';

/* Whether it asks for what this world's policy wants. */
export function asksForPolicy({ claims }) {
	if (claims === undefined) {
		return false;
	}
	try {
		return JSON.stringify(JSON.parse(claims).access_token ?? {}).includes(POLICY);
	} catch {
		throw new EntraError(90023, 'the claims parameter is no JSON object');
	}
}
