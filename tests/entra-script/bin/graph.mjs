// SPDX-License-Identifier: MIT
//
// As much of Microsoft Graph as httpd-conf/entra/register.sh uses, on a state that is plain data:
// { applications, servicePrincipals, oauth2PermissionGrants }.  It refuses what Graph refuses: a permission that no
// application offers, a name that would change, a property of another kind than it knows.

import { randomUUID } from 'node:crypto';

class Refused extends Error {}
const refuse = (text) => { throw new Refused(text); };
export const refusal = (error) => (error instanceof Refused ? error.message : undefined);

// Objects that a PATCH merges; all else it replaces.
const merged = ['web', 'api', 'optionalClaims', 'spa', 'publicClient'];
const scopesOf = (application) => application.api?.oauth2PermissionScopes ?? [];

const empty = {
	applications: () => ({
		appId: randomUUID(), uniqueName: null, identifierUris: [], groupMembershipClaims: null, optionalClaims: null,
		web: { redirectUris: [], logoutUrl: null }, appRoles: [], keyCredentials: [], passwordCredentials: [],
		api: {
			requestedAccessTokenVersion: null, oauth2PermissionScopes: [], knownClientApplications: [],
			preAuthorizedApplications: [],
		},
		requiredResourceAccess: [], federatedIdentityCredentials: [],
	}),
	servicePrincipals: () => ({ appRoleAssignmentRequired: false }),
	oauth2PermissionGrants: () => ({}),
};

function check(state, application, before) {
	const known = Object.keys(empty.applications());
	for (const name of Object.keys(application))
		if (!known.includes(name) && !['id', 'displayName', 'signInAudience'].includes(name))
			refuse(`Invalid property '${name}'.`);
	if (before?.uniqueName && before.uniqueName !== application.uniqueName)
		refuse('uniqueName cannot be changed');
	for (const { resourceAppId, resourceAccess } of application.requiredResourceAccess) {
		const resource = state.applications.find(({ appId }) => appId === resourceAppId);
		for (const { id } of resource ? resourceAccess : [])
			if (!scopesOf(resource.id === application.id && before ? before : resource).some((scope) => scope.id === id))
				refuse(`The permission ${id} does not belong to ${resourceAppId}`);
	}
	for (const { delegatedPermissionIds } of application.api.preAuthorizedApplications)
		for (const id of delegatedPermissionIds)
			if (!scopesOf(before ?? {}).some((scope) => scope.id === id))
				refuse(`Property api.preAuthorizedApplications: no permission ${id}`);
}

function matches(object, filter) {
	return filter.split(' and ').every((part) => {
		const [, name, value] = /^(\w+) eq '([^']*)'$/.exec(part) ?? refuse(`Invalid filter clause: ${part}`);
		return object[name] === value;
	});
}

function merge(object, body) {
	for (const [name, value] of Object.entries(body))
		object[name] = merged.includes(name) && value !== null ? { ...object[name], ...value } : value;
}

function create(state, collection, list, body) {
	if (collection === 'servicePrincipals' && !state.applications.some(({ appId }) => appId === body.appId))
		refuse('NoBackingApplicationObject');
	if (collection === 'oauth2PermissionGrants')
		for (const id of [body.clientId, body.resourceId])
			if (!state.servicePrincipals.some((principal) => principal.id === id))
				refuse(`Resource '${id}' does not exist`);
	if (collection === 'federatedIdentityCredentials' && list.some((one) => one.name === body.name ||
		(one.issuer === body.issuer && one.subject === body.subject)))
		refuse('FederatedIdentityCredential with this name, or issuer and subject, exists');
	const made = { id: randomUUID(), ...(empty[collection]?.() ?? {}) };
	merge(made, body);
	if (collection === 'applications')
		check(state, made);
	list.push(made);
	return made;
}

function change(state, collection, object, body) {
	const before = structuredClone(object);
	merge(object, body);
	if (collection === 'applications')
		check(state, object, before);
}

// One call below /v1.0: what it answers, or throws what Graph refuses.
export function call(state, method, path, body, parameters = {}) {
	const parts = path.split('/');
	let owner = state;
	let [collection, id] = parts;
	if (parts[2] !== undefined) {
		owner = state[collection].find((one) => one.id === id) ?? refuse(`Request_ResourceNotFound: ${path}`);
		[collection, id] = parts.slice(2);
	}
	const list = owner[collection] ?? refuse(`Resource not found for the segment '${collection}'`);
	if (method === 'post')
		return create(state, collection, list, body);
	if (id === undefined)
		return { value: parameters.$filter ? list.filter((one) => matches(one, parameters.$filter)) : list };
	const object = list.find((one) => one.id === id) ?? refuse(`Request_ResourceNotFound: ${path}`);
	return method === 'patch' ? change(state, collection, object, body) : object;
}
