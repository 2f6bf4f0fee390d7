// SPDX-License-Identifier: MIT
// Which part of the server answers a request: one URL for every revision.
import {
	createMcpHandler, hostHeaderValidationResponse, isLegacyRequest, localhostAllowedHostnames, localhostAllowedOrigins,
	originValidationResponse,
} from './sdk.mjs';
import { makeServer } from './server.mjs';
import { Sessions } from './sessions.mjs';

const foreign = (request) => hostHeaderValidationResponse(request, localhostAllowedHostnames())
	?? originValidationResponse(request, localhostAllowedOrigins());

const prefersEvents = (request) => request.headers.get('accept')?.startsWith('text/event-stream');

// hostCheck: refuse requests that name another host than this one, in Host or in Origin.
export function serve({ hostCheck }) {
	const sessions = new Sessions((changes) => makeServer(changes));
	const make = () => makeServer(modern.notify);
	const modern = createMcpHandler(make, { legacy: 'reject' });
	const streaming = createMcpHandler(make, { legacy: 'reject', responseMode: 'sse', bus: modern.bus });
	return async (request) => {
		const refused = hostCheck ? foreign(request) : undefined;
		if (refused !== undefined)
			return refused;
		if (new URL(request.url).pathname !== '/mcp')
			return new Response('Not Found', { status: 404 });
		if (await isLegacyRequest(request))
			return sessions.handle(request);
		return prefersEvents(request) ? streaming.fetch(request) : modern.fetch(request);
	};
}
