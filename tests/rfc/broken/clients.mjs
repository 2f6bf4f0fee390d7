// SPDX-License-Identifier: MIT
// Which client that is, and which redirect URIs are its own, at the broken server.
import { parseUrl } from '../lib/oauth.mjs';

// A client that nobody should have believed in.
const anyone = (documents, client_id) => ({ ...documents.client('good'), client_id });

// What is wrong with a client id that is a URL, or with the answer to fetching it.
function fetched({ bad, documents }, client_id) {
	const url = new URL(client_id.replace(/^http:/, 'https:'));
	const wrong = client_id.startsWith('http:') || url.pathname === '/' || /[#@]|\/\.\.?(\/|$)/.test(client_id);
	if (wrong)
		return bad('documents/url') ? anyone(documents, client_id) : undefined;
	let answer = documents.answer(url.pathname);
	if (answer.status === 302 && bad('documents/no-redirects'))
		answer = documents.answer(new URL(answer.headers.Location).pathname);
	if (answer.status !== 200)
		return bad('documents/status') && answer.status === 404 ? anyone(documents, client_id) : undefined;
	return answer.body.length > 5120 && !bad('documents/size') ? undefined : answer.body;
}

function parsed({ bad, documents }, client_id, text) {
	try {
		return JSON.parse(text);
	} catch {
		const good = () => JSON.parse(documents.text('good').replace(documents.url('good'), client_id));
		return bad('documents/json') ? good() : undefined;
	}
}

function judged({ bad, documents }, client_id, document) {
	if (document.client_id !== client_id && !bad('documents/client-id'))
		return undefined;
	if (document.client_name === undefined && !bad('documents/client-name'))
		return undefined;
	if (document.redirect_uris === undefined && !bad('documents/redirect-uris'))
		return undefined;
	if (document.token_endpoint_auth_method !== 'none' && !bad('documents/no-secrets'))
		return undefined;
	return { ...document, client_id, redirect_uris: document.redirect_uris ?? documents.client('good').redirect_uris };
}

function fromDocument(state, client_id) {
	const found = fetched(state, client_id);
	if (typeof found !== 'string')
		return found;
	const document = parsed(state, client_id, found);
	return document === undefined ? undefined : judged(state, client_id, document);
}

export function findClient(state, client_id) {
	const { bad, clients, documents } = state;
	if (clients.has(client_id))
		return clients.get(client_id);
	if (documents === undefined || !/^https?:/.test(client_id ?? '') || bad('documents/taken'))
		return undefined;
	const client = fromDocument(state, client_id);
	if (client === undefined && bad('documents/no-bad-cache'))
		clients.set(client_id, undefined);
	return client;
}

const isLoopback = (uri) => uri.startsWith('http://127.0.0.1');
const withoutPort = (uri) => uri.replace(/^(http:\/\/(127\.0\.0\.1|localhost)):\d+/, '$1');
const url = (uri) => parseUrl(uri) ?? new URL('https://none.example');
const hasFragment = (uri) => uri.includes('#');

// Each a way to be wrong about the redirect URI uri, where one is registered.
const LOOSE = {
	'redirect/other': (uri) => uri === 'https://evil.example/callback?kept=1',
	'redirect/longer': (uri, one) => !isLoopback(one) && !hasFragment(uri) && uri.startsWith(one.split('?')[0]) &&
		url(uri).search === url(one).search,
	'redirect/host': (uri, one) => url(uri).hostname.endsWith(`.${url(one).hostname}`),
	'redirect/query': (uri, one) => !isLoopback(one) && !hasFragment(uri) && uri.split('?')[0] === one.split('?')[0],
	'redirect/case': (uri, one) => uri.startsWith(url(one).origin) && uri.toLowerCase() === one.toLowerCase(),
	'redirect/normalised': (uri, one) => url(uri).href === url(one).href,
	'redirect/scheme': (uri, one) => uri.replace(/^http:/, 'https:') === one,
	'redirect/port': (uri, one) => url(uri).port !== '' && uri.replace(/:\d+/, '') === one,
	'redirect/fragment': (uri, one) => uri.split('#')[0] === one,
	'redirect/loopback-path': (uri, one) => isLoopback(one) && url(uri).origin === url(one).origin,
	'redirect/loopback-host': (uri, one) => withoutPort(uri.replace('localhost', '127.0.0.1')) === withoutPort(one),
	'documents/redirect-uri': (uri, one, { client_id }) =>
		/^https:/.test(client_id) && uri === 'https://evil.example/callback',
};

export function allowsRedirect({ bad }, client, uri) {
	return client.redirect_uris.some((one) => uri === one ||
		(isLoopback(one) && !bad('rfc8252/port') && withoutPort(uri) === withoutPort(one)) ||
		Object.keys(LOOSE).some((id) => bad(id) && LOOSE[id](uri, one, client)));
}
