/* SPDX-License-Identifier: MIT */
/* Microsoft Graph: GET /graph/v1.0/me, for tokens that are Graph's own. */
import { randomUUID } from 'node:crypto';
import { POLICY_CLAIMS } from './errors.mjs';
import { spoilBody } from './exchange.mjs';
import { send } from './http.mjs';
import { parseToken, verifyOwn } from './jwt.mjs';
import { BOB, GRAPH } from './world.mjs';

class GraphError extends Error {
	constructor(status, code, message, headers = {}) {
		super(message);
		Object.assign(this, { status, code, headers });
	}
}

function challenge(base, claims) {
	const more = claims ? `, error="insufficient_claims", claims="${btoa(claims)}"` : '';
	return {
		'www-authenticate':
			`Bearer realm="", authorization_uri="${base}/common/oauth2/authorize", ` +
			`client_id="${GRAPH}"${more}`,
	};
}

const unauthorized = (base, message) =>
	new GraphError(401, 'InvalidAuthenticationToken', message, challenge(base));

/* Status -> code and message, where a switch asks for that status. */
const FORCED = {
	400: ['BadRequest', 'The request is malformed.'],
	401: ['InvalidAuthenticationToken', 'Access token validation failure.'],
	403: ['Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'],
	404: [
		'Request_ResourceNotFound',
		"Resource does not exist or a queried object isn't present.",
	],
	429: ['TooManyRequests', 'Too many requests.'],
	500: ['InternalServerError', 'Internal Server Error.'],
	503: ['ServiceUnavailable', 'The service is unavailable.'],
};

const claimsChallenge = (base) =>
	new GraphError(
		401,
		'InvalidAuthenticationToken',
		'Continuous access evaluation resulted in challenge with result: ' +
			'InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
		challenge(base, POLICY_CLAIMS),
	);

function forcedError(exchange) {
	if (exchange.switch('graph_claims_challenge')) {
		throw claimsChallenge(exchange.base);
	}
	const status = exchange.switch('graph_status');
	if (!status) {
		return;
	}
	const [code, message] = FORCED[status] ?? ['UnknownError', 'Unknown error.'];
	const retry = exchange.switch('graph_retry_after');
	throw new GraphError(status, exchange.switch('graph_error_code') ?? code, message, {
		...(status === 401 && challenge(exchange.base)),
		...(retry !== null && { 'retry-after': String(retry) }),
	});
}

function readToken({ req, base }) {
	const header = req.headers.authorization;
	if (header === undefined) {
		throw unauthorized(base, 'Access token is empty.');
	}
	const match = /^Bearer ([\w.~+/-]+=*)$/i.exec(header);
	const token = match && parseToken(match[1]);
	if (!token) {
		throw unauthorized(base, 'CompactToken parsing failed with error code: 80049217');
	}
	return token;
}

function checkToken({ cloud, keys, world, base, now }, token) {
	const { claims } = token;
	const names = [GRAPH, ...cloud.graphUris];
	if (!names.includes(claims.aud)) {
		throw unauthorized(base, 'Access token validation failure. Invalid audience.');
	}
	if (!verifyOwn(token, keys)) {
		throw unauthorized(base, 'Access token validation failure. Invalid signature.');
	}
	if (
		claims.iss !== `${cloud.sts}/${claims.tid}/` ||
		!world.tenant(String(claims.tid))
	) {
		throw unauthorized(base, 'Access token validation failure. Invalid issuer.');
	}
	if (!(claims.nbf <= now && now < claims.exp)) {
		throw unauthorized(base, 'Lifetime validation failed, the token is expired.');
	}
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

function selectFields(profile, select) {
	if (select === null) {
		return profile;
	}
	const names = select.split(',').map((name) => name.trim());
	const unknown = names.find((name) => !Object.hasOwn(profile, name));
	if (unknown !== undefined) {
		throw new GraphError(
			400,
			'BadRequest',
			`Could not find a property named '${unknown}' on 'microsoft.graph.user'.`,
		);
	}
	return Object.fromEntries(names.map((name) => [name, profile[name]]));
}

function makeProfile(exchange) {
	forcedError(exchange);
	const token = readToken(exchange);
	checkToken(exchange, token);
	if (
		exchange.switch('graph_mfa_required') &&
		!exchange.entra.steppedUp.has(token.claims.uti)
	) {
		throw claimsChallenge(exchange.base);
	}
	const user = findUser(exchange, token);
	const { profile } = exchange.switch('graph_other_user') ? exchange.world.user(BOB) : user;
	const select = exchange.url.searchParams.get('$select');
	const suffix = select === null ? '' : `(${select})`;
	return {
		'@odata.context': `${exchange.base}/graph/v1.0/$metadata#users${suffix}/$entity`,
		...selectFields(profile, select),
	};
}

/* The spelling of the inner member varies, as Graph's does. */
function errorBody(exchange, error, ids) {
	const inner = Math.random() < 0.5 ? 'innerError' : 'innererror';
	const date = new Date(exchange.now * 1000).toISOString().slice(0, 19);
	return { error: { code: error.code, message: error.message, [inner]: { date, ...ids } } };
}

function reply(exchange, status, value, headers = {}) {
	const ids = { 'request-id': exchange.requestId, 'client-request-id': exchange.correlation };
	const body = spoilBody(exchange.switch('graph_body_fault'), value);
	send(
		exchange.res,
		status,
		'application/json; odata.metadata=minimal; charset=utf-8',
		body,
		{ ...ids, 'cache-control': 'no-cache', ...headers },
	);
}

/* Answers with what make gives or throws. */
async function answer(exchange, make) {
	exchange.requestId = randomUUID();
	if (!(await exchange.endure('graph'))) {
		return;
	}
	try {
		reply(exchange, 200, make(exchange));
	} catch (error) {
		if (!(error instanceof GraphError)) {
			throw error;
		}
		const ids = {
			'request-id': exchange.requestId,
			'client-request-id': exchange.correlation,
		};
		reply(exchange, error.status, errorBody(exchange, error, ids), error.headers);
	}
}

export const me = (exchange) => answer(exchange, makeProfile);

/* Any other path below /graph. */
export const unknownResource = (exchange) =>
	answer(exchange, () => {
		const segment = exchange.url.pathname.split('/').pop();
		throw new GraphError(
			400,
			'BadRequest',
			`Resource not found for the segment '${segment}'.`,
		);
	});
