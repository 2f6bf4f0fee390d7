/* SPDX-License-Identifier: MIT */
/* /__control: sign-out, and what else ends a person's sign-in. */
import http from 'node:http';
import https from 'node:https';
import { ControlError, applicationOf, userOf } from './control-error.mjs';
import { frontChannelUrls } from './logout.mjs';

const PATIENCE = 10e3;
const isUrl = (text) => typeof text === 'string' && /^https?:\/\//.test(text);

export function setLogout({ entra }, body) {
	const client = applicationOf(entra, body);
	const { front_channel_url: url = null, post_logout_redirect_uris: uris = [] } = body;
	if (!(url === null || isUrl(url)) || !Array.isArray(uris) || !uris.every(isUrl)) {
		throw new ControlError(
			'front_channel_url wants a URL, post_logout_redirect_uris a list',
		);
	}
	Object.assign(client, { frontChannelUrl: url, postLogoutUris: uris });
}

/* As a browser does in a hidden frame. The answer's body does not matter. */
function get(url) {
	const client = url.startsWith('https:') ? https : http;
	return new Promise((done, fail) => {
		const req = client.get(url, { rejectUnauthorized: false, agent: false }, (res) => {
			res.resume();
			res.on('end', () => done({ url, status: res.statusCode }));
			res.on('error', fail);
		});
		req.on('error', fail);
		req.setTimeout(PATIENCE, () => req.destroy(new Error(`no answer from ${url}`)));
	});
}

/* iss and sid may be other ones or null, to see that nobody falls for it; then no session ends. */
export async function frontChannelLogout(exchange, body) {
	const user = userOf(exchange.entra, body);
	const { iss, sid } = body;
	const change = { ...(iss !== undefined && { iss }), ...(sid !== undefined && { sid }) };
	const sessions = exchange.entra.sessions.allOf(user.upn);
	const urls = sessions.flatMap((session) => frontChannelUrls(exchange, session, change));
	if (!urls.length) {
		throw new ControlError(
			`${user.upn} is signed in to no application with a front-channel URL`,
		);
	}
	const calls = await Promise.all(urls.map(get));
	if (!Object.keys(change).length) {
		sessions.forEach((session) => exchange.entra.sessions.end(session));
	}
	return { status: calls[0].status, calls };
}

export function revoke({ entra }, body) {
	const user = userOf(entra, body);
	entra.generations.set(user.oid, entra.generationOf(user) + 1);
	entra.sessions.allOf(user.upn).forEach((session) => entra.sessions.end(session));
}
