// SPDX-License-Identifier: MIT
// Who may come in at all, by roles and groups of Entra's; and groups that are too many for a token, which Graph tells.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { refresh } from '../e2e/lib/oauth.mjs';
import { signIn, signedIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { BOB } from '../standins/entra/world.mjs';
import { calm, endedSessions, isRefused, isUser, signedInAs, waitTold } from './lib/scene.mjs';

const ROLE = 'Weather.User';
const group = (n) => `aaaa0000-0000-4000-8000-00000000000${n}`;
const [IN, STAFF, TOOL, UNKNOWN] = [1, 2, 3, 4].map(group);
const SERVERS = [
	'mcp', { name: 'staff', tools: 'builtin', allow: `group:${STAFF}` },
	{ name: 'choosy', tools: 'builtin', 'tool.get_graph_user_details': `group:${TOOL}` },
];

let site;
after(() => site?.stop());
const start = async (allow) => {
	site = await startSite('lighttpd-cgi', { entra: { allow, timeout: 5 }, servers: SERVERS });
};

const assign = (rights) => site.standin.control('assignments', { user: BOB, roles: [], groups: [], ...rights });
const overage = (...graph_groups) => assign({ groups: 'overage', graph_groups });
const comeIn = (options) => signedInAs(site, BOB, options);

// Without a session, and with a sentence that quotes nobody.
async function isTurnedAway(expected, { description, ...options } = {}) {
	const sessions = await site.database.count('session');
	await site.standin.user(BOB);
	const { response } = await signIn(site.resource(options.server), options);
	assert.ok([expected].flat().includes(response.error), JSON.stringify(response));
	assert.equal(response.code, undefined);
	assert.doesNotMatch(response.error_description, /AADSTS|eyJ|graph:/);
	if (description !== undefined)
		assert.match(response.error_description, description);
	assert.equal(await site.database.count('session'), sessions);
}

// The questions about groups that Graph was asked.
async function questions() {
	const log = await site.standin.log();
	assert.deepEqual(log.filter(({ path }) => /memberOf|getMember/i.test(path)), []);
	return log.filter(({ path }) => path.endsWith('/checkMemberGroups')).map(({ json }) => [...json.groupIds].sort());
}

describe('[entra] allow = a role', () => {
	before(() => start(`role:${ROLE}`));
	after(async () => { await site.stop(); site = undefined; });
	beforeEach(() => calm(site));

	it('is asked for at the sign-in', async () => {
		for (const roles of [[], ['Weather.Users', 'weather.user', 'role:Weather.User']]) {
			await assign({ roles });
			await isTurnedAway('access_denied', { description: /administrator decides/ });
		}
		await assign({ groups: [IN, ROLE] });
		await isTurnedAway('access_denied');
		await assign({ roles: ['Other', ROLE] });
		isUser(await (await comeIn()).mcp.callTool());
	});

	it('ends the session at the next refresh after it was taken away, and not before', async () => {
		await assign({ roles: [ROLE] });
		const lasting = await comeIn();
		await site.standin.set({ access_token_lifetime: 200 });
		const { mcp, client, metadata, tokens } = await comeIn();
		isUser(await mcp.callTool());
		const ended = await endedSessions(site);
		await assign({ roles: ['Other'] });
		isRefused(await mcp.callTool());
		assert.equal(await endedSessions(site), ended + 1);
		isRefused(await mcp.callTool());
		const answer = await refresh(metadata, client, tokens.refresh_token);
		assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_grant']);
		isUser(await lasting.mcp.callTool());
	});

	it('lets nobody in when Entra has told no roles, and asks Graph for nothing', async () => {
		await assign({ groups: 'overage' });
		await isTurnedAway('access_denied');
	});
});

describe('[entra] allow = a group, of too many for a token', () => {
	before(() => start(`group:${IN}`));
	beforeEach(async () => {
		await calm(site);
		await overage(IN);
	});

	it('is asked of Graph at the sign-in, with the groups of the configuration and no others', async () => {
		await comeIn();
		assert.deepEqual(await questions(), [[IN, STAFF, TOOL]]);
		await overage(STAFF, UNKNOWN);
		await isTurnedAway('access_denied', { description: /administrator decides/ });
		await assign({ groups: [IN] });
		await site.standin.clearLog();
		await comeIn();
		assert.deepEqual(await questions(), [], 'the token tells them');
	});

	it('is asked once for a session, whose processes share the answer', async () => {
		const { mcp } = await comeIn();
		await site.standin.clearLog();
		isUser(await mcp.callTool());
		assert.equal((await questions()).length, 1);
		await overage();
		for (let n = 0; n < 3; n++)
			isUser(await mcp.callTool());
		assert.equal((await questions()).length, 1);
		assert.equal((await site.standin.counts()).exchange, 1);
		const [{ left }] = await site.database.rows(
			"SELECT max(expires_at) - unixepoch('now') AS left FROM session_groups");
		assert.ok(left > 86_300 && left <= 86_400, `${left} seconds`);
	});

	it('ends the session when the answer is old, and Graph says no', async () => {
		const { mcp } = await comeIn();
		isUser(await mcp.callTool());
		const ended = await endedSessions(site);
		await overage(STAFF);
		await site.database.sqlite('UPDATE session_groups SET expires_at = 1');
		isRefused(await mcp.callTool());
		assert.equal(await endedSessions(site), ended + 1);
	});

	for (const [fault, error] of [
		[{ graph_groups_status: 429, graph_groups_retry_after: 9 }, 'temporarily_unavailable'],
		[{ graph_groups_status: 500 }, 'temporarily_unavailable'], [{ graph_groups_status: 503 }, 'temporarily_unavailable'],
		[{ graph_groups_close: true }, 'temporarily_unavailable'],
		[{ graph_groups_delay_ms: 6500 }, 'temporarily_unavailable'],
		[{ graph_groups_body_fault: 'garbage' }, 'temporarily_unavailable'],
		[{ graph_groups_body_fault: 'array' }, 'temporarily_unavailable'],
		[{ graph_groups_body_fault: 'truncated' }, 'temporarily_unavailable'],
		[{ graph_groups_body_fault: 'empty' }, 'temporarily_unavailable'],
		[{ graph_groups_status: 403 }, 'server_error'], [{ graph_groups_status: 404 }, 'server_error'],
		[{ graph_groups_status: 401 }, 'server_error'],
		[{ graph_groups_status: 400 }, ['server_error', 'temporarily_unavailable']],
		[{ obo_error: 'consent_required' }, 'server_error'], [{ obo_error: 'throttled' }, 'temporarily_unavailable'],
	])
		it(`lets nobody in by a guess, nor out: ${JSON.stringify(fault)}`, async () => {
			const { mcp } = await comeIn();
			await site.standin.set(fault);
			await isTurnedAway(error);
			await site.database.forgetSetbacks();
			const ended = await endedSessions(site);
			if (error === 'temporarily_unavailable')
				waitTold(await mcp.callTool());
			else
				assert.equal((await mcp.callTool()).json.result.isError, true);
			assert.equal((await site.standin.log()).filter(({ path }) => path.endsWith('/me')).length, 0);
			await calm(site);
			isUser(await mcp.callTool(), 'afterwards');
			assert.equal(await endedSessions(site), ended);
		});

	for (const demand of [{ mfa_required: true }, { graph_mfa_required: true }])
		it(`brings what is demanded for it to the next sign-in: ${JSON.stringify(demand)}`, async () => {
			const { client } = await comeIn();
			await site.standin.set(demand);
			await isTurnedAway('access_denied', { client, description: /sign in again/ });
			await site.standin.clearLog();
			const { mcp } = await signedIn(site.resource(), { client });
			const asked = (await site.standin.log()).filter(({ kind }) => kind === 'authorize');
			assert.equal(asked.length, 2, 'once to know who it is, and once with the demand');
			assert.ok(asked[1].query.claims !== undefined);
			isUser(await mcp.callTool());
		});

	it('is asked for by servers and tools too', async () => {
		const call = async (server, ...groups) => {
			await overage(IN, ...groups);
			return (await comeIn({ server })).mcp.callTool();
		};
		isUser(await call('staff', STAFF));
		assert.equal((await call('staff', TOOL)).status, 403);
		isUser(await call('choosy', TOOL));
		assert.equal((await call('choosy', STAFF)).json.error.code, -32602);
	});

	it('lists no tool to whom Graph does not name, and none at all while Graph is silent', async () => {
		const names = async (...groups) => {
			await overage(IN, ...groups);
			const { json, status } = await (await comeIn({ server: 'choosy' })).mcp.request('tools/list');
			return [status, json.result?.tools.map(({ name }) => name)];
		};
		assert.deepEqual(await names(TOOL), [200, ['get_graph_user_details']]);
		assert.deepEqual(await names(), [200, []]);
		const { mcp } = await comeIn({ server: 'choosy' });
		await site.standin.set({ graph_groups_status: 503, graph_groups_retry_after: 9 });
		const { status, headers } = await mcp.request('tools/list');
		assert.deepEqual([status, headers['retry-after']], [503, '9']);
	});
});
