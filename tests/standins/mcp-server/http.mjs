// SPDX-License-Identifier: MIT
// HTTP on loopback for a handler of the web's Request and Response.
import { once } from 'node:events';
import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

// Resolves with the origin.  handle(request) resolves with the Response.
export async function startServer(port, handle) {
	const server = http.createServer((rq, rs) => {
		answer(rq, rs, handle).catch((error) => {
			if (!rs.destroyed)
				process.stderr.write(`${error.stack}\n`);
			rs.destroy();
		});
	});
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	return `http://127.0.0.1:${server.address().port}`;
}

// Slow clients are waited for; a client that goes cancels the body, which is how the SDK learns of it.
async function answer(rq, rs, handle) {
	const gone = new AbortController();
	rs.once('close', () => gone.abort());
	const response = await handle(await requestOf(rq, gone.signal));
	rs.writeHead(response.status, Object.fromEntries(response.headers));
	rs.flushHeaders();
	await pipeline(response.body === null ? [] : Readable.fromWeb(response.body), rs);
}

async function requestOf(rq, signal) {
	const chunks = [];
	for await (const chunk of rq)
		chunks.push(chunk);
	const headers = new Headers();
	for (let i = 0; i < rq.rawHeaders.length; i += 2)
		headers.append(rq.rawHeaders[i], rq.rawHeaders[i + 1]);
	return new Request(`http://${rq.headers.host ?? 'none.invalid'}${rq.url}`, {
		method: rq.method, headers, signal, body: chunks.length === 0 ? undefined : Buffer.concat(chunks),
	});
}
