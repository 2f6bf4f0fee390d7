// SPDX-License-Identifier: MIT
// What a stranger may try to use up: memory, rows, Entra's patience.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Browser } from '../e2e/lib/browser.mjs';
import { postJson, request } from '../e2e/lib/http.mjs';
import { approve } from '../e2e/lib/sign-in.mjs';
import { SIGN_INS_MAX } from './scene.mjs';

const MEGABYTE = 1_000_000;
const PEAK_MAX = 128 * 1024;	// kilobytes of a process

const peak = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

const repeated = (unit) => `[${Array(Math.floor(MEGABYTE / (unit.length + 1))).fill(unit).join(',')}]`;

async function bombs(s) {
	const { tokens } = await s.session();
	for (const [program, url, headers] of [['register', s.metadata.registration_endpoint, {}],
		['mcp', s.resource, { Authorization: `Bearer ${tokens.access_token}` }]]) {
		for (const unit of ['{}', '[]', '0', '""', '[[]]'])
			assert.ok([400, 413].includes((await postJson(url, repeated(unit), { headers })).status), `${program} ${unit}`);
		for (const pid of s.site.pids(program))
			assert.ok(peak(pid) < PEAK_MAX, `${program} used ${peak(pid)} kB`);
	}
}

async function signIns(s) {
	const browser = new Browser();
	const client = await s.client();
	const asked = s.ask(client);
	const page = await s.page(asked, browser);
	const entra = await s.approved(s.ask(client), new Browser());
	for (let i = 0; i < SIGN_INS_MAX; i += 20)
		await Promise.all(Array.from({ length: 20 }, () => request(s.ask(client).url)));
	assert.ok(await s.db.count('authorization_request') <= SIGN_INS_MAX);
	const [{ n }] = await s.db.rows('SELECT count(*) AS n FROM authorization_request WHERE browser_hash IS NOT NULL');
	assert.equal(n, 1, 'who has approved goes on');
	assert.ok(entra.startsWith(s.standin.url) && page.status === 200);
	const later = s.ask(client);
	assert.ok((await approve(browser, await s.page(later, browser), later, s.metadata)).code, 'newcomers come in');
}

export const flood = [
	['D.1 a megabyte of tiny values takes no gigabyte', bombs],
	['D.2 sign-ins that nobody goes on with do not pile up', signIns],
];
