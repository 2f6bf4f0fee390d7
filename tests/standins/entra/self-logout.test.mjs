/* SPDX-License-Identifier: MIT */
/* Sessions of browsers, and how they end. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { call, decode, useStandIn } from './driver.mjs';
import { ALICE, BOB, SALLYPORT, TENANT } from './world.mjs';

const driver = useStandIn();
const HOME = 'https://mcp.example/bye?x=1';
let server;
let seen;
let url;

before(async () => {
	server = http.createServer((req, res) => {
		seen.push(new URL(req.url, url).searchParams);
		res.end();
	});
	await new Promise((done) => {
		server.listen(0, '127.0.0.1', done);
	});
	url = `http://127.0.0.1:${server.address().port}/logout`;
});
after(() => server.close());
beforeEach(async () => {
	seen = [];
	await driver.control('logout', {
		client_id: SALLYPORT,
		front_channel_url: url,
		post_logout_redirect_uris: [HOME],
	});
});

const claimsOf = async () => decode((await driver.signIn()).id_token).claims;
const logout = (query, headers) =>
	call(`${driver.base}/${TENANT}/oauth2/v2.0/logout?${new URLSearchParams(query)}`, {
		headers,
	});
const frames = ({ text }) =>
	[...text.matchAll(/<iframe hidden src="([^"]+)"/g)].map(([, src]) =>
		Object.fromEntries(new URL(src.replaceAll('&amp;', '&')).searchParams),
	);

test('sid: one for all sign-ins of a person until the sign-out', async () => {
	const first = await claimsOf();
	assert.match(first.sid, /^[0-9a-f-]{36}$/);
	assert.equal((await claimsOf()).sid, first.sid);
	await driver.control('user', { user: BOB });
	const other = await claimsOf();
	assert.notEqual(other.sid, first.sid);
	assert.notEqual(other.login_hint, first.login_hint);
	await driver.control('user', { user: ALICE });
	assert.deepEqual(frames(await logout({ logout_hint: first.login_hint })), [
		{ iss: `${driver.base}/${TENANT}/v2.0`, sid: first.sid },
	]);
	assert.notEqual((await claimsOf()).sid, first.sid);
	await driver.set({ omit_sid: true });
	assert.equal('sid' in (await claimsOf()), false);
});

test('the sign-out page goes back to where it may', async () => {
	await claimsOf();
	const answer = await logout({ post_logout_redirect_uri: HOME, state: 'a&b' });
	assert.equal(answer.status, 200);
	const target = 'https://mcp.example/bye?x=1&amp;state=a%26b';
	assert.ok(answer.text.includes(`<a id="continue" href="${target}">`));
	assert.ok(answer.text.includes(`content="20;url=${target}"`));
	assert.equal(frames(answer).length, 1);
	assert.equal(frames(await logout({})).length, 0, 'nobody is signed in any more');
	const strict = await logout({ post_logout_redirect_uri: 'https://evil.example/' });
	assert.equal(strict.status, 400);
	await driver.set({ strict: false });
	const lax = await logout({ post_logout_redirect_uri: 'https://evil.example/' });
	assert.equal(lax.status, 200);
	assert.ok(!lax.text.includes('evil.example'));
	const { json } = await call(
		`${driver.base}/${TENANT}/v2.0/.well-known/openid-configuration`,
	);
	assert.ok(json.frontchannel_logout_supported);
	assert.equal((await call(json.end_session_endpoint, { method: 'POST' })).status, 200);
});

test("a browser's own session ends by its cookie", async () => {
	await driver.control('user', { user: 'none' });
	const page = await driver.authorize();
	const pressed = await call(`${driver.base}/${TENANT}/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: `ctx=${/name="ctx" value="([^"]+)"/.exec(page.text)[1]}&user=${BOB}`,
	});
	const headers = { cookie: pressed.headers['set-cookie'][0].split(';')[0] };
	const silent = await driver.authorize({ prompt: 'none' }, { headers });
	const { json } = await driver.token(driver.codeFields(silent));
	const { sid } = decode(json.id_token).claims;
	assert.deepEqual(frames(await logout({})), []);
	assert.equal(frames(await logout({}, headers))[0].sid, sid);
	const again = await driver.authorize({ prompt: 'none' }, { headers });
	assert.equal(again.params.error, 'login_required');
});

test('front_channel_logout: the stand-in calls', async () => {
	assert.equal((await driver.control('front_channel_logout', { user: ALICE })).status, 400);
	const { sid, iss } = await claimsOf();
	const body = { user: ALICE, sid: 'x' };
	assert.equal((await driver.control('front_channel_logout', body)).json.status, 200);
	await driver.control('front_channel_logout', { user: ALICE, iss: null });
	const { json } = await driver.control('front_channel_logout', { user: ALICE });
	assert.deepEqual([json.status, json.calls.length], [200, 1]);
	assert.deepEqual(
		seen.map((each) => [each.get('iss'), each.get('sid')]),
		[
			[iss, 'x'],
			[null, sid],
			[iss, sid],
		],
	);
	assert.notEqual((await claimsOf()).sid, sid);
});
