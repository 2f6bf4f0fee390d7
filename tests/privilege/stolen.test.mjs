// SPDX-License-Identifier: MIT
// What is stolen opens nobody's session, and what is written to the database makes nobody somebody else: the database
// alone, each key file alone, both together.  What both do open is named, and is no person's.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign as rsaSign } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { claimsOf, forge, hex } from '../attacks/scene.mjs';
import { seal, wrap } from '../attacks/sealed.mjs';
import { Browser } from '../e2e/lib/browser.mjs';
import { post } from '../e2e/lib/http.mjs';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { authorization, challengeOf, randomText, redeem, refresh, register, revoke } from '../e2e/lib/oauth.mjs';
import { approve, signedIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { startStandIn } from '../e2e/lib/standin.mjs';
import { trustIdentity } from '../entra/lib/gate.mjs';
import { POLICY_CLAIMS } from '../entra/lib/watch.mjs';
import { IDENTITY, IDENTITY_PRINCIPAL, SALLYPORT, TENANT } from '../standins/entra/world.mjs';
import { startUpstream } from '../standins/upstream/upstream.mjs';
import { privateFile } from '../gateway/lib/gate.mjs';
import { KEYS, everything, keyOf, rob } from './lib/thief.mjs';

const ALICE = { user: 'alice@contoso.example', oid: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'Alice Example' };
const BOB = { user: 'bob@contoso.example', oid: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', name: 'Bob Example' };
const HOUR = 3600;
const asker = randomText();

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const bytesOf = (token) => Buffer.from(token, 'base64url');
const jtiOf = ({ tokens }) => bytesOf(claimsOf(tokens.access_token).jti);
const jwtClaims = (text) => (/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(text) ? claimsOf(text) : undefined);
const now = () => Math.floor(Date.now() / 1000);

describe('what is stolen', { concurrency: 1 }, () => {
	let standin;
	let upstream;
	let secret;
	let site;
	let key;
	let alice;
	let bob;

	// Everything that is ever sealed is there: tokens that were renewed and exchanged, a code that nobody has redeemed, a
	// sign-in under way, what Entra demands of Bob, our own managed identity's token.
	before(async () => {
		standin = await startStandIn();
		upstream = await startUpstream();
		await trustIdentity(standin);
		secret = privateFile(`${asker}\n`);
		site = await startSite('lighttpd-fastcgi', {
			standin, entra: { credential: `managed-identity:${IDENTITY}`, imds_url: standin.url },
			servers: ['mcp', { name: 'told', upstream: upstream.url, upstream_user_headers: 'plain' },
				{ name: 'untold', upstream: upstream.url, introspection_key: secret.file }],
		});
		key = Object.fromEntries(KEYS.map((name) => [name, keyOf(path.join(site.keep, 'state'), name)]));
		bob = await session(BOB);
		alice = await session(ALICE);
		const { json } = await refresh(alice.metadata, alice.client, alice.tokens.refresh_token);
		alice.tokens = json;
		alice.mcp = new McpClient(site.resource(), json.access_token);
		assert.equal(await nameOf(alice.mcp), ALICE.name);
		alice.there = await session(ALICE, 'told');
		alice.asked = authorization(alice.metadata, await register(alice.metadata), { resource: site.resource() });
		const browser = new Browser();
		alice.code = (await approve(browser, await browser.open(alice.asked.url), alice.asked, alice.metadata)).code;
		const other = new Browser();
		const asked = authorization(alice.metadata, alice.client, { resource: site.resource() });
		await other.submit(await other.open(asked.url), 'approve', { stop: (url) => url.startsWith(standin.url) });
		await standin.set({ mfa_required: true });
		assert.equal((await bob.mcp.callTool()).status, 401);
		await standin.set({ mfa_required: null });
	});
	after(async () => {
		await site?.stop();
		await standin?.stop();
		await upstream?.refuse();
		secret?.remove();
	});

	async function session({ user }, server = 'mcp') {
		await standin.user(user);
		const made = await signedIn(site.resource(server));
		return { ...made, sid: claimsOf(made.tokens.access_token).sid };
	}

	const nameOf = async (mcp) => (await mcp.callTool()).json?.result?.structuredContent?.displayName;
	const places = (found) => [...new Set(found.map(({ table, column }) => `${table}.${column}`))].sort();

	// Entra's tokens that name a person, and what our clients hold.
	async function secretsOfPeople() {
		const issued = (await standin.secrets()).filter((text) => {
			const claims = jwtClaims(text);
			return claims === undefined || claims.oid === ALICE.oid || claims.oid === BOB.oid;
		});
		assert.ok(issued.filter((text) => jwtClaims(text)?.oid === ALICE.oid).length > 3);
		const held = [alice, bob, alice.there].flatMap(({ tokens }) => [tokens.access_token, tokens.refresh_token]);
		return [...issued, ...held, alice.code];
	}

	it('is all there, and opens with the token that its client holds, or the rest would show nothing', async () => {
		const found = await rob(site.database, Object.values(key), [jtiOf(alice), bytesOf(alice.code)]);
		for (const place of ['session.identity', 'session.entra_tokens', 'exchanged_token.sealed',
			'assertion.sealed', 'reauthentication.sealed'])
			assert.ok(places(found).includes(place), `${place} among ${places(found)}`);
		const tokens = found.filter(({ column }) => column === 'entra_tokens')
			.map(({ text }) => jwtClaims(JSON.parse(text).access_token).oid);
		assert.ok(tokens.length > 1 && tokens.every((oid) => oid === ALICE.oid),
			'hers, of the token and of the code, and nobody else\'s');
	});

	it('the database alone: nothing in it opens, and no secret stands in it', async () => {
		assert.deepEqual(await rob(site.database, []), []);
		const values = await everything(site.database);
		assert.ok(values.some(({ value }) => Buffer.isBuffer(value) && value.equals(sha256(jtiOf(alice)))), 'hashes do');
		for (const secret of await secretsOfPeople())
			for (const form of [Buffer.from(secret), bytesOf(secret)].filter((bytes) => bytes.length >= 16))
				assert.ok(!values.some(({ value }) => Buffer.from(value).includes(form)));
	});

	for (const name of KEYS)
		it(`the key file ${name} alone: what is signed with it is refused`, async () => {
			const claims = { ...claimsOf(alice.tokens.access_token), jti: randomText(), exp: now() + HOUR };
			for (const kid of [key[name].kid, key.sign.kid]) {
				const mcp = new McpClient(site.resource(), forge({ ...key[name], kid }, claims));
				assert.equal((await mcp.request('tools/list')).status, 401);
			}
			const introspected = await post(`${site.url}/introspect`, { token: forge(key[name], claims) });
			assert.notEqual(introspected.json?.active, true);
		});

	it('the database and the other key files, be it one or all of them: nothing', async () => {
		const { cache, ...others } = key;
		assert.equal(cache.name, 'cache');
		assert.deepEqual(await rob(site.database, Object.values(others)), []);
	});

	it('the database and cache: our own identity, and what Entra demands', async () => {
		assert.deepEqual(places(await rob(site.database, [key.cache])), ['assertion.sealed', 'reauthentication.sealed']);
	});

	it('the database and every key file: our managed identity\'s token, what Entra demands, and nobody\'s', async () => {
		const found = await rob(site.database, Object.values(key));
		assert.deepEqual(places(found), ['assertion.sealed', 'reauthentication.sealed']);
		const of = (table) => found.filter((each) => each.table === table).map(({ text }) => text);
		const [assertion, ...more] = of('assertion');
		assert.deepEqual([more.length, jwtClaims(assertion).sub], [0, IDENTITY_PRINCIPAL]);
		assert.deepEqual(of('reauthentication').map((text) => JSON.parse(text)), [POLICY_CLAIMS]);
		for (const secret of await secretsOfPeople())
			assert.ok(!found.some(({ text }) => text.includes(secret)));
	});

	// A whole session of its maker's own: rows, wraps and seals as the product makes them.
	async function forgedSession({ person, entraToken, server = 'mcp', wrapKey = key.wrap, signKey = key.sign,
		renewed = HOUR }) {
		const [dataKey, jti, token] = [randomBytes(32), randomBytes(32), randomBytes(32)];
		const sid = randomBytes(16).toString('hex');
		const resource = site.resource(server);
		const sub = sha256(`${site.url} ${TENANT} ${person.oid}`).toString('base64url');
		const { client_id } = bob.client;
		const end = now() + HOUR;
		const identity = JSON.stringify({
			client_id, resource, scope: 'mcp:tools', sub, tid: TENANT, oid: person.oid, exp: end,
		});
		const tokens = JSON.stringify({
			access_token: entraToken, refresh_token: randomText(), expires_at: end, renew_at: now() + renewed,
			asked_at: now(),
		});
		const row = (hash) => ({ token_hash: sha256(hash).toString('hex'), sid, kid: wrapKey.kid });
		await site.database.sqlite(`
			INSERT INTO session (sid, client_id, resource, scope, subject, tenant_id, object_id, created_at, expires_at,
				last_used_at, identity, entra_tokens, entra_until)
			VALUES (x'${sid}', '${client_id}', '${resource}', 'mcp:tools', '${sub}', '${TENANT}', '${person.oid}',
				${now()}, ${end}, ${now()}, ${hex(seal(dataKey, `session.identity ${sid}`, identity))},
				${hex(seal(dataKey, `session.entra_tokens ${sid}`, tokens))}, ${end});
			INSERT INTO access_token (token_hash, sid, kid, wrap, expires_at)
			VALUES (${hex(sha256(jti))}, x'${sid}', '${wrapKey.kid}',
				${hex(wrap('access_token', jti, wrapKey.secret, row(jti), dataKey))}, ${end});
			INSERT INTO refresh_token (token_hash, sid, kid, wrap, expires_at)
			VALUES (${hex(sha256(token))}, x'${sid}', '${wrapKey.kid}',
				${hex(wrap('refresh_token', token, wrapKey.secret, row(token), dataKey))}, ${end})`);
		return { resource, refreshToken: token.toString('base64url'), accessToken: forge(signKey, {
			iss: site.url, aud: resource, sub, client_id, scope: 'mcp:tools', sid, jti: jti.toString('base64url'),
			iat: now(), exp: end,
		}) };
	}

	// Who the upstream is told that calls, or that it is reached at all.
	async function reaches({ resource, accessToken }) {
		upstream.reset();
		await new McpClient(resource, accessToken, '2025-11-25').connect();
		return upstream.log.map(({ headers }) => headers['x-sallyport-object-id'] ?? true)[0] ?? false;
	}

	// Entra's token for Sallyport, which its person may have got elsewhere.
	const entraTokenOf = async ({ oid }) => (await standin.secrets()).findLast((text) => {
		const claims = jwtClaims(text);
		return claims?.oid === oid && claims.scp !== undefined && claims.aud.endsWith(SALLYPORT);
	});

	const STRANGE = { kid: '0123456789abcdef', secret: Buffer.alloc(32) };

	it('a writer of the database who knows no key: rows of his own are nobody\'s', async () => {
		for (const wrapKey of [STRANGE, { ...STRANGE, kid: key.wrap.kid }]) {
			const entraToken = await entraTokenOf(BOB);
			const forged = await forgedSession({ person: ALICE, entraToken, wrapKey, signKey: STRANGE });
			assert.equal((await new McpClient(forged.resource, forged.accessToken).callTool()).status, 401);
			const answer = await refresh(bob.metadata, bob.client, forged.refreshToken);
			assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_grant']);
		}
		const [code, verifier] = [randomText(), randomText()];
		await site.database.sqlite(`
			INSERT INTO authorization_code (code_hash, sid, kid, wrap, client_id, redirect_uri, code_challenge, expires_at)
			SELECT ${hex(sha256(bytesOf(code)))}, x'${alice.sid}', kid, wrap, '${bob.client.client_id}',
				'${bob.client.redirect_uris[0]}', '${challengeOf(verifier)}', ${now() + HOUR}
			FROM access_token WHERE sid = x'${alice.sid}' LIMIT 1`);
		assert.equal((await redeem(bob.metadata, bob.asked, code, { code_verifier: verifier })).json.error, 'invalid_grant');
	});

	it('old rows, played back: whoever holds their token is himself again, and in another\'s row nobody', async () => {
		const made = await session(BOB);
		const tables = ['session', 'access_token', 'refresh_token'];
		const rowsOf = (table) => site.database.sqlite(`SELECT * FROM ${table} WHERE sid = x'${made.sid}'`,
			'-cmd', `.mode insert ${table}`);
		const copy = (await Promise.all(tables.map(rowsOf))).join('').replace(/^INSERT/gm, 'INSERT OR REPLACE');
		assert.equal((await revoke(made.metadata, made.client, made.tokens.refresh_token)).status, 200);
		assert.equal((await made.mcp.callTool()).status, 401);
		await site.database.sqlite(copy);
		assert.equal(await nameOf(made.mcp), BOB.name);
		await site.database.sqlite(copy.replaceAll(`X'${made.sid}'`, `X'${alice.sid}'`));
		const claims = { ...claimsOf(made.tokens.access_token), sid: alice.sid };
		for (const token of [made.tokens.access_token, forge(key.sign, claims)])
			assert.notEqual(await nameOf(new McpClient(site.resource(), token)), ALICE.name);
		const { json } = await refresh(made.metadata, made.client, made.tokens.refresh_token);
		assert.equal(json.access_token, undefined);
	});

	const TAKEN_OVER = 'a writer of the database with sign and wrap, as a taken-over token: '
		+ 'himself where Entra signed for him, and nobody else';
	it(TAKEN_OVER, async () => {
		const own = await entraTokenOf(BOB);
		const forgery = (person, entraToken, server) => forgedSession({ person, entraToken, server });
		assert.equal(await reaches(await forgery(BOB, own, 'told')), BOB.oid,
			'the forgery is a good one, or the rest shows nothing');
		assert.equal(await reaches(await forgery(BOB, own, 'untold')), true);
		const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const claims = Buffer.from(JSON.stringify({ ...jwtClaims(own), oid: ALICE.oid })).toString('base64url');
		const parts = `${own.split('.')[0]}.${claims}`;
		const selfSigned = `${parts}.${rsaSign('sha256', parts, privateKey).toString('base64url')}`;
		for (const entraToken of [own, selfSigned, 'none']) {
			assert.equal(await reaches(await forgery(ALICE, entraToken, 'told')), false);
			assert.equal(await reaches(await forgery(ALICE, entraToken, 'untold')), false);
			const { resource, accessToken } = await forgery(ALICE, entraToken, 'mcp');
			assert.notEqual(await nameOf(new McpClient(resource, accessToken)), ALICE.name);
		}
	});

	it('nor while Entra does not answer, which is no refusal', async () => {
		await standin.set({ token_close: true });
		const own = await entraTokenOf(BOB);
		const comesIn = async (person) =>
			reaches(await forgedSession({ person, entraToken: own, server: 'untold', renewed: 0 }));
		assert.deepEqual([await comesIn(BOB), await comesIn(ALICE)], [true, false]);
		await standin.set({ token_close: null });
	});

	it('but whoever asks introspect is told that it is good: sign and wrap are all that introspect has', async () => {
		const { accessToken } = await forgedSession({ person: ALICE, entraToken: 'none', server: 'untold' });
		const { json } = await post(`${site.url}/introspect`, { token: accessToken },
			{ headers: { Authorization: `Bearer ${asker}` } });
		assert.equal(json?.active, true);
	});
});
