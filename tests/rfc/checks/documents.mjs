// SPDX-License-Identifier: MIT
// Clients that are known by a metadata document: the draft "OAuth Client ID Metadata Document", and what MCP says of
// it.
import { mustNotServe } from '../lib/authorize.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

const needsDocuments = (t) => needs(t.documents !== undefined, 'no --documents was given');

function needsServed(t) {
	needsDocuments(t);
	needs(t.documents.served, 'the documents are not served by the suite: no --serve');
}

async function isTaken(t, client) {
	const { answer } = await t.ask({}, client);
	return answer.status < 400 && !/[?&]error=/.test(answer.location ?? '');
}

const goodIsTaken = (t) => t.once('good document', () => isTaken(t, t.documents.client('good')));

// A refusal shows something only where a good document is taken.
async function needsSupport(t) {
	needsDocuments(t);
	needs(await goodIsTaken(t), 'not even a good document is taken');
}

const badDocument = (id, claim, name) => ({
	id: `documents/${id}`, source: 'MCP, Client ID Metadata Documents', level: 'MUST', claim,
	async run(t) {
		await needsSupport(t);
		const client = t.documents.client(name);
		await mustNotServe(t, client, client.redirect_uris);
	},
});

export const documents = [
	{
		id: 'documents/taken', source: 'MCP, Client ID Metadata Documents', level: 'SHOULD',
		claim: 'The URL of a metadata document is a client_id.',
		async run(t) {
			needsDocuments(t);
			must(await goodIsTaken(t), `${t.documents.url('good')} is not taken`);
		},
	},
	{
		id: 'documents/flow', source: 'MCP, Client ID Metadata Documents', level: 'SHOULD',
		claim: 'Such a client gets tokens that the MCP server takes.',
		async run(t) {
			await needsSupport(t);
			await t.needsAccepted();
			const answer = await t.redeem(await t.code({}, t.documents.client('good')));
			mustEqual(answer.status, 200, 'status');
			must(await t.accepts(answer.json?.access_token ?? ''), 'it does not take it');
		},
	},
	badDocument('client-id', 'A document with another client_id is refused.', 'other-id'),
	badDocument('client-name', 'A document without client_name is refused.', 'no-name'),
	badDocument('redirect-uris', 'A document without redirect_uris is refused.', 'no-redirects'),
	badDocument('json', 'What is no JSON is refused.', 'not-json'),
	badDocument('no-secrets', 'A document that wants a shared secret is refused.', 'secret'),
	badDocument('status', 'Where there is no document, the client is refused.', 'missing'),
	{
		id: 'documents/redirect-uri', source: 'MCP, Client ID Metadata Documents', level: 'MUST',
		claim: 'A redirect URI that the document does not have is an error.',
		async run(t) {
			await needsSupport(t);
			await mustNotServe(t, t.documents.client('good'), ['https://evil.example/callback']);
		},
	},
	{
		id: 'documents/url', source: 'Client ID Metadata Document section 3', level: 'MUST',
		claim: 'A client_id without https or path, or with fragment, user or dot segments, is refused.',
		async run(t) {
			await needsSupport(t);
			const url = t.documents.url('good');
			const { origin, host, pathname } = new URL(url);
			for (const client_id of [url.replace('https:', 'http:'), origin, `${url}#fragment`,
				`https://user@${host}${pathname}`,
				`${origin}/x/..${pathname}`])
				await mustNotServe(t, { ...t.documents.client('good'), client_id }, t.documents.client('good').redirect_uris);
		},
	},
	{
		id: 'documents/no-redirects', source: 'Client ID Metadata Document section 4', level: 'MUST',
		claim: 'No redirect is followed on the way to a document.',
		async run(t) {
			needsServed(t);
			await needsSupport(t);
			const client = t.documents.client('moved');
			await mustNotServe(t, client, client.redirect_uris);
		},
	},
	{
		id: 'documents/size', source: 'Client ID Metadata Document section 6', level: 'SHOULD',
		claim: 'A document of a megabyte is not read.',
		async run(t) {
			await needsSupport(t);
			const client = t.documents.client('large');
			await mustNotServe(t, client, client.redirect_uris);
		},
	},
	{
		id: 'documents/no-bad-cache', source: 'Client ID Metadata Document section 4.4', level: 'MUST',
		claim: 'A bad document is not kept: once it is mended, the client is taken.',
		async run(t) {
			needsServed(t);
			await needsSupport(t);
			const client = t.documents.client('mended');
			needs(!await isTaken(t, client), 'the bad document was taken');
			t.documents.mend();
			must(await isTaken(t, client), `the client is still refused: ${show(client.client_id)}`);
		},
	},
];
