// SPDX-License-Identifier: MIT
// Which token an upstream gets, where it gets it, and that no client ever sees it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { observe } from '../e2e/lib/http.mjs';
import { readChallenge } from '../e2e/lib/oauth.mjs';
import { ALICE, BOB, OTHER, OTHER_URI, SALLYPORT } from '../standins/entra/world.mjs';
import { SECRET } from '../standins/upstream/faults.mjs';
import { behindBoth, failed, privateFile, startGate } from './lib/gate.mjs';
import { startUpstream } from '../standins/upstream/upstream.mjs';

const KEY = 'api-key-93b1';
const OID = { [ALICE]: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', [BOB]: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' };
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const bearer = (entry) => /^Bearer (\S+)$/.exec(entry.headers.authorization ?? '')?.[1];

behindBoth((server) => {
	let gate;
	let upstream;
	let key;
	let authorization;
	const clients = {};

	before(async () => {
		upstream = await startUpstream();
		key = privateFile(`X-Api-Key: ${KEY}\n`);
		authorization = privateFile('Authorization: Basic dXNlcjpwYXNz\n');
		const of = (token, more = {}) => ({ upstream, upstream_token: token, ...more });
		gate = await startGate(server, { servers: {
			none: of('none'), entra: of('entra'), obo: of(`obo:${OTHER_URI}/.default`), file: of(`header-file:${key.file}`),
			basic: of(`header-file:${authorization.file}`),
			inside: of('entra', { upstream_token_in: 'arguments' }),
		} });
		await gate.standin.control('consent', { client_id: SALLYPORT, resource: OTHER_URI, scopes: ['Things.Read'] });
		for (const name of gate.names)
			clients[name] = await gate.client(name);
	});
	afterEach(() => upstream.reset());
	after(async () => {
		await gate?.stop();
		key?.remove();
		authorization?.remove();
	});

	const lastOf = (method = 'tools/call') => upstream.requests(method).at(-1);

	it('none: no credential at all', async () => {
		await clients.none.call('whoami');
		assert.equal(lastOf().headers.authorization, undefined);
		assert.ok(!/eyJ|x-api-key/i.test(JSON.stringify(lastOf().rawHeaders)));
	});

	it("entra: the person's own token for Sallyport's application, with every method", async () => {
		const bob = await gate.client('entra', { user: BOB });
		for (const [client, user] of [[clients.entra, ALICE], [bob, BOB]]) {
			upstream.calm();
			await client.call('whoami');
			await client.request('tools/list');
			await client.notify('notifications/cancelled', { requestId: 9 });
			(await client.listen()).close();
			assert.equal(upstream.log.length, 4);
			for (const entry of upstream.log) {
				const { aud, oid } = claims(bearer(entry));
				assert.deepEqual([aud, oid], [SALLYPORT, OID[user]], `${entry.method} ${entry.json?.method}`);
			}
		}
	});

	it('obo: a token for the upstream, got on behalf of the person, once', async () => {
		await gate.standin.clearLog();
		for (let n = 0; n < 3; n++)
			await clients.obo.call('whoami');
		const { aud, oid, scp } = claims(bearer(lastOf()));
		assert.deepEqual([aud, oid, scp], [OTHER, OID[ALICE], 'Things.Read']);
		assert.ok((await gate.standin.counts()).exchange <= 1);
		const bob = await gate.client('obo', { user: BOB });
		await bob.call('whoami');
		assert.equal(claims(bearer(lastOf())).oid, OID[BOB]);
	});

	it('header-file: its header, and not the one of the client', async () => {
		await clients.file.call('whoami', {}, { headers: { 'X-Api-Key': 'mine' } });
		const { rawHeaders, headers } = lastOf();
		assert.deepEqual([headers['x-api-key'], headers.authorization], [KEY, undefined]);
		assert.equal(rawHeaders.filter((text) => /^x[-_]api[-_]key$/i.test(text)).length, 1);
		await clients.basic.call('whoami');
		assert.equal(lastOf().headers.authorization, 'Basic dXNlcjpwYXNz');
	});

	describe('in the arguments', () => {
		const argumentsOf = (entry = lastOf()) => entry.json.params.arguments;

		it('of tools/call, and in no header', async () => {
			await clients.inside.call('whoami', { text: 'x' });
			const { text, bearerToken } = argumentsOf();
			assert.equal(text, 'x');
			assert.deepEqual([claims(bearerToken).aud, claims(bearerToken).oid], [SALLYPORT, OID[ALICE]]);
			assert.equal(lastOf().headers.authorization, undefined);
		});

		it('where there are none, or empty ones', async () => {
			for (const params of [{ name: 'whoami' }, { name: 'whoami', arguments: {} }]) {
				await clients.inside.request('tools/call', params);
				assert.equal(claims(argumentsOf().bearerToken).aud, SALLYPORT);
			}
		});

		it("in place of the client's own, however that is written", async () => {
			for (const own of ['"bearerToken":"mine"', '"bearer\\u0054oken":"mine"', '"bearerToken":{"a":["mine"]}',
				'"bearerToken":null', ' "bearerToken" : "mine" , "a":1', '"a":1,"bearerToken":"mine"',
				'"a":1,"bearerToken":"mine","b":2']) {
				const message = clients.inside.message('tools/call', { name: 'whoami', arguments: {} });
				const body = JSON.stringify(message.body).replace('"arguments":{}', `"arguments":{${own}}`);
				const answer = await clients.inside.send({ headers: message.headers, body });
				assert.equal(answer.status, 200, `${own}: ${answer.text}`);
				assert.equal(claims(argumentsOf().bearerToken).aud, SALLYPORT, own);
				const { body: sent } = lastOf();
				assert.ok(!sent.includes('mine'), own);
				assert.equal(sent.match(/"bearer(T|\\u0054)oken"/g).length, 1, sent);
				assert.ok(!own.includes('"a":1') || argumentsOf().a === 1, own);
				assert.ok(!own.includes('"b":2') || argumentsOf().b === 2, own);
			}
		});

		it('and the rest of the body stays as it was', async () => {
			const message = clients.inside.message('tools/call', { name: 'echo', arguments: {} });
			const before = '{ "jsonrpc":"2.0", "id":17, "method":"tools/call",'
				+ '"params":{"name":"echo","arguments":{"n":12345678901234567890,';
			const rest = '"bearer":"kept","deep":{"bearerToken":"kept too"}}, "x":[ 1.50 ]} }';
			await clients.inside.send({ headers: message.headers, body: before + rest });
			const { body } = lastOf();
			for (const piece of ['12345678901234567890', '"deep":{"bearerToken":"kept too"}', '"bearer":"kept"',
				'[ 1.50 ]', '"id":17'])
				assert.ok(body.includes(piece), `${piece}: ${body.replace(/eyJ[\w.-]+/, 'TOKEN')}`);
		});

		it('never of another method, nor beside the arguments', async () => {
			const { inside } = clients;
			upstream.calm();
			const own = await gate.client('inside', { session: inside.session });
			await own.request('tools/list', {});
			await own.request('resources/read', { uri: 'a:b', name: 'whoami', arguments: {} });
			await own.request('prompts/get', { name: 'whoami', arguments: {} });
			await own.notify('notifications/cancelled', { requestId: 1 });
			await own.respond('ask-1', { action: 'cancel', arguments: {} });
			(await own.listen()).close();
			assert.ok(upstream.log.length >= 8);
			for (const entry of upstream.log) {
				assert.ok(!entry.body.includes('eyJ') && !entry.body.includes('bearerToken'), entry.body);
				assert.equal(entry.headers.authorization, undefined);
			}
		});

		it('of each call of a batch', async () => {
			const batch = await gate.client('inside', { era: '2025-03-26', session: clients.inside.session });
			const call = (id, method, params) => ({ jsonrpc: '2.0', id, method, params });
			const { status, text } = await batch.send({ headers: batch.message('ping').headers, body: [
				call(1, 'tools/call', { name: 'admin', arguments: { bearerToken: 'mine' } }), call(2, 'ping'),
				call(3, 'tools/call', { name: 'admin' })] });
			assert.equal(status, 200, text);
			const [one, two, three] = upstream.log.at(-1).json;
			assert.deepEqual([claims(one.params.arguments.bearerToken).aud, claims(three.params.arguments.bearerToken).aud],
				[SALLYPORT, SALLYPORT]);
			assert.ok(!JSON.stringify(two).includes('eyJ') && !upstream.log.at(-1).body.includes('mine'));
		});
	});

	describe('refused by the upstream', () => {
		const challenge = `Bearer realm="up", scope="${SECRET}"`;
		const refusal = { status: 401, headers: { 'WWW-Authenticate': challenge }, on: 'tools/call' };

		it("401 to our token is the client's to mend: it signs in again", async () => {
			for (const name of ['entra', 'obo', 'inside']) {
				upstream.fault('status', { ...refusal, times: 9 });
				const { status, headers, text } = await clients[name].call('whoami');
				upstream.reset();
				assert.equal(status, 401, `${name}: ${text}`);
				const challenge = readChallenge(headers['www-authenticate']);
				assert.equal(challenge.error, 'invalid_token');
				assert.match(challenge.resource_metadata, new RegExp(`oauth-protected-resource/${name}$`));
				assert.ok(!JSON.stringify(headers).includes(SECRET) && !text.includes(SECRET));
			}
		});

		it('401 to none or to a key is a failure of ours', async () => {
			for (const name of ['none', 'file']) {
				upstream.fault('status', { ...refusal, times: 9 });
				const answer = await clients[name].call('whoami');
				upstream.reset();
				await failed(gate, answer);
				assert.equal(answer.headers['www-authenticate'], undefined);
				assert.ok(!answer.text.includes(SECRET) && !answer.text.includes(KEY));
			}
		});

		it('403 for want of a scope is ours for want of a scope', async () => {
			upstream.fault('status', { status: 403, on: 'tools/call',
				headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="up:write"' } });
			const { status, headers } = await clients.entra.call('whoami');
			assert.equal(status, 403);
			const challenge = readChallenge(headers['www-authenticate']);
			assert.equal(challenge.error, 'insufficient_scope');
			assert.match(challenge.resource_metadata, /oauth-protected-resource\/entra$/);
		});

		it('another 403 is an error, and no challenge', async () => {
			for (const challenge of [undefined, 'Bearer error="invalid_request"', 'Basic realm="x"']) {
				const shown = challenge ? { 'WWW-Authenticate': challenge } : {};
				upstream.fault('status', { status: 403, on: 'tools/call', headers: shown });
				const { status, headers, json, text } = await clients.entra.call('whoami');
				assert.equal(status, 403, text);
				assert.ok(json?.error?.code < 0, text);
				assert.equal(headers['www-authenticate'], undefined);
				assert.ok(!text.includes(SECRET));
			}
		});
	});

	it('Entra refuses or is down: an error with a reference, and the upstream is not asked', async () => {
		for (const switches of [{ obo_error: 'consent_required' }, { token_status: 503 }, { token_close: true }]) {
			const fresh = await gate.client('obo', { connect: false });
			upstream.calm();
			await gate.standin.during(switches, async () => {
				const answer = await fresh.initialize();
				assert.ok(answer.status === 401 || answer.json?.error?.code === -32603,
					`${JSON.stringify(switches)}: ${answer.status} ${answer.text}`);
			});
			assert.deepEqual(upstream.log, []);
		}
	});

	it("no token of Entra's and no key ever comes back to a client", async () => {
		const answers = [];
		const end = observe((answer) => {
			if (answer.url.startsWith(gate.site.url))
				answers.push(JSON.stringify([answer.rawHeaders, answer.text]));
		});
		for (const name of gate.names) {
			const client = await gate.client(name, { session: clients[name].session });
			await client.request('tools/list');
			await client.call('admin');
			for (const fault of ['html', 'invalid JSON', 'reset', 'empty body']) {
				upstream.fault(fault);
				await client.call('admin');
			}
			for (const status of [401, 403, 404, 500]) {
				upstream.fault('status', { status, times: 2 });
				await client.call('admin');
			}
			upstream.reset();
		}
		end();
		const ofEntra = (await gate.standin.secrets()).filter((text) => text.startsWith('eyJ'));
		const secrets = [KEY, SECRET, 'dXNlcjpwYXNz', ...ofEntra];
		assert.ok(secrets.length > 6 && answers.length > 60);
		const logs = gate.logs();
		for (const secret of secrets) {
			assert.ok(!answers.some((answer) => answer.includes(secret)), `an answer has ${secret.slice(0, 30)}`);
			assert.ok(!logs.includes(secret), `the log has ${secret.slice(0, 30)}`);
		}
	});
});
