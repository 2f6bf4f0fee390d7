// SPDX-License-Identifier: MIT
// The authorization endpoint of the broken server.  Its page has two links: whoever follows one agrees, or declines.
import { randomUUID } from 'node:crypto';
import { notAllowed, page, parameters } from './answer.mjs';
import { allowsRedirect, findClient } from './clients.mjs';
import { serverMetadata } from './metadata.mjs';

const KNOWN = ['response_type', 'client_id', 'redirect_uri', 'state', 'scope', 'code_challenge',
	'code_challenge_method', 'resource', 'response_mode', 'login_hint', 'display', 'prompt'];

const escape = (text) => text.replace(/[<&"]/g, (c) => `&#${c.charCodeAt(0)};`);

// The first value of each parameter, and whether one comes twice that counts.
function read({ bad }, text) {
	const all = parameters(text, bad('rfc6749/empty-parameter'));
	const twice = [...all].filter(([, values]) => values.length > 1).map(([name]) => name);
	const asked = Object.fromEntries([...all].map(([name, [value]]) => [name, value]));
	return { asked, twice, unknown: [...all.keys()].filter((name) => !KNOWN.includes(name)) };
}

// The error of a request whose client and redirect URI are right, or undefined.
function fault(state, { asked, twice, unknown }) {
	const { bad } = state;
	const { response_type: type, code_challenge: challenge, resource, scope } = asked;
	const { code_challenge_method: method = 'plain' } = asked;
	const rows = [
		['invalid_request', twice.length > 0 && !bad('rfc6749/repeated')],
		['invalid_request', unknown.length > 0 && bad('rfc6749/unknown-parameter')],
		['invalid_request', 'response_mode' in asked && asked.response_mode !== 'query'],
		[bad('rfc6749/missing-response-type') ? 'unsupported_response_type' : 'invalid_request', type === undefined],
		[bad('rfc6749/unsupported-response-type') ? 'invalid_request' : 'unsupported_response_type',
			type !== 'code' && !(type === 'token' && bad('oauth2.1/no-implicit'))],
		['invalid_request', challenge === undefined && !bad('rfc7636/required')],
		['invalid_request', challenge !== undefined && !['S256', 'plain'].includes(method) && !bad('rfc7636/method')],
		['invalid_request', challenge !== undefined && method === 'plain' && !bad('rfc7636/no-plain')],
		['invalid_request', challenge !== undefined && !/^[\w.~-]{43,128}$/.test(challenge) && !bad('rfc7636/challenge')],
		[bad('rfc6749/malformed-scope') ? 'invalid_request' : 'invalid_scope', /["\\]/.test(scope)],
		['invalid_target', wrongResource(state, resource)],
	];
	return rows.find(([, is]) => is)?.[0];
}

function wrongResource({ bad, origin }, resource) {
	if (resource === undefined)
		return bad('rfc8707/absent');
	if (resource.includes('#') || !/^https?:/i.test(resource))
		return !bad('rfc8707/malformed');
	const same = bad('rfc8707/upper-case') ? resource
		: resource.replace(/^https?:\/\/[^/]+/i, (start) => start.toLowerCase());
	return ![`${origin}/mcp`, `${origin}/other`].includes(same) && !bad('rfc8707/unknown');
}

// Back to the client.
function respond(state, { redirect_uri: uri, state: text }, response) {
	const { bad } = state;
	const failed = 'error' in response;
	const added = new URLSearchParams(response);
	if (text !== undefined)
		added.set('state', bad(failed ? 'rfc6749/error-state' : 'rfc6749/state') ? `${text}x` : text);
	else if (failed && bad('rfc6749/no-state'))
		added.set('state', '');
	if (!bad('rfc9207/always') && !bad(failed ? 'rfc9207/error-iss' : 'rfc9207/iss'))
		added.set('iss', `${serverMetadata(state).issuer}${bad('rfc9207/same') ? '/' : ''}`);
	if (bad('rfc6749/no-repeats'))
		['a', 'b'].forEach((value) => added.append('session_state', value));
	const base = bad('redirect/query-kept') ? uri.split('?')[0] : uri;
	return {
		status: failed && bad('rfc9700/no-307') ? 307 : 302,
		headers: { Location: `${base}${base.includes('?') ? '&' : '?'}${added}`, 'Cache-Control': 'no-store' },
	};
}

const refuse = (state, asked, error) => respond(state, asked, {
	error, error_description: state.bad('rfc6749/error-uri') ? 'a "quoted" word' : 'as the specification has it',
});

// What concerns client and redirect URI is told to the person.
function personal(state, { asked, twice }, client) {
	const { bad } = state;
	if (client === undefined && bad('rfc6749/unknown-client') && asked.redirect_uri?.startsWith('https:'))
		return refuse(state, asked, 'unauthorized_client');
	if (client === undefined)
		return page(`no client ${bad('rfc6749/no-injection') ? asked.client_id : escape(asked.client_id ?? '')}`,
			{ status: bad('rfc6749/error-page') && asked.client_id === 'rfc-suite-unknown' ? 200 : 400 });
	if (twice.some((name) => ['client_id', 'redirect_uri'].includes(name)) && !bad('redirect/twice'))
		return page('twice', { status: 400 });
	if (asked.redirect_uri === undefined && client.redirect_uris.length > 1 && !bad('redirect/several'))
		return page('where to?', { status: 400 });
	asked.redirect_uri ??= client.redirect_uris[0];
	return allowsRedirect(state, client, asked.redirect_uri) ? undefined : page('no such redirect_uri', { status: 400 });
}

function approve(state, asked) {
	const code = randomUUID();
	state.codes.set(code, { ...asked, used: false });
	return respond(state, asked, state.bad('rfc6749/code') ? {} : { code });
}

function handle(state, text) {
	const { bad } = state;
	const request = read(state, text);
	const client = findClient(state, request.asked.client_id);
	const error = fault(state, request);
	const tooEarly = bad('redirect/error') && request.twice.length === 0 && request.asked.redirect_uri !== undefined;
	if (error !== undefined && tooEarly)
		return refuse(state, request.asked, error);
	const told = personal(state, request, client);
	if (told !== undefined)
		return told;
	if (error !== undefined)
		return refuse(state, request.asked, error);
	const id = randomUUID();
	state.pending.set(id, request.asked);
	const links = ['approve', 'decline'].map((name) => `<a href="${state.issuer}/${name}?id=${id}">${name}</a>`);
	return bad('rfc9700/person') ? approve(state, request.asked) : page(links.join(' '), { headers: {
		...bad('rfc9700/framing') && { 'X-Frame-Options': undefined },
		...bad('rfc9700/page-no-store') && { 'Cache-Control': 'max-age=60' },
	} });
}

export function authorize(state, request) {
	const { bad } = state;
	const asked = state.pending.get(request.url.searchParams.get('id'));
	if (request.path.endsWith('/approve'))
		return approve(state, asked);
	if (request.path.endsWith('/decline'))
		return refuse(state, asked, bad('rfc6749/access-denied') ? 'server_error' : 'access_denied');
	if (request.method !== 'GET' && (request.method !== 'POST' || bad('rfc6749/post')))
		return notAllowed(state, 'GET, POST');
	const answer = handle(state, request.method === 'POST' ? request.body : request.url.search.slice(1));
	const headers = { ...answer.headers, ...bad('cors/authorization') && { 'Access-Control-Allow-Origin': '*' } };
	return { ...answer, headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) };
}
