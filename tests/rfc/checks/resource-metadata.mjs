// SPDX-License-Identifier: MIT
// How an MCP server says where its authorization server is: RFC 9728.
import { inserted, isSecure, parseUrl } from '../lib/oauth.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

async function document(t) {
	const found = await t.resourceMetadata();
	needs(found !== undefined, 'there is no protected resource metadata');
	return found;
}

const wellKnown = (t) => t.get(inserted(t.url, 'oauth-protected-resource'));
const emptyMembers = (json) => Object.keys(json).filter((name) => Array.isArray(json[name]) && json[name].length === 0);

export const resourceMetadata = [
	{
		id: 'rfc9728/found', source: 'MCP, Authorization Server Location', level: 'MUST',
		claim: 'The metadata is named by the 401, or is at a well-known address.',
		async run(t) {
			must(await t.resourceMetadata() !== undefined,
				`none, neither by the challenge nor at ${t.resourceUrls().join(' or ')}`);
		},
	},
	{
		id: 'rfc9728/challenge', source: 'RFC 9728 section 5.1', level: 'MUST',
		claim: 'The 401 names the metadata in resource_metadata, as an absolute URL that answers.',
		async run(t) {
			const told = (await t.challenge())?.resource_metadata;
			must(told !== undefined, 'the challenge has no resource_metadata');
			must(isSecure(told), `resource_metadata is ${show(told)}`);
			mustEqual((await t.get(told)).status, 200, `status of ${told}`);
		},
	},
	{
		id: 'rfc9728/well-known', source: 'RFC 9728 section 3.1', level: 'MUST',
		claim: 'The metadata is at the well-known name followed by the path of the MCP server.',
		async run(t) {
			await document(t);
			const answer = await wellKnown(t);
			mustEqual(answer.status, 200, `status of ${answer.url}`);
		},
	},
	{
		id: 'rfc9728/media-type', source: 'RFC 9728 section 3.2', level: 'MUST',
		claim: 'The metadata is sent as application/json.',
		async run(t) { mustEqual((await document(t)).type, 'application/json', 'Content-Type'); },
	},
	{
		id: 'rfc9728/resource', source: 'RFC 9728 section 3.3', level: 'MUST',
		claim: 'resource is the address of the MCP server, character by character.',
		async run(t) { mustEqual((await document(t)).json.resource, t.url, 'resource'); },
	},
	{
		id: 'rfc9728/authorization-servers', source: 'MCP, Authorization Server Location', level: 'MUST',
		claim: 'authorization_servers names at least one.',
		async run(t) {
			const { authorization_servers: servers } = (await document(t)).json;
			must(Array.isArray(servers) && servers.length > 0, `authorization_servers is ${show(servers)}`);
		},
	},
	{
		id: 'rfc9728/issuers', source: 'RFC 9728 section 2', level: 'MUST',
		claim: 'Each of authorization_servers is an issuer: an https URL without query and fragment.',
		async run(t) {
			for (const issuer of (await document(t)).json.authorization_servers ?? [])
				must(isSecure(issuer) && !/[?#]/.test(issuer), `${show(issuer)} is none`);
		},
	},
	{
		id: 'rfc9728/no-empty-members', source: 'RFC 9728 section 3.2', level: 'MUST',
		claim: 'A member without elements is left out.',
		async run(t) { mustEqual(emptyMembers((await document(t)).json).join(', '), '', 'empty'); },
	},
	{
		id: 'rfc9728/bearer-methods', source: 'MCP, Token Requirements', level: 'MUST',
		claim: 'bearer_methods_supported, if there, has header and not query.',
		async run(t) {
			const { bearer_methods_supported: methods } = (await document(t)).json;
			needs(methods !== undefined, 'it is not there');
			must(methods.includes('header') && !methods.includes('query'), show(methods));
		},
	},
	{
		id: 'rfc9728/scopes', source: 'RFC 9728 section 2', level: 'SHOULD',
		claim: 'scopes_supported says what to ask for.',
		async run(t) {
			const { scopes_supported: scopes } = (await document(t)).json;
			must(Array.isArray(scopes) && scopes.length > 0, `scopes_supported is ${show(scopes)}`);
		},
	},
	{
		id: 'mcp/offline-access', source: 'MCP, Refresh Tokens', level: 'SHOULD',
		claim: 'Neither the metadata nor the challenge asks for offline_access.',
		async run(t) {
			const scopes = [...(await t.resourceMetadata())?.json.scopes_supported ?? [], (await t.challenge())?.scope ?? ''];
			must(!scopes.join(' ').split(' ').includes('offline_access'), 'offline_access is among the scopes');
		},
	},
	{
		id: 'rfc9728/unknown', source: 'RFC 9110 section 15.5.5', level: 'SHOULD',
		claim: 'The metadata of a resource that there is not is 404, so that clients try their next address.',
		async run(t) {
			const { origin } = new URL(t.url);
			const answer = await t.get(`${origin}/.well-known/oauth-protected-resource/rfc-suite-unknown`);
			mustEqual(answer.status, 404, `status of ${answer.url}`);
		},
	},
	{
		id: 'mcp/base-url', source: 'MCP, Authorization Base URL', level: 'MUST',
		claim: 'At the origin of the MCP server are the metadata of RFC 8414, or /authorize and /token.',
		async run(t) {
			const { origin } = new URL(t.url);
			const metadata = await t.get(`${origin}/.well-known/oauth-authorization-server`);
			if (metadata.status === 200 && parseUrl(metadata.json?.token_endpoint) !== undefined)
				return;
			for (const path of ['/authorize', '/token'])
				must((await t.get(`${origin}${path}`)).status !== 404,
					`nothing at ${origin}${path}, nor metadata at ${metadata.url}`);
		},
	},
];
