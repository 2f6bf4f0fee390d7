// SPDX-License-Identifier: MIT
// The official clients that know metadata documents take ours for a server that does: nothing is registered.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSite } from '../e2e/lib/site.mjs';
import { startDocuments } from '../standins/documents/documents.mjs';
import { CLIENTS } from './clients.mjs';
import { Person } from './person.mjs';

describe('a metadata document', () => {
	let documents;
	let site;
	before(async () => {
		documents = await startDocuments();
		site = await startSite('lighttpd-fastcgi', {
			top: [`ca_file = ${documents.ca}`, 'metadata_networks = 127.0.0.0/8', `metadata_ports = ${documents.port}`],
		});
	});
	after(async () => { await site?.stop(); await documents?.stop(); });

	for (const kind of CLIENTS.filter(({ name }) => name !== 'sdk 1.10.0'))
		test(kind.name, async () => {
			const person = new Person(await kind.load(), kind, site);
			const { client_id } = documents.publish('sdk.json');
			person.storage.clientMetadataUrl = client_id;
			await person.signIn();
			assert.equal(person.storage.client.client_id, client_id);
			assert.equal(person.storage.redirects[0].searchParams.get('client_id'), client_id);
			assert.equal((await person.callTool()).structuredContent.displayName, 'Alice Example');
			assert.equal((await site.database.rows('SELECT count(*) AS n FROM client WHERE fetched_at IS NULL'))[0].n, 0);
			await person.close();
		});
});
