// SPDX-License-Identifier: MIT
// Sites whose requests are many processes' matter, the people who use them, and what an answer may be.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from '../../e2e/lib/http.mjs';
import { modern } from '../../e2e/lib/mcp.mjs';
import { readChallenge } from '../../e2e/lib/oauth.mjs';
import { signedIn } from '../../e2e/lib/sign-in.mjs';
import { startSite } from '../../e2e/lib/site.mjs';
import { ALICE } from '../../standins/entra/world.mjs';

// FastCGI with that many processes of mcp, each with its own memory.
export const startFarm = (processes, options = {}) =>
	startSite('lighttpd-fastcgi', { ...options, env: { ...options.env, SALLYPORT_PROCESSES: String(processes) } });

// How often the threads of a process have been woken.
export function wakings(pid) {
	const counts = readdirSync(`/proc/${pid}/task`).map((task) =>
		/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))[1]);
	return counts.reduce((sum, count) => sum + Number(count), 0);
}

export async function signedInAs(site, user, options) {
	await site.standin.user(user);
	try {
		return await signedIn(site.resource(options?.server), options);
	} finally {
		await site.standin.user(ALICE);
	}
}

// Sessions whose Entra tokens are over; with over: false they are about to be, in that many seconds.
export async function stale(site, count, { lifetime = 1, user = ALICE, server } = {}) {
	await site.standin.set({ access_token_lifetime: lifetime });
	const sessions = [];
	while (sessions.length < count)
		sessions.push(...await Promise.all([...Array(Math.min(8, count - sessions.length))]
			.map(() => signedInAs(site, user, { server }))));
	await site.standin.set({ access_token_lifetime: null });
	if (lifetime < 5)
		await sleep((lifetime + 1) * 1000);
	await site.standin.clearLog();
	return sessions;
}

// All switches back, and nothing remembered of what they did; unlike after a reset old tokens of Entra's still serve.
export async function calm(site) {
	const switches = await site.standin.control('set', undefined, 'GET');
	await site.standin.set(Object.fromEntries(Object.keys(switches).map((name) => [name, null])));
	await site.database.forgetSetbacks();
	await site.standin.clearLog();
}

export const result = (answer) => answer.json?.result?.structuredContent;

export function isUser(answer, what = '') {
	assert.equal(answer.status, 200, `${what} ${answer.text}`);
	assert.equal(result(answer)?.success, true, `${what} ${answer.text}`);
}

// A tool's failure: its sentence.
export function isToolError(answer, retryable, what = '') {
	assert.equal(answer.status, 200, `${what} ${answer.text}`);
	assert.equal(answer.json?.result?.isError, true, `${what} ${answer.text}`);
	const { error, retryable: told } = result(answer);
	assert.equal(told, retryable, `${what} ${error}`);
	assert.doesNotMatch(error, /AADSTS|eyJ|Trace/);
	return error;
}

// The seconds that a retryable failure tells to wait.
export function waitTold(answer, what) {
	const [, seconds] = /in (\d+) seconds/.exec(isToolError(answer, true, what)) ?? [];
	assert.ok(seconds !== undefined, `no time told: ${answer.text}`);
	return Number(seconds);
}

export function isRefused({ status, headers, text }, what = '') {
	assert.equal(status, 401, `${what} ${text}`);
	assert.equal(readChallenge(headers['www-authenticate']).error, 'invalid_token');
}

export const endedSessions = async (site) =>
	(await site.database.rows('SELECT count(*) AS n FROM session WHERE ended_at IS NOT NULL'))[0].n;

// The configuration that the programs read, changed; programs that are started from here on have it.
export function reconfigure(site, change) {
	const file = path.join(site.keep, 'sallyport.conf');
	writeFileSync(file, change(readFileSync(file, 'utf8')));
}

// The program mcp as a plain CGI program of our own, with one tool call.  It answers undefined when it died.
export function callByHand(site, token, {
	env = {}, conf = path.join(site.keep, 'sallyport.conf'), onError = () => {},
	onStart = () => {},
} = {}) {
	const { headers, body } = modern('tools/call', { name: 'get_graph_user_details', arguments: {} });
	const text = JSON.stringify(body);
	const variables = {
		PATH: process.env.PATH, SALLYPORT_CONF: conf, REQUEST_METHOD: 'POST', PATH_INFO: '/mcp',
		CONTENT_TYPE: 'application/json', CONTENT_LENGTH: String(Buffer.byteLength(text)),
		HTTP_AUTHORIZATION: `Bearer ${token}`, ...env,
	};
	for (const [name, value] of Object.entries(headers))
		variables[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value;
	return new Promise((resolve, reject) => {
		// As root the programs' user is www-data, as behind the web server.
		const file = path.join(site.bin, 'mcp');
		const [command, ...args] = process.getuid() === 0
			? ['setpriv', '--reuid=www-data', '--regid=www-data', '--init-groups', file] : [file];
		const child = spawn(command, args, { env: variables, stdio: ['pipe', 'pipe', 'pipe'] });
		onStart(child.pid);
		const out = [];
		child.stdout.on('data', (bytes) => out.push(bytes));
		child.stderr.on('data', (bytes) => onError(String(bytes)));
		child.stdin.on('error', () => {});
		child.on('error', reject);
		child.on('close', (code, signal) => resolve(signal === null ? readCgi(Buffer.concat(out).toString()) : undefined));
		child.stdin.end(text);
	});
}

function readCgi(text) {
	const [head, ...rest] = text.split('\r\n\r\n');
	const headers = Object.fromEntries(head.split('\r\n').map((line) => {
		const [, name, value] = /^([^:]+): (.*)$/.exec(line) ?? [undefined, 'broken', line];
		return [name.toLowerCase(), value];
	}));
	const content = rest.join('\r\n\r\n');
	const events = content.split('\n').filter((line) => line.startsWith('data: ')).map((line) => parse(line.slice(6)));
	return { status: Number.parseInt(headers.status, 10), headers, text: content, json: parse(content) ?? events.at(-1) };
}
