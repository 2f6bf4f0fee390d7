/* SPDX-License-Identifier: MIT */
/*
 * The claims parameter (OpenID Connect Core section 5.5): what the client is able to do (xms_cc),
 * and the answer to a claims challenge.
 */
import { EntraError } from './errors.mjs';
import { POLICY } from './world.mjs';

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value) => typeof value === 'string';

/* What the request of one claim may hold. */
const MEMBERS = {
	essential: (value) => typeof value === 'boolean',
	value: isText,
	values: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
};

const isClaim = (claim) =>
	claim === null ||
	(isObject(claim) &&
		Object.entries(claim).every(([name, value]) => MEMBERS[name]?.(value) ?? false));

const isRequest = (request) =>
	isObject(request) &&
	Object.entries(request).every(
		([part, claims]) =>
			['access_token', 'id_token', 'userinfo'].includes(part) &&
			isObject(claims) &&
			Object.values(claims).every(isClaim),
	);

function parse(text) {
	let request;
	try {
		request = JSON.parse(text);
	} catch {
		throw new EntraError(90023, 'the claims parameter is no JSON object');
	}
	if (!isRequest(request)) {
		throw new EntraError(90023, 'the claims parameter is no request of claims');
	}
	return request;
}

const valuesOf = (claim) => claim?.values ?? (claim?.value === undefined ? [] : [claim.value]);

/*
 * {cae: whether the client can do continuous access evaluation, policy: whether this world's policy
 * is to be met, acrs: authentication contexts, challenge: whether there is more than a capability}
 */
export function readClaims({ claims: text }) {
	const { access_token: claims = {} } = text === undefined ? {} : parse(text);
	const { xms_cc: capabilities, ...others } = claims;
	return {
		cae: valuesOf(capabilities).includes('cp1'),
		policy: JSON.stringify(others).includes(POLICY),
		acrs: valuesOf(claims.acrs),
		challenge: Object.keys(others).length > 0,
	};
}
