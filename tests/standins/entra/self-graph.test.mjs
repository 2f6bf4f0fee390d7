/* SPDX-License-Identifier: MIT */
/* Graph: whom it answers, and how it fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, useStandIn } from './driver.mjs';
import { ALICE, BOB, GRAPH } from './world.mjs';

const driver = useStandIn();

function assertError(answer, status, code) {
	assert.deepEqual([answer.status, answer.json?.error?.code], [status, code]);
	const { message, innerError, innererror } = answer.json.error;
	assert.ok(message);
	const inner = innerError ?? innererror;
	assert.equal(inner['request-id'], answer.headers['request-id']);
	assert.equal(inner['client-request-id'], answer.headers['client-request-id']);
}

test('/me and $select', async () => {
	const token = await driver.graphToken();
	const { json } = await driver.me(token);
	assert.deepEqual(Object.keys(json), [
		'@odata.context',
		'businessPhones',
		'displayName',
		'givenName',
		'jobTitle',
		'mail',
		'mobilePhone',
		'officeLocation',
		'preferredLanguage',
		'surname',
		'userPrincipalName',
		'id',
	]);
	const selected = await driver.me(token, '?$select=displayName,mail');
	assert.deepEqual(Object.keys(selected.json), ['@odata.context', 'displayName', 'mail']);
	assertError(await driver.me(token, '?$select=password'), 400, 'BadRequest');
	assertError(await call(`${driver.base}/graph/v1.0/users`), 400, 'BadRequest');
});

test('401 for no token, garbage, another audience, a spoilt signature', async () => {
	const none = await driver.me();
	assertError(none, 401, 'InvalidAuthenticationToken');
	assert.match(none.headers['www-authenticate'], /^Bearer realm="", authorization_uri="/);
	assertError(await driver.me('garbage'), 401, 'InvalidAuthenticationToken');
	const { access_token: own } = await driver.signIn();
	const refused = await driver.me(own);
	assertError(refused, 401, 'InvalidAuthenticationToken');
	assert.match(refused.json.error.message, /Invalid audience/);
	const token = await driver.graphToken();
	assertError(
		await driver.me(`${token.slice(0, -20)}AAAA${token.slice(-16)}`),
		401,
		'InvalidAuthenticationToken',
	);
	assertError(await driver.me(`${token} x`), 401, 'InvalidAuthenticationToken');
});

test('a Graph token expires, and its faults are found', async () => {
	await driver.set({ graph_token_lifetime: 600 });
	const token = await driver.graphToken();
	await driver.set({ clock_offset: 599 });
	assert.equal((await driver.me(token)).status, 200);
	await driver.set({ clock_offset: 600 });
	assertError(await driver.me(token), 401, 'InvalidAuthenticationToken');
	await driver.set({ clock_offset: 0 });
	const wanted = {
		expired: 401,
		wrong_aud: 401,
		alg_none: 401,
		other_tenant: 404,
		wrong_iss: 401,
		consumers_key: 401,
		bad_signature: 401,
		missing_scp: 403,
		app_only: 400,
	};
	for (const [fault, status] of Object.entries(wanted)) {
		await driver.set({ graph_token_fault: { value: fault, times: 1 } });
		assert.equal((await driver.me(await driver.graphToken())).status, status, fault);
	}
});

test('a dropped key ends its tokens, a kept one does not', async () => {
	const token = await driver.graphToken();
	await driver.control('rotate_keys', {});
	assert.equal((await driver.me(token)).status, 200);
	const fresh = await driver.graphToken();
	await driver.control('rotate_keys', { drop_old: true });
	assertError(await driver.me(fresh), 401, 'InvalidAuthenticationToken');
});

test('statuses by switch', async () => {
	const codes = {
		401: 'InvalidAuthenticationToken',
		403: 'Authorization_RequestDenied',
		404: 'Request_ResourceNotFound',
		429: 'TooManyRequests',
		500: 'InternalServerError',
		503: 'ServiceUnavailable',
		504: 'UnknownError',
	};
	const token = await driver.graphToken();
	for (const [status, code] of Object.entries(codes)) {
		await driver.set({
			graph_status: { value: Number(status), times: 1 },
			graph_retry_after: { value: 7, times: 1 },
		});
		const answer = await driver.me(token);
		assertError(answer, Number(status), code);
		assert.equal(answer.headers['retry-after'], '7');
	}
	await driver.set({ graph_status: 429, graph_error_code: 'activityLimitReached' });
	const limited = await driver.me(token);
	assertError(limited, 429, 'activityLimitReached');
	assert.equal(limited.headers['retry-after'], undefined);
});

const challengeOf = ({ headers }) => /claims="([^"]+)"/.exec(headers['www-authenticate'])?.[1];

test('claims challenge by switch, and until it was answered', async () => {
	const token = await driver.graphToken();
	await driver.set({ graph_claims_challenge: { value: true, times: 1 } });
	const challenged = await driver.me(token);
	assertError(challenged, 401, 'InvalidAuthenticationToken');
	assert.match(challenged.headers['www-authenticate'], /error="insufficient_claims"/);
	await driver.set({ graph_mfa_required: true });
	const claims = Buffer.from(challengeOf(await driver.me(token)), 'base64').toString();
	const { json } = await driver.token(driver.codeFields(await driver.authorize({ claims })));
	const exchanged = await driver.onBehalfOf(json.access_token);
	assert.equal((await driver.me(exchanged.json.access_token)).status, 200);
});

test('bodies, slowness, a dropped connection, another user', async () => {
	const token = await driver.graphToken();
	for (const fault of ['garbage', 'empty', 'truncated', 'html']) {
		await driver.set({ graph_body_fault: { value: fault, times: 1 } });
		const { status, json } = await driver.me(token);
		assert.deepEqual([status, json], [200, undefined], fault);
	}
	await driver.set({ graph_body_fault: { value: 'array', times: 1 } });
	assert.ok(Array.isArray((await driver.me(token)).json));
	await driver.set({ graph_body_fault: { value: 'huge', times: 1 } });
	assert.ok((await driver.me(token)).text.length > 32 << 20);
	await driver.set({ graph_delay_ms: { value: 150, times: 1 } });
	const start = Date.now();
	assert.equal((await driver.me(token)).json.userPrincipalName, ALICE);
	assert.ok(Date.now() - start >= 145);
	await driver.set({ graph_close: { value: true, times: 1 } });
	await assert.rejects(driver.me(token));
	await driver.set({ graph_other_user: true });
	assert.equal((await driver.me(token)).json.userPrincipalName, BOB);
});

test("both names of Graph, and this Graph's own URL, are resources", async () => {
	const { access_token: token } = await driver.signIn();
	for (const name of [GRAPH, 'https://graph.microsoft.com', `${driver.base}/graph`]) {
		const { json } = await driver.onBehalfOf(token, { scope: `${name}/.default` });
		assert.equal((await driver.me(json.access_token)).status, 200, name);
	}
});
