// SPDX-License-Identifier: MIT
// The token endpoint of the broken server.
import { challengeOf, randomText } from '../lib/oauth.mjs';
import { crossOrigin, error, json, notAllowed, parameters, preflight } from './answer.mjs';
import { findClient } from './clients.mjs';

const FORM = 'application/x-www-form-urlencoded';
const KNOWN = ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'client_id', 'client_secret', 'resource', 'scope',
	'refresh_token', 'username', 'password'];

class Refusal extends Error {
	constructor(code, options) { super(code); Object.assign(this, { code, options }); }
}

function refuse(condition, code, options) {
	if (condition)
		throw new Refusal(code, options);
}

function readBody({ bad }, { headers, body, url, method }) {
	const type = headers['content-type'] ?? '';
	if (type === 'application/json' && bad('rfc6749/media-type'))
		return parameters(new URLSearchParams(JSON.parse(body)).toString());
	const isForm = bad('rfc6749/media-type-parameter') ? type === FORM : type.toLowerCase().split(';')[0] === FORM;
	refuse(method === 'POST' && !isForm, 'invalid_request');
	const inQuery = bad('rfc6749/query') || method === 'GET';
	return parameters(inQuery && body === '' ? url.search.slice(1) : body);
}

function read(state, request) {
	const { bad } = state;
	const all = readBody(state, request);
	refuse([...all.values()].some((values) => values.length > 1) && !bad('rfc6749/token-repeated'), 'invalid_request');
	const unknown = [...all.keys()].some((name) => !KNOWN.includes(name));
	refuse(unknown && bad('rfc6749/token-unknown-parameter'), 'invalid_request');
	return Object.fromEntries([...all].map(([name, [value]]) => [name, value]));
}

// Who asks; several ways at once are one too many.
export function authenticate(state, { headers, path }, asked) {
	const { bad } = state;
	const basic = readBasic(headers.authorization);
	const challenge = basic !== undefined && !bad('rfc6749/basic') && { 'WWW-Authenticate': 'Basic realm="token"' };
	const failed = { status: 401, headers: { ...challenge } };
	refuse(basic !== undefined && asked.client_secret !== undefined && !bad('rfc6749/two-methods'), 'invalid_request');
	const claimed = asked.client_id === undefined ? basic ?? asked : asked;
	if (claimed.client_id === undefined && bad('rfc6749/no-client'))
		return {};
	refuse(claimed.client_id === undefined, 'invalid_request');
	const client = findClient(state, claimed.client_id);
	const wrongCode = path.endsWith('/token') && basic === undefined && bad('rfc6749/token-unknown-client');
	refuse(client === undefined, wrongCode ? 'invalid_request' : 'invalid_client', failed);
	refuse(client.client_id.startsWith('https:') && bad('documents/flow'), 'invalid_client', failed);
	refuse(!isProven(state, client, claimed, claimed === basic), 'invalid_client', failed);
	return client;
}

function readBasic(authorization) {
	const [, text] = /^Basic (.*)$/.exec(authorization ?? '') ?? [];
	if (text === undefined)
		return undefined;
	const [client_id, client_secret] = Buffer.from(text, 'base64').toString().split(':').map(decodeURIComponent);
	return { client_id, client_secret };
}

function isProven({ bad }, client, { client_secret: secret }, byBasic) {
	if (client.client_secret === undefined || client.token_endpoint_auth_method === 'none')
		return true;
	if (secret === undefined)
		return bad('rfc6749/secret-required');
	return secret === client.client_secret ? !(byBasic && bad('rfc6749/basic-secret')) : bad('rfc6749/wrong-secret');
}

const isRight = ({ bad }, verifier, challenge) => challengeOf(verifier) === challenge ||
	(verifier === challenge ? bad('rfc7636/challenge-as-verifier') : bad('rfc7636/verifier'));

function mustBeProven(state, asked, code) {
	const { bad } = state;
	if (asked.code_verifier === undefined) {
		refuse(!bad('rfc7636/no-verifier'), 'invalid_grant');
		return;
	}
	refuse(asked.code_verifier.length < 43 && !bad('rfc7636/short-verifier'), 'invalid_grant');
	refuse(!isRight(state, asked.code_verifier, code.code_challenge), 'invalid_grant');
}

function authorizationCode(state, asked, client) {
	const { bad, codes } = state;
	refuse(asked.code === undefined, bad('rfc6749/missing-code') ? 'invalid_grant' : 'invalid_request');
	const code = codes.get(asked.code);
	refuse(code === undefined, bad('rfc6749/unknown-code') ? 'invalid_request' : 'invalid_grant');
	if (code.used && !bad('rfc6749/code-once')) {
		if (!bad('rfc6749/code-replay'))
			end(state, code.session);
		throw new Refusal('invalid_grant');
	}
	refuse(code.client_id !== client.client_id && !bad('rfc6749/other-client'), 'invalid_grant');
	refuse(asked.redirect_uri === undefined ? bad('oauth2.1/no-redirect-uri')
		: asked.redirect_uri !== code.redirect_uri && !bad('rfc6749/redirect-uri'), 'invalid_grant');
	refuse(asked.resource !== undefined && asked.resource !== code.resource && !bad('rfc8707/token'), 'invalid_target');
	mustBeProven(state, asked, code);
	code.used = true;
	const { scope = 'tools', resource = `${state.origin}/mcp` } = code;
	code.session = { client_id: client.client_id, resource, scope, asked: code.scope };
	return code.session;
}

function refreshToken(state, asked, client) {
	const { bad, refresh } = state;
	refuse(asked.refresh_token === undefined, bad('rfc6749/missing-refresh-token') ? 'invalid_grant' : 'invalid_request');
	const row = refresh.get(asked.refresh_token);
	refuse(row === undefined, bad('rfc6749/unknown-refresh-token') ? 'invalid_request' : 'invalid_grant');
	refuse(row.ended, 'invalid_grant');
	refuse(row.session.client_id !== client.client_id && !bad('rfc6749/refresh-other-client'), 'invalid_grant');
	if (row.used && !bad('oauth2.1/reuse')) {
		if (!bad('oauth2.1/reuse-revokes'))
			end(state, row.session);
		throw new Refusal('invalid_grant');
	}
	const sameResource = [undefined, row.session.resource].includes(asked.resource);
	refuse(!sameResource && !bad('rfc8707/refresh'), 'invalid_target');
	const wider = asked.scope?.split(' ').some((scope) => !row.session.scope.split(' ').includes(scope));
	refuse(wider && !bad('rfc6749/refresh-scope'), 'invalid_scope');
	// Who should not have got this far leaves the token as it was.
	row.used = !bad('oauth2.1/rotation') && row.session.client_id === client.client_id && sameResource;
	const { scope = row.session.scope, refresh_token } = asked;
	return { ...row.session, of: row.session, scope, refresh_token: row.used ? undefined : refresh_token };
}

export function end({ access, refresh }, session) {
	for (const row of [...access.values(), ...refresh.values()])
		row.ended ||= row.session === session;
}

const grants = {
	authorization_code: authorizationCode, refresh_token: refreshToken,
	password: (state, asked, client) => ({ client_id: client.client_id, resource: `${state.origin}/mcp`, scope: 'tools' }),
};

function issue(state, grant, isRefresh) {
	const { bad, access, refresh } = state;
	const session = grant.of ?? grant;
	const [token, next] = [randomText(), grant.refresh_token ?? randomText()];
	access.set(token, { session, ended: isRefresh && bad('rfc6749/refresh') });
	refresh.set(next, { session, used: false, ended: false });
	return json({
		access_token: token, token_type: bad('rfc6750/token-type') ? 'mac' : 'Bearer', refresh_token: next,
		...!bad('rfc6749/expires-in') && { expires_in: bad('mcp/short-lived') ? 86400 : 3600 },
		...!(bad('rfc6749/scope') && grant.asked === undefined) && { scope: grant.scope },
	}, { headers: {
		...!bad(isRefresh ? 'rfc6749/refresh-no-store' : 'rfc6749/no-store') && { 'Cache-Control': 'no-store' },
		...!bad('rfc6749/pragma') && { Pragma: 'no-cache' },
		...!isRefresh && bad('rfc6749/token-response') && { 'Content-Type': 'text/javascript' },
	} });
}

function exchange(state, request) {
	const { bad } = state;
	const asked = read(state, request);
	refuse(asked.grant_type === undefined,
		bad('rfc6749/missing-grant-type') ? 'unsupported_grant_type' : 'invalid_request');
	const supported = asked.grant_type !== 'password' || bad('oauth2.1/no-password');
	refuse(!Object.hasOwn(grants, asked.grant_type) || !supported,
		bad('rfc6749/unsupported-grant-type') && supported ? 'invalid_request' : 'unsupported_grant_type');
	const client = authenticate(state, request, asked);
	return issue(state, grants[asked.grant_type](state, asked, client), asked.grant_type === 'refresh_token');
}

// The answer of body(), or the error that it ended with.
export function answering({ bad }, body) {
	try {
		return body();
	} catch (refusal) {
		if (!(refusal instanceof Refusal))
			throw refusal;
		const { headers = {}, ...options } = refusal.options ?? {};
		return error(refusal.code, {
			...options, headers: { ...headers, ...bad('rfc6749/error-no-store') && { 'Cache-Control': 'max-age=60' } },
			...bad('rfc6749/error-form') && { description: 'a "quoted" word' },
		});
	}
}

export function token(state, request) {
	const { bad } = state;
	const cors = !bad('cors/token');
	if (request.method === 'OPTIONS')
		return preflight(cors);
	if (request.method !== 'POST' && !(bad('http/token-get') && request.url.search !== ''))
		return bad('http/not-allowed') ? error('invalid_request') : withCors(notAllowed(state, 'POST, OPTIONS'), cors);
	if (request.body === '%' && bad('rfc6749/garbage'))
		return { status: 500 };
	return withCors(answering(state, () => exchange(state, request)), cors);
}

const withCors = (answer, cors) => ({ ...answer, headers: { ...answer.headers, ...crossOrigin(cors) } });
