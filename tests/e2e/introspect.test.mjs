// SPDX-License-Identifier: MIT
// Token introspection, RFC 7662: a resource server asks what a token is worth, and learns nothing of any other's.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { privateFile } from '../gateway/lib/gate.mjs';
import { eventually } from '../gateway/lib/process.mjs';
import { Browser } from './lib/browser.mjs';
import { cut, meets, wrongMedia, wrongMethods } from './lib/bad.mjs';
import { form, post, request } from './lib/http.mjs';
import { authorization, randomText, refresh, revoke } from './lib/oauth.mjs';
import { approve, signedIn } from './lib/sign-in.mjs';
import { startSite, suitable } from './lib/site.mjs';

const INACTIVE = '{"active":false}';
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const secret = () => randomBytes(36).toString('base64');

for (const server of suitable(['lighttpd-fastcgi', 'apache-proxy-fcgi', 'apache-cgi']))
	describe(server, () => {
		const [key, otherKey] = [secret(), secret()];
		const files = [privateFile(`${key}\n`), privateFile(otherKey)];
		let site;
		let session;

		before(async () => {
			site = await startSite(server, {
				top: ['log = all'], servers: [{ name: 'mcp', tools: 'builtin', introspection_key: files[0].file },
					{ name: 'other', tools: 'builtin', introspection_key: files[1].file }, 'closed'],
			});
			session = await signedIn(site.resource());
		});
		after(async () => {
			await site?.stop();
			files.forEach((file) => file.remove());
		});

		const ask = (token, { as = key, fields = {}, headers = {}, url = `${site.url}/introspect` } = {}) =>
			post(url, { token, ...fields },
				{ headers: { ...as !== null && { Authorization: `Bearer ${as}` }, ...headers } });
		const logs = () => readdirSync(path.join(site.keep, 'log')).map((name) => site.log(name)).join('\n');
		const inactive = async (token, options) => {
			const { status, text } = await ask(token, options);
			assert.deepEqual([status, text], [200, INACTIVE]);
		};

		it('is named by the metadata', async () => {
			assert.equal(session.metadata.introspection_endpoint, `${site.url}/introspect`);
			assert.deepEqual(session.metadata.introspection_endpoint_auth_methods_supported, ['Bearer']);
		});

		it('says what a living token is worth, and nothing of Entra', async () => {
			const token = session.tokens.access_token;
			const claims = claimsOf(token);
			for (const fields of [{}, { token_type_hint: 'access_token' }, { token_type_hint: 'refresh_token' },
				{ unknown: 'x' }]) {
				const { status, json, headers } = await ask(token, { fields });
				assert.equal(status, 200);
				assert.match(headers['content-type'], /^application\/json/);
				assert.match(headers['cache-control'], /no-store/);
				assert.equal(headers['access-control-allow-origin'], undefined);
				assert.deepEqual(json, {
					active: true, token_type: 'Bearer', scope: claims.scope, client_id: session.client.client_id, sub: claims.sub,
					aud: site.resource(), iss: site.url, sid: claims.sid, iat: claims.iat, exp: claims.exp,
				});
			}
			const { text } = await ask(token);
			for (const foreign of [claims.jti, 'aaaaaaaa-aaaa', '11111111-1111', 'Alice'])
				assert.ok(!text.includes(foreign), foreign);
		});

		it('knows no caller without the key', async () => {
			const token = session.tokens.access_token;
			for (const as of ['x', key.slice(0, -1), `${key}A`, key.toLowerCase(), token,
				session.tokens.refresh_token, 'a'.repeat(4000)]) {
				const answer = await ask(token, { as });
				assert.equal(answer.status, 401, as);
				assert.match(answer.headers['www-authenticate'], /^Bearer realm="introspection", error="invalid_token"$/);
				assert.ok(!answer.text.includes('active'));
			}
			const without = await ask(token, { as: null });
			assert.deepEqual([without.status, without.headers['www-authenticate']], [401, 'Bearer realm="introspection"']);
			for (const value of [`Basic ${Buffer.from(`mcp:${key}`).toString('base64')}`, key,
				`Bearer ${key}, Bearer ${key}`, 'Bearer'])
				assert.equal((await ask(token, { headers: { Authorization: value } })).status, 401, value);
			assert.equal((await ask(token, { as: null, fields: { client_id: session.client.client_id, client_secret: key,
				access_token: key } })).status, 401);
		});

		it('tells each resource of its own tokens alone', async () => {
			const other = await signedIn(site.resource('other'));
			const closed = await signedIn(site.resource('closed'));
			assert.equal((await ask(other.tokens.access_token, { as: otherKey })).json.aud, site.resource('other'));
			await inactive(other.tokens.access_token);
			await inactive(session.tokens.access_token, { as: otherKey });
			for (const as of [key, otherKey])
				await inactive(closed.tokens.access_token, { as });
		});

		it('tells nothing of refresh tokens, codes and whatever else', async () => {
			const browser = new Browser();
			const asked = authorization(session.metadata, session.client, { resource: site.resource() });
			const { code } = await approve(browser, await browser.open(asked.url), asked, session.metadata);
			const [head, body, signature] = session.tokens.access_token.split('.');
			const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
			for (const token of [session.tokens.refresh_token, code, randomText(), 'x', `${head}.${body}.${randomText()}`,
				`${head}.${body}.`, `${head}.${body}`, `${none}.${body}.`, `${head}.${body}.${signature}x`,
				claimsOf(session.tokens.access_token).jti, claimsOf(session.tokens.access_token).sid, key, "' OR 1=1 --"])
				await inactive(token);
			assert.equal((await ask(session.tokens.access_token)).json.active, true, 'and does no harm to the session');
		});

		it('a thousand guesses find nothing, and say nothing different', async () => {
			const { access_token: token } = session.tokens;
			const claims = claimsOf(token);
			const [head, , signature] = token.split('.');
			const answers = new Set();
			const guess = () => Buffer.from(JSON.stringify({ ...claims, jti: randomText() })).toString('base64url');
			const tried = () => ask(`${head}.${guess()}.${signature}`);
			for (let n = 0; n < 40; n++)
				for (const { status, text } of await Promise.all(Array.from({ length: 25 }, tried)))
					answers.add(`${status} ${text}`);
			assert.deepEqual([...answers], [`200 ${INACTIVE}`]);
		});

		it('a token that is revoked, or whose session is over, is not active', async () => {
			const one = await signedIn(site.resource());
			assert.equal((await ask(one.tokens.access_token)).json.active, true);
			const { json: next } = await refresh(one.metadata, one.client, one.tokens.refresh_token);
			assert.equal((await ask(next.access_token)).json.active, true);
			await revoke(one.metadata, one.client, next.access_token);
			await inactive(next.access_token);
			assert.equal((await ask(one.tokens.access_token)).json.active, true);
			await revoke(one.metadata, one.client, next.refresh_token);
			await inactive(one.tokens.access_token);
		});

		it('a token that has expired is not active, and the log says why', async () => {
			const one = await signedIn(site.resource());
			const { sid } = claimsOf(one.tokens.access_token);
			await site.database.sqlite(`UPDATE session SET expires_at = 1 WHERE sid = x'${sid}'`);
			await inactive(one.tokens.access_token);
			const line = /POST \/introspect 200 ok client=\S+ id=\S+ \d+ms .*revoked, or its session is over/;
			await eventually(() => line.test(logs()), 'a line of the log');
		});

		it('a row that was tampered with makes nobody somebody else', async () => {
			for (const change of ["subject = 'somebody-else'", "client_id = 'another'", "scope = 'mcp:tools admin'",
				'identity = NULL', `object_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'`, 'expires_at = expires_at + 1000',
				`resource = '${site.resource('other')}'`]) {
				const one = await signedIn(site.resource());
				await site.database.sqlite(`UPDATE session SET ${change} WHERE sid = x'${claimsOf(one.tokens.access_token).sid}'`);
				await inactive(one.tokens.access_token);
				await inactive(one.tokens.access_token, { as: otherKey });
			}
		});

		it('where nobody asked Entra for too long it is not active, and the person signs in anew', async () => {
			const one = await signedIn(site.resource());
			const { sid } = claimsOf(one.tokens.access_token);
			const now = Math.floor(Date.now() / 1000);
			await site.database.sqlite(`UPDATE session SET entra_until = ${now - 7100} WHERE sid = x'${sid}'`);
			assert.equal((await ask(one.tokens.access_token)).json.active, true);
			await site.database.sqlite(`UPDATE session SET entra_until = ${now - 7300} WHERE sid = x'${sid}'`);
			await inactive(one.tokens.access_token);
			const refreshed = await refresh(one.metadata, one.client, one.tokens.refresh_token);
			assert.deepEqual([refreshed.status, refreshed.json.error], [400, 'invalid_grant']);
		});

		it('what cannot be looked up is an error, and not inactive', async () => {
			for (const table of ['access_token', 'session']) {
				await site.database.sqlite(`ALTER TABLE ${table} RENAME TO out_of_reach`);
				const { status, json } = await ask(session.tokens.access_token);
				await site.database.sqlite(`ALTER TABLE out_of_reach RENAME TO ${table}`);
				assert.deepEqual([status, json.error, json.active], [503, 'temporarily_unavailable', undefined], table);
			}
			assert.equal((await ask(session.tokens.access_token)).json.active, true);
		});

		it('what is asked wrongly is refused', async () => {
			const url = `${site.url}/introspect`;
			const headers = { Authorization: `Bearer ${key}` };
			const token = session.tokens.access_token;
			for (const [what, send, expected] of wrongMethods(url, 'POST', ['GET', 'HEAD', 'OPTIONS']))
				meets(await send(), expected, what);
			assert.equal((await request(`${url}?${form({ token })}`, { headers })).status, 405);
			for (const query of [form({ token }), 'x', 'a=b'])
				assert.equal((await ask(token, { url: `${url}?${query}` })).status, 400, query);
			for (const [what, send, expected] of wrongMedia(url, form({ token })))
				meets(await send(), expected, what);
			for (const body of ['', 'token=', `token=${token}&token=${token}`, 'token=%00', 'token=a%7fb',
				`token=${'x'.repeat(8193)}`]) {
				const { status, text } = await post(url, body, { headers });
				assert.equal(status, 400, body.slice(0, 80));
				assert.ok(!text.includes(token));
			}
			for (const [what, send, expected] of cut(url, form({ token }), ['Content-Type: application/x-www-form-urlencoded',
				`Authorization: Bearer ${key}`], { blind: server === 'apache-cgi' }))
				meets(await send(), expected, what);
			for (const path of ['/introspect/', '/introspectx', '/introspect/x'])
				assert.equal((await ask(token, { url: site.url + path })).status, 404);
		});

		it('a new secret counts at once, beside the old one and after it', async () => {
			const { access_token: token } = session.tokens;
			const next = secret();
			const write = (text) => writeFileSync(lent(), text);
			const conf = path.join(site.keep, 'sallyport.conf');
			const lent = () => /introspection_key = (.*)$/m.exec(readFileSync(conf, 'utf8'))[1];
			write(`${next}\n${key}\n`);
			for (const as of [key, next])
				assert.equal((await ask(token, { as })).json.active, true);
			write(`${next}\n`);
			assert.equal((await ask(token)).status, 401);
			assert.equal((await ask(token, { as: next })).json.active, true);
			write('short\n');
			for (const as of [next, 'short'])
				assert.equal((await ask(token, { as })).status, 401);
			assert.match(logs(), /introspection_key \S+: must hold one secret/);
			assert.ok(!logs().includes(next) && !logs().includes(key) && !logs().includes(token), 'no secret in any log');
			write(`${key}\n`);
		});
	});

describe('without any key', () => {
	let site;
	before(async () => { site = await startSite('lighttpd-fastcgi'); });
	after(() => site?.stop());

	it('there is nothing, and nothing is named', async () => {
		const { metadata, tokens } = await signedIn(site.resource());
		assert.equal(metadata.introspection_endpoint, undefined);
		assert.equal((await post(`${site.url}/introspect`, { token: tokens.access_token }, {
			headers: { Authorization: `Bearer ${secret()}` } })).status, 404);
	});
});
