/* SPDX-License-Identifier: MIT */
/* The control interface, the log, the list of secrets, the command. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CALLBACK, Driver, call, start, useStandIn } from './driver.mjs';
import { SWITCHES } from './switches.mjs';
import { SALLYPORT, SALLYPORT_SECRET, TENANT } from './world.mjs';

const driver = useStandIn();
const get = async (name) => (await driver.control(name, undefined, 'GET')).json;
let directory;

before(() => {
	directory = mkdtempSync(join(tmpdir(), 'standin-'));
});
after(() => rmSync(directory, { recursive: true }));

test('README tells of every switch', () => {
	const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
	for (const name of Object.keys(SWITCHES)) {
		assert.ok(readme.includes(`| \`${name}\` |`), name);
	}
});

test('wrong requests change nothing', async () => {
	const wrong = [
		['set', { no_such_switch: 1 }],
		['set', { strict: 'no' }],
		['set', { obo_error: 'nothing' }],
		['set', { token_error: 1 }],
		['set', { strict: false, toString: 1 }],
		['set', { strict: { value: false, times: 0 } }],
		['user', { user: 'nobody@contoso.example' }],
		['certificate', { client_id: SALLYPORT, pem: 'x' }],
		['consent', { client_id: SALLYPORT, resource: 'api://nothing', scopes: [] }],
		['redirect_uri', { client_id: TENANT, redirect_uri: CALLBACK }],
		['redirect_uri', { client_id: SALLYPORT, redirect_uri: CALLBACK, type: 'x' }],
		...[
			'http://mcp.example/cb',
			'https://*.example/cb',
			'https://mcp.example/#x',
			'http://[::1]/cb',
			'x',
			undefined,
			`https://mcp.example/${'x'.repeat(256)}`,
		].map((uri) => ['redirect_uri', { client_id: SALLYPORT, redirect_uri: uri }]),
	];
	for (const [name, body] of wrong) {
		const { status, json } = await driver.control(name, body);
		assert.equal(status, 400, JSON.stringify(body));
		assert.equal(typeof json.error, 'string');
	}
	assert.equal((await get('set')).strict, true);
	assert.equal((await driver.control('nothing', {})).status, 404);
});

test('reset puts all back', async () => {
	await driver.set({ strict: false, token_status: 500 });
	await driver.control('user', { user: 'none' });
	const { status } = await driver.control('reset');
	assert.equal(status, 200);
	const switches = await get('set');
	assert.deepEqual([switches.strict, switches.token_status], [true, null]);
	assert.equal((await driver.authorize()).status, 400, 'no redirect URI is registered');
	await driver.begin();
	assert.equal((await driver.authorize()).status, 302);
});

test('a counted switch counts requests on which it bites', async () => {
	await driver.set({ token_status: { value: 503, times: 2 } });
	const { params, verifier } = await driver.authorize();
	const answers = [];
	for (let i = 0; i < 3; i++) {
		answers.push((await driver.token(driver.codeFields({ params, verifier }))).status);
	}
	assert.deepEqual(answers, [503, 503, 200]);
});

test('the log has what was asked and answered', async () => {
	const { fields, params } = await driver.redeemLogged();
	const log = await get('log');
	assert.deepEqual(
		log.map(({ method, path, status }) => [method, path, status]),
		[
			['GET', `/${TENANT}/oauth2/v2.0/authorize`, 302],
			['POST', `/${TENANT}/oauth2/v2.0/token`, 200],
		],
	);
	assert.equal(log[0].query.state, fields.state);
	assert.equal(log[1].form.code, params.code);
	assert.match(log[1].headers['content-type'], /urlencoded/);
	assert.match(log[1].time, /^\d{4}-.*Z$/);
	await driver.control('log', undefined, 'DELETE');
	assert.deepEqual(await get('log'), []);
});

test('the list of secrets has all that was in play', async () => {
	const { fields, params, verifier, json } = await driver.redeemLogged();
	const exchanged = await driver.onBehalfOf(json.access_token);
	const basic = Buffer.from('x:wrong-secret-in-basic').toString('base64');
	await driver.redeem(
		{ client_secret: undefined, client_id: 'x' },
		{ headers: { authorization: `Basic ${basic}` } },
	);
	await driver.me('some-bearer-token');
	const secrets = await get('secrets');
	for (const value of [
		fields.state,
		fields.nonce,
		params.code,
		verifier,
		json.access_token,
		json.refresh_token,
		json.id_token,
		exchanged.json.access_token,
		SALLYPORT_SECRET,
		basic,
		'wrong-secret-in-basic',
		'some-bearer-token',
	]) {
		assert.ok(secrets.includes(value), value);
	}
	await driver.control('reset');
	assert.ok((await get('secrets')).includes(params.code));
});

test('https with a certificate of its own authority', async () => {
	const secure = await start('--tls-dir', join(directory, 'tls'));
	try {
		const ca = readFileSync(join(directory, 'tls/ca.pem'));
		const path = `/${TENANT}/v2.0/.well-known/openid-configuration`;
		const { json } = await call(`${secure.base}${path}`, { ca });
		assert.equal(json.issuer, `${secure.base}/${TENANT}/v2.0`);
		const { status } = await call(
			`${secure.base.replace('127.0.0.1', 'localhost')}${path}`,
			{ ca },
		);
		assert.equal(status, 200);
		await assert.rejects(call(`${secure.base}${path}`));
	} finally {
		assert.equal(await secure.stop(), 0);
	}
});

test('the log file has every request and no secret', async () => {
	const file = join(directory, 'log');
	const logged = await start('--log', file);
	const other = new Driver(logged.base);
	await other.begin();
	const { json } = await other.onBehalfOf((await other.signIn()).access_token);
	await other.me(json.access_token);
	const { json: secrets } = await other.control('secrets', undefined, 'GET');
	await logged.stop();
	const text = readFileSync(file, 'utf8');
	const lines = text
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line));
	assert.deepEqual(
		lines.map(({ status }) => status),
		[302, 200, 200, 200],
	);
	assert.deepEqual(
		secrets.filter((secret) => text.includes(secret)),
		[],
	);
});

test('a wrong argument ends the command with status 2', () => {
	const main = new URL('main.mjs', import.meta.url).pathname;
	for (const args of [['--nothing'], ['--port', 'x']]) {
		assert.throws(
			() => execFileSync(process.execPath, [main, ...args], { stdio: 'pipe' }),
			{ status: 2 },
		);
	}
});

test('a client that goes away in the middle of its request harms nobody', async () => {
	const { hostname, port } = new URL(driver.base);
	const path = `/${TENANT}/oauth2/v2.0/token`;
	const socket = connect(Number(port), hostname);
	const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\ngrant_type=`;
	await new Promise((done) => {
		socket.write(head, done);
	});
	socket.destroy();
	assert.equal((await driver.redeem()).status, 200);
});
