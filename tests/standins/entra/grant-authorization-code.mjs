/* SPDX-License-Identifier: MIT */
/*
 * grant_type=authorization_code: one use, ten minutes, bound to client, tenant, redirect URI and
 * verifier.
 */
import { createHash } from 'node:crypto';
import { admit } from './admission.mjs';
import { readClaims } from './claims-request.mjs';
import { checkAsked } from './demands.mjs';
import { EntraError } from './errors.mjs';
import { findRedirectUri } from './redirect-uri.mjs';
import { parseTokenScope } from './scopes.mjs';
import { makeUserReply, requireFields } from './token-reply.mjs';

function findCode({ cloud, entra, now }, { fields, client, tenant }) {
	const grant = entra.codes.get(fields.code);
	if (!grant || grant.client !== client) {
		throw new EntraError(70000);
	}
	if (grant.cloud !== cloud) {
		throw new EntraError(900382);
	}
	if (tenant && grant.tenant !== tenant) {
		throw new EntraError(700005);
	}
	if (grant.used) {
		throw new EntraError(54005);
	}
	if (now >= grant.expires) {
		throw new EntraError(70008);
	}
	return grant;
}

function checkRedirectUri({ req, strict }, fields, grant) {
	if (fields.redirect_uri !== grant.redirectUri) {
		throw Object.assign(new EntraError(50011, fields.redirect_uri), {
			error: 'invalid_grant',
		});
	}
	const isSpa = findRedirectUri(grant.client, grant.redirectUri, strict)?.type === 'spa';
	const crossOrigin = req.headers.origin !== undefined;
	if (isSpa !== crossOrigin) {
		throw new EntraError(isSpa ? 9002327 : 9002326);
	}
}

const challenges = {
	S256: (verifier) => createHash('sha256').update(verifier).digest('base64url'),
	plain: (verifier) => verifier,
};

function checkVerifier({ strict }, { code_verifier: verifier }, { challenge, challengeMethod }) {
	if (challenge === undefined) {
		return;
	}
	requireFields({ code_verifier: verifier }, 'code_verifier');
	if (strict && !/^[\w.~-]{43,128}$/.test(verifier)) {
		throw new EntraError(50147);
	}
	if (challenges[challengeMethod](verifier) !== challenge) {
		throw new EntraError(501481);
	}
}

/* No more than /authorize was asked for. */
function checkSubset(scope, given) {
	const covered = ({ resource, name }) =>
		given.wanted.some(
			(item) =>
				item.resource === resource &&
				(item.name === name || item.name === '.default'),
		);
	if (
		!scope.wanted.every(covered) ||
		!scope.oidc.every((name) => given.oidc.includes(name))
	) {
		throw new EntraError(70000);
	}
}

/* Without a scope the token is for the first resource that /authorize was asked for. */
function chooseScope({ world }, fields, given) {
	if (fields.scope === '') {
		throw new EntraError(28003);
	}
	if (fields.scope === undefined) {
		const wanted = given.wanted.filter((item) => item.resource === given.resources[0]);
		return { ...given, wanted };
	}
	const scope = parseTokenScope(world, fields.scope);
	checkSubset(scope, given);
	return scope;
}

export function grantAuthorizationCode(exchange, request) {
	const { fields } = request;
	requireFields(fields, 'code', 'redirect_uri');
	const grant = findCode(exchange, request);
	const { user, tenant, nonce, auth } = grant;
	admit(exchange, request, user, auth);
	checkRedirectUri(exchange, fields, grant);
	checkVerifier(exchange, fields, grant);
	const scope = chooseScope(exchange, fields, grant.scope);
	const asked = readClaims(fields);
	checkAsked(exchange, asked, auth);
	grant.used = true;
	const cae = grant.cae || asked.cae;
	return makeUserReply(exchange, { ...request, tenant, user, nonce, auth, cae, scope });
}
