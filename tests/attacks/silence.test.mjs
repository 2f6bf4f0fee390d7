// SPDX-License-Identifier: MIT
// Bodies that were announced and do not come: as many as a program has workers keep everybody else out of it for a
// while, but only for a while.  Over each version of HTTP another program is tried, so that none waits for the other.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { post, setPatience } from '../e2e/lib/http.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { Frames } from './frames.mjs';

setPatience(18_000);	// a web server's own, which frees it in the end, is 20 seconds

const WORKERS = 2;
const CONNECTIONS = 3 * WORKERS;
const FORM = 'application/x-www-form-urlencoded';

// The programs, as many requests as they have workers and more, each with a word of its body if drip.
async function overFrames(site, ca, target, drip) {
	const { host } = new URL(site.url);
	return Promise.all(Array.from({ length: CONNECTIONS }, async () => {
		const connection = await Frames.open(site.url, ca);
		const stream = connection.send([[':method', 'POST'], [':scheme', 'https'], [':authority', host], [':path', target],
			['content-type', FORM], ['content-length', '1000']], { open: true });
		const timer = drip && setInterval(() => connection.word(stream.id, 'x'), 1000);
		return { hangUp() { clearInterval(timer); connection.close(); } };
	}));
}

async function overLines(site, ca, target, drip) {
	const { hostname, port, host } = new URL(site.url);
	return Array.from({ length: CONNECTIONS }, () => {
		const socket = tls.connect({ host: hostname, port, ca });
		socket.on('error', () => {});
		socket.write(`POST ${target} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${FORM}\r\nContent-Length: 1000\r\n\r\n`);
		const timer = drip && setInterval(() => socket.writable && socket.write('x'), 1000);
		return { hangUp() { clearInterval(timer); socket.destroy(); } };
	});
}

// Whether somebody else is answered while they still hold on, before the server's own patience would end.
async function othersAreServed(site, ca, target, hold, drip) {
	const held = await hold(site, ca, target, drip);
	try {
		// They are there: what a worker takes of them it has taken by now.
		await post(`${site.url}/logout`, '');
		const { status } = await post(`${site.url}${target}`, 'x=y').catch(({ message }) => assert.fail(message));
		assert.ok(status >= 400 && status < 500, `${target}: ${status}`);
	} finally {
		held.forEach((one) => one.hangUp());
	}
}

for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi'])
	describe(`X.15 bodies that never come hold nobody up for long, ${server}`, { concurrency: 4 }, () => {
		let site;
		let ca;

		before(async () => {
			site = await startSite(server, { http: '1', top: [`workers = ${WORKERS}`] });
			ca = readFileSync(path.join(site.keep, 'tls.crt'));
		});
		after(() => site?.stop());

		for (const [what, target, hold, drip] of [
			['HTTP/1, silent', '/token', overLines, false], ['HTTP/1, dripping', '/revoke', overLines, true],
			['HTTP/2, silent', '/register', overFrames, false], ['HTTP/2, dripping', '/consent', overFrames, true],
		])
			it(what, () => othersAreServed(site, ca, target, hold, drip));
	});
