/* SPDX-License-Identifier: MIT */
/* What a request of /authorize must be before anybody signs in. */
import { readClaims } from './claims-request.mjs';
import { EntraError } from './errors.mjs';
import { findRedirectUri } from './redirect-uri.mjs';
import { parseScope } from './scopes.mjs';
import { SHARED_AUTHORITIES } from './world.mjs';

const PROMPTS = ['login', 'none', 'consent', 'select_account'];

/* Until the redirect URI is known to be the client's, an error is a page and never a redirect. */
export function findClient({ world }, tenantName, fields) {
	const tenant = world.tenant(tenantName);
	if (!fields.client_id) {
		throw new EntraError(900144, 'client_id');
	}
	const client = world.application(fields.client_id);
	const shared = SHARED_AUTHORITIES.includes(tenantName);
	if (shared && client && !client.multiTenant) {
		throw new EntraError(50194, fields.client_id);
	}
	if (!tenant && !shared) {
		throw new EntraError(90002, tenantName);
	}
	if (!client || !(client.multiTenant || client.tenant === tenant.id)) {
		throw new EntraError(700016, fields.client_id);
	}
	return { tenant: tenant?.id ?? null, authority: tenantName, client };
}

export function checkRedirectUri(client, fields, strict) {
	if (!fields.redirect_uri) {
		throw new EntraError(client.redirectUris.length ? 50011 : 900971, '');
	}
	if (!findRedirectUri(client, fields.redirect_uri, strict)) {
		throw new EntraError(50011, fields.redirect_uri);
	}
}

function checkRepeated(repeated, strict) {
	if (strict && repeated.length) {
		throw new EntraError(9000411, repeated[0]);
	}
}

function checkPkce(fields, strict) {
	const { code_challenge: challenge, code_challenge_method: method } = fields;
	if (challenge === undefined && method === undefined && !strict) {
		return;
	}
	const plainAllowed = !strict && [undefined, 'plain'].includes(method);
	if (method !== 'S256' && !plainAllowed) {
		throw new EntraError(501491, 'the method must be S256');
	}
	if (
		!/^[\w.~-]{43,128}$/.test(challenge ?? '') ||
		(method === 'S256' && challenge.length !== 43)
	) {
		throw new EntraError(501491, 'the size is wrong');
	}
}

function checkPresence(fields, scope, strict) {
	if (!strict) {
		return;
	}
	const wanted = ['state', ...(scope.oidc.includes('openid') ? ['nonce'] : [])];
	const missing = wanted.find((name) => !fields[name]);
	if (missing) {
		throw new EntraError(900144, missing);
	}
}

function checkResource({ strict, world }, fields, scope) {
	if (fields.resource === undefined) {
		return;
	}
	if (strict) {
		throw new EntraError(901002);
	}
	if (!scope.resources.some((app) => world.urisOf(app).includes(fields.resource))) {
		throw new EntraError(9010010);
	}
}

function checkPrompt({ prompt }) {
	if (prompt !== undefined && !PROMPTS.includes(prompt)) {
		throw new EntraError(90023, `the prompt ${prompt} is not known`);
	}
}

export function checkRequest(exchange, fields, repeated) {
	const { strict, world } = exchange;
	checkRepeated(repeated, strict);
	if (fields.response_type !== 'code') {
		throw new EntraError(
			fields.response_type ? 700054 : 900144,
			fields.response_type ?? 'response_type',
		);
	}
	if (!['query', 'fragment', 'form_post', undefined].includes(fields.response_mode)) {
		throw new EntraError(90023, 'the response_mode is not known');
	}
	if (!fields.scope) {
		throw new EntraError(900144, 'scope');
	}
	const scope = parseScope(world, fields.scope);
	if (!scope.wanted.length && !scope.oidc.includes('openid')) {
		throw new EntraError(70011, 'It names neither a resource nor openid.');
	}
	checkPkce(fields, strict);
	checkPresence(fields, scope, strict);
	checkResource(exchange, fields, scope);
	checkPrompt(fields);
	return { scope, asked: readClaims(fields) };
}
