/* SPDX-License-Identifier: MIT */
/*
 * Which client calls the token endpoint, and whether it proves it: a secret in the form or in
 * Basic, or an assertion.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { checkCertificateAssertion } from './client-certificate.mjs';
import { EntraError } from './errors.mjs';
import { checkFederatedAssertion } from './federated-credential.mjs';
import { parseToken } from './jwt.mjs';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const sha256 = (value) => createHash('sha256').update(value).digest();
const sameText = (a, b) => timingSafeEqual(sha256(a), sha256(b));

/* RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
function parseBasic(header) {
	const match = /^basic ([A-Za-z0-9+/]+=*)$/i.exec(header);
	const text = match ? Buffer.from(match[1], 'base64').toString() : '';
	const colon = text.indexOf(':');
	if (colon < 1) {
		throw new EntraError(9002313);
	}
	const decode = (part) => new URLSearchParams(`x=${part.replace(/&/g, '%26')}`).get('x');
	return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
}

/* What came: client_id and at most one kind of credential. */
function readCredentials({ req, entra }, fields) {
	const basic =
		req.headers.authorization === undefined
			? null
			: parseBasic(req.headers.authorization);
	const kinds = [
		basic,
		fields.client_secret,
		fields.client_assertion ?? fields.client_assertion_type,
	].filter((value) => value !== null && value !== undefined);
	if (kinds.length > 1) {
		throw new EntraError(90023, 'there is more than one client credential');
	}
	if (basic && fields.client_id !== undefined && fields.client_id !== basic.id) {
		throw new EntraError(90023, 'the client_id of the form and of the header differ');
	}
	const id = basic?.id ?? fields.client_id;
	if (!id) {
		throw new EntraError(900144, 'client_id');
	}
	return {
		id,
		secret: entra.secrets.add(basic?.secret) ?? fields.client_secret,
		assertion: fields.client_assertion,
	};
}

function checkSecret(client, secret) {
	if (client.secret === null || !sameText(client.secret, secret)) {
		throw new EntraError(7000215, client.id);
	}
}

/*
 * A client that speaks for itself is the issuer of its assertion; an issuer that is a URL is
 * somebody whom a federated credential may trust.
 */
function checkAssertion(exchange, client, authority, fields) {
	if (fields.client_assertion_type !== ASSERTION_TYPE) {
		throw new EntraError(900144, 'client_assertion_type');
	}
	const token = parseToken(fields.client_assertion);
	if (!token) {
		throw new EntraError(50027, 'it is no JWT');
	}
	if (String(token.claims.iss).includes('://')) {
		checkFederatedAssertion(exchange, client, token, fields.grant_type);
	} else {
		checkCertificateAssertion(exchange, client, token, authority);
	}
}

/*
 * tenant: null at a shared authority, whose name is then the authority.
 * Answers {client, authMethod} where authMethod is what azpacr says: 0 public, 1 secret, 2
 * assertion.
 */
export function authenticateClient(exchange, tenant, authority, fields) {
	const { id, secret, assertion } = readCredentials(exchange, fields);
	const client = exchange.world.application(id);
	if (client && !tenant && !client.multiTenant) {
		throw new EntraError(50194, id);
	}
	if (!client || !(client.multiTenant || client.tenant === tenant)) {
		throw new EntraError(700016, id);
	}
	if (client.public) {
		if (secret !== undefined || assertion !== undefined) {
			throw new EntraError(700025);
		}
		return { client, authMethod: '0' };
	}
	if (assertion !== undefined) {
		checkAssertion(exchange, client, authority, fields);
		return { client, authMethod: '2' };
	}
	if (secret === undefined) {
		throw new EntraError(7000218);
	}
	checkSecret(client, secret);
	return { client, authMethod: '1' };
}
