/* SPDX-License-Identifier: MIT */
/*
 * GET or POST /{tenant}/oauth2/v2.0/logout: ends the browser's session, has the browser tell every
 * application of it (OpenID Connect Front-Channel Logout), and goes back.
 */
import { EntraError } from './errors.mjs';
import { escapeHtml, sendHtml } from './http.mjs';
import { sendErrorPage } from './pages.mjs';
import { readRequest } from './read-request.mjs';
import { cookieOf } from './sessions.mjs';

/* Sends a parameter along, whether or not there is a query already. */
function withParameters(uri, values) {
	const given = Object.entries(values).filter(
		([, value]) => value !== undefined && value !== null,
	);
	const query = String(new URLSearchParams(given));
	return query ? `${uri}${uri.includes('?') ? '&' : '?'}${query}` : uri;
}

/* Each application of that session with a front-channel URL: [url with issuer and session]. */
export function frontChannelUrls(exchange, session, change = {}) {
	const { world } = exchange;
	const user = world.user(session.upn);
	const told = { iss: exchange.issuer(user.tenant, 2), sid: session.sid, ...change };
	return world.applications
		.filter((app) => session.clients.has(app.id) && app.frontChannelUrl)
		.map((app) => withParameters(app.frontChannelUrl, told));
}

/* null where nobody is signed in. */
function findSession({ entra, world, req }, fields) {
	const hinted =
		fields.logout_hint === undefined ? null : world.userByHint(fields.logout_hint);
	const cookie = cookieOf(req);
	const own = entra.sessions.ofCookie(cookie);
	if (own && (!hinted || hinted.upn === own.upn)) {
		return own;
	}
	const upn = hinted?.upn ?? entra.user;
	return entra.sessions.allOf(upn).find((each) => !each.cookie) ?? null;
}

/* Strict: a page; lax, as Entra: signed out, but nowhere to go. */
function goodUri({ world, strict }, uri) {
	const known =
		uri !== undefined &&
		world.applications.some((app) => app.postLogoutUris.includes(uri));
	if (uri !== undefined && !known && strict) {
		throw new EntraError(50011, uri);
	}
	return known;
}

function page(urls, target) {
	const frames = urls.map((url) => `<iframe hidden src="${escapeHtml(url)}"></iframe>`);
	const back = target
		? `<p><a id="continue" href="${escapeHtml(target)}">Continue</a></p>
<meta http-equiv="refresh" content="20;url=${escapeHtml(target)}">`
		: '<p>You may close this window.</p>';
	return `${frames.join('\n')}\n${back}`;
}

export async function logout(exchange) {
	const { fields } = await readRequest(exchange);
	exchange.record(fields);
	const { post_logout_redirect_uri: uri, state } = fields;
	try {
		const target = goodUri(exchange, uri) ? withParameters(uri, { state }) : null;
		const session = findSession(exchange, fields);
		const urls = session ? frontChannelUrls(exchange, session) : [];
		exchange.entra.sessions.end(session);
		sendHtml(exchange.res, 200, 'You signed out of your account', page(urls, target), {
			'set-cookie': 'ESTSAUTH=; path=/; Max-Age=0; HttpOnly; SameSite=Lax',
		});
	} catch (error) {
		sendErrorPage(exchange, error);
	}
}
