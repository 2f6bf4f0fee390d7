// SPDX-License-Identifier: MIT
// mcp-remote: an MCP client speaks over stdio to a program that signs in with a browser and speaks to us.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browser } from '../e2e/lib/browser.mjs';
import { load, packaged } from './lib/child.mjs';
import { Scene } from './lib/scene.mjs';
import { checkTool } from './lib/tools.mjs';

const HTTP = { transport: 'http-only' };
const MODERN = { transport: 'http-only', protocol: 'auto' };
const SSE = { transport: 'sse-only' };
const RUNS = [
	['builtin', HTTP], ['builtin', MODERN], ['builtin', SSE], ['upstream', HTTP], ['upstream', MODERN], ['upstream', SSE],
	['older', SSE],
];

// A folder of mcp-remote's own, and a browser that writes down where it was sent.
function makeHome() {
	const home = mkdtempSync(path.join(os.tmpdir(), 'sallyport-mcp-remote.'));
	const browser = path.join(home, 'browser');
	writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$1" >>'${home}/opened'\n`);
	chmodSync(browser, 0o755);
	return {
		env: { PATH: process.env.PATH, HOME: home, MCP_REMOTE_CONFIG_DIR: home, BROWSER: browser },
		opened: () => readFileSync(path.join(home, 'opened'), 'utf8').trim().split('\n'),
		remove: () => rmSync(home, { recursive: true, force: true }),
	};
}

async function start(url, { transport, protocol }, home) {
	const [{ Client }, { StdioClientTransport }] = await Promise.all([
		load('sdk-1/dist/esm/client/index.js'), load('sdk-1/dist/esm/client/stdio.js'),
	]);
	const stdio = new StdioClientTransport({
		command: process.execPath, stderr: 'pipe', env: home.env,
		args: [packaged('mcp-remote/dist/proxy.js'), url, '--transport', transport,
			...protocol ? ['--protocol', protocol] : []],
	});
	const client = new Client({ name: 'test', version: '1' });
	let said = '';
	const asked = new Promise((resolve) => stdio.stderr.setEncoding('utf8').on('data', (text) => {
		said += text;
		if (said.includes('Browser opened automatically.'))
			resolve();
	}));
	const connected = client.connect(stdio).catch((error) => { throw new Error(`${error.message}: ${said}`); });
	return { client, asked, connected, said: () => said };
}

async function signIn([url]) {
	const browser = new Browser();
	const landed = await browser.submit(await browser.open(url), 'approve');
	assert.equal(landed.status, 200, landed.text);
	assert.equal(landed.landed.hostname, 'localhost');
}

async function run(url, how, tool) {
	const home = makeHome();
	try {
		const first = await start(url, how, home);
		await Promise.race([first.asked, first.connected]);
		await signIn(home.opened());
		await first.connected;
		await checkTool(first.client, tool);
		await first.client.close();

		const second = await start(url, how, home);
		await second.connected;
		await checkTool(second.client, tool);
		assert.equal(home.opened().length, 1, 'stored tokens need no browser');
		await second.client.close();
		if (how.protocol === 'auto')
			assert.match(first.said(), /2026-07-28/);
	} finally {
		home.remove();
	}
}

describe('mcp-remote', { concurrency: 2 }, () => {
	const scene = new Scene();
	before(() => scene.start());
	after(() => scene.stop());

	for (const [kind, how] of RUNS)
		test([kind, ...Object.values(how)].join(', '), () =>
			run(scene.url(kind, how.transport === 'sse-only' ? 'sse' : 'http'), how, scene.tool(kind)));
});
