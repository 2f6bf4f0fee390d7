// SPDX-License-Identifier: MIT
// The registration endpoint of the broken server.
import { createHash, randomUUID } from 'node:crypto';
import { crossOrigin, error, json, notAllowed, preflight } from './answer.mjs';

const KNOWN = ['client_name', 'redirect_uris', 'grant_types', 'response_types', 'token_endpoint_auth_method',
	'application_type'];

// Redirect URIs that must be refused, and the check that says so.
const REFUSED = [
	['rfc7591/fragment', (uri) => uri.includes('#')],
	['rfc7591/relative', (uri) => !/^[a-z]+:/.test(uri)],
	['rfc7591/plain-http', (uri) => uri.startsWith('http:') && !/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\//.test(uri)],
	['rfc7591/scheme', (uri) => /^[a-z]+:/.test(uri) && !/^https?:/.test(uri)],
	['', (uri, { bad }) => bad('rfc7591/https') && uri.startsWith('http://localhost')],
];

function read(body) {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

function refusal(state, metadata) {
	const { bad } = state;
	if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
		return error('invalid_client_metadata',
			bad('rfc7591/not-json') && { headers: { 'Content-Type': 'text/plain' } } || {});
	if (bad('rfc7591/unknown-ignored') && Object.keys(metadata).some((name) => !KNOWN.includes(name)))
		return error('invalid_client_metadata');
	if (metadata.redirect_uris === undefined)
		return bad('rfc7591/no-redirect') ? undefined : error('invalid_redirect_uri');
	const wrong = metadata.redirect_uris.some((uri) => REFUSED.some(([id, is]) => is(uri, state) && !bad(id)));
	return wrong ? error('invalid_redirect_uri') : undefined;
}

function newId({ bad }, metadata) {
	if (bad('mcp/no-url-ids'))
		return `https://as.example/clients/${randomUUID()}`;
	const what = JSON.stringify([metadata.client_name, metadata.redirect_uris]);
	const same = createHash('sha256').update(what).digest('base64url');
	return `${bad('rfc7591/client-id') ? 'clïent' : 'client'}-${bad('rfc7591/unique') ? same : randomUUID()}`;
}

export function register(state, { method, body }) {
	const { bad, clients } = state;
	const cors = !bad('cors/registration');
	if (method === 'OPTIONS')
		return preflight(cors);
	if (method !== 'POST')
		return bad('rfc7591/method') ? { status: 404, headers: crossOrigin(cors) } : notAllowed(state, 'POST, OPTIONS');
	const metadata = read(body);
	const refused = refusal(state, metadata);
	if (refused !== undefined)
		return { ...refused, headers: { ...crossOrigin(cors), ...refused.headers } };
	const isPublic = metadata.token_endpoint_auth_method === 'none' && !bad('rfc7591/no-secret');
	const secret = isPublic ? {} : { client_secret: randomUUID() };
	const client = { ...metadata, client_id: newId(state, metadata), ...secret };
	clients.set(client.client_id, client);
	return json({
		...client, client_name: bad('rfc7591/all-metadata') ? undefined : client.client_name,
		...'client_secret' in secret && !bad('rfc7591/secret-expiry') && { client_secret_expires_at: 0 },
	}, {
		status: bad('rfc7591/created') ? 200 : 201,
		headers: { ...crossOrigin(cors), ...!bad('rfc7591/no-store') && { 'Cache-Control': 'no-store' } },
	});
}
