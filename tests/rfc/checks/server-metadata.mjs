// SPDX-License-Identifier: MIT
// What the authorization server says of itself: RFC 8414, and OpenID Connect Discovery where it speaks that.
import { isSecure, metadataUrls, parseUrl } from '../lib/oauth.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

async function answer(t) {
	const found = await t.metadataAnswer();
	needs(found !== undefined, 'there is no authorization server metadata');
	return found;
}

const document = async (t) => (await answer(t)).json;
const URL_MEMBER = /(_endpoint|^jwks_uri)$/;
const endpoints = (json) => Object.entries(json).filter(([name]) => URL_MEMBER.test(name));

// The documents of OpenID Connect Discovery that are there.
async function openid(t) {
	const answers = await Promise.all(metadataUrls(await t.issuer()).slice(1).map((url) => t.get(url)));
	const found = answers.filter(({ status }) => status === 200);
	needs(found.length > 0, 'the server has no OpenID Connect Discovery');
	return found;
}

export const serverMetadata = [
	{
		id: 'rfc8414/found', source: 'MCP, Authorization Server Metadata Discovery', level: 'MUST',
		claim: 'The metadata is where a client looks for it.',
		async run(t) {
			must(await t.metadataAnswer() !== undefined, `none at ${metadataUrls(await t.issuer()).join(', ')}`);
		},
	},
	{
		id: 'rfc8414/well-known', source: 'RFC 8414 section 3.1', level: 'MUST',
		claim: 'The document of RFC 8414 is at its well-known name, before the path of an issuer that has one.',
		async run(t) {
			const { status, url } = await t.get(metadataUrls(await t.issuer())[0]);
			mustEqual(status, 200, `status of ${url}`);
		},
	},
	{
		id: 'rfc8414/fallback', source: 'MCP, Authorization Server Metadata Discovery', level: 'SHOULD',
		claim: 'Where a client looks and there is no document the answer is 404, so that it tries its next address.',
		async run(t) {
			for (const url of metadataUrls(await t.issuer())) {
				const { status } = await t.get(url);
				must([200, 404].includes(status), `status ${status} of ${url}`);
			}
		},
	},
	{
		id: 'rfc8414/media-type', source: 'RFC 8414 section 3.2', level: 'MUST',
		claim: 'The metadata is sent as application/json.',
		async run(t) { mustEqual((await answer(t)).type, 'application/json', 'Content-Type'); },
	},
	{
		id: 'rfc8414/issuer', source: 'RFC 8414 section 3.3', level: 'MUST',
		claim: 'issuer is the issuer that clients looked for, character by character.',
		async run(t) { mustEqual((await document(t)).issuer, await t.issuer(), 'issuer'); },
	},
	{
		id: 'rfc8414/required', source: 'RFC 8414 section 2', level: 'MUST',
		claim: 'authorization_endpoint, token_endpoint and response_types_supported are there.',
		async run(t) {
			const json = await document(t);
			for (const name of ['authorization_endpoint', 'token_endpoint'])
				must(parseUrl(json[name]) !== undefined, `${name} is ${show(json[name])}`);
			must(Array.isArray(json.response_types_supported),
				`response_types_supported is ${show(json.response_types_supported)}`);
		},
	},
	{
		id: 'rfc8414/code', source: 'OAuth 2.1 section 4.1', level: 'MUST',
		claim: 'The code flow is supported, and neither the implicit nor the password grant.',
		async run(t) {
			const { response_types_supported: types = ['code'], grant_types_supported: grants = [] } = await document(t);
			must(types.includes('code'), `response_types_supported is ${show(types)}`);
			const removed = [...types.filter((type) => type.split(' ').includes('token')),
				...grants.filter((grant) => ['implicit', 'password'].includes(grant))];
			mustEqual(removed.join(', '), '', 'supported, but gone from OAuth 2.1');
		},
	},
	{
		id: 'rfc8414/grant-types', source: 'RFC 8414 section 2', level: 'SHOULD',
		claim: 'grant_types_supported says so where there are refresh tokens; left out it means code and implicit.',
		async run(t) {
			const { grant_types_supported: grants } = await document(t);
			needs((await t.main()).tokens.refresh_token !== undefined, 'the server issues no refresh tokens');
			must(grants?.includes('refresh_token'), `grant_types_supported is ${show(grants)}`);
		},
	},
	{
		id: 'rfc8414/auth-methods', source: 'RFC 8414 section 2', level: 'SHOULD',
		claim: 'token_endpoint_auth_methods_supported has none for public clients; left out it means client_secret_basic.',
		async run(t) {
			const { token_endpoint_auth_methods_supported: methods } = await document(t);
			needs((await t.client()).client_secret === undefined, 'the client has a secret');
			must(methods?.includes('none'), `token_endpoint_auth_methods_supported is ${show(methods)}`);
		},
	},
	{
		id: 'rfc8414/scopes', source: 'RFC 8414 section 2', level: 'SHOULD',
		claim: 'scopes_supported is there.',
		async run(t) {
			const { scopes_supported: scopes } = await document(t);
			must(Array.isArray(scopes) && scopes.length > 0, `scopes_supported is ${show(scopes)}`);
		},
	},
	{
		id: 'rfc8414/no-empty-members', source: 'RFC 8414 section 3.2', level: 'MUST',
		claim: 'A member without elements is left out.',
		async run(t) {
			const json = await document(t);
			const empty = Object.keys(json).filter((name) => Array.isArray(json[name]) && json[name].length === 0);
			mustEqual(empty.join(', '), '', 'empty');
		},
	},
	{
		id: 'rfc8414/https', source: 'MCP, Communication Security', level: 'MUST',
		claim: 'The issuer and every endpoint are https, or http on loopback for trying out.',
		async run(t) {
			const json = await document(t);
			for (const [name, url] of [['issuer', json.issuer], ...endpoints(json)])
				must(isSecure(url), `${name} is ${show(url)}`);
		},
	},
	{
		id: 'rfc6749/no-fragment', source: 'RFC 6749 sections 3.1 and 3.2', level: 'MUST',
		claim: 'No endpoint has a fragment.',
		async run(t) {
			const found = endpoints(await document(t)).filter(([, url]) => String(url).includes('#'));
			mustEqual(found.map(([name]) => name).join(', '), '', 'with a fragment');
		},
	},
	{
		id: 'mcp/pkce-metadata', source: 'MCP, Authorization Code Protection', level: 'MUST',
		claim: 'code_challenge_methods_supported has S256; without it clients refuse to go on.',
		async run(t) {
			const { code_challenge_methods_supported: methods } = await document(t);
			must(methods?.includes('S256'), `code_challenge_methods_supported is ${show(methods)}`);
		},
	},
	{
		id: 'rfc9207/advertised', source: 'RFC 9207 section 2.3', level: 'MUST',
		claim: 'Where responses have iss, authorization_response_iss_parameter_supported says so.',
		async run(t) {
			needs((await t.firstGrant()).parameters.iss !== undefined, 'responses have no iss');
			const { authorization_response_iss_parameter_supported: supported } = await document(t);
			mustEqual(supported, true, 'authorization_response_iss_parameter_supported');
		},
	},
	{
		id: 'mcp/registration-offered', source: 'MCP, Dynamic Client Registration', level: 'SHOULD',
		claim: 'There is a registration_endpoint.',
		async run(t) { must((await document(t)).registration_endpoint !== undefined, 'the metadata names none'); },
	},
	{
		id: 'mcp/documents-advertised', source: 'MCP, Client ID Metadata Documents', level: 'SHOULD',
		claim: 'client_id_metadata_document_supported is true.',
		async run(t) {
			const { client_id_metadata_document_supported: supported } = await document(t);
			mustEqual(supported, true, 'client_id_metadata_document_supported');
		},
	},
	{
		id: 'oidc/same', source: 'OpenID Connect Discovery section 4.3', level: 'MUST',
		claim: 'What OpenID Connect Discovery says of issuer and endpoints is what RFC 8414 says.',
		async run(t) {
			const json = await document(t);
			for (const { json: other, url } of await openid(t))
				for (const name of ['issuer', 'authorization_endpoint', 'token_endpoint'])
					mustEqual(other?.[name], json[name], `${name} of ${url}`);
		},
	},
	{
		id: 'oidc/pkce-metadata', source: 'MCP, Authorization Code Protection', level: 'MUST',
		claim: 'OpenID Connect Discovery has code_challenge_methods_supported, too.',
		async run(t) {
			for (const { json, url } of await openid(t))
				must(json?.code_challenge_methods_supported?.includes('S256'), `not at ${url}`);
		},
	},
	{
		id: 'oidc/required', source: 'OpenID Connect Discovery section 3', level: 'MUST',
		claim: 'OpenID Connect Discovery has jwks_uri, subject_types_supported and id_token_signing_alg_values_supported.',
		async run(t) {
			for (const { json, url } of await openid(t))
				for (const name of ['jwks_uri', 'subject_types_supported', 'id_token_signing_alg_values_supported'])
					must(json?.[name] !== undefined, `${url} has no ${name}`);
		},
	},
];
