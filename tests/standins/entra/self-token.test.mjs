/* SPDX-License-Identifier: MIT */
/* What /token refuses of any grant and of a code, and the shape of its answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALLBACK, SELF, assertError, call, decode, useStandIn } from './driver.mjs';
import {
	GRAPH,
	OTHER,
	OTHER_SECRET,
	OTHER_TENANT,
	PUBLIC,
	SALLYPORT,
	SALLYPORT_URI,
	TENANT,
} from './world.mjs';

const driver = useStandIn();

const ERROR_KEYS = [
	'correlation_id',
	'error',
	'error_codes',
	'error_description',
	'error_uri',
	'timestamp',
	'trace_id',
];

test('error JSON and reply headers', async () => {
	const correlation = '0a0a0a0a-0000-4000-8000-000000000001';
	const answer = await driver.redeem(
		{ code: 'x' },
		{ headers: { 'client-request-id': correlation } },
	);
	assertError(answer, 400, 'invalid_grant', 70000);
	assert.deepEqual(Object.keys(answer.json).sort(), ERROR_KEYS);
	assert.match(answer.json.timestamp, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
	assert.equal(answer.json.correlation_id, correlation);
	for (const name of [
		'x-ms-request-id',
		'x-ms-ests-server',
		'p3p',
		'strict-transport-security',
		'set-cookie',
	]) {
		assert.ok(answer.headers[name], name);
	}
	assert.equal(answer.headers['cache-control'], 'no-store, no-cache');
	assert.equal(answer.headers.pragma, 'no-cache');
});

test('wording varies', async () => {
	const seen = new Set();
	for (let i = 0; i < 40 && seen.size < 2; i++) {
		const { json } = await driver.redeem({ code: 'x' });
		seen.add(/AADSTS70000: (.*?)\s*Trace ID/s.exec(json.error_description)[1]);
	}
	assert.equal(seen.size, 2);
});

/* The change to a right code redemption, options, status, error, AADSTS number. */
const REDEMPTIONS = {
	'no grant_type': [{ grant_type: undefined }, {}, 400, 'invalid_request', 900144],
	'unknown grant_type': [
		{ grant_type: 'password' },
		{},
		400,
		'unsupported_grant_type',
		70003,
	],
	'JSON body': [
		{},
		{ headers: { 'content-type': 'application/json' } },
		400,
		'invalid_request',
		900144,
	],
	'repeated parameter': [{}, { extra: '&code=x' }, 400, 'invalid_request', 9000411],
	PUT: [{}, { method: 'PUT' }, 400, 'invalid_request', 900561],
	'unknown tenant': [{}, { tenant: 'nobody.example' }, 400, 'invalid_tenant', 90002],
	'other tenant': [{}, { tenant: OTHER_TENANT }, 400, 'unauthorized_client', 700016],
	'no client': [{ client_id: undefined }, {}, 400, 'invalid_request', 900144],
	'unknown client': [{ client_id: TENANT }, {}, 400, 'unauthorized_client', 700016],
	'no credential': [{ client_secret: undefined }, {}, 401, 'invalid_client', 7000218],
	'wrong secret': [{ client_secret: 'x' }, {}, 401, 'invalid_client', 7000215],
	'empty secret': [{ client_secret: '' }, {}, 401, 'invalid_client', 7000215],
	'public client with a secret': [{ client_id: PUBLIC }, {}, 401, 'invalid_client', 700025],
	'another client': [
		{ client_id: OTHER, client_secret: OTHER_SECRET },
		{},
		400,
		'invalid_grant',
		70000,
	],
	'two credentials': [
		{},
		{ headers: { authorization: 'Basic YTpi' } },
		400,
		'invalid_request',
		90023,
	],
	'malformed Basic': [
		{},
		{ headers: { authorization: 'Basic !' } },
		400,
		'invalid_request',
		9002313,
	],
	'an Origin': [
		{},
		{ headers: { origin: 'https://mcp.example' } },
		400,
		'invalid_request',
		9002326,
	],
	'a resource': [{ resource: SALLYPORT_URI }, {}, 400, 'invalid_request', 901002],
	'no code': [{ code: undefined }, {}, 400, 'invalid_request', 900144],
	'no redirect_uri': [{ redirect_uri: undefined }, {}, 400, 'invalid_request', 900144],
	'another redirect_uri': [{ redirect_uri: `${CALLBACK}2` }, {}, 400, 'invalid_grant', 50011],
	'no verifier': [{ code_verifier: undefined }, {}, 400, 'invalid_request', 900144],
	'short verifier': [{ code_verifier: 'x'.repeat(32) }, {}, 400, 'invalid_grant', 50147],
	'wrong verifier': [{ code_verifier: 'x'.repeat(43) }, {}, 400, 'invalid_grant', 501481],
	'empty scope': [{ scope: '' }, {}, 400, 'invalid_request', 28003],
	'two resources': [
		{ scope: `${SALLYPORT}/access_as_user User.Read` },
		{},
		400,
		'invalid_request',
		28000,
	],
	'more than was asked for': [{ scope: 'openid User.Read' }, {}, 400, 'invalid_grant', 70000],
	'unknown scope': [{ scope: 'mcp:tools' }, {}, 400, 'invalid_client', 650053],
};

for (const [name, [change, options, status, error, code]] of Object.entries(REDEMPTIONS)) {
	test(`authorization_code refused: ${name}`, async () => {
		assertError(await driver.redeem(change, options), status, error, code);
	});
}

test('a code is used once, even in parallel, and a refusal does not use it up', async () => {
	const fields = driver.codeFields(await driver.authorize());
	assertError(
		await driver.token({ ...fields, client_secret: 'x' }),
		401,
		'invalid_client',
		7000215,
	);
	const answers = await Promise.all(Array.from({ length: 5 }, () => driver.token(fields)));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400, 400]);
	assertError(await driver.token(fields), 400, 'invalid_grant', 54005);
});

test('a code lives ten minutes', async () => {
	const fields = driver.codeFields(await driver.authorize());
	await driver.set({ clock_offset: 601 });
	assertError(await driver.token(fields), 400, 'invalid_grant', 70008);
	await driver.set({ clock_offset: 590 });
	assert.equal((await driver.token(fields)).status, 200);
});

test('what the scope says decides what comes', async () => {
	const { json: bare } = await driver.redeem({ scope: SELF });
	assert.deepEqual([bare.refresh_token, bare.id_token], [undefined, undefined]);
	const { json: whole } = await driver.redeem({ scope: undefined, client_info: '1' });
	assert.ok(whole.refresh_token && whole.id_token && whole.client_info);
	assert.equal(whole.scope, `openid profile ${SALLYPORT}/access_as_user ${SELF}`);
	const scope = 'openid profile';
	const authorized = await driver.authorize({ scope });
	const { json: graph } = await driver.token(driver.codeFields(authorized, { scope }));
	assert.equal(decode(graph.access_token).claims.aud, GRAPH, 'no resource means Graph');
});

test('version 1 tokens have the audience as it was asked for', async () => {
	await driver.set({ access_token_version: 1 });
	const scope = `openid ${SALLYPORT_URI}/access_as_user`;
	const authorized = await driver.authorize({ scope });
	const { json } = await driver.token(driver.codeFields(authorized, { scope }));
	const { header, claims } = decode(json.access_token);
	const { aud, iss, appid, appidacr, ver, scp } = claims;
	assert.deepEqual(
		{ aud, iss, appid, appidacr, ver, scp },
		{
			aud: SALLYPORT_URI,
			iss: `https://sts.windows.net/${TENANT}/`,
			appid: SALLYPORT,
			appidacr: '1',
			ver: '1.0',
			scp: 'access_as_user',
		},
	);
	assert.equal(header.x5t, header.kid);
	assert.equal((await driver.onBehalfOf(json.access_token)).status, 200);
});

test('a public client needs no credential', async () => {
	const uri = 'http://localhost:4713/cb';
	await driver.control('redirect_uri', {
		client_id: PUBLIC,
		redirect_uri: uri,
		type: 'native',
	});
	const change = {
		client_id: PUBLIC,
		redirect_uri: uri,
		scope: 'openid offline_access User.Read',
	};
	const authorized = await driver.authorize(change);
	const fields = driver.codeFields(authorized, { ...change, client_secret: undefined });
	const { json } = await driver.token(fields);
	assert.equal(decode(json.access_token).claims.appidacr, '0');
	const refreshed = await driver.refresh(json.refresh_token, {
		...change,
		client_secret: undefined,
	});
	assert.equal(refreshed.status, 200);
});

test('single-page URIs need an Origin, and others must not have one', async () => {
	const uri = 'http://127.0.0.1:4712/spa';
	await driver.control('redirect_uri', {
		client_id: SALLYPORT,
		redirect_uri: uri,
		type: 'spa',
	});
	const fields = driver.codeFields(await driver.authorize({ redirect_uri: uri }), {
		redirect_uri: uri,
	});
	assertError(await driver.token(fields), 400, 'invalid_request', 9002327);
	const headers = { origin: 'http://127.0.0.1:4712' };
	assert.equal((await driver.token(fields, { headers })).status, 200);
	assertError(await driver.redeem({}, { headers }), 400, 'invalid_request', 9002326);
});

test('GET, an over-long body, and paths that are not there', async () => {
	const get = await call(driver.endpoint);
	assertError(get, 400, 'invalid_request', 900561);
	assert.equal((await driver.token({ grant_type: 'x'.repeat(2 << 20) })).status, 413);
	for (const path of ['oauth2/v2.0/devicecode', 'oauth2/token', 'oauth2/authorize']) {
		assert.equal((await call(`${driver.base}/${TENANT}/${path}`)).status, 404);
	}
});
