/* SPDX-License-Identifier: MIT */
/* GET or POST /{tenant}/oauth2/v2.0/authorize, and the form of the sign-in page. */
import { randomUUID } from 'node:crypto';
import { checkRedirectUri, checkRequest, findClient } from './authorize-request.mjs';
import { EntraError, authorizeError } from './errors.mjs';
import { parseForm, readBody, sendText } from './http.mjs';
import { opaque } from './tokens.mjs';
import { respond } from './response-mode.mjs';
import { readRequest } from './read-request.mjs';
import { cookieOf } from './sessions.mjs';
import { chooseUser } from './sign-in.mjs';
import { sendErrorPage, sendSignInPage } from './pages.mjs';

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
	const { fields, client, scope, asked } = request;
	session.clients.add(client.id);
	const code = entra.secrets.add(opaque(384));
	entra.codes.set(code, {
		client,
		tenant: user.tenant,
		cloud: exchange.cloud,
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
	exchange.entry.person = user.upn;
	if (request.tenant && user.tenant !== request.tenant) {
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
const ON_PAGE = [50020, 50105, 90094, 650053, 9010010];

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
