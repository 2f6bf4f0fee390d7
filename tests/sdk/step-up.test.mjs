// SPDX-License-Identifier: MIT
// A tool that asks for more scope than a client began with: the official clients end up in the browser, and the same
// call then succeeds.  sdk 1.10.0 knows no step-up.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSite } from '../e2e/lib/site.mjs';
import { startStandIn } from '../e2e/lib/standin.mjs';
import { CLIENTS } from './clients.mjs';
import { Person } from './person.mjs';

const SCOPE = 'graph:profile';
const RULED = { name: 'mcp', tools: 'builtin', 'tool.get_graph_user_details': `scope:${SCOPE}` };

describe('a scope that is missing', () => {
	let standin;
	let site;
	before(async () => {
		standin = await startStandIn();
		site = await startSite('lighttpd-fastcgi', { standin, servers: [RULED] });
	});
	after(async () => { await site?.stop(); await standin?.stop(); });

	for (const kind of CLIENTS.filter(({ name }) => name !== 'sdk 1.10.0'))
		test(kind.name, async () => {
			const person = new Person(await kind.load(), kind, site);
			await person.signIn();
			assert.ok(!person.storage.tokens().scope.split(' ').includes(SCOPE));
			const { tools } = await person.client.listTools();
			assert.deepEqual(tools.map(({ name }) => name), ['get_graph_user_details'], 'it is listed all the same');
			await assert.rejects(person.callTool(), person.sdk.UnauthorizedError);
			assert.equal(person.storage.redirects.length, 2, 'the client opened the browser');
			const asked = person.storage.redirects[1].searchParams.get('scope').split(' ');
			assert.ok(asked.includes(SCOPE) && asked.includes('mcp:tools'), asked.join(' '));
			await person.finish(await person.authorize());
			await person.connect();
			assert.equal((await person.callTool()).structuredContent.displayName, 'Alice Example');
			assert.ok(person.storage.tokens().scope.split(' ').includes(SCOPE));
			await person.close();
		});
});
