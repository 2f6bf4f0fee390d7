/* SPDX-License-Identifier: MIT */
/* Throttling, loops, the table of errors, counts, the clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AADSTS } from './aadsts.mjs';
import { assertError, call, useStandIn } from './driver.mjs';
import { ALICE, BOB, TENANT } from './world.mjs';

const driver = useStandIn();

test('one person is throttled, the others are not', async () => {
	const { refresh_token: token } = await driver.signIn();
	await driver.set({ token_throttle_user: ALICE, token_throttle_retry_after: 7 });
	const plain = await driver.refresh(token);
	assert.deepEqual(
		[plain.status, plain.headers['retry-after'], plain.text],
		[429, '7', 'Too Many Requests'],
	);
	await driver.set({ token_throttle_json: true });
	const json = await driver.refresh(token);
	assertError(json, 429, 'temporarily_unavailable', 90055);
	assert.equal(json.headers['retry-after'], '7');
	await driver.control('user', { user: BOB });
	assert.equal((await driver.redeem()).status, 200);
});

test('a loop: the same again and again, until the window is over', async () => {
	const { access_token: token } = await driver.signIn();
	await driver.set({ loop_limit: 2, loop_window: 100 });
	const codes = [];
	for (let i = 0; i < 3; i++) {
		codes.push((await driver.onBehalfOf(token)).status);
	}
	assert.deepEqual(codes, [200, 200, 400]);
	assertError(await driver.onBehalfOf(token), 400, 'invalid_grant', 50196);
	const scope = 'https://graph.microsoft.com/User.Read';
	assert.equal((await driver.onBehalfOf(token, { scope })).status, 200);
	await driver.set({ clock_offset: 101 });
	assert.equal((await driver.onBehalfOf(token)).status, 200);
});

test('token_error: every number of the table', async () => {
	const { refresh_token: token } = await driver.signIn();
	for (const [code, { error, status, suberror }] of Object.entries(AADSTS)) {
		await driver.set({ token_error: { value: Number(code), times: 1 } });
		const answer = await driver.refresh(token);
		assertError(answer, status, error, Number(code));
		assert.equal(answer.json.suberror, suberror);
	}
	await driver.set({ token_error: 90033, token_error_claims: '{}', token_retry_after: 5 });
	const { json, headers } = await driver.refresh(token);
	assert.deepEqual([json.claims, headers['retry-after']], ['{}', '5']);
});

test('counts of each kind, and of each person', async () => {
	await driver.control('log', undefined, 'DELETE');
	const { refresh_token: refresh, access_token: token } = await driver.signIn();
	await driver.refresh(refresh);
	await driver.refresh('unknown-refresh-token');
	const { json } = await driver.onBehalfOf(token);
	await driver.me(json.access_token);
	await call(`${driver.base}/${TENANT}/discovery/v2.0/keys`);
	const counts = await driver.control('counts', undefined, 'GET');
	assert.deepEqual(counts.json, {
		kinds: {
			authorize: 1,
			authorization_code: 1,
			refresh_token: 2,
			on_behalf_of: 1,
			me: 1,
			keys: 1,
		},
		persons: {
			[ALICE]: {
				authorize: 1,
				authorization_code: 1,
				refresh_token: 1,
				on_behalf_of: 1,
				me: 1,
			},
		},
	});
});

test('Date goes with the clock; refresh_in by switch', async () => {
	await driver.set({ clock_offset: 86400, refresh_in: 1800 });
	const answer = await driver.redeem();
	const ahead = Date.parse(answer.headers.date) - Date.now();
	assert.ok(Math.abs(ahead - 86400e3) < 2000);
	assert.equal(answer.json.refresh_in, 1800);
});
