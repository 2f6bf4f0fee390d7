// SPDX-License-Identifier: MIT
// Where clients publish their metadata documents: an https server on loopback that counts who asks, and misbehaves as
// told.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';

const NAMES = 'IP:127.0.0.1,IP:::1,DNS:localhost,DNS:client.localhost,DNS:other.localhost';
const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';

function makeCertificates(dir) {
	writeFileSync(path.join(dir, 'server.ext'), `subjectAltName=${NAMES}\nextendedKeyUsage=serverAuth\n`);
	for (const command of [
		`req -x509 ${KEY} -keyout ca.key -out ca.pem -subj /CN=documents-ca -addext keyUsage=critical,keyCertSign`,
		`req ${KEY.replace(' -days 2', '')} -keyout server.key -out server.csr -subj /CN=documents`,
		'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.pem',
	])
		execFileSync('openssl', command.split(' '), { cwd: dir, stdio: 'pipe' });
}

export async function startDocuments() {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-documents.'));
	chmodSync(dir, 0o755);
	makeCertificates(dir);
	const documents = new Documents(dir);
	await documents.open();
	return documents;
}

class Documents {
	constructor(dir) {
		Object.assign(this, { dir, ca: path.join(dir, 'ca.pem'), answers: new Map(), requests: [], connections: 0, port: 0 });
	}

	// Also again, at the same port, after close().
	async open() {
		this.server = https.createServer({
			key: readFileSync(path.join(this.dir, 'server.key')), cert: readFileSync(path.join(this.dir, 'server.pem')),
		}, (rq, rs) => this.#answer(rq, rs));
		this.server.on('connection', () => { this.connections++; });
		this.server.listen(this.port, '127.0.0.1');
		await once(this.server, 'listening');
		this.port = this.server.address().port;
	}

	close() {
		this.server.closeAllConnections();
		return new Promise((resolve) => this.server.close(resolve));
	}

	async stop() {
		await this.close();
		rmSync(this.dir, { recursive: true, force: true });
	}

	url(name, host = 'client.localhost') { return `https://${host}:${this.port}/${name}`; }

	// What is published there: the document of a client with that URL as its id, changed as told (undefined takes a member
	// out).  how: status, headers, body (in place of the document), send (a function of the response, in place of all).
	publish(name, change = {}, { host, ...how } = {}) {
		const url = this.url(name, host);
		const document = {
			client_id: url, client_name: 'A published client', redirect_uris: ['http://127.0.0.1:33418/callback'],
			token_endpoint_auth_method: 'none', ...change,
		};
		this.answers.set(`/${name}`, { document, ...how });
		return { client_id: url, redirect_uris: document.redirect_uris };
	}

	count(name) { return this.requests.filter(({ url }) => url === `/${name}`).length; }

	#answer(rq, rs) {
		this.requests.push({ method: rq.method, url: rq.url, headers: rq.headers });
		const { document, status = 200, headers = {}, body, send } = this.answers.get(rq.url) ?? { status: 404, body: '' };
		if (send !== undefined) {
			send(rs, rq);
			return;
		}
		rs.writeHead(status, { 'Content-Type': 'application/json', ...headers });
		rs.end(body ?? JSON.stringify(document));
	}
}
