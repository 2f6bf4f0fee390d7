// SPDX-License-Identifier: MIT
// People of several tenants behind one installation: each in their own tenant, and nobody of another.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { ALICE, CAROL, OTHER_TENANT, SALLYPORT, TENANT } from '../standins/entra/world.mjs';
import { calm, isUser, reconfigure, result, signedInAs, startFarm } from './lib/scene.mjs';

const THIRD = '99999999-9999-4999-8999-999999999999';
const BOTH = `${TENANT}, ${OTHER_TENANT}`;

async function startMany(start, tenant_id, allowed_tenants) {
	const site = await start({ entra: { tenant_id, allowed_tenants } });
	await site.standin.control('multi_tenant', { client_id: SALLYPORT, on: true });
	return site;
}

// The sign-in of somebody who may not come in: the client is told, and there is no session.
async function isTurnedAway(site, user, error = 'access_denied') {
	const sessions = await site.database.count('session');
	await site.standin.user(user);
	const { response } = await signIn(site.resource()).finally(() => site.standin.user(ALICE));
	assert.deepEqual([response.error, response.code], [error, undefined]);
	assert.equal(await site.database.count('session'), sessions);
	return response;
}

// The paths of Entra that the programs asked, by tenant.
async function askedOf(site) {
	const tenants = (await site.standin.log()).filter(({ headers }) => !/Mozilla/.test(headers['user-agent']))
		.map(({ path }) => path.split('/')[1]).filter((name) => name !== 'graph');
	return [...new Set(tenants)].sort();
}

for (const [authority, allowed] of [['organizations', BOTH], ['common', 'any']])
	describe(`tenant_id = ${authority}, allowed_tenants = ${allowed}`, () => {
		let site;
		before(async () => { site = await startMany((options) => startFarm(2, options), authority, allowed); });
		after(() => site?.stop());
		beforeEach(() => calm(site));

		for (const [user, tenant] of [[ALICE, TENANT], [CAROL, OTHER_TENANT]])
			it(`${user} reaches Graph in the tenant that is theirs`, async () => {
				const { mcp } = await signedInAs(site, user);
				await site.standin.clearLog();
				const answer = await mcp.callTool();
				isUser(answer);
				assert.equal(result(answer).mail, user);
				assert.deepEqual(await askedOf(site), [tenant]);
				const [exchange] = (await site.standin.log()).filter(({ kind }) => kind === 'on_behalf_of');
				assert.equal(exchange.path, `/${tenant}/oauth2/v2.0/token`);
			});

		it('refreshes in the tenant of the person', async () => {
			await site.standin.set({ access_token_lifetime: 200 });
			const { mcp } = await signedInAs(site, CAROL);
			await site.standin.set({ access_token_lifetime: null });
			await site.standin.clearLog();
			isUser(await mcp.callTool());
			const [refresh] = (await site.standin.log()).filter(({ kind }) => kind === 'refresh_token');
			assert.deepEqual([refresh.path, refresh.status], [`/${OTHER_TENANT}/oauth2/v2.0/token`, 200]);
		});

		it('asks Entra to sign in whoever it is', async () => {
			await site.standin.clearLog();
			await signedInAs(site, CAROL);
			const log = await site.standin.log();
			assert.deepEqual([...new Set(log.filter(({ kind }) => ['authorize', 'authorization_code'].includes(kind))
				.map(({ path }) => path.split('/')[1]))], [authority]);
		});

		for (const [name, fault] of [
			['the ID token', { id_token_fault: 'wrong_tid' }], ['the access token', { access_token_fault: 'wrong_tid' }],
			['only one of both tokens', { access_token_fault: 'other_tenant' }],
			['the other one of both', { id_token_fault: 'other_tenant' }],
		])
			it(`believes no issuer of one tenant with the tid of another: ${name}`, async () => {
				await site.standin.set(fault);
				await isTurnedAway(site, ALICE);
			});

		it('takes one object id in two tenants for two people', async () => {
			const first = await signedInAs(site, ALICE);
			await site.standin.set({ id_token_fault: 'other_tenant', access_token_fault: 'other_tenant' });
			const second = await signedInAs(site, ALICE);
			const rows = await site.database.rows(
				`SELECT DISTINCT tenant_id, object_id, subject FROM session WHERE object_id LIKE 'aaaaaaaa%' ORDER BY tenant_id`);
			assert.deepEqual(rows.map(({ tenant_id }) => tenant_id), [TENANT, OTHER_TENANT]);
			assert.equal(rows[0].object_id, rows[1].object_id);
			assert.notEqual(rows[0].subject, rows[1].subject);
			const subject = ({ tokens }) => JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url')).sub;
			assert.deepEqual([subject(first), subject(second)], rows.map((row) => row.subject));
		});

		it('knows nobody by name or address', async () => {
			await signedInAs(site, CAROL);
			assert.ok(!/carol|fabrikam/i.test(await site.database.content()), 'name or address are in the database');
		});
	});

describe('a tenant that is not listed', () => {
	let site;
	before(async () => {
		site = await startMany((options) => startSite('lighttpd-cgi', options), 'organizations', BOTH);
	});
	after(() => site?.stop());
	beforeEach(() => calm(site));
	const allow = (list) => reconfigure(site, (text) => text.replace(/^allowed_tenants.*$/m, `allowed_tenants = ${list}`));

	it('has no people who may come in', async () => {
		allow(`${TENANT}, ${THIRD}`);
		await isTurnedAway(site, CAROL);
		isUser(await (await signedInAs(site, ALICE)).mcp.callTool());
		allow(BOTH);
		isUser(await (await signedInAs(site, CAROL)).mcp.callTool());
	});

	it('has no people who may go on, from the next request on', async () => {
		allow(BOTH);
		const [carol, alice] = [await signedInAs(site, CAROL), await signedInAs(site, ALICE)];
		isUser(await carol.mcp.callTool());
		allow(TENANT);
		await site.standin.clearLog();
		assert.notEqual(result(await carol.mcp.callTool())?.success, true);
		assert.deepEqual(await site.standin.log(), []);
		isUser(await alice.mcp.callTool());
	});
});

describe('a single tenant', () => {
	let site;
	before(async () => { site = await startFarm(1); });
	after(() => site?.stop());

	it("sends nobody of another tenant back from Entra's page", async () => {
		await assert.rejects(signedInAs(site, CAROL), /AADSTS50020/);
		await site.standin.control('multi_tenant', { client_id: SALLYPORT, on: true });
		await assert.rejects(signedInAs(site, CAROL), /AADSTS50020/);
	});

	it('believes no token of another tenant, should Entra give one', async () => {
		await site.standin.set({ id_token_fault: 'other_tenant', access_token_fault: 'other_tenant' });
		await isTurnedAway(site, ALICE);
	});
});
