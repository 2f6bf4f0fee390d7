/* SPDX-License-Identifier: MIT */
/* The JSON of a successful token request, and the refresh tokens. */
import { EntraError } from './errors.mjs';
import { makeAccessToken, makeIdToken, opaque } from './tokens.mjs';
import { GRAPH } from './world.mjs';

const NINETY_DAYS = 90 * 86400;

/* A resource, named once; without one the token is Graph's. */
export function resourceOf(world, scope) {
	const first = scope.wanted[0];
	return first
		? { resource: first.resource, as: first.as }
		: { resource: world.application(GRAPH), as: GRAPH };
}

/*
 * The names that the user or an administrator has consented to; none at all is an error, and so is
 * a wanted one.
 */
export function consentedNames({ world }, client, scope) {
	const { resource } = resourceOf(world, scope);
	const names = world.consented(client.id, resource.id);
	const named = scope.wanted.map((item) => item.name).filter((name) => name !== '.default');
	if (scope.wanted.length && (!names.length || named.some((name) => !names.includes(name)))) {
		throw new EntraError(65001, client.id);
	}
	return names;
}

function scopeText(scope, names, as) {
	const prefix = as === GRAPH ? '' : `${as}/`;
	const isDefault = scope.wanted.some((item) => item.name === '.default');
	const told = scope.oidc.filter((name) => name !== 'offline_access');
	const words = isDefault
		? [...names.map((name) => `${prefix}${name}`), `${as}/.default`]
		: scope.wanted.map((item) => item.word);
	return [...told, ...words].join(' ');
}

function issueRefreshToken(exchange, about, resource) {
	const { entra } = exchange;
	const { client, user, tenant, auth } = about;
	const token = entra.secrets.add(opaque(700));
	const oidc = about.scope.oidc;
	entra.refreshTokens.set(token, {
		client,
		user,
		tenant,
		auth,
		cloud: exchange.cloud,
		oidc,
		resource,
		expires: exchange.now + NINETY_DAYS,
	});
	return token;
}

function clientInfo({ user, tenant }) {
	return Buffer.from(JSON.stringify({ uid: user.oid, utid: tenant })).toString('base64url');
}

/* Switch -> the member that it leaves out. */
const OMISSIONS = {
	omit_access_token: 'access_token',
	omit_expires_in: 'expires_in',
	omit_refresh_token: 'refresh_token',
	omit_id_token: 'id_token',
};

function spoilReply(exchange, reply) {
	const refreshIn = exchange.switch('refresh_in');
	if (refreshIn !== null) {
		reply.refresh_in = refreshIn;
	}
	if (exchange.switch('expires_in_string')) {
		reply.expires_in = String(reply.expires_in);
		reply.ext_expires_in = String(reply.ext_expires_in);
	}
	reply.token_type = exchange.switch('token_type') ?? reply.token_type;
	for (const [name, member] of Object.entries(OMISSIONS)) {
		if (member in reply && exchange.switch(name)) {
			delete reply[member];
		}
	}
	return reply;
}

/* about: {client, tenant, user, authMethod, scope, nonce, auth, cae, fields} */
export function makeUserReply(exchange, about) {
	const { scope } = about;
	const { resource, as } = resourceOf(exchange.world, scope);
	const names = consentedNames(exchange, about.client, scope);
	const { token, lifetime } = makeAccessToken(exchange, {
		...about,
		resource,
		requestedAs: as,
		oidc: scope.oidc,
		scopes:
			resource.id === GRAPH
				? [...names, ...scope.oidc.filter((n) => n !== 'offline_access')]
				: names,
	});
	const has = (name) => scope.oidc.includes(name);
	return spoilReply(exchange, {
		token_type: 'Bearer',
		scope: scopeText(scope, names, as),
		expires_in: lifetime,
		ext_expires_in: lifetime,
		access_token: token,
		...(has('offline_access') && {
			refresh_token: issueRefreshToken(exchange, about, resource),
		}),
		...(has('openid') && {
			id_token: makeIdToken(exchange, { ...about, oidc: scope.oidc }),
		}),
		...(about.fields.client_info === '1' && { client_info: clientInfo(about) }),
	});
}

export function makeAppReply(exchange, about) {
	const { resource, as } = resourceOf(exchange.world, about.scope);
	const { token, lifetime } = makeAccessToken(exchange, {
		...about,
		user: null,
		resource,
		requestedAs: as,
		oidc: [],
		scopes: [],
	});
	return spoilReply(exchange, {
		token_type: 'Bearer',
		expires_in: lifetime,
		ext_expires_in: lifetime,
		access_token: token,
	});
}

export function requireFields(fields, ...names) {
	const missing = names.find((name) => !fields[name]);
	if (missing) {
		throw new EntraError(900144, missing);
	}
}
