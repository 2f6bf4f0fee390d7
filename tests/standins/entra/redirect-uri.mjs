/* SPDX-License-Identifier: MIT */
/* Which redirect URIs may be registered, and which registered one a request means. */

const LOOPBACK = ['localhost', '127.0.0.1'];

/* Entra's rules: https, or http on loopback; no fragment, no wildcard, 256 characters, no [::1]. */
export function isRegistrable(text) {
	let uri;
	try {
		uri = new URL(text);
	} catch {
		return false;
	}
	const plain = uri.protocol === 'http:' && LOOPBACK.includes(uri.hostname);
	return (plain || uri.protocol === 'https:') && text.length <= 256 && !/[#*]/.test(text);
}

const portless = (uri) => uri.replace(/^http:\/\/localhost(:\d+)?(?=\/|$)/, 'http://localhost');

/* Byte for byte; Entra itself ignores the port of localhost. */
export function findRedirectUri(client, uri, strict) {
	const same = strict ? (a) => a === uri : (a) => a === uri || portless(a) === portless(uri);
	return client.redirectUris.find((entry) => same(entry.uri)) ?? null;
}
