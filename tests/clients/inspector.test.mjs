// SPDX-License-Identifier: MIT
// The MCP Inspector in four versions, its page worked in a real Chromium: address, sign-in, tools, a call.  Pictures
// are left in build/screenshots.
import { after, before, describe, test } from 'node:test';
import { freePort } from '../e2e/lib/free-port.mjs';
import { approve, shoot, startChromium, withPage } from './lib/chromium.mjs';
import { INSPECTORS } from './lib/inspectors.mjs';
import { Scene } from './lib/scene.mjs';

const SSE = { transport: 'sse', version: '2025-11-25' };
const LEGACY = { transport: 'http', version: '2025-11-25' };
const MODERN = { transport: 'http', version: '2026-07-28', era: 'Modern' };
const DIRECT = { way: 'Direct' };
const PROXY = { way: 'Via Proxy' };

const RUNS = {
	'0.8.2': [['builtin', SSE], ['upstream', SSE]],
	'0.10.2': [['builtin', SSE], ['upstream', SSE], ['older', SSE]],
	'1.0.3': [
		['builtin', { ...LEGACY, ...DIRECT }], ['builtin', { ...LEGACY, ...PROXY }], ['builtin', { ...SSE, ...DIRECT }],
		['upstream', { ...LEGACY, ...DIRECT }], ['upstream', { ...SSE, ...DIRECT }],
	],
	'2.12.0': [
		['builtin', LEGACY], ['builtin', MODERN], ['builtin', SSE], ['upstream', LEGACY], ['upstream', MODERN],
		['older', SSE],
	],
};

const title = (kind, { transport, era, way }) => [kind, transport, era, way].filter(Boolean).join(', ');

describe('MCP Inspector', { concurrency: 2 }, () => {
	const scene = new Scene();
	const ports = {};
	let chromium;

	before(async () => {
		for (const version of Object.keys(RUNS))
			ports[version] = freePort();
		const origins = Object.values(ports).map((port) => `http://localhost:${port}`);
		await scene.start({ top: [`allowed_origins = ${origins.join(', ')}`] });
		chromium = await startChromium();
	});
	after(async () => { await chromium?.close(); await scene.stop(); });

	for (const [version, runs] of Object.entries(RUNS))
		describe(version, { concurrency: 1 }, () => {
			for (const [kind, how] of runs)
				test(title(kind, how), () => run(version, kind, how));
		});

	async function run(version, kind, how) {
		const inspector = INSPECTORS[version];
		const tool = scene.tool(kind);
		const name = `inspector-${version}-${title(kind, how).replaceAll(/[ ,]+/g, '-').toLowerCase()}`;
		const running = await inspector.start(ports[version]);
		try {
			await withPage(chromium, name, async (page) => {
				await inspector.open(page, running);
				await inspector.connect(page, scene.url(kind, how.transport), how);
				await approve(page, name);
				await inspector.list(page, tool, how);
				await inspector.call(page, tool);
				await shoot(page, name);
			});
		} finally {
			await running.stop();
		}
	}
});
