/* SPDX-License-Identifier: MIT */
/* The endpoints that give a managed identity's token. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GLOBAL_AUDIENCE } from './clouds.mjs';
import { call, decode, useStandIn } from './driver.mjs';
import {
	GRAPH,
	IDENTITY,
	IDENTITY_HEADER,
	IDENTITY_PRINCIPAL,
	SALLYPORT,
	SECOND_IDENTITY,
	SECOND_IDENTITY_PRINCIPAL,
	TENANT,
	TOKEN_EXCHANGE,
} from './world.mjs';

const driver = useStandIn();
const now = () => Math.floor(Date.now() / 1000);
let directory;

before(() => {
	directory = mkdtempSync(join(tmpdir(), 'standin-'));
});
after(() => rmSync(directory, { recursive: true }));

const MACHINE = '/metadata/identity/oauth2/token?api-version=2018-02-01';
const APP = '/msi/token?api-version=2019-08-01';
const ARC = '/himds/metadata/identity/oauth2/token?api-version=2020-06-01';
const EXCHANGE = `&resource=${encodeURIComponent(GLOBAL_AUDIENCE)}`;

const machine = (query = EXCHANGE, headers = { metadata: 'true' }) =>
	call(`${driver.base}${MACHINE}${query}`, { headers });
const appService = (query = EXCHANGE, headers = { 'x-identity-header': IDENTITY_HEADER }) =>
	call(`${driver.base}${APP}${query}`, { headers });
const arc = (headers = {}) =>
	call(`${driver.base}${ARC}${EXCHANGE}`, { headers: { metadata: 'true', ...headers } });

test('a virtual machine: every number is a string, the token is of the exchange', async () => {
	const { status, json } = await machine();
	assert.equal(status, 200);
	for (const name of ['expires_in', 'expires_on', 'not_before', 'refresh_token']) {
		assert.equal(typeof json[name], 'string', name);
	}
	const { claims } = decode(json.access_token);
	const { aud, iss, sub, oid, azp, azpacr, idtyp, exp, nbf } = claims;
	assert.deepEqual(
		{ aud, iss, sub, oid, azp, azpacr, idtyp, life: exp - nbf },
		{
			aud: TOKEN_EXCHANGE,
			iss: `${driver.base}/${TENANT}/v2.0`,
			sub: IDENTITY_PRINCIPAL,
			oid: IDENTITY_PRINCIPAL,
			azp: IDENTITY,
			azpacr: '2',
			idtyp: 'app',
			life: 86400,
		},
	);
	assert.equal(Number(json.expires_on), exp);
	const second = await machine(`${EXCHANGE}&client_id=${SECOND_IDENTITY}`);
	assert.equal(decode(second.json.access_token).claims.sub, SECOND_IDENTITY_PRINCIPAL);
	const graph = (await machine('&resource=https://graph.microsoft.com/')).json;
	assert.ok(decode(graph.access_token).claims.aud.startsWith('https://graph.microsoft.com'));
	assert.equal(
		decode((await machine(`&resource=${GRAPH}`)).json.access_token).claims.ver,
		'1.0',
	);
});

test('a virtual machine refuses', async () => {
	const refusals = [
		[EXCHANGE, {}, 'bad_request_102'],
		[EXCHANGE, { metadata: 'True' }, 'bad_request_102'],
		[EXCHANGE, { metadata: 'true', 'x-forwarded-for': '1.2.3.4' }, 'invalid_request'],
		['', { metadata: 'true' }, 'invalid_request'],
		['&resource=api://nothing', { metadata: 'true' }, 'invalid_resource'],
		[`${EXCHANGE}&client_id=${SALLYPORT}`, { metadata: 'true' }, 'invalid_request'],
		[
			`${EXCHANGE}&client_id=${IDENTITY}&object_id=x`,
			{ metadata: 'true' },
			'invalid_request',
		],
	];
	for (const [query, headers, error] of refusals) {
		const { status, json } = await machine(query, headers);
		assert.deepEqual([status, json.error], [400, error]);
		assert.equal(typeof json.error_description, 'string');
	}
	const path = `${driver.base}/metadata/identity/oauth2/token?resource=x`;
	assert.equal((await call(path, { headers: { metadata: 'true' } })).status, 400);
	assert.equal((await call(path, { method: 'POST' })).status, 405);
});

test('App Service: its header, no expires_in, its errors', async () => {
	const { json } = await appService();
	assert.deepEqual(
		[typeof json.expires_on, 'expires_in' in json, json.client_id],
		['string', false, IDENTITY],
	);
	await driver.control('identity_header', { value: 'another-header' });
	const refused = await appService();
	assert.deepEqual([refused.status, refused.json.statusCode], [403, 403]);
	const wrong = await appService('&resource=x', { 'x-identity-header': 'another-header' });
	assert.deepEqual([wrong.status, typeof wrong.json.message], [500, 'string']);
});

test('Arc: a file that the challenge names, once', async () => {
	assert.equal((await arc()).status, 500);
	assert.equal((await driver.control('arc_keys', { directory: 'x' })).status, 400);
	await driver.control('arc_keys', { directory });
	const challenged = await arc();
	assert.equal(challenged.status, 401);
	const path = challenged.headers['www-authenticate'].replace('Basic realm=', '');
	assert.ok(path.startsWith(directory) && path.endsWith('.key'));
	const headers = { authorization: `Basic ${readFileSync(path, 'utf8')}` };
	assert.ok((await arc(headers)).json.access_token);
	assert.equal((await arc(headers)).status, 401);
	await driver.set({ arc_key_fault: 'not_key' });
	assert.match((await arc()).headers['www-authenticate'], /\.txt$/);
	await driver.set({ arc_key_fault: 'no_realm' });
	assert.equal((await arc()).headers['www-authenticate'], 'Basic');
	await driver.control('reset');
	assert.deepEqual(readdirSync(directory), []);
});

test('switches of managed identities', async () => {
	for (const [status, error] of [
		[404, 'not_found'],
		[410, 'gone'],
		[429, 'too_many_requests'],
		[500, 'unknown'],
	]) {
		await driver.set({ imds_status: status, imds_retry_after: 3 });
		const answer = await machine();
		assert.deepEqual([answer.status, answer.json.error], [status, error]);
		assert.equal(answer.headers['retry-after'], '3');
		assert.equal((await appService()).json.statusCode, status);
	}
	await driver.set({ imds_status: null, imds_body_fault: { value: 'truncated', times: 1 } });
	assert.equal((await machine()).json, undefined);
	await driver.set({ imds_close: { value: true, times: 1 } });
	await assert.rejects(machine());
	const token = async () => (await machine()).json.access_token;
	const first = await token();
	assert.equal(await token(), first);
	await driver.set({ clock_offset: 43100 });
	assert.equal(await token(), first);
	assert.ok(Math.abs((await machine()).json.expires_in - 43300) < 3);
	await driver.set({ clock_offset: 43300 });
	assert.notEqual(await token(), first);
	await driver.set({ clock_offset: 0, imds_token_lifetime: 60, imds_cached: false });
	const short = await token();
	assert.notEqual(await token(), short);
	assert.ok(decode(short).claims.exp - now() <= 60);
});
