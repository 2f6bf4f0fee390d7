// SPDX-License-Identifier: MIT
// Two promises.  Whoever writes to the database makes nobody somebody else: rows are changed under a running
// installation.  And database and key files open nothing without a token that a client holds.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { Browser } from '../e2e/lib/browser.mjs';
import { request } from '../e2e/lib/http.mjs';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { challengeOf, randomText, redeem, refresh, revoke } from '../e2e/lib/oauth.mjs';
import { approve } from '../e2e/lib/sign-in.mjs';
import { ALICE, BOB, EVIL, claimsOf, forge, hex, isErrorPage, list, profile } from './scene.mjs';
import { open, unwrap } from './sealed.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const hashOf = (token) => sha256(Buffer.from(token, 'base64url'));
const jtiHash = (session) => hashOf(claimsOf(session.tokens.access_token).jti);

// Mallory is Bob, with a session of his own, of the same client; Alice is who he wants to be.
async function both(s) {
	const alice = await s.session();
	const mallory = await s.session('bob@contoso.example', { client: alice.client });
	assert.equal(await profile(alice.mcp), ALICE);
	assert.equal(await profile(mallory.mcp), BOB);
	return { alice, mallory };
}

// After a change Mallory is himself or nobody, by his access token and by his refresh token.
async function isNotAlice(s, mallory, what) {
	assert.notEqual(await profile(mallory.mcp), ALICE, what);
	const { json } = await refresh(s.metadata, mallory.client, mallory.tokens.refresh_token);
	if (json.access_token !== undefined)
		assert.notEqual(await profile(new McpClient(s.resource, json.access_token)), ALICE, `${what}, after a refresh`);
}

async function sids(s) {
	const { alice, mallory } = await both(s);
	await s.sqlite(`UPDATE access_token SET sid = x'${alice.sid}' WHERE sid = x'${mallory.sid}';
		UPDATE refresh_token SET sid = x'${alice.sid}' WHERE sid = x'${mallory.sid}'`);
	await isNotAlice(s, mallory, 'sid of his tokens');
	const claims = { ...claimsOf(mallory.tokens.access_token), sid: alice.sid };
	assert.notEqual(await profile(new McpClient(s.resource, forge(s.key('sign'), claims))), ALICE,
		'with the signing key as well');
	assert.equal(await profile(alice.mcp), ALICE);
}

async function wraps(s) {
	for (const table of ['access_token', 'refresh_token']) {
		const { alice, mallory } = await both(s);
		await s.sqlite(`UPDATE ${table} SET sid = x'${alice.sid}', (wrap, kid) = (SELECT wrap, kid FROM ${table}
			WHERE sid = x'${alice.sid}' AND wrap IS NOT NULL LIMIT 1) WHERE sid = x'${mallory.sid}'`);
		await isNotAlice(s, mallory, `wrap of ${table}`);
	}
	const { alice, mallory } = await both(s);
	await s.sqlite(`UPDATE refresh_token SET rotated_at = 1, kept_until = 9999999999, confirmed_at = NULL,
		(successor, successor_hash) = (SELECT wrap, token_hash FROM refresh_token WHERE sid = x'${alice.sid}')
		WHERE sid = x'${mallory.sid}'`);
	await isNotAlice(s, mallory, 'successor');
}

async function entraTokens(s) {
	for (const columns of ['entra_tokens', 'identity', 'entra_tokens, identity', 'tenant_id, object_id, subject',
		'tenant_id, object_id, subject, expires_at, identity, entra_tokens']) {
		const { alice, mallory } = await both(s);
		await s.sqlite(`DELETE FROM exchanged_token;
			UPDATE session SET (${columns}) = (SELECT ${columns} FROM session WHERE sid = x'${alice.sid}')
			WHERE sid = x'${mallory.sid}'`);
		await isNotAlice(s, mallory, columns);
	}
}

async function rights(s) {
	for (const change of ["scope = 'mcp:tools offline_access admin'", `resource = '${s.other}'`,
		'expires_at = expires_at + 1000000', `client_id = '${(await s.client()).client_id}'`,
		"object_id = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'"]) {
		const { client, tokens, mcp, sid } = await s.session('bob@contoso.example');
		assert.equal(await profile(mcp), BOB);
		await s.sqlite(`UPDATE session SET ${change} WHERE sid = x'${sid}'`);
		assert.equal(await profile(mcp), undefined, change);
		const answer = await refresh(s.metadata, client, tokens.refresh_token);
		assert.equal(answer.json.error, 'invalid_grant', change);
		assert.notEqual((await list(tokens.access_token, s.other)).status, 200, change);
	}
}

async function exchanged(s) {
	const { alice, mallory } = await both(s);
	await s.sqlite(`UPDATE exchanged_token SET sealed = (SELECT sealed FROM exchanged_token WHERE sid = x'${alice.sid}')
		WHERE sid = x'${mallory.sid}'`);
	assert.equal(await profile(mallory.mcp), BOB, 'it is exchanged anew');
	await s.sqlite(`DELETE FROM exchanged_token WHERE sid = x'${mallory.sid}';
		UPDATE exchanged_token SET sid = x'${mallory.sid}' WHERE sid = x'${alice.sid}'`);
	assert.equal(await profile(mallory.mcp), BOB);
	await s.sqlite(`
		INSERT INTO exchanged_token SELECT sid, 'https://other/.default', sealed, expires_at FROM exchanged_token
			WHERE sid = x'${mallory.sid}';
		DELETE FROM exchanged_token WHERE sid = x'${mallory.sid}' AND scope <> 'https://other/.default';
		UPDATE exchanged_token SET scope = '${s.standin.graph}/.default' WHERE sid = x'${mallory.sid}'`);
	await s.standin.clearLog();
	assert.equal(await profile(mallory.mcp), BOB);
}

// What Mallory would write into the row of Alice's sign-in.
async function changes(s) {
	const evil = await s.client({ redirect_uris: [EVIL] });
	const verifier = randomText();
	const challenge = `code_challenge = '${challengeOf(verifier)}'`;
	return { evil, verifier, all: [`redirect_uri = '${EVIL}'`, challenge, `client_id = '${evil.client_id}'`,
		`client_id = '${evil.client_id}', redirect_uri = '${EVIL}', ${challenge}`, `resource = '${s.other}'`,
		"scope = 'mcp:tools offline_access'", "state = 'other'", 'state = NULL'] };
}

async function afterApproval(s) {
	for (const change of (await changes(s)).all) {
		const browser = new Browser();
		const entra = await s.approved(s.ask(await s.client()), browser);
		await s.sqlite(`UPDATE authorization_request SET ${change} WHERE entra_state_hash IS NOT NULL`);
		const stop = (url) => !url.startsWith(s.url) && !url.startsWith(s.standin.url);
		const { status, location, landed } = await browser.open(entra, { stop });
		assert.ok(status >= 400 && location === undefined, `${change}: ${status} ${landed.href}`);
		await s.sqlite('DELETE FROM authorization_request');
	}
}

async function beforeApproval(s) {
	for (const change of (await changes(s)).all) {
		const browser = new Browser();
		const page = await s.page(s.ask(await s.client()), browser);
		await s.sqlite(`UPDATE authorization_request SET ${change}`);
		for (const decision of ['approve', 'switch', 'deny'])
			isErrorPage(await browser.submit(page, decision), 403);
		await s.sqlite('DELETE FROM authorization_request');
	}
}

// Two sign-ins in two browsers: what belongs to Mallory's round is put into Alice's row.
async function foreignRound(s) {
	const [alice, mallory] = [new Browser(), new Browser()];
	const client = await s.client({ redirect_uris: [EVIL] });
	const entra = await s.approved(s.ask(await s.client()), alice);
	await s.approved(s.ask(client), mallory);
	await s.sqlite(`UPDATE authorization_request SET (sealed, cookie_hash) =
		(SELECT sealed, cookie_hash FROM authorization_request WHERE client_id = '${client.client_id}')
		WHERE client_id <> '${client.client_id}'`);
	const callback = await s.callbackOf(entra, alice);
	for (const browser of [alice, mallory])
		assert.ok((await browser.fetch(callback)).status >= 400);
	await s.sqlite('DELETE FROM authorization_request');
}

async function codes(s) {
	const { evil, verifier, all } = await changes(s);
	for (const change of all.filter((text) => !/resource|scope|state/.test(text))) {
		const browser = new Browser();
		const asked = s.ask(await s.client());
		const { code } = await approve(browser, await s.page(asked, browser), asked, s.metadata);
		await s.sqlite(`UPDATE authorization_code SET ${change} WHERE code_hash = ${hex(hashOf(code))}`);
		for (const client_id of [asked.fields.client_id, evil.client_id])
			for (const redirect_uri of [asked.fields.redirect_uri, EVIL])
				for (const code_verifier of [asked.verifier, verifier]) {
					const { status } = await redeem(s.metadata, asked, code, { client_id, redirect_uri, code_verifier });
					assert.notEqual(status, 200, change);
				}
	}
	const session = await s.session();
	await s.sqlite(`UPDATE authorization_code SET redeemed_at = NULL, expires_at = expires_at + 1000
		WHERE sid = x'${session.sid}'`);
	assert.notEqual((await redeem(s.metadata, session.asked, session.response.code)).status, 200, 'redeemed once more');
}

async function clientRow(s) {
	const honest = await s.client({ client_name: 'Honest' });
	await s.sqlite(`UPDATE client SET redirect_uris = '["${EVIL}"]' WHERE client_id = '${honest.client_id}'`);
	const page = await s.page(s.ask(honest, { redirect_uri: EVIL }));
	assert.ok(page.text.includes(EVIL), 'the person sees where the answer goes');
	for (const uris of ['{}', '[null]', '[1,[]]', 'x', '', `["${'a'.repeat(9000)}"]`]) {
		await s.sqlite(`UPDATE client SET redirect_uris = '${uris}' WHERE client_id = '${honest.client_id}'`);
		isErrorPage(await request(s.ask(honest).url));
	}
}

async function entraKeys(s) {
	await s.session();
	const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const keys = JSON.stringify({ keys: [
		{ ...publicKey.export({ format: 'jwk' }), kid: 'evil', use: 'sig', kty: 'RSA' }
	] });
	const before = await s.db.rows('SELECT name, document FROM entra_cache ORDER BY name');
	const named = (end) => before.find((r) => r.name.startsWith('http') && r.name.endsWith(end));
	const [jwks, discovery] = [named('/keys'), named('/v2.0/.well-known/openid-configuration')];
	for (const [name, document] of [[jwks.name, keys], [discovery.name,
		discovery.document.replaceAll(s.standin.url, 'https://evil.example')]]) {
		await s.sqlite(`UPDATE entra_cache SET document = '${document.replaceAll("'", "''")}' WHERE name = '${name}'`);
		assert.equal(await profile((await s.session()).mcp), ALICE, `${name} is fetched anew`);
	}
	assert.deepEqual(await s.db.rows('SELECT name, document FROM entra_cache ORDER BY name'), before);
	await s.sqlite(`UPDATE entra_cache SET fetched_at = fetched_at - 1 WHERE name = '${jwks.name}'`);
	await s.standin.clearLog();
	await s.session();
	await s.sqlite(`UPDATE entra_cache SET fetched_at = fetched_at + 1000000, tried_at = 0 WHERE name = '${jwks.name}'`);
	await s.session();
	assert.equal((await s.standin.counts()).keys, 2, 'an old set of keys does not become a new one');
}

async function entraDoor(s) {
	const browser = new Browser();
	const page = await s.page(s.ask(await s.client()), browser);
	const out = await browser.open(`${s.url}/logout`);
	const [{ document }] = await s.db.rows("SELECT document FROM entra_cache WHERE name LIKE 'browser-endpoints %'");
	const { authorization_endpoint: honest } = JSON.parse(document);
	for (const url of ['https://evil.example/authorize', `${honest}?client_id=evil&x=#`, `${honest}#`,
		honest.replace('//', '//evil@'), `${honest.replace('://', '://evil.')}`, 'javascript:alert(1)', '',
		`${s.standin.url}.evil.example/`, null, [honest]]) {
		const planted = JSON.stringify({ authorization_endpoint: url, end_session_endpoint: url });
		await s.sqlite(`UPDATE entra_cache SET document = '${planted}' WHERE name LIKE 'browser-endpoints %'`);
		for (const [shown, value] of [[page, 'approve'], [out, 'signout']]) {
			const { location, status } = await browser.submit(shown, value, { stop: () => true });
			assert.ok(status >= 400 && location === undefined, `${url}: ${status}`);
		}
	}
	await s.sqlite("UPDATE entra_cache SET document = '' WHERE name LIKE 'browser-endpoints %'");
	assert.equal((await browser.submit(page, 'approve', { stop: () => true })).location, undefined);
	await s.sqlite('DELETE FROM entra_cache');
}

// Ended as its holder ends it, so that what is left is what we leave.
async function erased(s) {
	const { client, tokens, metadata, mcp, sid } = await s.session();
	assert.equal(await profile(mcp), ALICE);
	assert.equal((await revoke(metadata, client, tokens.refresh_token)).status, 200);
	await s.sqlite(`UPDATE session SET ended_at = NULL WHERE sid = x'${sid}'`);
	assert.equal((await refresh(metadata, client, tokens.refresh_token)).json.error, 'invalid_grant');
	assert.equal(await profile(mcp), undefined);
}

const WRAPS = (table) => `SELECT hex(token_hash) AS token_hash, hex(sid) AS sid, kid, hex(wrap) AS wrap FROM ${table}
	WHERE wrap IS NOT NULL`;

// Every value of every row, and every server key, as the secret that a wrap may open with.
async function withoutToken(s) {
	const session = await s.session();
	assert.equal(await profile(session.mcp), ALICE);
	const dump = await s.db.content();
	const blobs = [...dump.matchAll(/X'([0-9a-f]+)'/gi)].map((match) => Buffer.from(match[1], 'hex'));
	const names = ['sign', 'wrap', 'cache', 'browser', 'logout'];
	const keys = names.map((name) => s.key(name).secret);
	const candidates = new Map([...blobs, ...blobs.map(sha256), ...keys].map((b) => [b.toString('hex'), b]));
	for (const table of ['access_token', 'refresh_token']) {
		const rows = (await s.db.rows(WRAPS(table))).filter((row) => row.sid.toLowerCase() === session.sid);
		const { access_token: access, refresh_token: again } = session.tokens;
		const secret = Buffer.from(table === 'access_token' ? claimsOf(access).jti : again, 'base64url');
		const [row] = rows.filter((r) => r.token_hash === sha256(secret).toString('hex').toUpperCase());
		const dataKey = unwrap(table, secret, s.key('wrap').secret, row);
		assert.equal(dataKey?.length, 32, 'with the token it opens, or the rest shows nothing');
		const [{ identity }] = await s.db.rows(`SELECT hex(identity) AS identity FROM session WHERE sid = x'${session.sid}'`);
		assert.match(String(open(dataKey, `session.identity ${session.sid}`, Buffer.from(identity, 'hex'))), /aaaaaaaa-aaaa/);
		for (const candidate of candidates.values())
			assert.equal(unwrap(table, candidate, s.key('wrap').secret, row), undefined);
		assert.equal(unwrap(table, secret, s.key('sign').secret, row), undefined,
			'without the wrap key the token opens nothing');
	}
}

// HS256 is deterministic: a token that rows and key files could rebuild would undo the promise.
async function jti(s) {
	const session = await s.session();
	assert.equal(await profile(session.mcp), ALICE);
	const { jti: secret } = claimsOf(session.tokens.access_token);
	const bytes = Buffer.from(secret, 'base64url');
	assert.equal(bytes.length, 32);
	const state = s.state();
	const signature = session.tokens.access_token.split('.')[2];
	for (const form of [secret, bytes, bytes.toString('hex'), bytes.toString('base64'), signature]) {
		assert.ok(!state.includes(form), 'the jti is not stored');
		assert.ok(!s.logs().includes(form.toString('latin1')), 'nor logged');
	}
	assert.ok(state.includes(jtiHash(session)), 'its hash is, so this looks in the right place');
	const claims = claimsOf(session.tokens.access_token);
	for (const guess of [jtiHash(session), Buffer.alloc(32), s.key('sign').secret]) {
		const forged = forge(s.key('sign'), { ...claims, jti: guess.toString('base64url') });
		assert.notEqual((await list(forged, s.resource)).status, 200);
	}
}

export const tampering = [
	['T.1 tokens moved to another session', sids],
	['T.2 wraps and successors copied between sessions', wraps],
	['T.3 identity and Entra\'s tokens copied between sessions', entraTokens],
	['T.4 scope, resource, client, person and end of a session changed', rights],
	['T.5 exchanged tokens copied between sessions and scopes', exchanged],
	['T.6 a sign-in changed between approval and callback', afterApproval],
	['T.7 a sign-in changed between its page and the approval', beforeApproval],
	['T.8 one round put into another\'s row', foreignRound],
	['T.9 the row of a code changed, or made new again', codes],
	['T.10 the redirect URIs of a client changed', clientRow],
	['T.11 Entra\'s keys and endpoints planted', entraKeys],
	['T.12 the way to Entra planted', entraDoor],
	['T.13 an ended session made to live again', erased],
	['T.14 database and key files open nothing without a token', withoutToken],
	['T.15 a jti is never stored, and no token can be rebuilt', jti],
];
