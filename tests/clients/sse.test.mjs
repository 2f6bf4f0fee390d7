// SPDX-License-Identifier: MIT
// The official clients over HTTP+SSE, the transport of 2024-11-05, against every server set-up: sign-in, tools, a call.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Person } from '../sdk/person.mjs';
import { load } from './lib/child.mjs';
import { Scene } from './lib/scene.mjs';
import { checkTool } from './lib/tools.mjs';

const SERVERS = ['lighttpd-fastcgi', 'lighttpd-cgi', 'apache-proxy-fcgi', 'apache-fcgid', 'apache-cgi'];
const KINDS = ['builtin', 'upstream', 'older'];

async function first(directory) {
	const modules = ['index', 'sse', 'auth'].map((name) => load(`${directory}/dist/esm/client/${name}.js`));
	return Object.assign({}, ...await Promise.all(modules));
}

const code = (parameters) => parameters.get('code');
const CLIENTS = [
	{ name: 'sdk 1.10.0', load: () => first('sdk-1.10'), version: '2024-11-05', response: code },
	{ name: 'sdk 1.32.2', load: () => first('sdk-1'), version: '2025-11-25', response: code },
	{ name: 'client 2.4.0', load: () => load('client-2/dist/index.mjs'), version: '2025-11-25' },
];

// The same person with the older transport.
async function makePerson(kind, site) {
	const sdk = await kind.load();
	class Transport extends sdk.SSEClientTransport {
		constructor(url, options) { super(new URL(`${url.href}/sse`), options); }
	}
	return new Person({ ...sdk, StreamableHTTPClientTransport: Transport }, kind, site);
}

async function run(kind, site, tool) {
	const person = await makePerson(kind, site);
	await person.signIn();
	assert.equal(person.version(), kind.version);
	await checkTool(person.client, tool);
	await checkTool(person.client, tool);
	await person.close();
	await person.connect();
	await checkTool(person.client, tool);
	await person.close();
	assert.equal(person.storage.redirects.length, 1, 'a stored token needs no browser');
	assert.deepEqual(person.errors, []);
}

describe('official clients over HTTP+SSE', { concurrency: 2 }, () => {
	const shared = new Scene();
	before(() => shared.start({ kinds: KINDS, server: SERVERS[0] }));
	after(() => shared.stop());

	for (const server of SERVERS)
		describe(server, { concurrency: 2 }, () => {
			let scene = shared;
			before(async () => {
				if (server === SERVERS[0])
					return;
				scene = new Scene(shared);
				await scene.start({ kinds: KINDS, server });
			});
			after(async () => { if (scene !== shared) await scene.stop(); });

			for (const client of CLIENTS)
				for (const kind of KINDS)
					test(`${client.name}, ${kind}`, () => run(client, scene.sites[kind], scene.tool(kind)));
		});
});
