/* SPDX-License-Identifier: MIT */
/* The claims parameter, continuous access evaluation, authentication contexts, revocation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertError, call, decode, useStandIn } from './driver.mjs';
import { ALICE, API, API_SECRET, BOB, GRAPH, SALLYPORT, TENANT } from './world.mjs';

const driver = useStandIn();
const CP1 = '{"access_token":{"xms_cc":{"values":["cp1"]}}}';

async function signIn(claims) {
	const authorized = await driver.authorize({ claims });
	return (await driver.token(driver.codeFields(authorized))).json;
}

const challengeOf = ({ headers }) => {
	const [, encoded] = /claims="([^"]+)"/.exec(headers['www-authenticate']) ?? [];
	return encoded && JSON.parse(Buffer.from(encoded, 'base64'));
};

test('claims are refused unless they are a request of claims', async () => {
	const wrong = ['[]', '{"x":{}}', '{"access_token":[]}', '{"access_token":{"a":{"essential":1}}}'];
	for (const claims of [...wrong, '{"id_token":{"a":{"values":[]}}}', '{"userinfo":{"a":"b"}}', 'x']) {
		assert.equal((await driver.authorize({ claims })).params.error, 'invalid_request', claims);
	}
	const { refresh_token: token } = await driver.signIn();
	assertError(await driver.refresh(token, { claims: '[]' }), 400, 'invalid_request', 90023);
	for (const claims of ['{}', '{"id_token":{"a":null}}', CP1]) {
		assert.ok((await driver.authorize({ claims })).params.code);
	}
});

test('cp1: long tokens that say so, by code, refresh and exchange', async () => {
	const json = await signIn(CP1);
	const long = ({ expires_in: seconds, access_token: token }) => {
		assert.deepEqual(decode(token).claims.xms_cc, ['cp1']);
		assert.ok(seconds >= 72000 && seconds < 100800);
	};
	long(json);
	long((await driver.redeem({ claims: CP1 })).json);
	long((await driver.refresh(json.refresh_token, { claims: CP1 })).json);
	long((await driver.onBehalfOf(json.access_token, { claims: CP1 })).json);
	const plain = (await driver.refresh(json.refresh_token)).json;
	assert.ok(plain.expires_in < 5400 && !('xms_cc' in decode(plain.access_token).claims));
});

test('revoke: what is of before is worth nothing', async () => {
	const old = await signIn(CP1);
	const graph = (await driver.onBehalfOf(old.access_token, { claims: CP1 })).json.access_token;
	const plain = (await driver.onBehalfOf(old.access_token)).json.access_token;
	const code = await driver.authorize();
	await driver.control('revoke', { user: BOB });
	assert.equal((await driver.me(graph)).status, 200);
	await driver.control('revoke', { user: ALICE });
	const refused = await driver.me(graph);
	assert.equal(refused.status, 401);
	assert.match(refused.json.error.message, /TokenIssuedBeforeRevocationTimestamp/);
	const challenge = challengeOf(refused);
	assert.equal(challenge.access_token.nbf.essential, true);
	const other = await driver.me(plain);
	assert.deepEqual([other.status, challengeOf(other)], [401, undefined]);
	for (const answer of [
		await driver.refresh(old.refresh_token),
		await driver.onBehalfOf(old.access_token),
		await driver.token(driver.codeFields(code)),
	]) {
		assertError(answer, 400, 'invalid_grant', 50173);
	}
	const { access_token: fresh } = await signIn(JSON.stringify(challenge));
	const { json } = await driver.onBehalfOf(fresh, { claims: CP1 });
	assert.equal((await driver.me(json.access_token)).status, 200);
});

test('styles of the challenge', async () => {
	const token = await driver.graphToken();
	const ask = async (style) => {
		await driver.set({ graph_claims_challenge: true, graph_challenge_style: style });
		return driver.me(token);
	};
	for (const style of ['several_headers', 'two_challenges']) {
		const answer = await ask(style);
		assert.match(answer.headers['www-authenticate'], /^PoP .*, Bearer realm/);
		assert.ok(challengeOf(answer).access_token);
	}
	assert.match((await ask('other_order')).headers['www-authenticate'], /^Bearer claims="/);
	assert.equal((await ask('status_403')).status, 403);
});

test('obo_acrs: until /authorize was asked for it, or never', async () => {
	await driver.set({ obo_acrs: 'c1' });
	const refused = await driver.onBehalfOf((await driver.signIn()).access_token);
	assertError(refused, 400, 'interaction_required', 50079);
	const { claims } = refused.json;
	assert.deepEqual(JSON.parse(claims).access_token.acrs, { essential: true, value: 'c1' });
	const met = await signIn(claims);
	assert.deepEqual(decode(met.access_token).claims.acrs, ['c1']);
	const exchanged = await driver.onBehalfOf(met.access_token);
	assert.deepEqual(decode(exchanged.json.access_token).claims.acrs, ['c1']);
	await driver.set({ mfa_never_satisfied: true });
	assert.equal((await driver.onBehalfOf(met.access_token)).json.error, 'interaction_required');
});

test('refresh_claims and claims_refused', async () => {
	const { refresh_token: token } = await driver.signIn();
	await driver.set({ refresh_claims: 53003 });
	const refused = await driver.refresh(token);
	assertError(refused, 400, 'invalid_grant', 53003);
	assert.equal(refused.json.suberror, 'basic_action');
	const { claims } = refused.json;
	const met = await signIn(claims);
	assert.equal((await driver.refresh(met.refresh_token)).status, 200);
	for (const error of ['access_denied', 'interaction_required']) {
		await driver.set({ claims_refused: error });
		assert.equal((await driver.authorize({ claims })).params.error, error);
		assert.ok((await driver.authorize({ claims: CP1 })).params.code);
	}
});

const groups = (path, token, { method = 'GET', body, type = 'application/json' } = {}) =>
	call(`${driver.base}/graph/v1.0/me/${path}`, {
		method,
		headers: {
			authorization: `Bearer ${token}`,
			...(body && { 'content-type': type }),
		},
		body: body && JSON.stringify(body),
	});
const guid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const many = (count) => Array.from({ length: count }, (_, n) => guid(n));

test('groups: overage in tokens of both versions', async () => {
	await driver.control('assignments', { user: ALICE, roles: ['R'], groups: 'overage' });
	const endpoint = ({ access_token: token }) => {
		const { claims } = decode(token);
		assert.deepEqual([claims.roles, claims.groups], [['R'], undefined]);
		return claims._claim_sources[claims._claim_names.groups].endpoint;
	};
	assert.match(endpoint(await driver.signIn()), /^https:\/\/graph\.microsoft\.com\/v1\.0\/users\//);
	await driver.set({ access_token_version: 1 });
	assert.match(endpoint(await driver.signIn()), /^https:\/\/graph\.windows\.net\/1{8}-/);
});

test('groups: Graph tells which of them a person is in', async () => {
	const token = await driver.graphToken();
	await driver.control('assignments', {
		user: ALICE,
		groups: 'overage',
		graph_groups: many(250),
	});
	const check = (groupIds, type) =>
		groups('checkMemberGroups', token, { method: 'POST', body: { groupIds }, type });
	assert.deepEqual((await check([guid(3), guid(300)])).json.value, [guid(3)]);
	for (const wrong of [[], many(21), ['x'], 'x', undefined]) {
		assert.equal((await check(wrong)).status, 400);
	}
	assert.equal((await check([guid(1)], 'text/plain')).status, 400);
	const all = await groups('getMemberGroups', token, {
		method: 'POST',
		body: { securityEnabledOnly: false },
	});
	assert.equal(all.json.value.length, 250);
	let page = (await groups('transitiveMemberOf?$select=id', token)).json;
	assert.deepEqual(page.value[0], { '@odata.type': '#microsoft.graph.group', id: guid(0) });
	const ids = page.value.map(({ id }) => id);
	while (page['@odata.nextLink']) {
		const headers = { authorization: `Bearer ${token}` };
		page = (await call(page['@odata.nextLink'], { headers })).json;
		ids.push(...page.value.map(({ id }) => id));
	}
	assert.deepEqual(ids, many(250));
	await driver.set({ graph_groups_with_role: true, graph_groups_foreign_link: 'https://evil.example' });
	const { json } = await groups('transitiveMemberOf?$top=2', token);
	assert.equal(json.value[0]['@odata.type'], '#microsoft.graph.directoryRole');
	assert.match(json['@odata.nextLink'], /^https:\/\/evil\.example\/graph\/v1\.0\/me\/transitive/);
});

test('groups: switches of their own, and User.Read', async () => {
	const token = await driver.graphToken();
	await driver.set({ graph_status: 500, graph_groups_status: 429, graph_inner_error: 'innererror' });
	const limited = await groups('transitiveMemberOf', token);
	assert.deepEqual([limited.status, limited.json.error.code], [429, 'TooManyRequests']);
	assert.ok(limited.json.error.innererror);
	await driver.set({ graph_groups_status: null });
	assert.equal((await groups('transitiveMemberOf', token)).status, 200);
	await driver.set({ graph_token_fault: 'missing_scp' });
	assert.equal((await groups('transitiveMemberOf', await driver.graphToken())).status, 403);
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
