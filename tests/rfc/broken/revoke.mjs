// SPDX-License-Identifier: MIT
// The revocation and introspection endpoints of the broken server.
import { error, json, notAllowed, parameters } from './answer.mjs';
import { answering, authenticate, end } from './token.mjs';

export const INTROSPECT = 'Bearer whoever-may-introspect';

const read = (body) => Object.fromEntries([...parameters(body)].map(([name, [value]]) => [name, value]));

export function revoke(state, request) {
	const { bad, access, refresh } = state;
	if (request.method !== 'POST')
		return bad('rfc7009/method') ? { status: 404 } : notAllowed(state, 'POST');
	const asked = read(request.body);
	if (asked.token === undefined)
		return bad('rfc7009/missing-token') ? {} : error('invalid_request');
	return answering(state, () => {
		const anyone = asked.client_id === 'rfc-suite-unknown' && bad('rfc7009/unknown-client');
		const client = anyone ? {} : authenticate(state, request, asked);
		const row = refresh.get(asked.token) ?? access.get(asked.token);
		if (row === undefined)
			return bad('rfc7009/unknown-token') ? error('invalid_request') : {};
		if (row.session.client_id !== client.client_id && !bad('rfc7009/other-client'))
			return error('invalid_grant');
		revokeRow(state, row, refresh.has(asked.token));
		return {};
	});
}

function revokeRow(state, row, isRefresh) {
	const { bad } = state;
	if (!isRefresh)
		row.ended = !bad('rfc7009/access-token');
	else if (bad('rfc7009/grant'))
		row.ended = true;
	else
		end(state, row.session);
	if (isRefresh && bad('rfc7009/refresh-token'))
		row.ended = false;
}

export function introspect(state, { headers, body }) {
	const { bad, access } = state;
	if (headers.authorization !== INTROSPECT && !bad('rfc7662/authorized'))
		return error('invalid_token', { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
	const row = access.get(read(body).token);
	if (row === undefined && bad('rfc7662/unknown'))
		return error('invalid_request');
	if (row === undefined)
		return json({ active: false, ...bad('rfc7662/nothing-more') && { scope: 'tools' } });
	if (row.ended || bad('rfc7662/active'))
		return json({ active: row.ended && bad('rfc7662/revoked') });
	return json({ active: true, scope: row.session.scope, client_id: row.session.client_id });
}
