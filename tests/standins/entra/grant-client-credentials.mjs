/* SPDX-License-Identifier: MIT */
/* grant_type=client_credentials: an application's own token, with roles and without a user. */
import { readClaims } from './claims-request.mjs';
import { EntraError } from './errors.mjs';
import { parseTokenScope } from './scopes.mjs';
import { makeAppReply, requireFields } from './token-reply.mjs';

export function grantClientCredentials(exchange, request) {
	const { fields, client } = request;
	if (client.public) {
		throw new EntraError(7000218);
	}
	requireFields(fields, 'scope');
	const scope = parseTokenScope(exchange.world, fields.scope);
	if (scope.wanted.length !== 1 || scope.oidc.length || scope.wanted[0].name !== '.default') {
		throw new EntraError(1002012, fields.scope);
	}
	const { cae } = readClaims(fields);
	return makeAppReply(exchange, { ...request, scope, cae });
}
