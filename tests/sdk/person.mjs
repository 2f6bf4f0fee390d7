// SPDX-License-Identifier: MIT
// A person with an MCP client: what the client stores between its steps, and the browser that it opens.
import assert from 'node:assert/strict';
import { Browser } from '../e2e/lib/browser.mjs';

const REDIRECT_URI = 'http://127.0.0.1:33418/callback';

// An OAuthClientProvider of the SDKs, in memory.
class Storage {
	constructor() { Object.assign(this, { saved: [], redirects: [] }); }

	get redirectUrl() { return REDIRECT_URI; }

	get clientMetadata() {
		return {
			client_name: 'Test client', redirect_uris: [REDIRECT_URI], grant_types: ['authorization_code', 'refresh_token'],
			response_types: ['code'], token_endpoint_auth_method: 'none',
		};
	}

	state() { return 'a state of the host'; }
	clientInformation() { return this.client; }
	saveClientInformation(client) { this.client = client; }
	tokens() { return this.saved.at(-1); }
	saveTokens(tokens) { this.saved.push(tokens); }
	codeVerifier() { return this.verifier; }
	saveCodeVerifier(verifier) { this.verifier = verifier; }
	redirectToAuthorization(url) { this.redirects.push(url); }
	discoveryState() { return this.discovery; }
	saveDiscoveryState(state) { this.discovery = state; }

	invalidateCredentials(scope) {
		if (scope === 'all' || scope === 'tokens')
			this.saved.push(undefined);
		if (scope === 'all')
			this.client = undefined;
	}
}

export class Person {
	constructor(sdk, kind, site) {
		Object.assign(this, { sdk, kind, site, storage: new Storage(), browser: new Browser(), errors: [] });
	}

	// A new client and transport, as after a restart of the host; only the storage lives on.
	start() {
		const { Client, StreamableHTTPClientTransport } = this.sdk;
		this.transport = new StreamableHTTPClientTransport(new URL(this.site.resource()), { authProvider: this.storage });
		this.received = watch(this.transport);
		this.client = new Client({ name: 'test', version: '1' }, { capabilities: {}, ...this.kind.options });
		// Closing ends a GET that still waits for its answer.
		this.client.onerror = (error) => { if (error.name !== 'AbortError') this.errors.push(error); };
	}

	async connect() {
		this.start();
		await this.client.connect(this.transport);
	}

	// Connects, is sent to the browser, and does there what there is to do.
	async connectRefused() {
		const before = this.storage.redirects.length;
		await assert.rejects(this.connect(), (error) => error instanceof this.sdk.UnauthorizedError);
		assert.equal(this.storage.redirects.length, before + 1, 'one way to the browser');
		this.errors = [];
	}

	async authorize(decision = 'approve') {
		const page = await this.browser.open(this.storage.redirects.at(-1).href);
		assert.equal(page.status, 200, page.text);
		const { landed } = await this.browser.submit(page, decision, {
			stop: (url) => url.startsWith(`${REDIRECT_URI}?`),
		});
		assert.equal(landed.origin + landed.pathname, REDIRECT_URI);
		assert.equal(landed.searchParams.get('iss'), this.site.url, 'iss of the authorization response');
		return landed.searchParams;
	}

	finish(parameters) { return this.transport.finishAuth(this.kind.response?.(parameters) ?? parameters); }

	async signIn() {
		await this.connectRefused();
		await this.finish(await this.authorize());
		await this.connect();
	}

	// sdk 1.10.0 does not tell, so its answer to initialize does.
	version() {
		return this.client.getNegotiatedProtocolVersion?.()
			?? this.received.find((message) => message.result?.protocolVersion !== undefined)?.result.protocolVersion;
	}

	async close() {
		await this.transport.terminateSession?.();
		await this.client.close();
	}

	callTool() { return this.client.callTool({ name: 'get_graph_user_details', arguments: {} }); }
}

// Every message that the transport hands on from now.
function watch(transport) {
	const received = [];
	let handler;
	Object.defineProperty(transport, 'onmessage', {
		set: (next) => { handler = next; },
		get: () => handler && ((message, ...rest) => { received.push(message); handler(message, ...rest); }),
	});
	return received;
}
