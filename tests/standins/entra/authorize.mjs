/* SPDX-License-Identifier: MIT */
/* GET or POST /{tenant}/oauth2/v2.0/authorize, and the form of the sign-in page. */
import { randomUUID } from 'node:crypto';
import { readClaims } from './claims-request.mjs';
import { EntraError, authorizeError } from './errors.mjs';
import { parseForm, readBody, sendText } from './http.mjs';
import { findRedirectUri } from './redirect-uri.mjs';
import { parseScope } from './scopes.mjs';
import { opaque } from './tokens.mjs';
import { respond } from './response-mode.mjs';
import { readRequest } from './read-request.mjs';
import { cookieOf } from './sessions.mjs';
import { chooseUser } from './sign-in.mjs';
import { sendErrorPage, sendSignInPage } from './pages.mjs';

const PROMPTS = ['login', 'none', 'consent', 'select_account'];

/* Until the redirect URI is known to be the client's, an error is a page and never a redirect. */
function findClient({ world }, tenantName, fields) {
	const tenant = world.tenant(tenantName);
	if (!fields.client_id) {
		throw new EntraError(900144, 'client_id');
	}
	const client = world.application(fields.client_id);
	if (!tenant && ['common', 'organizations'].includes(tenantName)) {
		throw new EntraError(50194, fields.client_id);
	}
	if (!tenant) {
		throw new EntraError(90002, tenantName);
	}
	if (!client || client.tenant !== tenant.id) {
		throw new EntraError(700016, fields.client_id);
	}
	return { tenant: tenant.id, client };
}

function checkRedirectUri(client, fields, strict) {
	if (!fields.redirect_uri) {
		throw new EntraError(client.redirectUris.length ? 50011 : 900971, '');
	}
	if (!findRedirectUri(client, fields.redirect_uri, strict)) {
		throw new EntraError(50011, fields.redirect_uri);
	}
}

function checkRepeated(repeated, strict) {
	if (strict && repeated.length) {
		throw new EntraError(9000411, repeated[0]);
	}
}

function checkPkce(fields, strict) {
	const { code_challenge: challenge, code_challenge_method: method } = fields;
	if (challenge === undefined && method === undefined && !strict) {
		return;
	}
	const plainAllowed = !strict && [undefined, 'plain'].includes(method);
	if (method !== 'S256' && !plainAllowed) {
		throw new EntraError(501491, 'the method must be S256');
	}
	if (
		!/^[\w.~-]{43,128}$/.test(challenge ?? '') ||
		(method === 'S256' && challenge.length !== 43)
	) {
		throw new EntraError(501491, 'the size is wrong');
	}
}

function checkPresence(fields, scope, strict) {
	if (!strict) {
		return;
	}
	const wanted = ['state', ...(scope.oidc.includes('openid') ? ['nonce'] : [])];
	const missing = wanted.find((name) => !fields[name]);
	if (missing) {
		throw new EntraError(900144, missing);
	}
}

function checkResource({ strict, world }, fields, scope) {
	if (fields.resource === undefined) {
		return;
	}
	if (strict) {
		throw new EntraError(901002);
	}
	if (!scope.resources.some((app) => world.urisOf(app).includes(fields.resource))) {
		throw new EntraError(9010010);
	}
}

function checkPrompt({ prompt }) {
	if (prompt !== undefined && !PROMPTS.includes(prompt)) {
		throw new EntraError(90023, `the prompt ${prompt} is not known`);
	}
}

function checkRequest(exchange, fields, repeated) {
	const { strict, world } = exchange;
	checkRepeated(repeated, strict);
	if (fields.response_type !== 'code') {
		throw new EntraError(
			fields.response_type ? 700054 : 900144,
			fields.response_type ?? 'response_type',
		);
	}
	if (!['query', 'fragment', 'form_post', undefined].includes(fields.response_mode)) {
		throw new EntraError(90023, 'the response_mode is not known');
	}
	if (!fields.scope) {
		throw new EntraError(900144, 'scope');
	}
	const scope = parseScope(world, fields.scope);
	if (!scope.wanted.length && !scope.oidc.includes('openid')) {
		throw new EntraError(70011, 'It names neither a resource nor openid.');
	}
	checkPkce(fields, strict);
	checkPresence(fields, scope, strict);
	checkResource(exchange, fields, scope);
	checkPrompt(fields);
	return { scope, asked: readClaims(fields) };
}

function missingConsents({ world }, client, { wanted }) {
	return wanted.filter(
		({ resource, name }) =>
			name !== '.default' &&
			!world.consented(client.id, resource.id).includes(name),
	);
}

/* The user accepts, unless the switch says otherwise. */
function askConsent(exchange, { client, fields, scope }) {
	const missing = missingConsents(exchange, client, scope);
	if (missing.some(({ resource, name }) => resource.scopes[name])) {
		throw new EntraError(90094);
	}
	if (
		(missing.length || fields.prompt === 'consent') &&
		exchange.switch('consent_declined')
	) {
		throw new EntraError(65004);
	}
	if (missing.length && fields.prompt === 'none') {
		throw Object.assign(new EntraError(65001, client.id), {
			error: 'consent_required',
		});
	}
	missing.forEach(({ resource, name }) =>
		exchange.world.grantConsent(client.id, resource.id, [name]),
	);
}

/* The code, bound to all that the request said. */
function issueCode(exchange, request, user, session) {
	const { entra } = exchange;
	const { fields, client, tenant, scope, asked } = request;
	session.clients.add(client.id);
	const code = entra.secrets.add(opaque(384));
	entra.codes.set(code, {
		client,
		tenant,
		user,
		scope,
		cae: asked.cae,
		auth: {
			sid: session.sid,
			steppedUp: asked.policy,
			acrs: asked.acrs,
			generation: entra.generationOf(user),
		},
		redirectUri: fields.redirect_uri,
		challenge: fields.code_challenge,
		challengeMethod: fields.code_challenge_method ?? 'plain',
		nonce: fields.nonce,
		expires: exchange.now + exchange.switch('code_lifetime'),
		used: false,
	});
	return code;
}

/* Entra strips what looks like HTML from the state. */
const cleanState = (state) => state?.replace(/<[^>]*>/g, '');

/* Somebody or something does not let the challenge be answered. */
function checkRefused(exchange, { asked }) {
	const refusal = asked.challenge && exchange.switch('claims_refused');
	if (refusal) {
		throw authorizeError(refusal);
	}
}

function succeed(exchange, request, user, session) {
	if (user.tenant !== request.tenant) {
		throw new EntraError(50020, user.upn);
	}
	askConsent(exchange, request);
	checkRefused(exchange, request);
	const fault = exchange.switch('authorize_error');
	if (fault) {
		throw authorizeError(fault);
	}
	const state = exchange.switch('authorize_wrong_state')
		? randomUUID()
		: cleanState(request.fields.state);
	const code = exchange.switch('authorize_missing_code')
		? undefined
		: issueCode(exchange, request, user, session);
	respond(exchange.res, request.fields, { code, state, session_state: randomUUID() });
}

function fail(exchange, fields, error) {
	const { text } = error.describe(exchange.now, exchange.correlation);
	respond(exchange.res, fields, {
		error: error.error,
		error_description: text,
		error_uri: `${exchange.base}/error?code=${error.code}`,
		state: cleanState(fields.state),
	});
}

/* What Entra tells the person and not the client, although the redirect URI is right. */
const ON_PAGE = [50105, 90094, 650053, 9010010];

/* Runs a step whose errors go back to the client's redirect URI. */
function redirectingErrors(exchange, fields, step) {
	try {
		step();
	} catch (error) {
		if (!(error instanceof EntraError) || ON_PAGE.includes(error.code)) {
			throw error;
		}
		fail(exchange, fields, error);
	}
}

export async function authorize(exchange, tenantName) {
	const { fields, repeated } = await readRequest(exchange);
	exchange.record(fields);
	const status = exchange.switch('authorize_status');
	if (status) {
		sendText(exchange.res, status, 'Service Unavailable');
		return;
	}
	try {
		const found = findClient(exchange, tenantName, fields);
		checkRedirectUri(found.client, fields, exchange.strict);
		redirectingErrors(exchange, fields, () => {
			const request = {
				...found,
				fields,
				...checkRequest(exchange, fields, repeated),
			};
			signIn(exchange, request);
		});
	} catch (error) {
		sendErrorPage(exchange, error);
	}
}

function signIn(exchange, request) {
	const user = chooseUser(exchange, request);
	if (user) {
		const session = exchange.entra.sessions.of(user.upn, cookieOf(exchange.req));
		succeed(exchange, request, user, session);
	} else {
		sendSignInPage(exchange, request);
	}
}

/* POST /{tenant}/login: the sign-in page's form. */
export async function login(exchange) {
	const { fields } = parseForm((await readBody(exchange.req)) ?? '');
	exchange.record(fields);
	const request = exchange.entra.pages.get(fields.ctx);
	if (!request) {
		sendErrorPage(
			exchange,
			new EntraError(90023, 'the page is not known or was answered before'),
		);
		return;
	}
	exchange.entra.pages.delete(fields.ctx);
	try {
		redirectingErrors(exchange, request.fields, () => {
			finishSignIn(exchange, request, exchange.world.user(fields.user));
		});
	} catch (error) {
		sendErrorPage(exchange, error);
	}
}

function finishSignIn(exchange, request, user) {
	if (!user) {
		throw new EntraError(65004);
	}
	const session = exchange.entra.startBrowserSession(exchange.res, user);
	succeed(exchange, request, user, session);
}
