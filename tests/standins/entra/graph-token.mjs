/* SPDX-License-Identifier: MIT */
/* Whose token came to Graph, and whether it is good. */
import { isRevoked, meetsPolicy } from './demands.mjs';
import { FORCED, GraphError, claimsChallenge, unauthorized } from './graph-errors.mjs';
import { parseToken, verifyOwn } from './jwt.mjs';
import { GRAPH } from './world.mjs';

function readToken(exchange) {
	const header = exchange.req.headers.authorization;
	if (header === undefined) {
		throw unauthorized(exchange, 'Access token is empty.');
	}
	const match = /^Bearer ([\w.~+/-]+=*)$/i.exec(header);
	const token = match && parseToken(match[1]);
	if (!token) {
		throw unauthorized(
			exchange,
			'CompactToken parsing failed with error code: 80049217',
		);
	}
	return token;
}

/* Each of Graph's hosts in a cloud wants its own name in the token. */
const namesOf = ({ cloud, graphHost }) => [
	GRAPH,
	...(graphHost ? [`https://${graphHost}`] : cloud.graphUris),
];

function checkToken(exchange, token) {
	const { keys, world, now } = exchange;
	const { claims } = token;
	if (!namesOf(exchange).includes(String(claims.aud).replace(/\/$/, ''))) {
		throw unauthorized(exchange, 'Access token validation failure. Invalid audience.');
	}
	if (!verifyOwn(token, keys)) {
		throw unauthorized(exchange, 'Access token validation failure. Invalid signature.');
	}
	if (claims.iss !== exchange.issuer(claims.tid, 1) || !world.tenant(String(claims.tid))) {
		throw unauthorized(exchange, 'Access token validation failure. Invalid issuer.');
	}
	if (!(claims.nbf <= now && now < claims.exp)) {
		throw unauthorized(exchange, 'Lifetime validation failed, the token is expired.');
	}
}

/* Only a client that said it can do continuous access evaluation is told what to do. */
function checkRevoked(exchange, { claims }, user, auth) {
	if (!isRevoked(exchange, user, auth)) {
		return;
	}
	if (!claims.xms_cc?.includes('cp1')) {
		throw unauthorized(exchange, 'Access token validation failure.');
	}
	const nbf = { essential: true, value: String(exchange.now) };
	throw claimsChallenge(exchange, JSON.stringify({ access_token: { nbf } }));
}

/* /me is a person's, and wants User.Read. */
function findUser({ world }, { claims }) {
	if (claims.idtyp === 'app') {
		throw new GraphError(
			400,
			'BadRequest',
			'/me request is only valid with delegated authentication flow.',
		);
	}
	const scopes = String(claims.scp ?? '').split(' ');
	if (!scopes.includes('User.Read')) {
		throw new GraphError(403, ...FORCED[403]);
	}
	const user = world.userByOid(claims.oid);
	if (user?.tenant !== claims.tid) {
		throw new GraphError(404, ...FORCED[404]);
	}
	return user;
}

export function authenticate(exchange) {
	const token = readToken(exchange);
	checkToken(exchange, token);
	const auth = exchange.entra.issued.get(token.claims.uti);
	if (exchange.switch('graph_mfa_required') && !meetsPolicy(exchange, auth)) {
		throw claimsChallenge(exchange);
	}
	const user = findUser(exchange, token);
	exchange.entry.person = user.upn;
	checkRevoked(exchange, token, user, auth);
	return user;
}
