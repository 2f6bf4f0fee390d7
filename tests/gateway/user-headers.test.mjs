// SPDX-License-Identifier: MIT
// What an upstream is told of the person: nothing, headers, or a signed statement.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { ALICE, BOB, TENANT } from '../standins/entra/world.mjs';
import { startUpstream } from '../standins/upstream/upstream.mjs';
import { behindBoth, privateFile, startGate } from './lib/gate.mjs';

const KEY = 'k'.repeat(20) + 'eY-with-more-than-32-bytes';
// Each in one spelling: lighttpd makes two of one name a request that is refused.
const FORGED = {
	'X-Sallyport-Subject': 'forged', 'X-Sallyport_Object_Id': 'forged', X_Sallyport_Tenant: 'forged',
	'X-Sallyport-Name': 'forged', 'X-Sallyport-User': 'forged', 'X-Sallyport-Groups': 'forged',
};
const PEOPLE = {
	[ALICE]: { oid: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'Alice Example' },
	[BOB]: { oid: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', name: 'Bob Example' },
};
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));

// The claims, once the signature is right.
function verify(token, secret = KEY) {
	const [head, body, signature] = token.split('.');
	assert.equal(decode(head).alg, 'HS256');
	assert.equal(signature, createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url'));
	return decode(body);
}

behindBoth((server) => {
	let gate;
	let upstream;
	let key;
	const clients = {};

	before(async () => {
		upstream = await startUpstream();
		key = privateFile(`${KEY}\n`);
		const of = (kind, more = {}) => ({ upstream, upstream_user_headers: kind, ...more });
		gate = await startGate(server, { servers: {
			off: of('off'), plain: of('plain'), signed: of('signed', { upstream_user_key: key.file }), silent: { upstream },
		} });
		for (const name of gate.names)
			clients[name] = { [ALICE]: await gate.client(name), [BOB]: await gate.client(name, { user: BOB }) };
	});
	after(async () => {
		await gate?.stop();
		key?.remove();
	});

	// Everything that a client can send, and what came of it.
	async function requests(client) {
		upstream.calm();
		await client.call('echo', {}, { headers: FORGED });
		(await client.listen(FORGED)).close();
		await client.notify('notifications/cancelled', { requestId: 1 });
		const { log } = upstream;
		assert.equal(log.length, 3);
		assert.ok(!JSON.stringify(log).includes('forged'));
		return log;
	}

	it('off, and by default: nothing', async () => {
		for (const name of ['off', 'silent'])
			for (const { rawHeaders } of await requests(clients[name][ALICE]))
				assert.ok(!rawHeaders.some((text) => /sallyport/i.test(text)), JSON.stringify(rawHeaders));
	});

	it('plain: who it is, each header once', async () => {
		const subjects = [];
		for (const [user, { oid, name }] of Object.entries(PEOPLE))
			for (const { headers, rawHeaders } of await requests(clients.plain[user])) {
				assert.deepEqual([headers['x-sallyport-object-id'], headers['x-sallyport-tenant'], headers['x-sallyport-name']],
					[oid, TENANT, name]);
				assert.ok(headers['x-sallyport-subject'].length >= 8);
				assert.equal(rawHeaders.filter((text) => /^x[-_]sallyport/i.test(text)).length, 4);
				subjects.push(headers['x-sallyport-subject']);
			}
		assert.equal(new Set(subjects).size, 2, 'a subject is one person, each time');
	});

	it('signed: a short-lived token that only the holder of the key could make', async () => {
		for (const [user, { oid, name }] of Object.entries(PEOPLE))
			for (const { headers, rawHeaders } of await requests(clients.signed[user])) {
				const claims = verify(headers['x-sallyport-user']);
				const values = Object.values(claims);
				for (const value of [oid, TENANT, name])
					assert.ok(values.includes(value), `${value}: ${JSON.stringify(claims)}`);
				const now = Date.now() / 1000;
				assert.ok(claims.exp > now && claims.exp < now + 3600, 'exp');
				assert.ok(claims.iat === undefined || Math.abs(claims.iat - now) < 60, 'iat');
				assert.equal(claims.iss, gate.site.url);
				assert.equal(claims.aud, gate.url('signed'));
				assert.equal(rawHeaders.filter((text) => /^x[-_]sallyport/i.test(text)).length, 1);
			}
	});

	it('signed: nothing of a session or a token is in it', async () => {
		const [{ headers }] = await requests(clients.signed[ALICE]);
		const token = decode(clients.signed[ALICE].token.split('.')[1]);
		const text = JSON.stringify(verify(headers['x-sallyport-user']));
		assert.ok(!text.includes(token.jti) && !text.includes('eyJ'), text);
	});
});

describe('a key that is no key', () => {
	it('lets nothing through, and the log has the reason', async () => {
		const short = privateFile('short\n');
		const keys = { upstream_user_headers: 'signed' };
		const gate = await startGate('lighttpd-fastcgi', { servers: {
			short: { ...keys, upstream_user_key: short.file }, missing: { ...keys, upstream_user_key: '/nonexistent' },
		} });
		try {
			for (const name of gate.names) {
				const client = await gate.client(name, { connect: false });
				const { status, json } = await client.initialize();
				assert.ok(status >= 500 || json.error.code === -32603, `${status}`);
				assert.deepEqual(gate.upstream(name).log, []);
			}
			assert.match(gate.logs(), /upstream_user_key/);
		} finally {
			await gate.stop();
			short.remove();
		}
	});
});
