/* SPDX-License-Identifier: MIT */
/* private_key_jwt: what is accepted and what is not. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { ASSERTION_TYPE, makeAssertion, makeCertificate } from './assertions.mjs';
import { decode, useStandIn } from './driver.mjs';
import { OTHER, SALLYPORT, TENANT } from './world.mjs';

const driver = useStandIn();
const now = () => Math.floor(Date.now() / 1000);
let certificate;
let stranger;

before(() => {
	certificate = makeCertificate();
	stranger = makeCertificate();
});
beforeEach(() => driver.control('certificate', { client_id: SALLYPORT, pem: certificate.pem }));

const make = (change = {}, by = certificate) => makeAssertion(by, driver.endpoint, change);

const redeem = (assertion, change = {}) =>
	driver.redeem({
		client_secret: undefined,
		client_assertion: assertion,
		client_assertion_type: ASSERTION_TYPE,
		...change,
	});

async function assertRefused(assertion, code, change) {
	const { status, json } = await redeem(assertion, change);
	assert.deepEqual([status, json.error, json.error_codes], [401, 'invalid_client', [code]]);
}

test('PS256 with x5t#S256, padded or not, works and shows in the token', async () => {
	const { status, json } = await redeem(make());
	assert.equal(status, 200);
	assert.equal(decode(json.access_token).claims.azpacr, '2');
	const padded = `${decode(make()).header['x5t#S256']}=`;
	assert.equal((await redeem(make({ header: { 'x5t#S256': padded } }))).status, 200);
	assert.equal((await redeem(make(), { client_id: SALLYPORT })).status, 200);
});

/* Header and claims changed, AADSTS number. */
const REFUSALS = {
	'no thumbprint': [{ header: { 'x5t#S256': undefined } }, 700027],
	'unknown thumbprint': [{ header: { 'x5t#S256': 'A'.repeat(43) } }, 700027],
	'alg none': [{ header: { alg: 'none' } }, 700027],
	'alg that the signature is not': [{ header: { alg: 'RS256' } }, 700027],
	'no typ': [{ header: { typ: undefined } }, 50027],
	'another audience': [
		{ claims: { aud: 'https://login.microsoftonline.com/x/oauth2/v2.0/token' } },
		50012,
	],
	'issuer other than subject': [{ claims: { iss: OTHER } }, 50048],
	'another client': [{ claims: { iss: OTHER, sub: OTHER } }, 50012],
	'no jti': [{ claims: { jti: undefined } }, 50027],
	'no exp': [{ claims: { exp: undefined } }, 700024],
	'no nbf': [{ claims: { nbf: undefined } }, 700024],
	expired: [{ claims: { nbf: now() - 600, exp: now() - 1 } }, 700024],
	'not valid yet': [{ claims: { nbf: now() + 400, exp: now() + 900 } }, 700024],
	'eleven minutes': [{ claims: { exp: now() + 660 } }, 700024],
};

for (const [name, [change, code]] of Object.entries(REFUSALS)) {
	test(`client assertion refused: ${name}`, () => assertRefused(make(change), code));
}

test('refused: another key, a changed signature, a wrong type, garbage', async () => {
	await assertRefused(make({}, stranger), 700027);
	const { header } = decode(make());
	await assertRefused(make({ header: { 'x5t#S256': header['x5t#S256'] } }, stranger), 700027);
	await assertRefused('garbage', 50027);
	const { status, json } = await redeem(make(), { client_assertion_type: 'x' });
	assert.deepEqual([status, json.error_codes], [400, [900144]]);
	const both = await redeem(make(), { client_secret: 'x' });
	assert.deepEqual([both.status, both.json.error_codes], [400, [90023]]);
});

test('an assertion is used once in strict mode, and again in lax mode', async () => {
	const assertion = make();
	assert.equal((await redeem(assertion)).status, 200);
	await assertRefused(assertion, 50012);
	await driver.set({ strict: false });
	assert.equal((await redeem(assertion)).status, 200);
});

test('RS256 with x5t, and the issuer as audience, in lax mode only', async () => {
	const issuer = `${driver.base}/${TENANT}/v2.0`;
	await assertRefused(make({ legacy: true }), 700027);
	await assertRefused(make({ claims: { aud: issuer } }), 50012);
	await driver.set({ strict: false });
	assert.equal((await redeem(make({ legacy: true }))).status, 200);
	assert.equal(
		(await redeem(make({ claims: { aud: issuer, jti: randomUUID() } }))).status,
		200,
	);
	assert.equal(
		(await redeem(make({ claims: { exp: now() - 1, nbf: now() - 600 } }))).status,
		200,
	);
});

test('an assertion that was made once fails when the clock has gone on', async () => {
	const assertion = make();
	await driver.set({ clock_offset: 601 });
	await assertRefused(assertion, 700024);
});
