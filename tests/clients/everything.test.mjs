// SPDX-License-Identifier: MIT
// All that the protocol has, with the reference server: a client does each thing with the server itself and through
// Sallyport, and nothing may be another.  What there is comes from the server's own lists.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { startEverything } from './lib/everything.mjs';
import { Guest } from './lib/guest.mjs';
import { normal } from './lib/normal.mjs';
import { Scene } from './lib/scene.mjs';
import { end, resumption, walk } from './lib/walk.mjs';

// The door that the client takes, what is behind Sallyport, and the door of the same server where it is asked directly.
const WAYS = [
	{ name: 'Streamable HTTP on both sides', door: 'http', kind: 'upstream', directly: 'http' },
	{ name: 'HTTP+SSE before Streamable HTTP', door: 'sse', kind: 'upstream', directly: 'http' },
	{ name: 'HTTP+SSE on both sides', door: 'sse', kind: 'older', directly: 'sse' },
	{ name: 'Streamable HTTP on both sides, plain CGI', cgi: true, door: 'http', kind: 'upstream', directly: 'http' },
	{ name: 'HTTP+SSE before Streamable HTTP, plain CGI', cgi: true, door: 'sse', kind: 'upstream', directly: 'http' },
];

describe('everything', { concurrency: true }, () => {
	const scene = new Scene();
	const plain = new Scene(scene);
	const direct = {};
	before(async () => {
		await scene.start({ kinds: ['upstream', 'older'] });
		await plain.start({ kinds: ['upstream'], server: 'lighttpd-cgi' });
		direct.http = await startEverything('streamableHttp');
		direct.sse = await startEverything('sse');
	});
	after(async () => {
		await plain.stop();
		await scene.stop();
		await Promise.all(Object.values(direct).map((server) => server.stop()));
	});

	for (const [tag, { name, cgi, door, kind, directly }] of WAYS.entries())
		test(name, async (t) => {
			const { url, tokens } = await signedIn(cgi ? plain : scene, kind, door);
			const guests = [
				new Guest(direct[directly].url, { door: directly, tag }),
				new Guest(url, { door, tag, token: tokens.access_token }),
			];
			await Promise.all(guests.map((guest) => guest.connect()));
			const step = (what, body) => compare(t, what, guests, body);
			await walk(step);
			if (door === 'http') {
				await resumption(step);
				await end(step);
			}
			await Promise.all(guests.map((guest) => guest.close()));
		});
});

async function signedIn(scene, kind, door) {
	const { tokens } = await signIn(scene.url(kind));
	return { url: scene.url(kind, door), tokens };
}

// Resolves with what the server itself gave.
async function compare(t, what, guests, body) {
	let given;
	await t.test(what, async () => {
		const [wanted, got] = await Promise.all(guests.map((guest) => body(guest)));
		guests.forEach((guest) => guest.forget());
		given = wanted;
		assert.deepEqual(normal(got), normal(wanted));
	});
	return given;
}
