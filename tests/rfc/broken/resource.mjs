// SPDX-License-Identifier: MIT
// The two MCP servers of the broken server, as far as tokens are concerned.
import { randomUUID } from 'node:crypto';
import { json } from './answer.mjs';

// The token that a request shows: undefined for none, null for a malformed field.
function shown({ bad }, { headers, url, body }) {
	const { authorization: value } = headers;
	if (value === undefined) {
		if (bad('rfc6750/query') && url.searchParams.has('access_token'))
			return url.searchParams.get('access_token');
		return bad('rfc6750/body') ? new URLSearchParams(body).get('access_token') ?? undefined : undefined;
	}
	const scheme = bad('rfc6750/scheme-case') ? /^Bearer ([\w.~+/-]+=*)$/ : /^bearer ([\w.~+/-]+=*)$/i;
	const [, token] = scheme.exec(value) ?? [];
	return token ?? null;
}

function isTaken({ bad, access, origin }, token, path) {
	if (bad('rfc6750/accepted'))
		return false;
	if (bad('rfc8725/unsigned') && token.startsWith('ey'))
		return true;
	const key = !bad('rfc6750/tampered') ? token
		: [...access.keys()].find((one) => one.slice(0, 30) === token.slice(0, 30));
	const row = access.get(key);
	return row !== undefined && !row.ended &&
		(row.session.resource.toLowerCase() === origin + path || bad('mcp/audience'));
}

function challenge({ bad, origin }, path, withToken) {
	const metadata = bad('rfc9728/well-known') ? '' : path;
	const url = `${origin}/.well-known/oauth-protected-resource${metadata}`;
	const parts = [
		!bad('rfc9728/challenge') && !bad('rfc9728/found') && `resource_metadata="${url}"`,
		!bad('mcp/challenge-scope') && 'scope="tools"',
		(withToken ? !bad('rfc6750/invalid-token') : bad('rfc6750/no-error')) && 'error="invalid_token"',
	].filter(Boolean);
	return bad('rfc6750/challenge') ? {} : { 'WWW-Authenticate': `Bearer ${parts.join(', ')}` };
}

export function resource(state, request) {
	const { bad, sessions } = state;
	const { path, headers, method } = request;
	const token = shown(state, request);
	const session = headers['mcp-session-id'];
	if (token === null && bad('rfc6750/malformed') && headers.authorization === 'Bearer')
		return { status: 500 };
	if (token === undefined && bad('rfc6750/methods') && method === 'GET')
		return { status: 200 };
	if (token === undefined && bad('mcp/session-is-no-token') && sessions.has(session))
		return json({ jsonrpc: '2.0', id: 1, result: {} });
	if (!token || !isTaken(state, token, path))
		return { status: refusalStatus(state, request, token), headers: challenge(state, path, token !== undefined) };
	const id = randomUUID();
	sessions.add(id);
	return json({ jsonrpc: '2.0', id: 1, result: {} }, { headers: { 'Mcp-Session-Id': id } });
}

function refusalStatus({ bad }, { headers, method }, token) {
	const isFirst = method === 'POST' && headers['content-type'] === 'application/json' && !('mcp-session-id' in headers);
	if (token === undefined && isFirst && bad('rfc6750/unauthorized'))
		return 403;
	return token === 'rfc-suite-unknown' && bad('rfc6750/invalid') ? 403 : 401;
}
