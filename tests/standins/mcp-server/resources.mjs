// SPDX-License-Identifier: MIT
// The resources, one of them a template.
import { PNG } from './samples.mjs';
import { ResourceTemplate } from './sdk.mjs';

const RESOURCES = [
	{
		name: 'static-text', mimeType: 'text/plain', description: 'A text',
		body: { text: 'This is the content of the static text resource.' },
	},
	{ name: 'static-binary', mimeType: 'image/png', description: 'A picture', body: { blob: PNG } },
	{
		name: 'watched-resource', mimeType: 'text/plain', description: 'A text to subscribe to',
		body: { text: 'Watched resource content' },
	},
];
const cacheHint = { ttlMs: 60_000, cacheScope: 'private' };

export function registerResources(server) {
	for (const { name, mimeType, description, body } of RESOURCES)
		server.registerResource(name, `test://${name}`, { description, mimeType, cacheHint },
			(uri) => ({ contents: [{ uri: uri.href, mimeType, ...body }] }));
	registerTemplate(server);
	const watched = new Set();
	server.server.setRequestHandler('resources/subscribe', ({ params }) => { watched.add(params.uri); return {}; });
	server.server.setRequestHandler('resources/unsubscribe', ({ params }) => { watched.delete(params.uri); return {}; });
}

function registerTemplate(server) {
	const mimeType = 'application/json';
	server.registerResource('template', new ResourceTemplate('test://template/{id}/data', { list: undefined }),
		{ description: 'Data by id', mimeType, cacheHint },
		(uri, { id }) => ({
			contents: [{
				uri: uri.href, mimeType, text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
			}],
		}));
}
