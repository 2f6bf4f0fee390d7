// SPDX-License-Identifier: MIT
// The server under test as a client finds it: discovery, clients, sign-ins and tokens.  What several checks look at is
// asked for once; where it is not to be had, NotApplicable says why to each of them.
import { form, post, postJson, request } from './http.mjs';
import {
	bearerChallenge, challengeOf, inserted, metadataUrls, parseUrl, randomText, responseParameters,
} from './oauth.mjs';
import { needs, show } from './verdict.mjs';

export const LOOPBACK = 'http://127.0.0.1:33418/callback';
export const WEB = 'https://client.example/callback?kept=1';
const VERSION = { 'MCP-Protocol-Version': '2025-06-18' };	// clients send it on metadata as well
const DEFAULTS = { authorization_endpoint: 'authorize', token_endpoint: 'token', registration_endpoint: 'register' };
export const UNKNOWN_CODE = randomText();	// no server has issued it
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };

export class Target {
	#kept = new Map();

	// signIn takes an authorization URL and resolves with the URL on which the browser ended; so does decline, where the
	// person says no.  client: { client_id, redirect_uris, client_secret } of one that is registered already.  other: a
	// second MCP server of the same issuer.  introspect: the Authorization of whoever may introspect.  documents: see
	// documents.mjs.  grace: for how many milliseconds the server forgives that a used refresh token comes again.
	constructor(url, { signIn, decline, client, other, introspect, documents, grace = 0 } = {}) {
		Object.assign(this, { url, signIn, decline, given: client, other, introspect, documents, grace });
	}

	// The same answer for everybody who asks by that name.
	once(name, make) {
		if (!this.#kept.has(name))
			this.#kept.set(name, make());
		return this.#kept.get(name);
	}

	// ---- the MCP server

	call(token, { url = this.url, headers = {}, method = 'POST', body = PING } = {}) {
		const all = {
			Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json',
			...token !== undefined && { Authorization: `Bearer ${token}` }, ...headers,
		};
		return request(url, { method, headers: all, ...method === 'POST' && { body: JSON.stringify(body) } });
	}

	async accepts(token, options) {
		return ![401, 403].includes((await this.call(token, options)).status);
	}

	refused() { return this.once('refused', () => this.call(undefined)); }

	async challenge() { return bearerChallenge((await this.refused()).headers['www-authenticate']); }

	// Whether it takes tokens at all: else it shows nothing that it refuses one.
	async needsAccepted() {
		const { tokens } = await this.main();
		needs(await this.once('accepted', () => this.accepts(tokens.access_token)), 'the MCP server takes no token');
	}

	// ---- discovery

	get(url, headers = VERSION) { return this.once(`GET ${url}`, () => request(url, { headers })); }

	resourceUrls() {
		const root = `${new URL(this.url).origin}/.well-known/oauth-protected-resource`;
		return [...new Set([inserted(this.url, 'oauth-protected-resource'), root])];
	}

	// The answer that holds the protected resource's metadata, or undefined: from the challenge, or else the well-known
	// ones.
	resourceMetadata() {
		return this.once('resource metadata', async () => {
			const told = parseUrl((await this.challenge())?.resource_metadata)?.href;
			return this.#firstDocument([...told === undefined ? [] : [told], ...this.resourceUrls()]);
		});
	}

	async #firstDocument(urls) {
		for (const url of urls) {
			const answer = await this.get(url);
			if (answer.status === 200 && typeof answer.json === 'object' && answer.json !== null)
				return answer;
		}
		return undefined;
	}

	// As 2025-03-26 has it, an MCP server without such metadata is its own authorization server, at its origin.
	async issuer() {
		const told = (await this.resourceMetadata())?.json.authorization_servers;
		return parseUrl(told?.[0]) === undefined ? new URL(this.url).origin : told[0];
	}

	async metadataAnswer() { return this.#firstDocument(metadataUrls(await this.issuer())); }

	// Of a server without any, the default endpoints of 2025-03-26.
	metadata() {
		return this.once('metadata', async () => {
			const found = (await this.metadataAnswer())?.json;
			const { origin } = new URL(this.url);
			const defaults = Object.entries(DEFAULTS).map(([name, path]) => [name, `${origin}/${path}`]);
			return found ?? { issuer: origin, ...Object.fromEntries(defaults) };
		});
	}

	async endpoint(name) {
		const url = (await this.metadata())[`${name}_endpoint`];
		needs(parseUrl(url) !== undefined, `the metadata names no ${name}_endpoint`);
		return url;
	}

	// What clients say that a token shall be for.
	async resource() {
		const told = (await this.resourceMetadata())?.json.resource;
		return typeof told === 'string' && this.url.startsWith(told) ? told : this.url;
	}

	// What clients ask for: what the challenge says, or else the resource's metadata.
	async scope() {
		const { scope } = await this.challenge() ?? {};
		return scope ?? (await this.resourceMetadata())?.json.scopes_supported?.join(' ');
	}

	// ---- clients

	async register(fields = {}) {
		return postJson(await this.endpoint('registration'), {
			client_name: 'RFC suite', redirect_uris: [LOOPBACK], grant_types: ['authorization_code', 'refresh_token'],
			response_types: ['code'], token_endpoint_auth_method: 'none', application_type: 'native', ...fields,
		});
	}

	// name keeps several apart.  'main' is the one that was given, if one was.
	client(name = 'main', fields = {}) {
		return this.once(`client ${name}`, async () => {
			if (name === 'main' && this.given !== undefined)
				return this.given;
			const answer = await this.register(fields);
			needs(answer.status < 300 && typeof answer.json?.client_id === 'string',
				`no client could be registered: ${show(answer)}`);
			return { redirect_uris: [LOOPBACK], ...fields, ...answer.json };
		});
	}

	// One that has a secret.
	confidential() {
		return this.once('confidential client', async () => {
			if (this.given?.client_secret !== undefined)
				return this.given;
			const { json } = await this.register({
				client_name: 'RFC suite, with a secret', token_endpoint_auth_method: 'client_secret_basic',
			});
			needs(typeof json?.client_secret === 'string', 'no client has a secret: none was given, and the server issues none');
			return json;
		});
	}

	// Another one, for what is not its own.
	otherClient() { return this.client('other', { client_name: 'RFC suite, another client' }); }

	// ---- the authorization endpoint

	// A request that is right, changed as told; undefined takes a parameter out, an array sends it more than once.
	async authorization(change = {}, client = undefined) {
		const who = client ?? await this.client();
		const verifier = randomText();
		const fields = {
			response_type: 'code', client_id: who.client_id, redirect_uri: who.redirect_uris[0], state: randomText(),
			scope: await this.scope(), code_challenge: challengeOf(verifier), code_challenge_method: 'S256',
			resource: await this.resource(), ...change,
		};
		const endpoint = await this.endpoint('authorization');
		const url = `${endpoint}${endpoint.includes('?') ? '&' : '?'}${form(fields)}`;
		return { fields, verifier, url, client: who };
	}

	// The first answer, to a browser without cookies.
	async ask(change, client) {
		const asked = await this.authorization(change, client);
		return { asked, answer: await request(asked.url, { headers: { Accept: 'text/html' } }) };
	}

	// What became of a request that is wrong: { parameters } went to the client, or { page } is an error page.  A server
	// may find the fault only after the person has signed in.
	async refusal(change, client) {
		const { asked, answer } = await this.ask(change, client);
		const redirect_uri = [asked.fields.redirect_uri].flat()[0] ?? asked.client.redirect_uris[0];
		if (leadsTo(answer.location, redirect_uri))
			return { asked, answer, parameters: responseParameters(answer.location) };
		if (answer.status >= 400)
			return { asked, answer, page: answer };
		const landed = await this.signIn(asked.url);
		return { asked, answer, parameters: leadsTo(landed, redirect_uri) ? responseParameters(landed) : undefined };
	}

	// The person signs in: what came back to the client, undefined if nothing did.
	async #signedIn(change, client) {
		const asked = await this.authorization(change, client);
		const landed = await this.signIn(asked.url);
		const isBack = leadsTo(landed, asked.fields.redirect_uri);
		return { asked, parameters: isBack ? responseParameters(landed) : undefined, ended: landed.split('?')[0] };
	}

	async grant(change, client) {
		const { asked, parameters, ended } = await this.#signedIn(change, client);
		needs(parameters !== undefined, `a sign-in ended at ${ended}`);
		return { asked, parameters };
	}

	async code(change, client) {
		const { asked, parameters } = await this.grant(change, client);
		needs(parameters.code?.length === 1, `a sign-in brought no code, but ${show(parameters.error)}`);
		return { asked, code: parameters.code[0], parameters };
	}

	// ---- the token endpoint

	async token(fields, headers) { return post(await this.endpoint('token'), fields, headers); }

	// A request that is right but for its code, changed as told.
	async attempt(change = {}, headers = {}) {
		const client = await this.client();
		return this.token({
			grant_type: 'authorization_code', code: UNKNOWN_CODE, redirect_uri: client.redirect_uris[0],
			code_verifier: randomText(), ...this.identity(client), ...change,
		}, headers);
	}

	// How this client names itself, and proves it where it has a secret.
	identity({ client_id, client_secret }) { return { client_id, client_secret }; }

	redeem({ asked, code }, change = {}) {
		return this.token({
			grant_type: 'authorization_code', code, redirect_uri: asked.fields.redirect_uri, code_verifier: asked.verifier,
			resource: asked.fields.resource, ...this.identity(asked.client), ...change,
		});
	}

	refresh({ client, tokens }, change = {}) {
		return this.token({
			grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...this.identity(client), ...change,
		});
	}

	// A whole sign-in.
	async session(change, client) {
		const granted = await this.code(change, client);
		const answer = await this.redeem(granted);
		needs(answer.status === 200 && typeof answer.json?.access_token === 'string',
			`the code was not redeemed: ${show(answer)}`);
		return { ...granted, answer, client: granted.asked.client, tokens: answer.json };
	}

	async refreshable(change) {
		const session = await this.session(change);
		needs(typeof session.tokens.refresh_token === 'string', 'the server issues no refresh tokens');
		return session;
	}

	// The sign-in that many checks look at, step by step.  They must leave its tokens alive.
	firstGrant() { return this.once('first sign-in', () => this.grant({ state: STATE })); }

	firstAnswer() {
		return this.once('first tokens', async () => {
			const { asked, parameters } = await this.firstGrant();
			needs(parameters.code?.length === 1, `the sign-in brought no code, but ${show(parameters.error)}`);
			return this.redeem({ asked, code: parameters.code[0] });
		});
	}

	async main() {
		const [{ asked, parameters }, answer] = [await this.firstGrant(), await this.firstAnswer()];
		needs(answer.status === 200 && typeof answer.json?.access_token === 'string',
			`the code was not redeemed: ${show(answer)}`);
		return { asked, parameters, answer, client: asked.client, tokens: answer.json };
	}

	// A client of before 2025-06-18, which names neither resource nor scope nor state.  Where it gets no tokens the reason
	// is in `failed`.
	bare() {
		return this.once('bare client', async () => {
			await this.main();
			const none = { resource: undefined, scope: undefined, state: undefined };
			const { asked, parameters, ended } = await this.#signedIn(none);
			const code = parameters?.code?.[0];
			if (code === undefined)
				return { failed: `instead of a code it got ${show(parameters?.error)}, at ${ended}` };
			const answer = await this.redeem({ asked, code });
			return answer.status === 200 ? { tokens: answer.json } : { failed: `for its code it got ${show(answer)}` };
		});
	}
}

// A state that shows whether it comes back character by character; these are allowed (RFC 6749 appendix A.5).
export const STATE = 'rfc suite+&=%20"<\'';

// Whether that is the redirect URI with a response; what its query had is judged elsewhere.
export function leadsTo(location, redirect_uri) {
	const base = redirect_uri?.split('?')[0];
	return Boolean(base) && location !== undefined && location.startsWith(base) &&
		'?#'.includes(location.charAt(base.length));
}
