// SPDX-License-Identifier: MIT
// Client ID metadata documents, good ones and bad ones, for the authorization server to fetch.
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { LOOPBACK } from './target.mjs';

// name: how the document differs from a good one; undefined takes a member out.
const DIFFERENT = {
	good: {},
	'other-id': { client_id: 'https://client.example/other.json' },
	'no-name': { client_name: undefined },
	'no-redirects': { redirect_uris: undefined },
	secret: { token_endpoint_auth_method: 'client_secret_basic' },
	large: { padding: 'x'.repeat(1 << 20) },
};
const FILES = [...Object.keys(DIFFERENT), 'not-json'];

export class Documents {
	#mended = false;

	// base is the URL below which they are; served, whether this program serves them.
	constructor(base, { served = false } = {}) {
		Object.assign(this, { base: base.endsWith('/') ? base : `${base}/`, served });
	}

	url(name) { return `${this.base}${name}.json`; }

	client(name) { return { client_id: this.url(name), redirect_uris: [LOOPBACK] }; }

	text(name) {
		return name === 'not-json' ? 'no JSON' : JSON.stringify({
			client_id: this.url(name), client_name: 'RFC suite', redirect_uris: [LOOPBACK],
			grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none',
			...DIFFERENT[name],
		});
	}

	// From now on `mended` is a good document.
	mend() { this.#mended = true; }

	// What a request for that path is answered with.
	answer(pathname) {
		const name = path.basename(pathname, '.json');
		const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=60' };
		if (name === 'moved')
			return { status: 302, headers: { Location: this.url('moved-here') }, body: '' };
		if (name === 'moved-here')
			return { status: 200, headers, body: this.text('moved') };
		if (name === 'mended')
			return { status: 200, headers, body: this.#mended ? this.text(name) : '{}' };
		return FILES.includes(name) ? { status: 200, headers, body: this.text(name) }
			: { status: 404, headers: {}, body: '' };
	}

	write(directory) {
		mkdirSync(directory, { recursive: true });
		for (const name of FILES)
			writeFileSync(path.join(directory, `${name}.json`), this.text(name));
	}

	// With a certificate and its key (PEM) over TLS, else for a proxy that adds it.  Resolves with what ends it.
	async serve(port, address, tls) {
		const server = tls === undefined ? http.createServer() : https.createServer(tls);
		server.on('request', (rq, rs) => {
			const { status, headers, body } = this.answer(new URL(rq.url, this.base).pathname);
			rs.writeHead(status, headers).end(body);
		});
		server.listen(port, address);
		await once(server, 'listening');
		return () => { server.close(); server.closeAllConnections?.(); };
	}
}
