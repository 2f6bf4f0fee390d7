// SPDX-License-Identifier: MIT
// The small parts of OAuth that need no server: PKCE, challenges, and where metadata is to be found.
import { createHash, randomBytes } from 'node:crypto';

const PARAMETER = /([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

export const randomText = (bytes = 32) => randomBytes(bytes).toString('base64url');
export const challengeOf = (verifier) => createHash('sha256').update(verifier).digest('base64url');

// The parameters of the Bearer challenge in a WWW-Authenticate field (RFC 9110 section 11.6.1), or undefined.
export function bearerChallenge(header) {
	const [, rest] = /(?:^|,\s*)Bearer(?:\s+(.*)|$)/i.exec(header ?? '') ?? [];
	if (rest === undefined)
		return /(?:^|,\s*)Bearer$/i.test(header ?? '') ? {} : undefined;
	const parameters = {};
	for (const [, name, quoted, token] of rest.matchAll(PARAMETER))
		parameters[name.toLowerCase()] ??= quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1');
	return parameters;
}

// A URL's well-known form with the path after the name (RFC 8414 section 3.1, RFC 9728 section 3.1).
export function inserted(url, name) {
	const { origin, pathname } = new URL(url);
	return `${origin}/.well-known/${name}${pathname === '/' ? '' : pathname.replace(/\/$/, '')}`;
}

// In the order in which clients try them, as MCP has it since 2025-11-25.
export function metadataUrls(issuer) {
	const { origin, pathname } = new URL(issuer);
	const urls = [inserted(issuer, 'oauth-authorization-server'), inserted(issuer, 'openid-configuration')];
	if (pathname !== '/')
		urls.push(`${origin}${pathname.replace(/\/$/, '')}/.well-known/openid-configuration`);
	return urls;
}

export function isLoopback(url) {
	const { hostname } = new URL(url);
	return ['localhost', '[::1]'].includes(hostname) || hostname.endsWith('.localhost') ||
		/^127\.(\d+\.){2}\d+$/.test(hostname);
}

// https, or http to this machine, on which servers are tried out.
export function isSecure(url) {
	const parsed = parseUrl(url);
	return parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(url));
}

export function parseUrl(text) {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}

// The parameters of an authorization response: each name's values.
export function responseParameters(location) {
	const url = new URL(location);
	const all = [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))];
	const parameters = {};
	for (const [name, value] of all)
		(parameters[name] ??= []).push(value);
	return parameters;
}
