/* SPDX-License-Identifier: MIT */
/*
 * Where a program asks for its managed identity's token: on a virtual machine, in App Service, on
 * Arc.
 */
import { timingSafeEqual } from 'node:crypto';
import { spoilBody } from './exchange.mjs';
import { send, sendText } from './http.mjs';
import {
	enterMachinesCloud,
	findIdentity,
	findResource,
	identityToken,
} from './managed-identity.mjs';

/* Thrown by a check; each endpoint has its own shape for it. */
class IdentityError extends Error {
	constructor(status, code, message, headers = {}) {
		super(message);
		Object.assign(this, { status, code, headers });
	}
}

/* Status -> error and text, where the switch imds_status asks for it. */
const FORCED = {
	404: ['not_found', 'The IMDS endpoint is updating.'],
	410: ['gone', 'The service is being updated, try again within 70 seconds.'],
	429: ['too_many_requests', 'Too many requests.'],
	500: ['unknown', 'Failed to retrieve token from the Active directory.'],
	503: ['unavailable', 'The service is unavailable.'],
};

function checkForced(exchange) {
	const status = exchange.switch('imds_status');
	if (status) {
		const [code, message] = FORCED[status] ?? ['unknown', 'Unknown error.'];
		const retry = exchange.switch('imds_retry_after');
		throw new IdentityError(status, code, message, {
			...(retry !== null && { 'retry-after': String(retry) }),
		});
	}
}

/* A header that a proxy adds would mean that somebody else's request was passed on. */
function checkMetadata({ req }) {
	if (req.headers['x-forwarded-for'] !== undefined) {
		throw new IdentityError(400, 'invalid_request', 'X-Forwarded-For is not allowed.');
	}
	if (req.headers.metadata !== 'true') {
		throw new IdentityError(
			400,
			'bad_request_102',
			'Required metadata header not specified',
		);
	}
}

function checkVersion(query, pattern) {
	if (!pattern.test(query.get('api-version') ?? '')) {
		throw new IdentityError(
			400,
			'invalid_request',
			"Required query variable 'api-version' is missing or not supported.",
		);
	}
}

function requireResource(query) {
	const name = query.get('resource');
	if (!name) {
		throw new IdentityError(
			400,
			'invalid_request',
			"Required query variable 'resource' is missing.",
		);
	}
	return name;
}

/* {name, identity, token, begins, ends} */
function grant(exchange, wrongResource = 400) {
	const query = exchange.url.searchParams;
	const name = requireResource(query);
	const identity = findIdentity(exchange, query);
	if (!identity) {
		throw new IdentityError(400, 'invalid_request', 'Identity not found');
	}
	const resource = findResource(exchange, name);
	if (!resource) {
		throw new IdentityError(
			wrongResource,
			'invalid_resource',
			`AADSTS50001: The application named ${name} was not found in the tenant.`,
		);
	}
	return { name, identity, ...identityToken(exchange, identity, name, resource) };
}

/* 2018-02-01 or later. */
const MACHINE_VERSION = /^20(18-(0[2-9]|1[0-2])|19-\d\d|2\d-\d\d)-\d\d$/;

/* Every number is a string. */
function machineReply(exchange) {
	checkMetadata(exchange);
	checkVersion(exchange.url.searchParams, MACHINE_VERSION);
	const { name, identity, token, begins, ends } = grant(exchange);
	const left = String(ends - exchange.now);
	return {
		access_token: token,
		client_id: identity.id,
		expires_in: left,
		expires_on: String(ends),
		ext_expires_in: left,
		not_before: String(begins),
		refresh_token: '',
		resource: name,
		token_type: 'Bearer',
	};
}

const sameText = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/* The header proves that the caller is inside; there is no expires_in. */
function appServiceReply(exchange) {
	const { entra, req } = exchange;
	const header = entra.secrets.add(req.headers['x-identity-header'] ?? '');
	if (!sameText(header, entra.identityHeader)) {
		throw new IdentityError(
			403,
			'forbidden',
			'The header X-IDENTITY-HEADER is missing or wrong.',
		);
	}
	checkVersion(exchange.url.searchParams, /^2019-08-01$/);
	const { name, identity, token, ends } = grant(exchange, 500);
	return {
		access_token: token,
		client_id: identity.id,
		expires_on: String(ends),
		resource: name,
		token_type: 'Bearer',
	};
}

/* Whoever can read the file that the challenge names is on the machine; each file counts once. */
function arcReply(exchange) {
	const { entra, req } = exchange;
	checkMetadata(exchange);
	checkVersion(exchange.url.searchParams, /^20(19-11-01|2\d-\d\d-\d\d)$/);
	if (!entra.arcKeys) {
		throw new IdentityError(
			500,
			'unknown',
			'The control arc_keys has not been told a directory.',
		);
	}
	if (!entra.arcKeys.use(req.headers.authorization)) {
		const realm = entra.arcKeys.issue(exchange.switch('arc_key_fault'), entra.secrets);
		throw new IdentityError(401, 'unauthorized', 'Unauthorized', {
			'www-authenticate': realm === null ? 'Basic' : `Basic realm=${realm}`,
		});
	}
	const { name, token, begins, ends } = grant(exchange);
	return {
		access_token: token,
		expires_in: String(ends - exchange.now),
		expires_on: String(ends),
		not_before: String(begins),
		resource: name,
		token_type: 'Bearer',
	};
}

const json = (body) => ['application/json; charset=utf-8', body];

/* What an error looks like at each of the three. */
const machineError = ({ code, message }) => json({ error: code, error_description: message });
const appServiceError = ({ status, message }) => json({ statusCode: status, message });
const arcError = ({ message }) => ['text/plain; charset=utf-8', message];

const endpoint = (makeReply, describe) => async (exchange) => {
	await enterMachinesCloud(exchange);
	if (!(await exchange.endure('imds'))) {
		return;
	}
	try {
		checkForced(exchange);
		const reply = makeReply(exchange);
		const body = spoilBody(exchange.switch('imds_body_fault'), reply);
		send(exchange.res, 200, json()[0], body);
	} catch (error) {
		if (!(error instanceof IdentityError)) {
			throw error;
		}
		const [type, body] = describe(error);
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		send(exchange.res, error.status, type, text, error.headers);
	}
};

export const machineIdentity = endpoint(machineReply, machineError);
export const appServiceIdentity = endpoint(appServiceReply, appServiceError);
export const arcIdentity = endpoint(arcReply, arcError);

export const otherMethod = ({ res }) => sendText(res, 405, 'Method Not Allowed');
