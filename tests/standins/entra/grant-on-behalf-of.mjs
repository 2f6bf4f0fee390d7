/* SPDX-License-Identifier: MIT */
/*
 * grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer: a user's access token for the caller
 * becomes another one.
 */
import { admit } from './admission.mjs';
import { readClaims } from './claims-request.mjs';
import { checkAsked, checkOnBehalfOf } from './demands.mjs';
import { EntraError, onBehalfOfError } from './errors.mjs';
import { parseToken, verifyOwn } from './jwt.mjs';
import { parseTokenScope } from './scopes.mjs';
import { makeUserReply, requireFields } from './token-reply.mjs';

function checkSignature({ keys }, token) {
	if (!token || !verifyOwn(token, keys)) {
		throw new EntraError(50013, 'the signature or the format is wrong');
	}
}

function checkOrigin(exchange, { claims }, tenant) {
	const issuers = {
		'1.0': exchange.issuer(tenant, 1),
		'2.0': exchange.issuer(tenant, 2),
	};
	if (claims.iss !== issuers[claims.ver] || claims.tid !== tenant) {
		throw new EntraError(50013, 'the issuer or the tenant is another one');
	}
}

function checkTimes({ now }, { claims }) {
	if (!(claims.nbf <= now && now < claims.exp)) {
		throw new EntraError(500133);
	}
}

function checkAudience({ claims }, client) {
	if (claims.aud !== client.id && !client.identifierUris.includes(claims.aud)) {
		throw new EntraError(50013, 'the audience is not the application that calls');
	}
}

/* An access token of a user, and neither an ID token nor an application's own. */
function checkKind({ claims }, client) {
	if (claims.azp === undefined && claims.appid === undefined) {
		throw new EntraError(240002);
	}
	if (claims.idtyp === 'app' || claims.scp === undefined) {
		throw new EntraError(7000114, client.id);
	}
}

function findUser(exchange, request) {
	const { client, tenant, fields } = request;
	const token = parseToken(fields.assertion);
	checkSignature(exchange, token);
	checkOrigin(exchange, token, tenant);
	checkTimes(exchange, token);
	checkAudience(token, client);
	checkKind(token, client);
	const user = exchange.world.userByOid(token.claims.oid);
	if (!user) {
		throw new EntraError(50013, 'the user is not known');
	}
	const auth = exchange.entra.issued.get(token.claims.uti);
	admit(exchange, request, user, auth);
	const asked = readClaims(fields);
	checkAsked(exchange, asked, auth);
	checkOnBehalfOf(exchange, auth);
	return { user, auth, cae: asked.cae };
}

export function grantOnBehalfOf(exchange, request) {
	const { fields, client } = request;
	requireFields(fields, 'assertion', 'requested_token_use', 'scope');
	if (fields.requested_token_use !== 'on_behalf_of') {
		throw new EntraError(90023, 'requested_token_use must be on_behalf_of');
	}
	if (client.public) {
		throw new EntraError(7000218);
	}
	const who = findUser(exchange, request);
	const scope = parseTokenScope(exchange.world, fields.scope);
	const fault = exchange.switch('obo_error');
	if (fault) {
		throw onBehalfOfError(fault);
	}
	return makeUserReply(exchange, { ...request, ...who, scope });
}
