// SPDX-License-Identifier: MIT
// The well-known documents of the broken server.
import { crossOrigin, json, notAllowed, preflight } from './answer.mjs';

const SCOPES = ['tools'];

// What is wrong with a document: [check, how it is changed]; undefined takes a member out.
const RESOURCE = [
	['rfc9728/resource', ({ resource }) => ({ resource: resource.replace(/mcp$/, 'mcp/') })],
	['rfc9728/authorization-servers', () => ({ authorization_servers: undefined })],
	['rfc9728/issuers',
		({ authorization_servers: all }) => ({ authorization_servers: [...all, 'https://as.example/?a=1'] })],
	['rfc9728/no-empty-members', () => ({ resource_signing_alg_values_supported: [] })],
	['rfc9728/bearer-methods', () => ({ bearer_methods_supported: ['header', 'query'] })],
	['rfc9728/scopes', () => ({ scopes_supported: undefined })],
	['mcp/offline-access', () => ({ scopes_supported: [...SCOPES, 'offline_access'] })],
];

const SERVER = [
	['rfc8414/issuer', ({ issuer }) => ({ issuer: `${issuer}/` })],
	['rfc8414/required', () => ({ response_types_supported: undefined })],
	['rfc8414/code', () => ({ response_types_supported: ['code', 'token'] })],
	['rfc8414/grant-types', () => ({ grant_types_supported: undefined })],
	['rfc8414/auth-methods', () => ({ token_endpoint_auth_methods_supported: undefined })],
	['rfc8414/scopes', () => ({ scopes_supported: undefined })],
	['rfc8414/no-empty-members', () => ({ ui_locales_supported: [] })],
	['rfc8414/https', () => ({ jwks_uri: 'http://as.example/keys' })],
	['rfc6749/no-fragment', ({ revocation_endpoint: url }) => ({ revocation_endpoint: `${url}#here` })],
	['mcp/pkce-metadata', () => ({ code_challenge_methods_supported: undefined })],
	['rfc9207/advertised', () => ({ authorization_response_iss_parameter_supported: undefined })],
	['rfc9207/iss', () => ({ authorization_response_iss_parameter_supported: undefined })],
	['mcp/registration-offered', () => ({ registration_endpoint: undefined })],
	['mcp/documents-advertised', () => ({ client_id_metadata_document_supported: undefined })],
	['rfc7009/offered', () => ({ revocation_endpoint: undefined })],
];

const OPENID = [
	['oidc/same', ({ token_endpoint: url }) => ({ token_endpoint: `${url}2` })],
	['oidc/pkce-metadata', () => ({ code_challenge_methods_supported: undefined })],
	['oidc/required', () => ({ jwks_uri: undefined })],
];

function changed(document, table, { bad }) {
	return table.filter(([id]) => bad(id)).reduce((so, [, change]) => ({ ...so, ...change(so) }), document);
}

function protectedResource(state, name) {
	return changed({
		resource: `${state.origin}/${state.bad('mcp/own-metadata') ? 'mcp' : name}`, authorization_servers: [state.issuer],
		bearer_methods_supported: ['header'], scopes_supported: SCOPES,
	}, RESOURCE, state);
}

export function serverMetadata(state) {
	const url = (name) => `${state.issuer}/${name}`;
	return changed({
		issuer: state.issuer, authorization_endpoint: url('authorize'), token_endpoint: url('token'),
		registration_endpoint: url('register'), revocation_endpoint: url('revoke'), introspection_endpoint: url('introspect'),
		scopes_supported: [...SCOPES, 'more'], response_types_supported: ['code'],
		grant_types_supported: ['authorization_code', 'refresh_token'],
		token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
		code_challenge_methods_supported: ['S256'], authorization_response_iss_parameter_supported: true,
		client_id_metadata_document_supported: true,
	}, SERVER, state);
}

const openidMetadata = (state) => changed({
	...serverMetadata(state), jwks_uri: `${state.issuer}/keys`, subject_types_supported: ['public'],
	id_token_signing_alg_values_supported: ['RS256'],
}, OPENID, state);

// The document at a path, or undefined.
function find(state, path) {
	const { bad } = state;
	const [, resource] = /^\/\.well-known\/oauth-protected-resource(\/mcp|\/other|)$/.exec(path) ?? [];
	if (resource !== undefined && !bad('rfc9728/found') && !(bad('rfc9728/well-known') && resource === '/mcp'))
		return protectedResource(state, resource === '/other' ? 'other' : 'mcp');
	if (bad('rfc8414/found'))
		return undefined;
	const atRoot = path === '/.well-known/oauth-authorization-server' && !(bad('mcp/base-url') && state.path !== '');
	if ((path === `/.well-known/oauth-authorization-server${state.path}` || atRoot) && !bad('rfc8414/well-known'))
		return serverMetadata(state);
	const openid = [`/.well-known/openid-configuration${state.path}`, `${state.path}/.well-known/openid-configuration`];
	return openid.includes(path) && (state.path !== '' || bad('rfc8414/well-known')) ? openidMetadata(state) : undefined;
}

export function metadata(state, { method, path }) {
	const { bad } = state;
	const cors = !bad('cors/metadata');
	if (method === 'OPTIONS')
		return preflight(cors);
	if (method !== 'GET' && (method !== 'HEAD' || bad('http/head')))
		return notAllowed(state, 'GET, HEAD, OPTIONS');
	const document = find(state, path);
	const wrongStatus = path.includes('protected-resource') ? bad('rfc9728/unknown') : bad('rfc8414/fallback');
	if (document === undefined)
		return { status: wrongStatus ? 403 : 404 };
	const wrongType = bad(path.includes('protected-resource') ? 'rfc9728/media-type' : 'rfc8414/media-type');
	return json(document, { headers: {
		...crossOrigin(cors), ...bad('cors/credentials') && { 'Access-Control-Allow-Credentials': 'true' },
		...wrongType && { 'Content-Type': 'text/plain' },
	} });
}
