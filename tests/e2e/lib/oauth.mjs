// SPDX-License-Identifier: MIT
// The client's side of OAuth, as the MCP specification has it: discovery from the challenge, registration, the code
// flow with PKCE and resource indicators, refresh, revocation.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { post, postJson, request } from './http.mjs';

export const REDIRECT_URI = 'http://127.0.0.1:33418/callback';

export const randomText = () => randomBytes(32).toString('base64url');
export const challengeOf = (verifier) => createHash('sha256').update(verifier).digest('base64url');

// The parameters of a Bearer challenge (RFC 6750 section 3).
export function readChallenge(header) {
	assert.match(header ?? '', /^Bearer /);
	return Object.fromEntries([...header.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) =>
		[name, value.replace(/\\(.)/g, '$1')]));
}

// Asks without a token, and goes where the answer points.
export async function discover(resource) {
	const refused = await postJson(resource, { jsonrpc: '2.0', id: 1, method: 'ping' });
	assert.equal(refused.status, 401, refused.text);
	const challenge = readChallenge(refused.headers['www-authenticate']);
	const protectedResource = await getJson(challenge.resource_metadata);
	assert.equal(protectedResource.resource, resource);
	const [issuer] = protectedResource.authorization_servers;
	return { challenge, protectedResource, metadata: await serverMetadata(issuer) };
}

async function getJson(url) {
	const { status, json } = await request(url);
	assert.ok(status === 200 && json !== undefined, `${url}: ${status}`);
	return json;
}

// MCP 2026-07-28 "Authorization Server Metadata Discovery": these addresses, in this order.
export function metadataUrls(issuer) {
	const { origin, pathname } = new URL(issuer);
	const path = pathname === '/' ? '' : pathname;
	return path === ''
		? [`${origin}/.well-known/oauth-authorization-server`, `${origin}/.well-known/openid-configuration`]
		: [`${origin}/.well-known/oauth-authorization-server${path}`,
			`${origin}/.well-known/openid-configuration${path}`, `${origin}${path}/.well-known/openid-configuration`];
}

async function serverMetadata(issuer) {
	for (const url of metadataUrls(issuer)) {
		const { status, json } = await request(url);
		if (status === 200 && json !== undefined) {
			assert.equal(json.issuer, issuer);
			assert.deepEqual(json.code_challenge_methods_supported, ['S256']);
			return json;
		}
		assert.equal(status, 404, url);
	}
	throw new Error(`no metadata of ${issuer}`);
}

export async function register(metadata, fields = {}) {
	const answer = await postJson(metadata.registration_endpoint, {
		client_name: 'Test client', redirect_uris: [REDIRECT_URI], grant_types: ['authorization_code', 'refresh_token'],
		response_types: ['code'], token_endpoint_auth_method: 'none', application_type: 'native', ...fields,
	});
	assert.equal(answer.status, 201, answer.text);
	return answer.json;
}

// A request of the authorization endpoint that is right, changed as told: undefined takes a parameter out.
export function authorization(metadata, client, change = {}) {
	const verifier = randomText();
	const fields = {
		response_type: 'code', client_id: client.client_id, redirect_uri: client.redirect_uris[0], state: randomText(),
		scope: 'mcp:tools', code_challenge: challengeOf(verifier), code_challenge_method: 'S256', ...change,
	};
	const url = new URL(metadata.authorization_endpoint);
	for (const [name, values] of Object.entries(fields))
		for (const value of [values].flat())
			if (value !== undefined)
				url.searchParams.append(name, value);
	return { verifier, fields, url: url.href };
}

// The parameters of an authorization response, each of them once; iss is checked always (RFC 9207).
export function readResponse(landed, issuer) {
	const names = [...landed.searchParams.keys()];
	assert.equal(new Set(names).size, names.length, `a parameter occurs twice: ${names}`);
	const response = Object.fromEntries(landed.searchParams);
	assert.equal(response.iss, issuer, 'iss of the authorization response');
	return response;
}

export function redeem(metadata, asked, code, change = {}) {
	return post(metadata.token_endpoint, {
		grant_type: 'authorization_code', client_id: asked.fields.client_id, code,
		redirect_uri: asked.fields.redirect_uri, code_verifier: asked.verifier, resource: asked.fields.resource, ...change,
	});
}

export function refresh(metadata, client, token, change = {}) {
	return post(metadata.token_endpoint, {
		grant_type: 'refresh_token', client_id: client.client_id, refresh_token: token, ...change,
	});
}

export function revoke(metadata, client, token, change = {}) {
	return post(metadata.revocation_endpoint, { client_id: client.client_id, token, ...change });
}
