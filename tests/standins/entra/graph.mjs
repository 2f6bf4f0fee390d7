/* SPDX-License-Identifier: MIT */
/* Microsoft Graph: what its answers have in common, and GET /v1.0/me. */
import { randomUUID } from 'node:crypto';
import { spoilBody } from './exchange.mjs';
import { GraphError, errorBody, throwForced } from './graph-errors.mjs';
import { authenticate } from './graph-token.mjs';
import { send } from './http.mjs';
import { BOB } from './world.mjs';

/* Where Graph is for the one who asks. */
export const graphBase = ({ cloud, graphHost }) =>
	graphHost ? `https://${graphHost}` : cloud.graphBase;

export function selectFields(all, select, type) {
	if (select === null) {
		return all;
	}
	const names = select.split(',').map((name) => name.trim());
	const unknown = names.find((name) => !Object.hasOwn(all, name));
	if (unknown !== undefined) {
		throw new GraphError(
			400,
			'BadRequest',
			`Could not find a property named '${unknown}' on '${type}'.`,
		);
	}
	return Object.fromEntries(names.map((name) => [name, all[name]]));
}

function makeProfile(exchange, user) {
	const { profile } = exchange.switch('graph_other_user') ? exchange.world.user(BOB) : user;
	const select = exchange.url.searchParams.get('$select');
	const suffix = select === null ? '' : `(${select})`;
	return {
		'@odata.context': `${graphBase(exchange)}/v1.0/$metadata#users${suffix}/$entity`,
		...selectFields(profile, select, 'microsoft.graph.user'),
	};
}

function reply(exchange, prefix, status, value, headers = {}) {
	const ids = { 'request-id': exchange.requestId, 'client-request-id': exchange.correlation };
	const body = spoilBody(exchange.switch(`${prefix}_body_fault`), value);
	send(
		exchange.res,
		status,
		'application/json; odata.metadata=minimal; charset=utf-8',
		body,
		{ ...ids, 'cache-control': 'no-cache', ...headers },
	);
}

/* Answers with what make gives or throws. */
async function answer(exchange, prefix, make) {
	exchange.requestId = randomUUID();
	if (!(await exchange.endure(prefix))) {
		return;
	}
	try {
		reply(exchange, prefix, 200, await make(exchange));
	} catch (error) {
		if (!(error instanceof GraphError)) {
			throw error;
		}
		const ids = {
			'request-id': exchange.requestId,
			'client-request-id': exchange.correlation,
		};
		const value = errorBody(exchange, error, ids);
		reply(exchange, prefix, error.status, value, error.headers);
	}
}

/* An endpoint about the person whose token comes; prefix is that of its switches. */
export const personal = (prefix, make) => (exchange, detail) =>
	answer(exchange, prefix, () => {
		throwForced(exchange, prefix);
		return make(exchange, authenticate(exchange), detail);
	});

export const me = personal('graph', makeProfile);

/* Any other path of Graph. */
export const unknownResource = (exchange) =>
	answer(exchange, 'graph', () => {
		const segment = exchange.url.pathname.split('/').pop();
		throw new GraphError(
			400,
			'BadRequest',
			`Resource not found for the segment '${segment}'.`,
		);
	});
