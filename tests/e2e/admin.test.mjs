// SPDX-License-Identifier: MIT
// The administrator's commands on a running installation: who is signed in, what has registered, and the end of
// sessions.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { OTHER_TENANT, ALICE, BOB, TENANT } from '../standins/entra/world.mjs';
import { privateFile, startGate } from '../gateway/lib/gate.mjs';
import { post } from './lib/http.mjs';
import { MODERN, McpClient } from './lib/mcp.mjs';
import { refresh, register } from './lib/oauth.mjs';
import { sallyport as command } from './lib/sallyport.mjs';
import { signIn, signedIn } from './lib/sign-in.mjs';

const HEARTBEAT = 1000;
const SECRET = 'introspection-secret-of-the-tests-0001';
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'lighttpd-cgi'])
	describe(server, () => {
		const key = privateFile(SECRET);
		let gate;
		let site;

		before(async () => {
			gate = await startGate(server, { servers: { weather: { introspection_key: key.file }, mcp: { builtin: true } } });
			({ site } = gate);
		});
		after(async () => {
			await gate?.stop();
			key.remove();
		});

		const sallyport = (...args) => command(site, args);
		const list = async (...args) => (await sallyport('sessions', '--json', ...args)).json;
		const sidOf = ({ tokens }) => claimsOf(tokens.access_token).sid;
		const enter = (user = ALICE, name = 'weather') => gate.signIn(name, { user });
		const active = async ({ tokens }) => (await post(`${site.url}/introspect`, { token: tokens.access_token },
			{ headers: { Authorization: `Bearer ${SECRET}` } })).json.active;

		// Asks every program that a client or a resource server uses.
		async function lives(session) {
			assert.equal((await new McpClient(session.resource, session.tokens.access_token, MODERN).connect()).status, 200);
			if (session.resource.endsWith('/weather'))
				assert.equal(await active(session), true);
		}

		async function isOver(session) {
			assert.equal((await new McpClient(session.resource, session.tokens.access_token, MODERN).connect()).status, 401);
			const { status, json } = await refresh(session.metadata, session.client, session.tokens.refresh_token);
			assert.deepEqual([status, json.error], [400, 'invalid_grant']);
			assert.equal(await active(session), false);
		}

		it('lists each session with its person, client and server, and no name of anybody', async () => {
			const [alice, bob] = [await enter(), await enter(BOB, 'mcp')];
			const [one] = await list('--client', alice.client.client_id);
			assert.equal(one.subject, claimsOf(alice.tokens.access_token).sub);
			assert.deepEqual([...new Set((await list('--user', one.subject)).map(({ subject }) => subject))], [one.subject]);
			assert.deepEqual([one.sid, one.client_id, one.server, one.resource, one.tenant_id, one.client_name],
				[sidOf(alice), alice.client.client_id, 'weather', site.resource('weather'), TENANT, 'Test client']);
			assert.ok(Math.abs(one.created_at - Date.now() / 1000) < 60 &&
				one.last_used_at >= one.created_at &&
				one.expires_at > one.created_at);
			assert.deepEqual((await list('--client', bob.client.client_id)).map(({ sid }) => sid), [sidOf(bob)]);
			const { status, out, err } = await sallyport('sessions');
			assert.equal(status, 0);
			assert.match(out, /^SESSION {27}USER {34}CLIENT/);
			assert.match(out, new RegExp(`^${sidOf(bob)}  \\S{36}  ${bob.client.client_id}  mcp `, 'm'));
			assert.match(err, /^\d+ sessions; of people only object ids are kept, no names and no addresses$/m);
			for (const text of [out, (await sallyport('sessions', '--json')).out])
				assert.doesNotMatch(text, /Alice|Bob|@/i);
		});

		it('lists clients, and no name commands the terminal', async () => {
			const { metadata } = await enter();
			const name = 'Evil \u202e\u009b31m \u200b\\u001b Café';
			const { client_id: id } = await register(metadata, { client_name: name });
			await site.database.sqlite(`
				UPDATE client SET client_name = client_name || char(27) || ']0;owned' || char(7) || char(10) || 'root#'
				WHERE client_id = '${id}'`);
			for (const args of [['clients'], ['clients', '--json'], ['sessions']])
				for (const env of [{}, { LC_ALL: 'C' }]) {
					const { status, out } = await command(site, args, { env });
					assert.equal(status, 0);
					assert.doesNotMatch(out, /[^\n\x20-\x7e\u00e9]/, args.join(' '));
				}
			const { out } = await sallyport('clients');
			const line = out.split('\n').find((text) => text.startsWith(id));
			assert.ok(line.includes('Evil \\u202e\\u009b31m \\u200b\\\\u001b Café\\u001b]0;owned\\u0007\\u000aroot#'), line);
			assert.ok(line.endsWith('  http://127.0.0.1:33418/callback'), line);
			const row = (await sallyport('clients', '--json')).json.find(({ client_id }) => client_id === id);
			assert.equal(row.client_name, `${name}\u001b]0;owned\u0007\nroot#`);
			assert.deepEqual([row.used_at, row.redirect_uris], [null, ['http://127.0.0.1:33418/callback']]);
		});

		it('ends one session, in every process at the next request', async () => {
			const [ends, stays] = [await enter(), await enter()];
			await lives(ends);
			const done = await sallyport('revoke', '--session', sidOf(ends));
			assert.deepEqual([done.status, done.out], [0, '1 session ended\n']);
			await isOver(ends);
			await lives(stays);
			const again = await sallyport('revoke', '--session', sidOf(ends), '--json');
			assert.deepEqual([again.status, again.out], [2, '{"ended":0,"account_ended":0}\n']);
			assert.ok(!(await list()).some(({ sid }) => sid === sidOf(ends)));
		});

		it('ends a person\'s or a client\'s sessions, and nobody else\'s', async () => {
			const [alice, second, bob] = [await enter(), await enter(), await enter(BOB)];
			const [{ object_id: oid }] = await list('--client', bob.client.client_id);
			assert.equal((await sallyport('revoke', '--user', `${OTHER_TENANT}/${oid}`)).status, 2);
			await lives(bob);
			assert.equal((await sallyport('revoke', '--user', `${TENANT}/${oid.toUpperCase()}`)).status, 0);
			await isOver(bob);
			await lives(alice);
			const done = await sallyport('revoke', '--client', alice.client.client_id);
			assert.deepEqual([done.status, done.out], [0, '1 session ended\n']);
			await isOver(alice);
			await lives(second);
			await lives(await signedIn(site.resource('weather'), { client: alice.client }));
		});

		it('takes arguments for what they are', async () => {
			const session = await enter();
			const before = (await list()).length;
			for (const args of [[], ['--all', '--client', 'x'], ['--session', '*'], ['--session', sidOf(session).toUpperCase()],
				['--user', '%'], ['--user', "' OR 1=1 --"], ['--user', 'alice@example.org'], ['--session'], [sidOf(session)],
				['--all', '--all'], ['--everything']])
				assert.equal((await sallyport('revoke', ...args)).status, 64, args.join(' '));
			for (const id of ['--all', "' OR 1=1 --", '%', '*', '', '\u001b[2J', 'x'.repeat(5000)]) {
				const done = await sallyport('revoke', '--client', id);
				assert.deepEqual([done.status, done.out], [2, '0 sessions ended\n'], id);
				assert.doesNotMatch(done.out + done.err, /\u001b/);
			}
			assert.equal((await list()).length, before);
			await lives(session);
		});

		it('ends open streams within heartbeats', async () => {
			const session = await enter();
			const [client, stays] = [await gate.client('weather', { session }), await gate.client('weather')];
			const streams = [await client.openCall('silent'), await client.listen()];
			const other = await stays.listen();
			const began = Date.now();
			assert.equal((await sallyport('revoke', '--session', sidOf(session))).status, 0);
			await Promise.all(streams.map((stream) => stream.end(15_000)));
			assert.ok(Date.now() - began < 12 * HEARTBEAT, `${Date.now() - began} ms`);
			assert.ok(!other.ended);
			other.close();
		});

		it('ends all of them, while people go on signing in', async () => {
			const sessions = [await enter(), await enter(BOB), await enter(ALICE, 'mcp')];
			const meanwhile = Promise.all([1, 2, 3].map(() => signIn(site.resource('weather'))));
			const living = (await list()).length;
			const done = await sallyport('revoke', '--all');
			assert.equal(done.status, 0, done.err);
			assert.ok(Number(/^(\d+) sessions ended$/m.exec(done.out)[1]) >= living);
			for (const session of sessions.slice(0, 2))
				await isOver(session);
			for (const { answer } of await meanwhile)	// a session may end before its code is redeemed
				assert.ok(answer.status === 200 || answer.json.error === 'invalid_grant', answer.text);
			await lives(await enter());
		});
	});

describe('without permission', () => {
	it('says so, and does nothing', async () => {
		const gate = await startGate('lighttpd-fastcgi', { servers: { mcp: { builtin: true } } });
		try {
			const commands = [['sessions'], ['clients'], ['revoke', '--all'], ['keys', 'rotate']];
			const as = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];
			for (const args of process.getuid() !== 0 ? [] : commands) {
				const { status, out, err } = await command(gate.site, args, { as });
				assert.ok([1, 78].includes(status), `${args}: ${status}`);
				assert.match(err, /^sallyport: /);
				assert.equal(out, '');
			}
		} finally {
			await gate.stop();
		}
	});
});
