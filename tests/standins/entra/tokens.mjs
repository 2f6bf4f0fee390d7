/* SPDX-License-Identifier: MIT */
/* ID tokens, access tokens of both versions, and the opaque strings. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { rightsClaims } from './groups.mjs';
import { signToken } from './jwt.mjs';
import { spoilDraft, spoilText } from './token-faults.mjs';
import { GRAPH, TOKEN_EXCHANGE } from './world.mjs';

const random = (bytes) => randomBytes(bytes).toString('base64url');

/* Codes and refresh tokens: long, and with nothing in them. */
export const opaque = (bytes) => `1.A${random(15)}.${random(bytes)}`;

/* Another subject for each application, one and the same each time. */
function pairwise(user, application) {
	return createHash('sha256').update(`${user.oid} ${application.id}`).digest('base64url');
}

/* Entra draws lifetimes between 60 and 90 minutes. */
const randomLifetime = () => randomInt(3600, 5400);

/* Between 20 and 28 hours where they can be revoked: continuous access evaluation. */
const longLifetime = () => randomInt(72000, 100800);

function lifetimeOf(exchange, resource, cae) {
	const set = exchange.switch(
		resource.id === GRAPH ? 'graph_token_lifetime' : 'access_token_lifetime',
	);
	return set ?? (cae ? longLifetime() : randomLifetime());
}

/* Those of Microsoft's own are not the switch's matter. */
function versionOf(exchange, resource) {
	return [GRAPH, TOKEN_EXCHANGE].includes(resource.id)
		? resource.tokenVersion
		: (exchange.switch('access_token_version') ?? resource.tokenVersion);
}

function v1Claims({ resource, requestedAs, client, authMethod, user, tenant }, iss) {
	return {
		aud: requestedAs ?? resource.id,
		iss,
		appid: client.id,
		appidacr: authMethod,
		...(user && {
			acr: '1',
			amr: ['pwd'],
			ipaddr: '192.0.2.7',
			upn: user.upn,
			unique_name: user.upn,
			name: user.name,
			given_name: user.profile.givenName,
			family_name: user.profile.surname,
		}),
		ver: '1.0',
	};
}

function v2Claims({ resource, client, authMethod, user, oidc }, iss) {
	return {
		aud: resource.id,
		iss,
		azp: client.id,
		azpacr: authMethod,
		...(user &&
			oidc.includes('profile') && {
				name: user.name,
				preferred_username: user.upn,
			}),
		ver: '2.0',
	};
}

/* What a user token and an app-only token say of their subject and of the rights. */
function subjectClaims({ user, client, resource, scopes, auth, cae }, version) {
	if (user) {
		return {
			oid: user.oid,
			sub: pairwise(user, resource),
			scp: scopes.join(' '),
			sid: auth?.sid,
			...(auth?.acrs?.length && { acrs: auth.acrs }),
			...(cae && { xms_cc: ['cp1'] }),
			...rightsClaims(user, resource, version),
		};
	}
	const roles = Object.keys(resource.roles).filter((role) =>
		resource.roles[role].includes(client.id),
	);
	const principal = client.principal ?? client.id;
	return {
		idtyp: 'app',
		oid: principal,
		sub: principal,
		...(cae && { xms_cc: ['cp1'] }),
		...(roles.length && { roles }),
	};
}

function signDraft(exchange, draft, fault) {
	const { world, entra } = exchange;
	spoilDraft(fault, draft, world);
	return entra.secrets.add(
		spoilText(fault, signToken(draft.header, draft.claims, draft.key)),
	);
}

function makeDraft(exchange, header, claims) {
	const { keys } = exchange;
	const key = keys.signing;
	return {
		header: { typ: 'JWT', alg: 'RS256', ...header, kid: key.kid },
		claims,
		key,
		ring: keys,
	};
}

/*
 * about: {user or null, tenant, client, resource, requestedAs, scopes, oidc, authMethod, auth,
 * cae}, and where the caller knows better than the switches of access tokens {lifetime,
 * fault, more: claims}.
 * Answers {token, lifetime, uti}.
 */
export function makeAccessToken(exchange, about) {
	const { resource } = about;
	const isGraph = resource.id === GRAPH;
	const lifetime = about.lifetime ?? lifetimeOf(exchange, resource, about.cae);
	const version = versionOf(exchange, resource);
	const uti = random(16);
	const claims = {
		...(version === 1 ? v1Claims : v2Claims)(
			about,
			exchange.issuer(about.tenant, version),
		),
		iat: exchange.now,
		nbf: exchange.now,
		exp: exchange.now + lifetime,
		...subjectClaims(about, version),
		aio: random(48),
		rh: `1.A${random(30)}.`,
		tid: about.tenant,
		uti,
		...about.more,
	};
	if (about.auth) {
		exchange.entra.issued.set(uti, about.auth);
	}
	const { kid } = exchange.keys.signing;
	const header = {
		...(version === 1 && { x5t: kid }),
		...(isGraph && { nonce: random(32) }),
	};
	const fault =
		about.fault === undefined
			? exchange.switch(isGraph ? 'graph_token_fault' : 'access_token_fault')
			: about.fault;
	const token = signDraft(exchange, makeDraft(exchange, header, claims), fault);
	return { token, lifetime, uti };
}

/*
 * about: {user, tenant, client, oidc, nonce, auth}. Who the user is, is told only with the scope
 * profile.
 */
export function makeIdToken(exchange, { user, tenant, client, oidc, nonce, auth }) {
	const claims = {
		aud: client.id,
		iss: exchange.issuer(tenant, 2),
		iat: exchange.now,
		nbf: exchange.now,
		exp: exchange.now + 3600,
		aio: random(48),
		...(oidc.includes('profile') && {
			name: user.name,
			preferred_username: user.upn,
			oid: user.oid,
		}),
		...(oidc.includes('email') && { email: user.profile.mail }),
		...rightsClaims(user, client, 2),
		...(nonce !== undefined && { nonce }),
		rh: `1.A${random(30)}.`,
		...(auth && !exchange.switch('omit_sid') && { sid: auth.sid }),
		login_hint: user.hint,
		sub: pairwise(user, client),
		tid: tenant,
		uti: random(16),
		ver: '2.0',
	};
	return signDraft(
		exchange,
		makeDraft(exchange, {}, claims),
		exchange.switch('id_token_fault'),
	);
}
