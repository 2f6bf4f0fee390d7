// SPDX-License-Identifier: MIT
// Who may see and call what: by role, group and scope, for a server and for its tools.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { MODERN } from '../e2e/lib/mcp.mjs';
import { readChallenge } from '../e2e/lib/oauth.mjs';
import { openStream } from './lib/events.mjs';
import { OTHERS, behindBoth, startGate } from './lib/gate.mjs';
import { ALICE, BOB } from '../standins/entra/world.mjs';

const STAFF = 'aaaa0000-0000-4000-8000-000000000001';
const OTHER_GROUP = 'aaaa0000-0000-4000-8000-000000000002';
const ALL = ['echo', 'read_forecast', 'write_forecast', 'delete_forecast', 'admin', 'whoami'];
const POLICY = {
	'tool.*': 'everyone', 'tool.read_forecast': 'scope:weather:read',
	'tool.write_forecast': 'role:Writer, role:Owner, scope:weather:write',
	'tool.delete_forecast': `role:Owner, group:${STAFF}`, 'tool.admin': 'nobody',
};
const WRITE = { scope: 'mcp:tools offline_access weather:write weather:read' };

behindBoth((server) => {
	let gate;

	before(async () => {
		const upstream = { tools: ALL };
		gate = await startGate(server, { servers: {
			weather: { upstream, ...POLICY }, events: { upstream: { ...upstream, answers: 'events' }, ...POLICY },
			modern: { upstream: { ...upstream, era: 'modern' }, ...POLICY },
			closed: { upstream, 'tool.*': 'nobody', 'tool.echo': 'everyone' },
			staff: { upstream, allow: `role:Writer, group:${STAFF}` },
			open: { upstream },
		} });
	});
	afterEach(() => gate.upstreams.forEach((upstream) => { upstream.calm(); }));
	after(() => gate?.stop());

	// A client of Bob's with those roles and groups, which are in his tokens from the sign-in on.
	async function bob(name, { roles = [], groups = [], scope, era } = {}) {
		await gate.standin.control('assignments', { user: BOB, roles, groups });
		const ask = scope === undefined ? {} : { ask: { scope } };
		return gate.client(name, { user: BOB, era: era ?? (name === 'modern' ? MODERN : undefined), ...ask });
	}

	async function unknown(client, tool, options) {
		gate.calm();
		const { status, json, text } = await client.call(tool, {}, options);
		assert.deepEqual([status, json?.error?.code], [200, -32602], `${tool}: ${text}`);
		gate.upstreams.forEach((upstream) =>
			assert.equal(upstream.requests('tools/call').length, 0, `${tool} reached the upstream`));
		return json.error.message;
	}

	async function works(client, tool) {
		const { status, json, text } = await client.call(tool);
		assert.equal(status, 200, `${tool}: ${text}`);
		assert.ok(json.result !== undefined, `${tool}: ${text}`);
	}

	for (const name of ['weather', 'events', 'modern']) {
		it(`${name}: tools/list has what a person may use, by roles and groups`, async () => {
			for (const [assigned, expected] of [
				[{}, ['echo', 'read_forecast', 'whoami']],
				[{ roles: ['Writer'] }, ['echo', 'read_forecast', 'write_forecast', 'whoami']],
				[{ roles: ['Owner'] }, ['echo', 'read_forecast', 'write_forecast', 'whoami']],
				[{ groups: [STAFF] }, ['echo', 'read_forecast', 'whoami']],
				[{ roles: ['Owner'], groups: [OTHER_GROUP, STAFF] },
					['echo', 'read_forecast', 'write_forecast', 'delete_forecast', 'whoami']],
				[{ roles: ['owner', 'Writers', ' Writer', 'role:Writer'] }, ['echo', 'read_forecast', 'whoami']],
			]) {
				const client = await bob(name, assigned);
				assert.deepEqual(await client.names(), expected, JSON.stringify(assigned));
			}
		});

		it(`${name}: what is not listed is unknown, and never reaches the upstream`, async () => {
			const client = await bob(name, { groups: [STAFF] });
			const message = await unknown(client, 'delete_forecast');
			await unknown(client, 'admin');
			await unknown(client, 'write_forecast');
			assert.equal((await unknown(client, 'admin')).replace('admin', 'x'), message.replace('delete_forecast', 'x'),
				'the messages tell apart');
			await works(client, 'echo');
		});

		it(`${name}: a scope that is missing is asked for`, async () => {
			const narrow = await bob(name, { roles: ['Writer'], scope: 'mcp:tools offline_access' });
			assert.ok((await narrow.names()).includes('write_forecast'));
			gate.calm();
			const { status, headers, text } = await narrow.call('write_forecast');
			assert.equal(status, 403, text);
			const challenge = readChallenge(headers['www-authenticate']);
			assert.equal(challenge.error, 'insufficient_scope');
			for (const scope of ['mcp:tools', 'weather:write'])
				assert.ok(challenge.scope.split(' ').includes(scope), challenge.scope);
			assert.match(challenge.resource_metadata,
				new RegExp(`^${gate.site.url}/.well-known/oauth-protected-resource/${name}$`));
			assert.equal(gate.upstream(name).requests('tools/call').length, 0);
			const wide = await bob(name, { roles: ['Writer'], scope: challenge.scope });
			await works(wide, 'write_forecast');
		});

		it(`${name}: a role does not stand for a scope, nor a scope for a role`, async () => {
			const client = await bob(name, WRITE);
			assert.ok(!(await client.names()).includes('write_forecast'));
			await unknown(client, 'write_forecast');
			await works(client, 'read_forecast');
		});
	}

	it('another spelling of a name opens nothing', async () => {
		const client = await bob('weather');
		for (const name of ['Admin', 'admin ', ' admin', 'ADMIN', 'admin\u0000', 'tool.admin', '*']) {
			const { status, json } = await client.call(name);
			assert.ok(status >= 400 || json.error !== undefined || json.result.isError, name);
		}
		for (const written of ['"\\u0061dmin"', '"adm\\u0069n"']) {
			const { headers, body } = client.message('tools/call', { name: 'NAME', arguments: {} });
			gate.calm();
			const answer = await client.send({ headers, body: JSON.stringify(body).replace('"NAME"', written) });
			assert.equal(answer.json?.error?.code, -32602, written);
			assert.equal(gate.upstream().log.length, 0);
		}
		const { headers, body } = client.message('tools/call', { name: 'echo', arguments: {} });
		for (const twice of ['"name":"echo","name":"admin"', '"name":"admin","name":"echo"',
			'"name":"echo","n\\u0061me":"admin"']) {
			gate.calm();
			await client.send({ headers, body: JSON.stringify(body).replace('"name":"echo"', twice) });
			assert.equal(gate.upstream().log.length, 0, twice);
		}
	});

	it('a batch is held to the same', async () => {
		const client = await bob('weather', { era: '2025-03-26' });
		const call = (id, name) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } });
		gate.calm();
		const { status, json, text } = await client.send({ headers: client.message('ping').headers,
			body: [call(1, 'echo'), call(2, 'admin'), { jsonrpc: '2.0', id: 3, method: 'tools/list' }] });
		assert.ok(!gate.upstream().log.some((entry) => entry.body.includes('"admin"')), text);
		if (status !== 200)
			return;
		const answers = Object.fromEntries([json].flat().map((message) => [message.id, message]));
		assert.equal(answers[2]?.error?.code, -32602, text);
		assert.ok(answers[1]?.result !== undefined, text);
		assert.deepEqual(answers[3].result.tools.map(({ name }) => name), ['echo', 'read_forecast', 'whoami']);
	});

	it('tools/list keeps everything else that the upstream says', async () => {
		const client = await bob('weather');
		const { json: { result: { tools } } } = await client.request('tools/list');
		const whoami = tools.find((tool) => tool.name === 'whoami');
		assert.deepEqual([whoami.title, whoami._meta, whoami.annotations],
			['Tool whoami', { 'stand-in/kept': true }, { readOnlyHint: true }]);
		assert.ok((await (await bob('open')).names()).length === ALL.length);
	});

	it('a modern list that depends on the person is private', async () => {
		const { json: { result } } = await (await bob('modern')).request('tools/list');
		assert.equal(result.cacheScope, 'private');
	});

	it('tool.* = nobody leaves what is named', async () => {
		const client = await bob('closed', { roles: ['Owner', 'Writer'], groups: [STAFF] });
		assert.deepEqual(await client.names(), ['echo']);
		await works(client, 'echo');
		await unknown(client, 'whoami');
	});

	it('a list in events, and one that comes again after Last-Event-ID, is held to it as well', async () => {
		const client = await bob('events');
		const { headers, body } = client.message('tools/list');
		const stream = await openStream(client.url, { method: 'POST', headers, body });
		const { id } = await stream.event();
		stream.close();
		assert.ok(!stream.text.includes('admin'), stream.text);
		if (id === undefined)
			return;
		const again = await client.listen({ 'Last-Event-ID': id.replace(/-\d+$/, '-0') });
		await again.end();
		assert.ok(!again.text.includes('"admin"'), again.text);
	});

	it('allow: who may use the server at all', async () => {
		for (const [assigned, expected] of [[{}, 403], [{ roles: ['Writer'] }, 403], [{ groups: [STAFF] }, 403],
			[{ roles: ['Writer'], groups: 'overage' }, 403], [{ roles: ['Writer'], groups: [STAFF] }, 200]]) {
			await gate.standin.control('assignments', { user: BOB, roles: [], groups: [], ...assigned });
			const client = await gate.client('staff', { user: BOB, connect: false });
			gate.calm();
			const answer = await client.initialize();
			assert.equal(answer.status, expected, `${JSON.stringify(assigned)}: ${answer.text}`);
			if (expected === 200)
				continue;
			assert.ok(!/insufficient_scope/.test(answer.headers['www-authenticate'] ?? ''));
			for (const other of [await client.get(), await client.remove(), await client.call('echo')])
				assert.equal(other.status, 403);
			assert.deepEqual(gate.upstream('staff').log, []);
		}
	});

	it('what one person may is not what another may', async () => {
		await gate.standin.control('assignments', { user: ALICE, roles: ['Owner'], groups: [STAFF] });
		const alice = await gate.client('weather', { ask: WRITE });
		const other = await bob('weather', WRITE);
		for (let n = 0; n < 5; n++) {
			const [hers, his] = await Promise.all([alice.names(), other.names()]);
			assert.ok(hers.includes('delete_forecast') && !his.includes('delete_forecast'));
		}
		await gate.standin.control('assignments', { user: ALICE, roles: [], groups: [] });
	});
});

describe('behind the other servers', { concurrency: 3 }, () => {
	for (const server of OTHERS)
		it(`${server} holds to the same`, async () => {
			const gate = await startGate(server, { servers: { weather: { upstream: { tools: ALL }, ...POLICY } } });
			try {
				await gate.standin.control('assignments', { user: BOB, roles: ['Writer'], groups: [] });
				const client = await gate.client('weather', { user: BOB });
				assert.deepEqual(await client.names(), ['echo', 'read_forecast', 'write_forecast', 'whoami']);
				assert.equal((await client.call('admin')).json.error.code, -32602);
				assert.equal((await client.call('write_forecast')).status, 403);
			} finally {
				await gate.stop();
			}
		});
});
