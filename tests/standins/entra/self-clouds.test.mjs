/* SPDX-License-Identifier: MIT */
/* Several clouds in one process, and applications of several tenants. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASSERTION_TYPE } from './assertions.mjs';
import { assertError, call, decode, useStandIn } from './driver.mjs';
import { CAROL, IDENTITY_PRINCIPAL, OTHER_TENANT, SALLYPORT, TENANT } from './world.mjs';

const driver = useStandIn();
const MACHINE = '/metadata/identity/oauth2/token?api-version=2018-02-01';
const GLOBAL = 'login.microsoftonline.com';
const USGOV = 'login.microsoftonline.us';
const CHINA = 'login.partner.microsoftonline.cn';
const at = (host) => ({ headers: { host } });
const get = async (host, path) => (await call(`${driver.base}/${path}`, at(host))).json;

const redeem = async (host, change = {}) => {
	const authorized = await driver.authorize({}, at(host));
	return driver.token(driver.codeFields(authorized, change), at(host));
};
const onBehalfOf = (host, assertion, scope) =>
	driver.token(
		{
			...driver.codeFields({ params: {} }),
			grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
			code: undefined,
			assertion,
			requested_token_use: 'on_behalf_of',
			scope,
		},
		at(host),
	);
const me = (host, token) =>
	call(`${driver.base}/v1.0/me`, { headers: { host, authorization: `Bearer ${token}` } });

test('discovery and keys of each cloud are its own', async () => {
	const kids = new Set();
	for (const [host, sts, graph] of [
		[GLOBAL, 'https://sts.windows.net', 'graph.microsoft.com'],
		[USGOV, 'https://sts.windows.net', 'graph.microsoft.us'],
		[CHINA, 'https://sts.chinacloudapi.cn', 'microsoftgraph.chinacloudapi.cn'],
	]) {
		const two = await get(host, `${TENANT}/v2.0/.well-known/openid-configuration`);
		assert.equal(two.issuer, `https://${host}/${TENANT}/v2.0`);
		assert.equal(two.jwks_uri, `https://${host}/${TENANT}/discovery/v2.0/keys`);
		assert.equal(two.msgraph_host, graph);
		const one = await get(host, `${TENANT}/.well-known/openid-configuration`);
		assert.equal(one.issuer, `${sts}/${TENANT}/`);
		const shared = await get(
			host,
			'organizations/v2.0/.well-known/openid-configuration',
		);
		assert.equal(shared.issuer, `https://${host}/{tenantid}/v2.0`);
		const { keys } = await get(host, `${TENANT}/discovery/v2.0/keys`);
		assert.equal(keys[0].issuer.split('/')[2], host);
		keys.forEach(({ kid }) => kids.add(kid));
	}
	assert.equal(kids.size, 9);
});

test('a token, a code and a refresh token are of their cloud alone', async () => {
	const { json } = await redeem(USGOV);
	assert.equal(decode(json.id_token).claims.iss, `https://${USGOV}/${TENANT}/v2.0`);
	const scope = 'https://graph.microsoft.us/.default';
	const exchanged = await onBehalfOf(USGOV, json.access_token, scope);
	const token = exchanged.json.access_token;
	const person = await me('graph.microsoft.us', token);
	assert.equal(person.status, 200);
	assert.match(person.json['@odata.context'], /^https:\/\/graph\.microsoft\.us\/v1\.0\//);
	for (const host of [
		'dod-graph.microsoft.us',
		'graph.microsoft.com',
		new URL(driver.base).host,
	]) {
		assert.notEqual((await me(host, token)).status, 200, host);
	}
	assertError(
		await onBehalfOf(USGOV, json.access_token, 'https://graph.microsoft.com/.default'),
		400,
		'invalid_resource',
		500011,
	);
	assertError(
		await onBehalfOf(GLOBAL, json.access_token, scope.replace('.us', '.com')),
		400,
		'invalid_grant',
		50013,
	);
	assertError(await driver.refresh(json.refresh_token), 400, 'invalid_request', 900382);
	const code = await driver.authorize({}, at(CHINA));
	assertError(await driver.token(driver.codeFields(code)), 400, 'invalid_request', 900382);
});

test("a federated credential is of its cloud's audience and issuer", async () => {
	const audience = 'api://AzureADTokenExchangeUSGov';
	const credential = { client_id: SALLYPORT, subject: IDENTITY_PRINCIPAL };
	const issuer = `https://${USGOV}/${TENANT}/v2.0`;
	await driver.control('federated_credential', {
		...credential,
		name: 'a',
		issuer,
		audience,
	});
	await driver.set({ imds_cloud: 'usgov' });
	const machine = (resource) =>
		call(`${driver.base}${MACHINE}&resource=${resource}`, {
			headers: { metadata: 'true' },
		});
	assert.equal((await machine('api://AzureADTokenExchange')).json.error, 'invalid_resource');
	const change = {
		client_secret: undefined,
		client_assertion: (await machine(audience)).json.access_token,
		client_assertion_type: ASSERTION_TYPE,
	};
	assert.equal((await redeem(USGOV, change)).status, 200);
	assertError(await redeem(GLOBAL, change), 401, 'invalid_client', 700211);
});

test('an application of many tenants', async () => {
	const shared = { tenant: 'organizations' };
	assert.ok((await driver.authorize({}, shared)).text.includes('AADSTS50194: '));
	assertError(
		await driver.token(driver.codeFields({ params: {} }), shared),
		400,
		'invalid_request',
		50194,
	);
	await driver.control('multi_tenant', { client_id: SALLYPORT, on: true });
	await driver.control('user', { user: CAROL });
	for (const tenant of ['organizations', 'common']) {
		const authorized = await driver.authorize({}, { tenant });
		assertError(
			await driver.token(driver.codeFields(authorized)),
			400,
			'invalid_grant',
			700005,
		);
		const { json } = await driver.token(driver.codeFields(authorized), { tenant });
		const { claims } = decode(json.id_token);
		assert.deepEqual(
			[claims.tid, claims.iss],
			[OTHER_TENANT, `${driver.base}/${OTHER_TENANT}/v2.0`],
		);
		const fields = driver.codeFields(
			{ params: {} },
			{
				grant_type: 'refresh_token',
				refresh_token: json.refresh_token,
			},
		);
		const refreshed = await driver.token(fields, { tenant });
		assert.equal(decode(refreshed.json.access_token).claims.tid, OTHER_TENANT);
		assertError(
			await driver.token(
				{ ...fields, grant_type: 'client_credentials' },
				{ tenant },
			),
			400,
			'invalid_request',
			9001023,
		);
	}
	assert.ok((await driver.authorize()).text.includes('AADSTS50020: '));
	assert.equal((await driver.authorize({}, { tenant: OTHER_TENANT })).status, 302);
	assert.equal((await driver.control('multi_tenant', { client_id: SALLYPORT })).status, 400);
});
