/* SPDX-License-Identifier: MIT */
/*
 * grant_type=refresh_token: bound to user and client; a new one each time, and the old one stays
 * valid.
 */
import { admit } from './admission.mjs';
import { readClaims } from './claims-request.mjs';
import { checkAsked, checkRefresh } from './demands.mjs';
import { EntraError } from './errors.mjs';
import { parseTokenScope } from './scopes.mjs';
import { makeUserReply, requireFields } from './token-reply.mjs';

function findRefreshToken(exchange, { fields, client, tenant }) {
	const grant = exchange.entra.refreshTokens.get(fields.refresh_token);
	if (!grant || grant.client !== client || (tenant && grant.tenant !== tenant)) {
		throw new EntraError(70000);
	}
	if (grant.cloud !== exchange.cloud) {
		throw new EntraError(900382);
	}
	if (exchange.switch('refresh_revoked')) {
		throw new EntraError(50173);
	}
	if (exchange.now >= grant.expires) {
		throw new EntraError(70008);
	}
	return grant;
}

/* An application that is its own resource must name it, and by its GUID. */
function checkSelf(exchange, scope, grant) {
	const { client } = grant;
	const first = scope.wanted[0];
	const nameless = !first && grant.resource === client;
	const byUri = first?.resource === client && first.as !== client.id;
	if (nameless || (byUri && !exchange.switch('self_refresh_uri_form'))) {
		throw new EntraError(90009, client.id);
	}
}

function sameAgain({ oidc, resource }) {
	return { oidc, wanted: [{ resource, as: resource.id, name: '.default' }] };
}

function chooseScope(exchange, { fields }, grant) {
	if (exchange.strict) {
		requireFields(fields, 'scope');
	}
	const scope = parseTokenScope(exchange.world, fields.scope ?? '');
	checkSelf(exchange, scope, grant);
	return fields.scope === undefined ? sameAgain(grant) : scope;
}

export function grantRefreshToken(exchange, request) {
	requireFields(request.fields, 'refresh_token');
	const grant = findRefreshToken(exchange, request);
	const { user, tenant, auth } = grant;
	admit(exchange, request, user, auth);
	const asked = readClaims(request.fields);
	checkAsked(exchange, asked, auth);
	checkRefresh(exchange, auth);
	const scope = chooseScope(exchange, request, grant);
	/* A refresh token begets a refresh token, whether or not the scope says so. */
	const oidc = [...new Set([...scope.oidc, 'offline_access'])];
	return makeUserReply(exchange, {
		...request,
		tenant,
		user,
		auth,
		cae: asked.cae,
		scope: { ...scope, oidc },
	});
}
