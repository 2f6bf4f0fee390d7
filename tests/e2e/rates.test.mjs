// SPDX-License-Identifier: MIT
// How often somebody may ask: each endpoint's buckets, whose they are, and what a flood leaves behind.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpClient, legacy, modern, send } from './lib/mcp.mjs';
import { form, post, postJson, request } from './lib/http.mjs';
import { REDIRECT_URI, authorization, discover, refresh, register, revoke } from './lib/oauth.mjs';
import { signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const METADATA = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };
const from = (address) => ({ headers: { 'X-Forwarded-For': address } });

// The answers of so many requests, one after the other.
async function each(count, ask) {
	const answers = [];
	for (let i = 0; i < count; i++)
		answers.push(await ask(i));
	return answers;
}

const statuses = (answers) => answers.map(({ status }) => status);
const admitted = (answers) => answers.filter(({ status }) => status !== 429).length;

function isRefused(answer, most) {
	assert.equal(answer.status, 429, answer.text);
	assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
	assert.ok(Number(answer.headers['retry-after']) <= most, answer.headers['retry-after']);
	assert.equal(answer.headers['cache-control'], 'no-store');
}

for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'lighttpd-cgi'])
	describe(server, () => {
		let site;
		let session;
		let metadata;

		before(async () => {
			site = await startSite(server, {
				top: ['log = all'],
				limits: { rate_register: '5/1h', rate_browser: '8/1m', rate_token: '12/1m', rate_mcp: '30/1h' },
			});
			session = await signedIn(site.resource());
			({ metadata } = session);
		});
		after(() => site?.stop());

		it('registrations: so many at once, then 429 with the time to wait', async () => {
			const answers = await each(7, () => postJson(metadata.registration_endpoint, METADATA));
			assert.deepEqual(statuses(answers), [201, 201, 201, 201, 429, 429, 429]);
			isRefused(answers[6], 720);
			assert.equal(answers[6].json.error, 'temporarily_unavailable');
			assert.match(answers[6].json.error_description, /^too many requests from your address; come again in \d+ s$/);
			assert.equal(answers[6].headers['access-control-allow-origin'], '*');
			assert.match(answers[6].headers['access-control-expose-headers'], /Retry-After/);
			const preflight = await request(metadata.registration_endpoint, { method: 'OPTIONS' });
			assert.equal(preflight.status, 204);
		});

		it('no header of a stranger makes another address of one', async () => {
			const spoofed = ['X-Forwarded-For', 'X_Forwarded_For', 'Forwarded', 'X-Real-IP', 'Client-IP', 'True-Client-IP',
				'CF-Connecting-IP', 'Remote-Addr', 'Remote_Addr'];
			for (const name of spoofed) {
				const headers = { [name]: '198.51.100.9' };
				const { status } = await postJson(metadata.registration_endpoint, METADATA, { headers });
				assert.equal(status, 429, name);
			}
		});

		it('a person gets a page that says what to do', async () => {
			await site.database.sqlite('DELETE FROM rate');
			const asked = () => request(authorization(metadata, session.client).url);
			const answers = await each(10, asked);
			assert.equal(admitted(answers), 8);
			isRefused(answers[9], 8);
			assert.match(answers[9].headers['content-type'], /^text\/html/);
			assert.match(answers[9].text, /Too many requests at once/);
			assert.match(answers[9].text, /load this page again/);
			assert.equal(answers[9].location, undefined, 'nobody is sent anywhere');
		});

		it('a page of another endpoint has a bucket of its own', async () => {
			assert.equal((await request(`${site.url}/consent?transaction=x`)).status, 400);
		});

		it('the page of a person\'s own clients has one too, for whatever is asked of it', async () => {
			const answers = await each(10, (i) =>
				i % 2 === 0 ? request(`${site.url}/account`) : post(`${site.url}/account`, {}));
			assert.equal(admitted(answers), 8);
			isRefused(answers[9], 8);
			assert.match(answers[9].text, /Too many requests at once/);
		});

		it('the token endpoint: 429, and the client keeps its token', async () => {
			await site.database.sqlite('DELETE FROM rate');
			const answers = await each(14, () => post(metadata.token_endpoint, { grant_type: 'refresh_token' }));
			assert.equal(admitted(answers), 12);
			const refused = await refresh(metadata, session.client, session.tokens.refresh_token);
			isRefused(refused, 5);
			assert.equal(refused.json.error, 'temporarily_unavailable');
			await sleep(Number(refused.headers['retry-after']) * 1000);
			const answer = await refresh(metadata, session.client, session.tokens.refresh_token);
			assert.equal(answer.status, 200, answer.text);
			session.tokens = answer.json;
		});

		it('whoever is refused leaves the log one line each, and the store no row more', async () => {
			const rows = await site.database.count('rate');
			await each(20, () => post(metadata.token_endpoint, { grant_type: 'refresh_token' }));
			assert.ok(await site.database.count('rate') <= rows + 1);
			const logs = readdirSync(path.join(site.keep, 'log')).map((name) => site.log(name)).join('\n');
			assert.match(logs, /POST \/token 429 temporarily_unavailable /);
			const dump = await site.database.sqlite('SELECT hex(key_hash) FROM rate');
			assert.ok(!dump.includes(Buffer.from('127.0.0.1').toString('hex').toUpperCase()));
		});

		if (server !== 'lighttpd-cgi') {
			it('mcp counts a session\'s calls in memory, and answers in JSON-RPC by the call\'s id', async () => {
				const { access_token: token } = session.tokens;
				const before = await site.database.count('rate');
				const answers = await each(33, (i) => send(site.resource(), token, modern('tools/list', {}, { id: `call-${i}` })));
				assert.equal(admitted(answers), 30, statuses(answers).join());
				const last = answers[32];
				isRefused(last, 120);
				assert.equal(last.json.id, 'call-32');
				assert.equal(last.json.error.code, -32000);
				assert.equal(last.json.error.data.retryAfter, Number(last.headers['retry-after']));
				const old = await send(site.resource(), token, legacy('tools/list', {}, { id: 9007199254740993n.toString() }));
				assert.equal(old.status, 429);
				const got = await request(site.resource(), { headers: { Authorization: `Bearer ${token}` } });
				assert.equal(got.status, 429);
				assert.equal(got.json.error, 'temporarily_unavailable');
				assert.ok(await site.database.count('rate') <= before, 'nothing is written');
			});

			it('another session is not held up', async () => {
				await site.database.sqlite('DELETE FROM rate');
				const other = await signedIn(site.resource());
				assert.equal((await other.mcp.callTool()).status, 200);
				const client = new McpClient(site.resource(), session.tokens.access_token);
				assert.equal((await client.request('tools/list')).status, 429);
			});
		}

		it('revoking has buckets as well', async () => {
			const answers = await each(14, () => revoke(metadata, session.client, 'unknown'));
			assert.equal(admitted(answers), 12);
		});
	});

describe('behind a reverse proxy', () => {
	let site;
	let metadata;

	before(async () => {
		site = await startSite('lighttpd-fastcgi', {
			top: ['trusted_proxies = 127.0.0.0/8, 10.0.0.0/8'],
			limits: { rate_register: '3/1h', rate_register_all: '40/1h', rate_token: '4/1m', rate_client: '6/1m' },
		});
		({ metadata } = await discover(site.resource()));
	});
	after(() => site?.stop());

	const registering = (headers) => postJson(metadata.registration_endpoint, METADATA, headers);

	it('each address that it names has a bucket', async () => {
		assert.equal(admitted(await each(5, () => registering(from('198.51.100.1')))), 3);
		assert.equal(admitted(await each(5, () => registering(from('198.51.100.2, 10.1.2.3')))), 3);
	});

	it('what the client wrote before its own hop counts for nothing', async () => {
		for (const forged of ['203.0.113.1', '10.9.9.9', '127.0.0.1', 'nonsense', '"', '', '::1', 'a'.repeat(300)])
			assert.equal((await registering(from(`${forged}, 198.51.100.1`))).status, 429, forged);
	});

	it('a header in two spellings is refused, not believed', async () => {
		const { status } = await postJson(metadata.registration_endpoint, METADATA,
			{ headers: { 'X_Forwarded_For': '203.0.113.7', 'X-Forwarded-For': '198.51.100.1' } });
		assert.ok([400, 429].includes(status), String(status));
	});

	it('all addresses of a /64 are one, and a /48 is four of them', async () => {
		const rotated = await each(8, (i) => registering(from(`2001:db8:1:1::${i + 1}`)));
		assert.equal(admitted(rotated), 3);
		const wider = await each(20, (i) => registering(from(`2001:db8:1:${i + 2}::1`)));
		assert.equal(admitted(wider), 9);
		assert.match(wider[19].json.error_description, /your network/);
	});

	it('many networks meet the limit of all, and the table stays small', async () => {
		const flood = await each(60, (i) => registering(from(`2001:db8:${(100 + i).toString(16)}::1`)));
		assert.equal(admitted(flood), 40 - 3 - 3 - 12);
		assert.match(flood[59].json.error_description, /in all/);
		assert.ok(await site.database.count('rate') <= 100, String(await site.database.count('rate')));
	});

	it('a client has a bucket, which no single address can empty', async () => {
		await site.database.sqlite('DELETE FROM rate');
		const client = await register(metadata);
		const ask = (address) => post(metadata.token_endpoint,
			{ grant_type: 'refresh_token', refresh_token: 'x', client_id: client.client_id }, from(address));
		assert.equal(admitted(await each(6, () => ask('198.51.100.30'))), 4);
		const others = await each(4, (i) => ask(`198.51.100.${40 + i}`));
		assert.equal(admitted(others), 2);
		assert.match(others[3].json.error_description, /this client/);
		const fields = form({ grant_type: 'refresh_token', client_id: 'nobody' });
		const stranger = await post(metadata.token_endpoint, fields, from('198.51.100.50'));
		assert.equal(stranger.status, 401);
	});

	it('rows of nonsense lock nobody out, and rows that are gone begin anew', async () => {
		await site.database.sqlite('UPDATE rate SET full_at = 9223372036854775807, expires_at = 9223372036854775807');
		assert.equal((await registering(from('198.51.100.1'))).status, 201);
		await site.database.sqlite('DELETE FROM rate');
		assert.equal(admitted(await each(5, () => registering(from('198.51.100.1')))), 3);
	});

	it('without the table the endpoints go on', async () => {
		await site.database.sqlite('ALTER TABLE rate RENAME TO elsewhere');
		assert.deepEqual(new Set(statuses(await each(5, () => registering(from('198.51.100.1'))))), new Set([201]));
		await site.database.sqlite('ALTER TABLE elsewhere RENAME TO rate');
	});
});

describe('switched off', () => {
	it('nothing is counted', async () => {
		const site = await startSite('lighttpd-fastcgi',
			{ limits: { rates: 'off', rate_register: '1/1h', rate_mcp: '1/1h' } });
		try {
			const session = await signedIn(site.resource());
			await register(session.metadata);
			await register(session.metadata);
			assert.deepEqual(statuses(await each(5, () => session.mcp.request('tools/list'))), [200, 200, 200, 200, 200]);
			assert.equal(await site.database.count('rate'), 0);
		} finally {
			await site.stop();
		}
	});
});
