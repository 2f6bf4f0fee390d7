/* SPDX-License-Identifier: MIT */
/* The stand-in itself, over HTTP: that it serves what it should and refuses what it must. */
import assert from 'node:assert/strict';
import { X509Certificate, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { CALLBACK, SIGN_IN_SCOPE, call, decode, useStandIn } from './driver.mjs';
import { ALICE, GRAPH, SALLYPORT, TENANT } from './world.mjs';

const driver = useStandIn();

const publishedKeys = async () =>
	(await call(`${driver.base}/${TENANT}/discovery/v2.0/keys`)).json.keys;

async function signedByPublishedKey(token) {
	const { header } = decode(token);
	const jwk = (await publishedKeys()).find((key) => key.kid === header.kid);
	const [input, signature] = [token.slice(0, token.lastIndexOf('.')), token.split('.')[2]];
	return (
		jwk !== undefined &&
		verify(
			'sha256',
			Buffer.from(input),
			createPublicKey({ key: jwk, format: 'jwk' }),
			Buffer.from(signature, 'base64url'),
		)
	);
}

test('the whole way: sign in, refresh, on behalf of, /me', async () => {
	const authorized = await driver.authorize();
	assert.equal(authorized.status, 302);
	assert.ok(authorized.location.startsWith(`${CALLBACK}?code=`));
	assert.equal(authorized.params.state, authorized.fields.state);
	const redeemed = await driver.token(driver.codeFields(authorized));
	assert.equal(redeemed.status, 200);
	const { json } = redeemed;
	assert.equal(json.token_type, 'Bearer');
	assert.ok(json.expires_in >= 3600 && json.expires_in < 5400);
	const id = decode(json.id_token).claims;
	assert.equal(id.nonce, authorized.fields.nonce);
	assert.equal(id.preferred_username, ALICE);
	assert.ok(await signedByPublishedKey(json.id_token));
	assert.ok(await signedByPublishedKey(json.access_token));
	const refreshed = await driver.refresh(json.refresh_token);
	assert.equal(refreshed.status, 200);
	assert.notEqual(refreshed.json.refresh_token, json.refresh_token);
	assert.equal(
		(await driver.refresh(json.refresh_token)).status,
		200,
		'the old one stays valid',
	);
	const exchanged = await driver.onBehalfOf(refreshed.json.access_token);
	assert.equal(exchanged.status, 200);
	const graph = decode(exchanged.json.access_token);
	assert.ok([GRAPH, 'https://graph.microsoft.com'].includes(graph.claims.aud));
	assert.equal(
		await signedByPublishedKey(exchanged.json.access_token),
		false,
		'only Graph can verify its tokens',
	);
	const { status, json: person } = await driver.me(exchanged.json.access_token);
	assert.equal(status, 200);
	assert.equal(person.userPrincipalName, ALICE);
	assert.equal(person.id, id.oid);
});

test('access tokens of version 2 have the claims of the reference', async () => {
	const { header, claims } = decode((await driver.signIn()).access_token);
	assert.deepEqual(Object.keys(header).sort(), ['alg', 'kid', 'typ']);
	const { aud, iss, azp, azpacr, scp, tid, ver, nbf, exp, iat } = claims;
	assert.deepEqual(
		{ aud, iss, azp, azpacr, scp, tid, ver },
		{
			aud: SALLYPORT,
			iss: `${driver.base}/${TENANT}/v2.0`,
			azp: SALLYPORT,
			azpacr: '1',
			scp: 'access_as_user',
			tid: TENANT,
			ver: '2.0',
		},
	);
	assert.ok(nbf === iat && exp > iat);
});

test('keys: several, with certificate and issuer', async () => {
	const keys = await publishedKeys();
	assert.ok(keys.length >= 3);
	for (const key of keys) {
		assert.deepEqual(Object.keys(key).sort(), [
			'e',
			'issuer',
			'kid',
			'kty',
			'n',
			'use',
			'x5c',
			'x5t',
		]);
		const certificate = new X509Certificate(Buffer.from(key.x5c[0], 'base64'));
		assert.equal(certificate.publicKey.export({ format: 'jwk' }).n, key.n);
		assert.ok(certificate.verify(certificate.publicKey));
	}
});

test('discovery: both versions, tenants by GUID, domain and common', async () => {
	const get = (path) => call(`${driver.base}/${path}/.well-known/openid-configuration`);
	const { json: two } = await get(`${TENANT}/v2.0`);
	assert.equal(two.issuer, `${driver.base}/${TENANT}/v2.0`);
	assert.equal(two.token_endpoint, driver.endpoint);
	assert.equal('code_challenge_methods_supported' in two, false);
	assert.equal((await get(TENANT)).json.issuer, `https://sts.windows.net/${TENANT}/`);
	assert.equal((await get('contoso.example/v2.0')).json.issuer, two.issuer);
	assert.equal((await get('common/v2.0')).json.issuer, `${driver.base}/{tenantid}/v2.0`);
	const unknown = await get('nobody.example/v2.0');
	assert.deepEqual([unknown.status, unknown.json.error], [400, 'invalid_tenant']);
});

test('client authentication by Basic', async () => {
	const basic = (id, secret) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
	const ways = [
		[SALLYPORT, 'standin-client-secret-0001%7E'],
		[SALLYPORT, 'standin-client-secret-0001~'],
	];
	for (const [id, secret] of ways) {
		const change = { client_id: undefined, client_secret: undefined };
		const { status } = await driver.redeem(change, {
			headers: { authorization: basic(id, secret) },
		});
		assert.equal(status, 200);
	}
});

test('the scope profile decides whether an ID token names its user', async () => {
	const scope = SIGN_IN_SCOPE.replace('profile ', '');
	const authorized = await driver.authorize({ scope });
	const { json } = await driver.token(driver.codeFields(authorized, { scope }));
	const { claims } = decode(json.id_token);
	assert.equal('oid' in claims || 'name' in claims || 'preferred_username' in claims, false);
	assert.equal(claims.tid, TENANT);
});
