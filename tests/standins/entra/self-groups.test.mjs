/* SPDX-License-Identifier: MIT */
/* Groups that are too many for a token, and Graph, which knows them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, decode, useStandIn } from './driver.mjs';
import { ALICE } from './world.mjs';

const driver = useStandIn();
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
	assert.match(
		endpoint(await driver.signIn()),
		/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\//,
	);
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
	await driver.set({
		graph_groups_with_role: true,
		graph_groups_foreign_link: 'https://evil.example',
	});
	const { json } = await groups('transitiveMemberOf?$top=2', token);
	assert.equal(json.value[0]['@odata.type'], '#microsoft.graph.directoryRole');
	assert.match(
		json['@odata.nextLink'],
		/^https:\/\/evil\.example\/graph\/v1\.0\/me\/transitive/,
	);
});

test('groups: switches of their own, and User.Read', async () => {
	const token = await driver.graphToken();
	await driver.set({
		graph_status: 500,
		graph_groups_status: 429,
		graph_inner_error: 'innererror',
	});
	const limited = await groups('transitiveMemberOf', token);
	assert.deepEqual([limited.status, limited.json.error.code], [429, 'TooManyRequests']);
	assert.ok(limited.json.error.innererror);
	await driver.set({ graph_groups_status: null });
	assert.equal((await groups('transitiveMemberOf', token)).status, 200);
	await driver.set({ graph_token_fault: 'missing_scp' });
	assert.equal((await groups('transitiveMemberOf', await driver.graphToken())).status, 403);
});
