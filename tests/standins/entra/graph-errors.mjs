/* SPDX-License-Identifier: MIT */
/* Graph's errors, and the challenges that go with some of them. */
import { POLICY_CLAIMS } from './errors.mjs';
import { GRAPH } from './world.mjs';

export class GraphError extends Error {
	constructor(status, code, message, headers = {}) {
		super(message);
		Object.assign(this, { status, code, headers });
	}
}

/* Status -> code and message, where a switch asks for that status. */
export const FORCED = {
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

const pair = ([name, value]) => `${name}="${value}"`;
const bearer = (parameters) => `Bearer ${parameters.map(pair).join(', ')}`;

function parametersOf({ base }, claims) {
	return [
		['realm', ''],
		['authorization_uri', `${base}/common/oauth2/authorize`],
		['client_id', GRAPH],
		...(claims
			? [
					['error', 'insufficient_claims'],
					['claims', btoa(claims)],
				]
			: []),
	];
}

/* Another scheme's challenge, which a client of bearer tokens passes over. */
const otherScheme = ({ base }) =>
	`PoP realm="", authorization_uri="${base}/common/oauth2/authorize", nonce="c3RhbmQtaW4="`;

/* Switch graph_challenge_style: other ways to write the same. */
const STYLES = {
	several_headers: (exchange, parameters) => [otherScheme(exchange), bearer(parameters)],
	two_challenges: (exchange, parameters) => `${otherScheme(exchange)}, ${bearer(parameters)}`,
	other_order: (exchange, parameters) => bearer([...parameters].reverse()),
};

const plainChallenge = (exchange) => ({ 'www-authenticate': bearer(parametersOf(exchange)) });

export const unauthorized = (exchange, message) =>
	new GraphError(401, 'InvalidAuthenticationToken', message, plainChallenge(exchange));

export function claimsChallenge(exchange, claims = POLICY_CLAIMS) {
	const style = exchange.switch('graph_challenge_style');
	const write = STYLES[style] ?? ((_, parameters) => bearer(parameters));
	return new GraphError(
		style === 'status_403' ? 403 : 401,
		'InvalidAuthenticationToken',
		'Continuous access evaluation resulted in challenge with result: ' +
			'InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
		{ 'www-authenticate': write(exchange, parametersOf(exchange, claims)) },
	);
}

/* prefix: the switches' own, of /me or of the groups. */
export function throwForced(exchange, prefix) {
	if (exchange.switch(`${prefix}_claims_challenge`)) {
		throw claimsChallenge(exchange);
	}
	const status = exchange.switch(`${prefix}_status`);
	if (!status) {
		return;
	}
	const [code, message] = FORCED[status] ?? ['UnknownError', 'Unknown error.'];
	const retry = exchange.switch(`${prefix}_retry_after`);
	throw new GraphError(status, exchange.switch(`${prefix}_error_code`) ?? code, message, {
		...(status === 401 && plainChallenge(exchange)),
		...(retry !== null && { 'retry-after': String(retry) }),
		...(status >= 300 && status < 400 && { location: '/graph/v1.0/elsewhere' }),
	});
}

/* The spelling of the inner member varies, as Graph's does. */
export function errorBody(exchange, error, ids) {
	const inner =
		exchange.switch('graph_inner_error') ??
		(Math.random() < 0.5 ? 'innerError' : 'innererror');
	const date = new Date(exchange.now * 1000).toISOString().slice(0, 19);
	return { error: { code: error.code, message: error.message, [inner]: { date, ...ids } } };
}
