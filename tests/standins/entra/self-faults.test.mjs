/* SPDX-License-Identifier: MIT */
/* The switches of discovery, keys, tokens and the token endpoint. */
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { call, decode, useStandIn } from './driver.mjs';
import { BOB, OTHER, OTHER_TENANT, SALLYPORT, TENANT } from './world.mjs';
import { ACCESS_TOKEN_FAULTS, ID_TOKEN_FAULTS } from './token-faults.mjs';

const driver = useStandIn();
const discovery = () => call(`${driver.base}/${TENANT}/v2.0/.well-known/openid-configuration`);
const keys = () => call(`${driver.base}/${TENANT}/discovery/v2.0/keys`);
const now = () => Math.floor(Date.now() / 1000);

async function keyOf(token) {
	const { header } = decode(token);
	return (await keys()).json.keys.find((key) => key.kid === header.kid);
}

function signedBy(jwk, token) {
	const [head, body, tail] = token.split('.');
	return verify(
		'sha256',
		Buffer.from(`${head}.${body}`),
		createPublicKey({ key: jwk, format: 'jwk' }),
		Buffer.from(tail, 'base64url'),
	);
}

/* What each fault must have done; given is {header, claims, token, key, sent}. */
const CHECKS = {
	wrong_aud: ({ claims }) => claims.aud === OTHER,
	wrong_iss: ({ claims }) => !claims.iss.includes(TENANT),
	wrong_tid: ({ claims }) => claims.tid === OTHER_TENANT && claims.iss.includes(TENANT),
	other_tenant: ({ claims }) =>
		claims.tid === OTHER_TENANT && claims.iss.includes(OTHER_TENANT),
	expired: ({ claims }) => claims.exp < now(),
	not_yet_valid: ({ claims }) => claims.nbf > now(),
	missing_exp: ({ claims }) => !('exp' in claims),
	missing_aud: ({ claims }) => !('aud' in claims),
	missing_tid: ({ claims }) => !('tid' in claims),
	missing_oid: ({ claims }) => !('oid' in claims),
	aud_array: ({ claims }) => claims.aud[0] === SALLYPORT,
	exp_string: ({ claims }) => typeof claims.exp === 'string',
	alg_none: ({ header, token }) => header.alg === 'none' && token.endsWith('.'),
	hs256: ({ header, token, key }) => header.alg === 'HS256' && isHmac(token, key),
	unknown_kid: ({ key }) => key === undefined,
	missing_kid: ({ header }) => !('kid' in header),
	consumers_key: ({ key, token }) =>
		!key.issuer.includes('{tenantid}') && signedBy(key, token),
	bad_nonce: ({ claims, sent }) => claims.nonce && claims.nonce !== sent.nonce,
	missing_nonce: ({ claims }) => !('nonce' in claims),
	other_user: ({ claims }) => claims.oid.startsWith(BOB[0].repeat(8)),
	missing_scp: ({ claims }) => !('scp' in claims),
	wrong_scp: ({ claims }) => claims.scp !== 'access_as_user',
	wrong_ver: ({ claims }) => claims.ver === '1.0',
	app_only: ({ claims }) => claims.idtyp === 'app' && claims.roles && !('scp' in claims),
	bad_signature: ({ key, token }) => !signedBy(key, token),
	missing_signature: ({ header, token }) => header.alg === 'RS256' && token.endsWith('.'),
};

function isHmac(token, jwk) {
	const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({
		type: 'spki',
		format: 'pem',
	});
	const [head, body, tail] = token.split('.');
	return createHmac('sha256', pem).update(`${head}.${body}`).digest('base64url') === tail;
}

async function assertFault(name, member) {
	const authorized = await driver.authorize();
	const { json } = await driver.token(driver.codeFields(authorized));
	const token = json[member];
	if (name === 'not_a_token') {
		assert.throws(() => decode(token));
		return;
	}
	const key = await keyOf(token);
	assert.ok(CHECKS[name]({ ...decode(token), token, key, sent: authorized.fields }), name);
}

for (const [name, member, faults] of [
	['id_token_fault', 'id_token', ID_TOKEN_FAULTS],
	['access_token_fault', 'access_token', ACCESS_TOKEN_FAULTS],
]) {
	test(`${name}: each does what it says, once`, async () => {
		for (const fault of faults) {
			await driver.set({ [name]: { value: fault, times: 1 } });
			await assertFault(fault, member);
		}
		const token = (await driver.signIn())[member];
		assert.ok(signedBy(await keyOf(token), token), 'and then all is well');
	});
}

test("faults of access tokens are not those of Graph's", async () => {
	await driver.set({
		graph_token_fault: 'expired',
		graph_token_lifetime: 60,
		access_token_lifetime: 600,
	});
	const { access_token: token, expires_in: expires } = await driver.signIn();
	assert.equal(expires, 600);
	assert.ok(decode(token).claims.exp > now());
	const { json } = await driver.onBehalfOf(token);
	assert.equal(json.expires_in, 60);
});

test('token_status: a plain body, Retry-After, and nothing is done', async () => {
	const fields = driver.codeFields(await driver.authorize());
	await driver.set({
		token_status: { value: 429, times: 1 },
		token_retry_after: 60,
		token_content_type: { value: 'text/html', times: 1 },
	});
	const { status, headers, text } = await driver.token(fields);
	assert.deepEqual([status, headers['retry-after'], text], [429, '60', 'Too Many Requests']);
	assert.equal(headers['content-type'], 'text/html');
	await driver.set({ token_status: { value: 500, times: 1 }, token_body: 'oops' });
	assert.equal((await driver.token(fields)).text, 'oops');
	assert.equal((await driver.token(fields)).status, 200);
});

test('bodies of the token endpoint', async () => {
	for (const [name, value] of [
		['token_truncate', true],
		['token_body_fault', 'garbage'],
		['token_body_fault', 'empty'],
	]) {
		await driver.set({ [name]: { value, times: 1 } });
		const { status, json } = await driver.redeem();
		assert.deepEqual([status, json], [200, undefined]);
	}
	await driver.set({ token_content_type: 'text/plain' });
	const { headers, json } = await driver.redeem();
	assert.equal(headers['content-type'], 'text/plain');
	assert.ok(json.access_token);
});

test('members of the answer', async () => {
	await driver.set({ expires_in_string: true, token_type: 'bearer' });
	const { expires_in: expires, token_type: type } = await driver.signIn();
	assert.deepEqual([typeof expires, type], ['string', 'bearer']);
	for (const member of ['access_token', 'refresh_token', 'id_token', 'expires_in']) {
		await driver.set({ [`omit_${member}`]: { value: true, times: 1 } });
		assert.equal(member in (await driver.signIn()), false);
		assert.equal(member in (await driver.signIn()), true);
	}
});

test('token_close does the work and gives no answer; token_delay_ms waits', async () => {
	const fields = driver.codeFields(await driver.authorize());
	await driver.set({ token_close: { value: true, times: 1 } });
	await assert.rejects(driver.token(fields));
	assert.deepEqual((await driver.token(fields)).json.error_codes, [54005]);
	const { json: log } = await driver.control('log', undefined, 'GET');
	assert.deepEqual(
		log.slice(-2).map(({ status }) => status),
		[null, 400],
	);
	await driver.set({ token_delay_ms: 150 });
	const begun = Date.now();
	await driver.redeem();
	assert.ok(Date.now() - begun >= 145);
});

test('token_error, and token_fault_grant for one grant alone', async () => {
	const { refresh_token: token, access_token: assertion } = await driver.signIn();
	await driver.set({ token_error: 700082, token_fault_grant: 'refresh_token' });
	const { status, json } = await driver.refresh(token);
	assert.deepEqual([status, json.error, json.error_codes], [400, 'invalid_grant', [700082]]);
	assert.equal((await driver.onBehalfOf(assertion)).status, 200);
	await driver.set({
		token_error: null,
		token_status: 503,
		token_fault_grant: 'on_behalf_of',
	});
	assert.equal((await driver.refresh(token)).status, 200);
	assert.equal((await driver.onBehalfOf(assertion)).status, 503);
});

test('obo_error: codes, claims, suberror, and a plain 429', async () => {
	const { access_token: assertion } = await driver.signIn();
	const wanted = {
		expired: ['invalid_grant', 500133],
		bad_assertion: ['invalid_grant', 50013],
		mfa: ['invalid_grant', 50076],
		mfa_interaction_required: ['interaction_required', 50079],
		blocked: ['invalid_grant', 53003],
		consent_required: ['invalid_grant', 65001],
		temporarily_unavailable: ['temporarily_unavailable', 90033],
		server_error: ['server_error', 90006],
		loop: ['invalid_grant', 50196],
	};
	for (const [value, [error, code]] of Object.entries(wanted)) {
		await driver.set({ obo_error: { value, times: 1 } });
		const { json } = await driver.onBehalfOf(assertion);
		assert.deepEqual([json.error, json.error_codes], [error, [code]]);
		const challenged = ['mfa', 'mfa_interaction_required', 'blocked'].includes(value);
		assert.equal(typeof json.claims, challenged ? 'string' : 'undefined');
		assert.equal(
			typeof json.suberror,
			challenged || value === 'consent_required' ? 'string' : 'undefined',
		);
	}
	await driver.set({ obo_error: 'throttled' });
	const { status, headers, text } = await driver.onBehalfOf(assertion);
	assert.deepEqual([status, headers['retry-after'], text], [429, '60', 'Too Many Requests']);
});

test('discovery down, slow, dropped, foreign, incomplete, garbage', async () => {
	await driver.set({ discovery_status: { value: 503, times: 1 } });
	assert.equal((await discovery()).status, 503);
	await driver.set({ discovery_close: { value: true, times: 1 } });
	await assert.rejects(discovery());
	await driver.set({ discovery_delay_ms: { value: 150, times: 1 } });
	const begun = Date.now();
	const { json: right } = await discovery();
	assert.ok(Date.now() - begun >= 145);
	const differing = async (fault) => {
		await driver.set({
			discovery_fault: { value: fault, times: 1 },
			discovery_foreign_origin: 'http://127.0.0.2:9',
		});
		const { json } = await discovery();
		return Object.keys(right).filter(
			(name) => JSON.stringify(json[name]) !== JSON.stringify(right[name]),
		);
	};
	assert.deepEqual(await differing('foreign_endpoints'), [
		'token_endpoint',
		'jwks_uri',
		'authorization_endpoint',
		'device_authorization_endpoint',
		'end_session_endpoint',
		'userinfo_endpoint',
	]);
	for (const name of ['token_endpoint', 'jwks_uri', 'issuer']) {
		assert.deepEqual(await differing(`foreign_${name}`), [name]);
		assert.deepEqual(await differing(`missing_${name}`), [name]);
	}
	assert.ok((await differing('other_tenant')).includes('issuer'));
	assert.ok((await differing('wrong_types')).includes('token_endpoint'));
	await driver.set({ discovery_body_fault: { value: 'garbage', times: 1 } });
	assert.equal((await discovery()).json, undefined);
	assert.deepEqual((await discovery()).json, right);
});

test('keys down, slow, dropped, garbage, empty, rotated', async () => {
	await driver.set({ jwks_status: { value: 500, times: 1 } });
	assert.equal((await keys()).status, 500);
	await driver.set({ jwks_close: { value: true, times: 1 } });
	await assert.rejects(keys());
	await driver.set({ jwks_delay_ms: { value: 150, times: 1 } });
	const begun = Date.now();
	await keys();
	assert.ok(Date.now() - begun >= 145);
	await driver.set({ jwks_body_fault: { value: 'garbage', times: 1 } });
	assert.equal((await keys()).json, undefined);
	await driver.set({ jwks_empty: { value: true, times: 1 } });
	assert.deepEqual((await keys()).json, { keys: [] });
	const old = (await driver.signIn()).id_token;
	const {
		json: { kid },
	} = await driver.control('rotate_keys', { drop_old: true });
	assert.equal(await keyOf(old), undefined);
	const fresh = (await driver.signIn()).id_token;
	assert.equal(decode(fresh).header.kid, kid);
	assert.ok(signedBy(await keyOf(fresh), fresh));
});

test('clock_offset moves the times of tokens', async () => {
	await driver.set({ clock_offset: -7200 });
	const { id_token: token } = await driver.signIn();
	assert.ok(Math.abs(decode(token).claims.iat - (now() - 7200)) <= 1);
});
