/* SPDX-License-Identifier: MIT */
/* Federated credentials that trust a managed identity or a workload. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { ASSERTION_TYPE } from './assertions.mjs';
import { GLOBAL_AUDIENCE, USGOV_AUDIENCE } from './clouds.mjs';
import { assertError, call, decode, useStandIn } from './driver.mjs';
import { signToken } from './jwt.mjs';
import {
	IDENTITY,
	IDENTITY_HEADER,
	IDENTITY_PRINCIPAL,
	SALLYPORT,
	TENANT,
	TOKEN_EXCHANGE,
} from './world.mjs';

const driver = useStandIn();
const now = () => Math.floor(Date.now() / 1000);
const MACHINE = '/metadata/identity/oauth2/token?api-version=2018-02-01';
const APP = '/msi/token?api-version=2019-08-01';
const EXCHANGE = `&resource=${encodeURIComponent(GLOBAL_AUDIENCE)}`;

const machine = (query = EXCHANGE) =>
	call(`${driver.base}${MACHINE}${query}`, { headers: { metadata: 'true' } });
const appService = () =>
	call(`${driver.base}${APP}${EXCHANGE}`, {
		headers: { 'x-identity-header': IDENTITY_HEADER },
	});

const trust = (change = {}) =>
	driver.control('federated_credential', {
		client_id: SALLYPORT,
		name: 'machine',
		issuer: `${driver.base}/${TENANT}/v2.0`,
		subject: IDENTITY_PRINCIPAL,
		audience: GLOBAL_AUDIENCE,
		...change,
	});

const assertion = (token) => ({
	client_secret: undefined,
	client_assertion: token,
	client_assertion_type: ASSERTION_TYPE,
});
const redeem = (token) => driver.redeem(assertion(token));
const workloadToken = async (body) => (await driver.control('workload_token', body)).json.token;

test("a managed identity's token is a credential when a federated one matches", async () => {
	const { json } = await machine();
	assertError(await redeem(json.access_token), 401, 'invalid_client', 70025);
	await trust();
	const redeemed = await redeem(json.access_token);
	assert.equal(redeemed.status, 200);
	assert.equal(decode(redeemed.json.access_token).claims.azpacr, '2');
	assert.equal((await redeem((await appService()).json.access_token)).status, 200, 'again');
	const exchanged = await driver.onBehalfOf(
		redeemed.json.access_token,
		assertion(json.access_token),
	);
	assert.equal(exchanged.status, 200);
	await driver.set({ imds_ficinfo: true });
	const federated = assertion((await machine()).json.access_token);
	assertError(
		await driver.onBehalfOf(redeemed.json.access_token, federated),
		401,
		'invalid_client',
		700231,
	);
	assert.equal((await driver.redeem(federated)).status, 200);
	await driver.set({ clock_offset: 86400 });
	const late = await redeem(json.access_token);
	assertError(late, 401, 'invalid_client', 700024);
	assert.match(
		late.json.error_description,
		/Current time: \S+, assertion valid from \S+, expiry/,
	);
});

/* What is wrong with the credential, and AADSTS number. */
const MISMATCHES = {
	issuer: [{ issuer: 'https://login.microsoftonline.com/x/v2.0' }, 700211],
	'subject, in another case': [{ subject: IDENTITY_PRINCIPAL.toUpperCase() }, 700213],
	'subject, the client id': [{ subject: IDENTITY }, 700213],
	audience: [{ audience: USGOV_AUDIENCE }, 700212],
	'audience, the GUID': [{ audience: TOKEN_EXCHANGE }, 700212],
};

for (const [name, [change, code]] of Object.entries(MISMATCHES)) {
	test(`a federated credential that does not match: ${name}`, async () => {
		assert.equal((await trust(change)).status, 200);
		const { json } = await machine();
		assertError(await redeem(json.access_token), 401, 'invalid_client', code);
		await driver.set({ fic_catch_all: 'invalid_request' });
		assertError(await redeem(json.access_token), 400, 'invalid_request', 70021);
	});
}

test('what is not a token for this is refused', async () => {
	await trust();
	const { access_token: person } = await driver.signIn();
	assertError(await redeem(person), 401, 'invalid_client', 700229);
	const { json: graph } = await machine('&resource=https://graph.microsoft.com');
	assertError(await redeem(graph.access_token), 401, 'invalid_client', 700211);
	await driver.set({ imds_wrong_subject: true });
	assertError(
		await redeem((await machine()).json.access_token),
		401,
		'invalid_client',
		700213,
	);
	await driver.set({ fic_subject_code: 7002138 });
	assertError(
		await redeem((await machine()).json.access_token),
		401,
		'invalid_client',
		7002138,
	);
	await driver.set({ imds_wrong_subject: false, imds_token_fault: 'bad_signature' });
	assertError(
		await redeem((await machine()).json.access_token),
		401,
		'invalid_client',
		700027,
	);
});

test('twenty credentials and no more, each with a name of its own', async () => {
	for (let i = 0; i < 20; i++) {
		assert.equal((await trust({ name: `n${i}` })).status, 200);
	}
	assert.equal((await trust({ name: 'n20' })).status, 400);
	await driver.begin();
	assert.equal((await trust({ name: 'n' })).status, 200);
	assert.equal((await trust({ name: 'n' })).status, 400);
	assert.equal((await trust({ name: 'm', subject: undefined })).status, 400);
});

const SUBJECT = 'system:serviceaccount:default:sallyport';

test('workload identity', async () => {
	const { json: document } = await call(
		`${driver.base}/workload/.well-known/openid-configuration`,
	);
	assert.equal(document.issuer, `${driver.base}/workload`);
	const token = await workloadToken({ subject: SUBJECT, audience: GLOBAL_AUDIENCE });
	const { header, claims } = decode(token);
	assert.equal((await call(document.jwks_uri)).json.keys[0].kid, header.kid);
	assert.deepEqual([claims.iss, claims.sub], [document.issuer, SUBJECT]);
	await trust({ issuer: document.issuer, subject: SUBJECT });
	assert.equal((await redeem(token)).status, 200);
	assert.equal((await redeem(token)).status, 200, 'it is used as long as it lives');
	const spoilt = token.slice(0, -20) + (token.at(-20) === 'A' ? 'B' : 'A') + token.slice(-19);
	assertError(await redeem(spoilt), 401, 'invalid_client', 700027);
	const refusals = [
		[{ subject: `${SUBJECT}2` }, 700213],
		[{ subject: SUBJECT, audience: USGOV_AUDIENCE }, 700212],
		[{ subject: SUBJECT, audience: [GLOBAL_AUDIENCE] }, 700214],
		[{ subject: SUBJECT, lifetime: -1 }, 700024],
	];
	for (const [body, code] of refusals) {
		assertError(await redeem(await workloadToken(body)), 401, 'invalid_client', code);
	}
	await driver.set({ clock_offset: 3600 });
	assertError(await redeem(token), 401, 'invalid_client', 700024);
});

test('an issuer elsewhere is asked for its keys', async () => {
	const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const keys = [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'one' }];
	let issuer;
	const server = http.createServer((req, res) => {
		const document = { issuer, jwks_uri: `${issuer}/jwks` };
		res.end(JSON.stringify(req.url === '/jwks' ? { keys } : document));
	});
	await new Promise((done) => {
		server.listen(0, '127.0.0.1', done);
	});
	issuer = `http://127.0.0.1:${server.address().port}`;
	const claims = {
		iss: issuer,
		sub: SUBJECT,
		aud: GLOBAL_AUDIENCE,
		nbf: now(),
		exp: now() + 60,
	};
	const token = signToken({ alg: 'RS256', kid: 'one' }, claims, pair);
	await trust({ issuer, subject: SUBJECT });
	try {
		assert.equal((await redeem(token)).status, 200);
		keys[0].kid = 'two';
		assertError(await redeem(token), 401, 'invalid_client', 700027);
	} finally {
		server.close();
	}
});
