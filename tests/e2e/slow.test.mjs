// SPDX-License-Identifier: MIT
// A call that takes long: opened as events where the client takes them, kept alive, and given up when the client is
// gone.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { MODERN, modern } from './lib/mcp.mjs';
import { signedIn } from './lib/sign-in.mjs';
import { FASTCGI, startSite } from './lib/site.mjs';

const SLOW = 3500;
const CALL = ['tools/call', { name: 'get_graph_user_details', arguments: {} }];

// Posts a call and tells what came when, in milliseconds; give(request) may end it early.
function call(site, token, { accept = 'application/json, text/event-stream', give = () => {} } = {}) {
	const { headers, body } = modern(...CALL);
	const began = Date.now();
	return new Promise((resolve, reject) => {
		const request = http.request(site.resource(), {
			method: 'POST', agent: false,
			headers: { ...headers, Accept: accept, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
		}, (response) => {
			const pieces = [];
			response.on('data', (bytes) => {
				pieces.push({ at: Date.now() - began, text: bytes.toString() });
				give(request);
			});
			response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], pieces }));
			response.on('error', () => resolve({ pieces, broken: true }));
		});
		request.on('error', (error) => (request.destroyed ? resolve({ pieces: [], broken: true }) : reject(error)));
		request.end(JSON.stringify(body));
	});
}

for (const server of FASTCGI)
	describe(server, { concurrency: false }, () => {
		let site;
		let token;

		before(async () => {
			site = await startSite(server, { top: ['stream_heartbeat = 1', 'workers = 1'], entra: { timeout: '30s' } });
			token = (await signedIn(site.resource(), { era: MODERN })).tokens.access_token;
			assert.equal((await call(site, token)).status, 200);
		});

		after(() => site?.stop());

		it('a slow call is opened as events with comments, and ends with its answer', () =>
			site.standin.during({ graph_delay_ms: SLOW }, async () => {
				const { status, type, pieces } = await call(site, token);
				assert.equal(status, 200);
				assert.match(type, /^text\/event-stream/);
				assert.ok(pieces[0].at < SLOW - 500, `first piece after ${pieces[0].at} ms`);
				const text = pieces.map((piece) => piece.text).join('');
				assert.ok((text.match(/^: working$/gm) ?? []).length >= 2, text);
				const message = JSON.parse(/^data: (.*)$/m.exec(text)[1]);
				assert.equal(message.id, modern(...CALL).body.id);
				assert.equal(message.result.structuredContent.success, true);
				assert.equal(message.result.resultType, 'complete');
			}));

		it('a client that takes JSON alone gets JSON, however long it takes', () =>
			site.standin.during({ graph_delay_ms: SLOW }, async () => {
				const { status, type, pieces } = await call(site, token, { accept: 'application/json' });
				assert.equal(status, 200);
				assert.match(type, /^application\/json/);
				assert.equal(JSON.parse(pieces.map((piece) => piece.text).join('')).result.isError, false);
			}));

		it('a quick call is JSON', async () => {
			assert.match((await call(site, token)).type, /^application\/json/);
		});

		it('a client that goes away frees its worker within two heartbeats', () =>
			site.standin.during({ graph_delay_ms: { value: 25000, times: 1 } }, async () => {
				const gone = await call(site, token, { give: (request) => request.destroy() });
				assert.ok(gone.broken ?? true);
				const began = Date.now();
				assert.equal((await call(site, token)).status, 200);
				assert.ok(Date.now() - began < 6000, `the only worker was busy for ${Date.now() - began} ms`);
			}));
	});

describe('the calls of one post have three timeouts together', () => {
	let site;

	before(async () => { site = await startSite('lighttpd-fastcgi', { entra: { timeout: '5s' } }); });
	after(() => site?.stop());

	it('however many answers are slow, each within its own time', async () => {
		const { tokens } = await signedIn(site.resource(), { era: MODERN });
		// Exchange, Graph, exchange again, Graph again: 4.6 seconds each.
		await site.standin.during({ token_delay_ms: 4600, graph_delay_ms: 4600, graph_status: 401 }, async () => {
			const began = Date.now();
			const { pieces } = await call(site, tokens.access_token, { accept: 'application/json' });
			const { result } = JSON.parse(pieces.map((piece) => piece.text).join(''));
			assert.equal(result.isError, true);
			assert.equal(result.structuredContent.retryable, true);
			assert.ok(Date.now() - began < 18_000, `${Date.now() - began} ms`);
		});
	});
});
