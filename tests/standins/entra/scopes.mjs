/* SPDX-License-Identifier: MIT */
/*
 * The scope parameter: OpenID Connect's own names, and names of a resource with the resource
 * before the last slash.
 */
import { EntraError } from './errors.mjs';
import { GRAPH } from './world.mjs';

const OIDC = ['openid', 'profile', 'email', 'offline_access'];

/* A name without a resource is Graph's. */
function parseName(world, word) {
	const slash = word.lastIndexOf('/');
	if (slash < 0) {
		return { resource: world.application(GRAPH), as: GRAPH, name: word, word };
	}
	const as = word.slice(0, slash);
	const resource = world.resource(as);
	if (!resource) {
		throw new EntraError(500011, as);
	}
	return { resource, as, name: word.slice(slash + 1), word };
}

function checkName({ resource, name, word }) {
	if (name !== '.default' && !Object.hasOwn(resource.scopes, name)) {
		throw new EntraError(650053, word);
	}
}

function checkMix(wanted) {
	const named = wanted.some((item) => item.name !== '.default');
	if (named && wanted.some((item) => item.name === '.default')) {
		throw new EntraError(
			70011,
			".default scope can't be combined with resource-specific scopes.",
		);
	}
}

/* {oidc: names, wanted: [{resource, as, name, word}], resources: applications} */
export function parseScope(world, text) {
	const words = [...new Set(text.split(' ').filter(Boolean))];
	const oidc = words.filter((word) => OIDC.includes(word));
	const wanted = words
		.filter((word) => !OIDC.includes(word))
		.map((word) => parseName(world, word));
	wanted.forEach(checkName);
	checkMix(wanted);
	return { oidc, wanted, resources: [...new Set(wanted.map((item) => item.resource))] };
}

/* A token is for one resource. */
export function parseTokenScope(world, text) {
	const scope = parseScope(world, text);
	if (scope.resources.length > 1) {
		throw new EntraError(28000);
	}
	return scope;
}
