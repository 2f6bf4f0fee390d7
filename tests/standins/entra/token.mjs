/* SPDX-License-Identifier: MIT */
/* POST /{tenant}/oauth2/v2.0/token: what is common to all grants. */
import { randomUUID } from 'node:crypto';
import { authenticateClient } from './client-authentication.mjs';
import { EntraError } from './errors.mjs';
import { spoilBody } from './exchange.mjs';
import { learnForeignKeys } from './foreign-issuer.mjs';
import { delay, parseForm, readBody, send } from './http.mjs';
import { grantAuthorizationCode } from './grant-authorization-code.mjs';
import { grantClientCredentials } from './grant-client-credentials.mjs';
import { grantOnBehalfOf } from './grant-on-behalf-of.mjs';
import { grantRefreshToken } from './grant-refresh-token.mjs';
import { SHARED_AUTHORITIES } from './world.mjs';

/* grant_type -> the name that the switch token_fault_grant uses, and the function. */
const GRANT_TYPES = {
	authorization_code: ['authorization_code', grantAuthorizationCode],
	refresh_token: ['refresh_token', grantRefreshToken],
	client_credentials: ['client_credentials', grantClientCredentials],
	'urn:ietf:params:oauth:grant-type:jwt-bearer': ['on_behalf_of', grantOnBehalfOf],
};

function replyHeaders() {
	return {
		'cache-control': 'no-store, no-cache',
		pragma: 'no-cache',
		expires: '-1',
		'strict-transport-security': 'max-age=31536000; includeSubDomains',
		'x-content-type-options': 'nosniff',
		p3p: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
		'x-ms-request-id': randomUUID(),
		'x-ms-ests-server': '2.1.0 - STANDIN',
		'x-xss-protection': '0',
		'set-cookie': [
			'fpc=AvStandIn; path=/; secure; HttpOnly; SameSite=None',
			'x-ms-gateway-slice=estsfd; path=/; secure; httponly',
			'stsservicecookie=estsfd; path=/; secure; httponly',
		],
	};
}

/* Faults of the transport leave alone every grant but the one that token_fault_grant names. */
function faultsApply(exchange, grantType) {
	const only = exchange.switch('token_fault_grant');
	return !only || only === GRANT_TYPES[grantType]?.[0];
}

const retryHeader = (seconds) =>
	seconds === null || seconds === undefined ? {} : { 'retry-after': String(seconds) };

function sendPlain(exchange, status, text, retryAfter) {
	send(
		exchange.res,
		status,
		exchange.switch('token_content_type') ?? 'text/plain; charset=utf-8',
		text,
		{ ...replyHeaders(), ...retryHeader(retryAfter) },
	);
}

function sendReply(exchange, faulty, { status, value, retryAfter }) {
	const type =
		(faulty && exchange.switch('token_content_type')) ||
		'application/json; charset=utf-8';
	const truncate = faulty && exchange.switch('token_truncate') ? 'truncated' : null;
	const body = spoilBody(
		truncate ?? (faulty ? exchange.switch('token_body_fault') : null),
		value,
	);
	send(exchange.res, status, type, body, { ...replyHeaders(), ...retryHeader(retryAfter) });
}

function checkTransport({ req, strict }, repeated) {
	const type = (req.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
	if (type !== 'application/x-www-form-urlencoded') {
		throw new EntraError(900144, 'grant_type');
	}
	if (strict && repeated.length) {
		throw new EntraError(9000411, repeated[0]);
	}
}

/* null: whichever tenant the grant is of. */
function findTenant({ world }, name) {
	if (SHARED_AUTHORITIES.includes(name)) {
		return null;
	}
	const tenant = world.tenant(name);
	if (!tenant) {
		throw new EntraError(90002, name);
	}
	return tenant.id;
}

function findGrant(grantType) {
	if (!grantType) {
		throw new EntraError(900144, 'grant_type');
	}
	if (!Object.hasOwn(GRANT_TYPES, grantType)) {
		throw new EntraError(70003, grantType);
	}
	return GRANT_TYPES[grantType][1];
}

/* RFC 8707 is not Entra's: strict refuses it, lax wants it to be the name of an application. */
function checkResource({ strict, world }, fields) {
	if (fields.resource === undefined) {
		return;
	}
	const named = world.resource(fields.resource);
	if (strict || !named) {
		throw new EntraError(strict ? 901002 : 9010010);
	}
}

/* An Origin header makes the call one of a single-page application. */
function checkOrigin({ req }, client) {
	if (
		req.headers.origin !== undefined &&
		!client.redirectUris.some((entry) => entry.type === 'spa')
	) {
		throw new EntraError(9002326);
	}
}

/* What is not of somebody's own tenant cannot be asked of all of them. */
function checkAuthority(tenant, grantType) {
	if (!tenant && !['authorization_code', 'refresh_token'].includes(grantType)) {
		throw new EntraError(9001023, grantType);
	}
}

function handle(exchange, tenantName, { fields, repeated }, faulty) {
	checkTransport(exchange, repeated);
	const tenant = findTenant(exchange, tenantName);
	const grant = findGrant(fields.grant_type);
	const forced = faulty && exchange.switch('token_error');
	if (forced) {
		const claims = exchange.switch('token_error_claims') ?? undefined;
		throw new EntraError(forced, '', {
			claims,
			retryAfter: exchange.switch('token_retry_after'),
		});
	}
	const authority = tenant ?? tenantName;
	const { client, authMethod } = authenticateClient(exchange, tenant, authority, fields);
	checkOrigin(exchange, client);
	checkResource(exchange, fields);
	checkAuthority(tenant, fields.grant_type);
	return grant(exchange, { fields, client, tenant, authMethod });
}

/* Answers {status, value} or {status, plain, retryAfter}. */
function attempt(exchange, tenantName, form, faulty) {
	try {
		return { status: 200, value: handle(exchange, tenantName, form, faulty) };
	} catch (error) {
		if (!(error instanceof EntraError)) {
			throw error;
		}
		const { status, plain, retryAfter } = error;
		return {
			status,
			plain,
			retryAfter,
			value: error.toJson(exchange.base, exchange.now, exchange.correlation),
		};
	}
}

const REASONS = {
	429: 'Too Many Requests',
	500: 'Internal Server Error',
	503: 'Service Unavailable',
};

async function answer(exchange, tenantName, form) {
	const faulty = faultsApply(exchange, form.fields.grant_type);
	if (faulty) {
		await delay(exchange.switch('token_delay_ms'));
	}
	const status = faulty && exchange.switch('token_status');
	if (status) {
		const text = exchange.switch('token_body') ?? REASONS[status] ?? 'Error';
		sendPlain(exchange, status, text, exchange.switch('token_retry_after'));
		return;
	}
	await learnForeignKeys(exchange, form.fields);
	const outcome = attempt(exchange, tenantName, form, faulty);
	if (faulty && exchange.switch('token_close')) {
		exchange.req.socket.destroy();
	} else if (outcome.plain !== undefined) {
		sendPlain(exchange, outcome.status, outcome.plain, outcome.retryAfter);
	} else {
		sendReply(exchange, faulty, outcome);
	}
}

export async function token(exchange, tenantName) {
	const body = await readBody(exchange.req);
	const form = parseForm(body ?? '');
	exchange.entry.kind = GRANT_TYPES[form.fields.grant_type]?.[0] ?? 'token';
	exchange.record(form.fields);
	if (exchange.req.method !== 'POST') {
		const error = new EntraError(900561, exchange.req.method);
		const value = error.toJson(exchange.base, exchange.now, exchange.correlation);
		sendReply(exchange, false, { status: 400, value });
		return;
	}
	if (body === null) {
		sendPlain(exchange, 413, 'Request Entity Too Large');
		return;
	}
	await answer(exchange, tenantName, form);
}
