// SPDX-License-Identifier: MIT
// A tool for which Entra or Graph asks the person for more: the official clients open the browser, which comes by Entra
// twice in that one visit, and the same call then succeeds.  sdk 1.10.0 does nothing of itself about a 401.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { demandsOf, visits } from '../entra/lib/step-up.mjs';
import { POLICY_CLAIMS, contextClaims, watch } from '../entra/lib/watch.mjs';
import { CLIENTS } from './clients.mjs';
import { Person } from './person.mjs';

const DEMANDS = [[{ mfa_required: true }, POLICY_CLAIMS], [{ obo_acrs: 'c1' }, contextClaims('c1')],
	[{ graph_mfa_required: true }, POLICY_CLAIMS]];

describe('a demand of Entra', () => {
	let site;
	before(async () => { site = await watch('lighttpd-fastcgi'); });
	afterEach(() => site.reset());
	after(() => site?.stop());

	for (const kind of CLIENTS.filter(({ name }) => name !== 'sdk 1.10.0'))
		for (const [switches, claims] of DEMANDS)
			test(`${kind.name}, ${Object.keys(switches)}`, async () => {
				const person = new Person(await kind.load(), kind, site);
				await person.signIn();
				assert.equal((await person.callTool()).isError, false);
				await site.database.sqlite('DELETE FROM exchanged_token');
				await site.standin.set(switches);
				await site.standin.clearLog();
				await assert.rejects(person.callTool(), person.sdk.UnauthorizedError);
				assert.equal(person.storage.redirects.length, 2, 'the client opened the browser once more');
				person.errors = [];
				await person.finish(await person.authorize());
				assert.deepEqual(demandsOf({ visits: await visits(site.standin) }), [undefined, claims]);
				await person.connect();
				assert.equal((await person.callTool()).structuredContent.displayName, 'Alice Example');
				assert.equal(person.storage.redirects.length, 2, 'and that was the only time');
				assert.deepEqual(person.errors, []);
				await person.close();
			});

	test('got out nowhere', () => site.keepsItToItself());
});
