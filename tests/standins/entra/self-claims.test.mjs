/* SPDX-License-Identifier: MIT */
/* The claims parameter, continuous access evaluation, authentication contexts, revocation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertError, decode, useStandIn } from './driver.mjs';
import { ALICE, BOB } from './world.mjs';

const driver = useStandIn();
const CP1 = '{"access_token":{"xms_cc":{"values":["cp1"]}}}';

async function signIn(claims) {
	const authorized = await driver.authorize({ claims });
	return (await driver.token(driver.codeFields(authorized))).json;
}

const challengeOf = ({ headers }) => {
	const [, encoded] = /claims="([^"]+)"/.exec(headers['www-authenticate']) ?? [];
	return encoded && JSON.parse(Buffer.from(encoded, 'base64'));
};

test('claims are refused unless they are a request of claims', async () => {
	const wrong = [
		'[]',
		'{"x":{}}',
		'{"access_token":[]}',
		'{"access_token":{"a":{"essential":1}}}',
	];
	for (const claims of [
		...wrong,
		'{"id_token":{"a":{"values":[]}}}',
		'{"userinfo":{"a":"b"}}',
		'x',
	]) {
		assert.equal(
			(await driver.authorize({ claims })).params.error,
			'invalid_request',
			claims,
		);
	}
	const { refresh_token: token } = await driver.signIn();
	assertError(await driver.refresh(token, { claims: '[]' }), 400, 'invalid_request', 90023);
	for (const claims of ['{}', '{"id_token":{"a":null}}', CP1]) {
		assert.ok((await driver.authorize({ claims })).params.code);
	}
});

test('cp1: long tokens that say so, by code, refresh and exchange', async () => {
	const json = await signIn(CP1);
	const long = ({ expires_in: seconds, access_token: token }) => {
		assert.deepEqual(decode(token).claims.xms_cc, ['cp1']);
		assert.ok(seconds >= 72000 && seconds < 100800);
	};
	long(json);
	long((await driver.redeem({ claims: CP1 })).json);
	long((await driver.refresh(json.refresh_token, { claims: CP1 })).json);
	long((await driver.onBehalfOf(json.access_token, { claims: CP1 })).json);
	const plain = (await driver.refresh(json.refresh_token)).json;
	assert.ok(plain.expires_in < 5400 && !('xms_cc' in decode(plain.access_token).claims));
});

test('revoke: what is of before is worth nothing', async () => {
	const old = await signIn(CP1);
	const graph = (await driver.onBehalfOf(old.access_token, { claims: CP1 })).json
		.access_token;
	const plain = (await driver.onBehalfOf(old.access_token)).json.access_token;
	const code = await driver.authorize();
	await driver.control('revoke', { user: BOB });
	assert.equal((await driver.me(graph)).status, 200);
	await driver.control('revoke', { user: ALICE });
	const refused = await driver.me(graph);
	assert.equal(refused.status, 401);
	assert.match(refused.json.error.message, /TokenIssuedBeforeRevocationTimestamp/);
	const challenge = challengeOf(refused);
	assert.equal(challenge.access_token.nbf.essential, true);
	const other = await driver.me(plain);
	assert.deepEqual([other.status, challengeOf(other)], [401, undefined]);
	for (const answer of [
		await driver.refresh(old.refresh_token),
		await driver.onBehalfOf(old.access_token),
		await driver.token(driver.codeFields(code)),
	]) {
		assertError(answer, 400, 'invalid_grant', 50173);
	}
	const { access_token: fresh } = await signIn(JSON.stringify(challenge));
	const { json } = await driver.onBehalfOf(fresh, { claims: CP1 });
	assert.equal((await driver.me(json.access_token)).status, 200);
});

test('styles of the challenge', async () => {
	const token = await driver.graphToken();
	const ask = async (style) => {
		await driver.set({ graph_claims_challenge: true, graph_challenge_style: style });
		return driver.me(token);
	};
	for (const style of ['several_headers', 'two_challenges']) {
		const answer = await ask(style);
		assert.match(answer.headers['www-authenticate'], /^PoP .*, Bearer realm/);
		assert.ok(challengeOf(answer).access_token);
	}
	assert.match((await ask('other_order')).headers['www-authenticate'], /^Bearer claims="/);
	assert.equal((await ask('status_403')).status, 403);
});

test('obo_acrs: until /authorize was asked for it, or never', async () => {
	await driver.set({ obo_acrs: 'c1' });
	const refused = await driver.onBehalfOf((await driver.signIn()).access_token);
	assertError(refused, 400, 'interaction_required', 50079);
	const { claims } = refused.json;
	assert.deepEqual(JSON.parse(claims).access_token.acrs, { essential: true, value: 'c1' });
	const met = await signIn(claims);
	assert.deepEqual(decode(met.access_token).claims.acrs, ['c1']);
	const exchanged = await driver.onBehalfOf(met.access_token);
	assert.deepEqual(decode(exchanged.json.access_token).claims.acrs, ['c1']);
	await driver.set({ mfa_never_satisfied: true });
	assert.equal(
		(await driver.onBehalfOf(met.access_token)).json.error,
		'interaction_required',
	);
});

test('refresh_claims and claims_refused', async () => {
	const { refresh_token: token } = await driver.signIn();
	await driver.set({ refresh_claims: 53003 });
	const refused = await driver.refresh(token);
	assertError(refused, 400, 'invalid_grant', 53003);
	assert.equal(refused.json.suberror, 'basic_action');
	const { claims } = refused.json;
	const met = await signIn(claims);
	assert.equal((await driver.refresh(met.refresh_token)).status, 200);
	for (const error of ['access_denied', 'interaction_required']) {
		await driver.set({ claims_refused: error });
		assert.equal((await driver.authorize({ claims })).params.error, error);
		assert.ok((await driver.authorize({ claims: CP1 })).params.code);
	}
});
