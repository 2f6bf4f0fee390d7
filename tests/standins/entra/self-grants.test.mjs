/* SPDX-License-Identifier: MIT */
/* The grants refresh_token, on behalf of and client_credentials. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SELF, SIGN_IN_SCOPE, assertError, decode, useStandIn } from './driver.mjs';
import {
	API,
	API_SECRET,
	GRAPH,
	OTHER,
	OTHER_SECRET,
	SALLYPORT,
	SALLYPORT_URI,
	TENANT,
} from './world.mjs';
import { ACCESS_TOKEN_FAULTS } from './token-faults.mjs';

const driver = useStandIn();

/* The change to a right refresh, error, AADSTS number. */
const REFRESHES = {
	'unknown token': [{ refresh_token: 'x' }, 'invalid_grant', 70000],
	'no token': [{ refresh_token: undefined }, 'invalid_request', 900144],
	'another client': [
		{ client_id: OTHER, client_secret: OTHER_SECRET },
		'invalid_grant',
		70000,
	],
	'no scope': [{ scope: undefined }, 'invalid_request', 900144],
	'no resource, for oneself': [{ scope: 'openid offline_access' }, 'invalid_request', 90009],
	'oneself by URI': [{ scope: `${SALLYPORT_URI}/access_as_user` }, 'invalid_request', 90009],
	'no consent': [{ scope: 'Mail.Read' }, 'invalid_grant', 65001],
};

for (const [name, [change, error, code]] of Object.entries(REFRESHES)) {
	test(`refresh_token refused: ${name}`, async () => {
		assertError(
			await driver.refresh((await driver.signIn()).refresh_token, change),
			400,
			error,
			code,
		);
	});
}

test('refresh: by URI by switch, another resource, 90 days, revoked', async () => {
	const { refresh_token: token } = await driver.signIn();
	const byUri = { scope: `openid ${SALLYPORT_URI}/access_as_user` };
	await driver.set({ self_refresh_uri_form: true });
	assert.equal((await driver.refresh(token, byUri)).status, 200);
	const { json } = await driver.refresh(token, { scope: 'User.Read' });
	assert.equal((await driver.me(json.access_token)).status, 200);
	assert.ok(json.refresh_token, 'a refresh token begets another');
	await driver.set({ refresh_revoked: { value: true, times: 1 } });
	assertError(await driver.refresh(token), 400, 'invalid_grant', 50173);
	assert.equal((await driver.refresh(token)).status, 200);
	await driver.set({ clock_offset: 91 * 86400 });
	assertError(await driver.refresh(token), 400, 'invalid_grant', 70008);
});

test('lax: refresh without scope, long verifier rules, repeated parameters', async () => {
	await driver.set({ strict: false });
	const { json } = await driver.redeem({}, { extra: '&code=x' });
	assertError(
		await driver.refresh(json.refresh_token, { scope: undefined }),
		400,
		'invalid_request',
		90009,
	);
	const challenge = { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' };
	const plain = await driver.authorize({
		...challenge,
		scope: 'openid offline_access User.Read',
	});
	const graph = await driver.token(
		driver.codeFields({ ...plain, verifier: 'x'.repeat(43) }, { scope: undefined }),
	);
	const refreshed = await driver.refresh(graph.json.refresh_token, { scope: undefined });
	assert.equal((await driver.me(refreshed.json.access_token)).status, 200);
});

/* The change to a right exchange, error, AADSTS number. */
const EXCHANGES = {
	'no assertion': [{ assertion: undefined }, 'invalid_request', 900144],
	'no requested_token_use': [{ requested_token_use: undefined }, 'invalid_request', 900144],
	'another requested_token_use': [{ requested_token_use: 'x' }, 'invalid_request', 90023],
	'no scope': [{ scope: undefined }, 'invalid_request', 900144],
	garbage: [{ assertion: 'garbage' }, 'invalid_grant', 50013],
	'another client': [
		{ client_id: OTHER, client_secret: OTHER_SECRET },
		'invalid_grant',
		50013,
	],
	'unknown resource': [{ scope: 'api://nothing/.default' }, 'invalid_resource', 500011],
	'no consent': [{ scope: `api://${OTHER}/.default` }, 'invalid_grant', 65001],
	'no consent to that scope': [
		{ scope: 'https://graph.microsoft.com/Mail.Read' },
		'invalid_grant',
		65001,
	],
};

for (const [name, [change, error, code]] of Object.entries(EXCHANGES)) {
	test(`on behalf of refused: ${name}`, async () => {
		assertError(
			await driver.onBehalfOf((await driver.signIn()).access_token, change),
			400,
			error,
			code,
		);
	});
}

test("on behalf of wants a user's own, fresh access token for the caller", async () => {
	const { access_token: token, id_token: idToken } = await driver.signIn();
	assertError(await driver.onBehalfOf(idToken), 400, 'invalid_grant', 240002);
	assertError(
		await driver.onBehalfOf(await driver.graphToken()),
		400,
		'invalid_grant',
		50013,
	);
	const spoilt = token.slice(0, -20) + (token.at(-20) === 'A' ? 'B' : 'A') + token.slice(-19);
	assertError(await driver.onBehalfOf(spoilt), 400, 'invalid_grant', 50013);
	const { json: app } = await driver.token({
		grant_type: 'client_credentials',
		client_id: OTHER,
		client_secret: OTHER_SECRET,
		scope: SELF,
	});
	assertError(await driver.onBehalfOf(app.access_token), 400, 'invalid_grant', 7000114);
	await driver.set({ clock_offset: 5401 });
	assertError(await driver.onBehalfOf(token), 400, 'invalid_grant', 500133);
});

test('on behalf of refuses every access token that something is wrong with', async () => {
	const harmless = ['wrong_scp', 'exp_string'];
	for (const fault of ACCESS_TOKEN_FAULTS.filter((name) => !harmless.includes(name))) {
		await driver.set({ access_token_fault: { value: fault, times: 1 } });
		const { status, json } = await driver.onBehalfOf(
			(await driver.signIn()).access_token,
		);
		assert.deepEqual([status, json.error], [400, 'invalid_grant'], fault);
	}
});

test('on behalf of: the answer follows the scope, consent can be withdrawn', async () => {
	const { access_token: token } = await driver.signIn();
	const scope = 'https://graph.microsoft.com/User.Read openid offline_access';
	const { json } = await driver.onBehalfOf(token, { scope });
	assert.ok(json.refresh_token && json.id_token);
	assert.equal(decode(json.access_token).claims.scp, 'User.Read openid');
	await driver.control('consent', { client_id: SALLYPORT, resource: GRAPH, scopes: [] });
	const refused = await driver.onBehalfOf(token);
	assertError(refused, 400, 'invalid_grant', 65001);
	assert.equal(refused.json.suberror, 'consent_required');
});

test('who is preauthorized needs no consent', async () => {
	const { access_token: token } = await driver.signIn();
	const change = { scope: `api://${OTHER}/.default` };
	const permission = { client_id: SALLYPORT, resource: OTHER, scopes: ['Things.Read'] };
	await driver.control('preauthorize', permission);
	await driver.control('consent', { ...permission, scopes: [] });
	const { json } = await driver.onBehalfOf(token, change);
	assert.equal(decode(json.access_token).claims.scp, 'Things.Read');
	await driver.control('preauthorize', { ...permission, scopes: [] });
	assert.equal((await driver.onBehalfOf(token, change)).json.error, 'invalid_grant');
});

test("client_credentials gives an application's own token", async () => {
	const ask = (scope, id = OTHER) =>
		driver.token({
			grant_type: 'client_credentials',
			client_id: id,
			client_secret: OTHER_SECRET,
			scope,
		});
	const { json } = await ask(SELF);
	const { claims } = decode(json.access_token);
	assert.deepEqual(
		[claims.idtyp, claims.roles, claims.scp, claims.sub],
		['app', ['Tools.Call'], undefined, claims.oid],
	);
	assertError(await ask(`${SALLYPORT}/access_as_user`), 400, 'invalid_scope', 1002012);
	assertError(await ask(SIGN_IN_SCOPE), 400, 'invalid_scope', 1002012);
	assertError(await ask(undefined), 400, 'invalid_request', 900144);
	const graph = await ask(`${GRAPH}/.default`);
	assert.equal((await driver.me(graph.json.access_token)).status, 400);
});

test('an Origin is refused with every grant', async () => {
	for (const fields of [
		{ grant_type: 'refresh_token', refresh_token: 'x', scope: SELF },
		{ grant_type: 'client_credentials', scope: SELF },
	]) {
		const answer = await driver.token(
			{ client_id: OTHER, client_secret: OTHER_SECRET, ...fields },
			{ headers: { origin: 'https://mcp.example' } },
		);
		assertError(answer, 400, 'invalid_request', 9002326);
	}
});

test('two applications: Sallyport signs in, the API calls Graph', async () => {
	const scope = `openid profile offline_access api://${API}/access_as_user`;
	const authorized = await driver.authorize({ scope });
	const { json } = await driver.token(driver.codeFields(authorized, { scope }));
	const { aud, azp } = decode(json.access_token).claims;
	assert.deepEqual([aud, azp], [API, SALLYPORT]);
	const exchanged = await driver.onBehalfOf(json.access_token, {
		client_id: API,
		client_secret: API_SECRET,
		scope: `${GRAPH}/.default`,
	});
	assert.equal((await driver.me(exchanged.json.access_token)).status, 200);
	assertError(await driver.onBehalfOf(json.access_token), 400, 'invalid_grant', 50013);
	const refreshed = await driver.refresh(json.refresh_token, { scope });
	assert.equal(decode(refreshed.json.access_token).claims.aud, API);
	assert.equal(decode(json.id_token).claims.tid, TENANT);
});
