/* SPDX-License-Identifier: MIT */
/* The proxy itself: where it leads, what it refuses, what it remembers. */
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { start } from '../entra/driver.mjs';
import { TENANT } from '../entra/world.mjs';
import { startProxy } from './proxy.mjs';

const PATH = `/${TENANT}/v2.0/.well-known/openid-configuration`;
const LOGIN = 'login.microsoftonline.us';
const GRAPH = 'dod-graph.microsoft.us';
let directory;
let standIn;
let proxy;

before(async () => {
	directory = mkdtempSync(join(tmpdir(), 'proxy-'));
	standIn = await start('--tls-dir', directory);
	const map = { [`${LOGIN}:443`]: standIn.base, [`${GRAPH}:443`]: standIn.base };
	proxy = await startProxy({ map: { ...map, 'plain.example:80': standIn.base } });
});
after(async () => {
	await proxy.stop();
	await standIn.stop();
	rmSync(directory, { recursive: true });
});

const read = (res) =>
	new Promise((done) => {
		let text = '';
		res.setEncoding('utf8');
		res.on('data', (chunk) => {
			text += chunk;
		});
		res.on('end', () => done({ status: res.statusCode, text }));
	});

/* The socket behind CONNECT, or the status of the refusal. */
const tunnel = (by, target, headers = {}) =>
	new Promise((done, fail) => {
		const req = http.request(by, { method: 'CONNECT', path: target, headers });
		req.on('connect', (res, socket) => done({ status: res.statusCode, socket }));
		req.on('error', fail);
		req.end();
	});

async function get(host, path) {
	const { socket } = await tunnel(proxy.url, `${host}:443`);
	const ca = readFileSync(join(directory, 'ca.pem'));
	const res = await new Promise((done, fail) => {
		https.get({ socket, host, servername: host, path, ca, agent: false }, done).on(
			'error',
			fail,
		);
	});
	return read(res);
}

test("CONNECT leads to the clouds' hosts, with their certificate", async () => {
	const { status, text } = await get(LOGIN, PATH);
	assert.equal(status, 200);
	const { issuer, token_endpoint: endpoint, msgraph_host: graph } = JSON.parse(text);
	assert.equal(issuer, `https://${LOGIN}/${TENANT}/v2.0`);
	assert.equal(endpoint, `https://${LOGIN}/${TENANT}/oauth2/v2.0/token`);
	assert.equal(graph, 'graph.microsoft.us');
	assert.equal((await get(GRAPH, '/v1.0/me')).status, 401);
	assert.deepEqual(
		proxy.log.map(({ method, target, refused }) => [method, target, refused]),
		[
			['CONNECT', `${LOGIN}:443`, null],
			['CONNECT', `${GRAPH}:443`, null],
		],
	);
});

test('other targets are refused, and seen', async () => {
	assert.equal((await tunnel(proxy.url, '169.254.169.254:80')).status, 403);
	assert.equal((await tunnel(proxy.url, `${LOGIN}:80`)).status, 403);
	const { target, refused } = proxy.log.at(-1);
	assert.deepEqual([target, refused], [`${LOGIN}:80`, 403]);
});

const plain = async (path) =>
	read(await new Promise((done) => http.get(proxy.url, { path }, done)));

test('requests with an absolute target', async () => {
	const { status, text } = await plain(`http://plain.example${PATH}`);
	assert.equal(status, 200);
	assert.equal(JSON.parse(text).issuer, `${standIn.base}/${TENANT}/v2.0`);
	assert.equal((await plain('http://other.example/')).status, 403);
	assert.equal((await plain('/')).status, 400);
});

test('credentials, if it wants some', async () => {
	const strict = await startProxy({
		map: { [`${LOGIN}:443`]: standIn.base },
		credentials: 'user:password',
	});
	try {
		assert.equal((await tunnel(strict.url, `${LOGIN}:443`)).status, 407);
		const basic = Buffer.from('user:password').toString('base64');
		const headers = { 'proxy-authorization': `Basic ${basic}` };
		const { status, socket } = await tunnel(strict.url, `${LOGIN}:443`, headers);
		assert.equal(status, 200);
		socket.destroy();
	} finally {
		await strict.stop();
	}
});
