// SPDX-License-Identifier: MIT
// A real Chromium, and what holds for every page: screenshots in build/screenshots, axe-core, no sideways scrolling.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = new URL('../../../build/npm/node_modules/', import.meta.url);
const SHOTS = fileURLToPath(new URL('../../../build/screenshots', import.meta.url));
const AXE = readFileSync(new URL('axe-core/axe.min.js', PACKAGES), 'utf8');
const CHROMIUM = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
	'--disable-sync', '--disable-component-update', '--disable-quic'];

// How people look at a page: [name, media features, width].
export const LOOKS = [
	['light', [{ name: 'prefers-color-scheme', value: 'light' }], 1000],
	['dark', [{ name: 'prefers-color-scheme', value: 'dark' }], 1000],
	['narrow', [{ name: 'prefers-color-scheme', value: 'light' }], 320],
];

export async function startChromium() {
	const { default: puppeteer } = await import(new URL('puppeteer-core/lib/puppeteer/puppeteer-core.js', PACKAGES));
	mkdirSync(SHOTS, { recursive: true });
	const chromium = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM });
	return {
		stop: () => chromium.close(),
		// In a browser of its own, with nothing in its cookie jar.
		async withPage(body) {
			const context = await chromium.createBrowserContext();
			try {
				return await body(await context.newPage());
			} finally {
				await context.close();
			}
		},
	};
}

export const press = (page, value) => Promise.all([page.waitForNavigation(), page.click(`button[value="${value}"]`)]);
export const shoot = (page, name) => page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });

// For axe's own script; the style sheet's hash is held by its unit test.
export async function look(page, features, width) {
	await page.emulateMediaFeatures(features);
	await page.setViewport({ width, height: 800 });
	await page.setBypassCSP(true);
}

export async function eventually(find, what) {
	for (let tries = 0; tries < 200; tries++) {
		const found = await find();
		if (found)
			return found;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`it did not come: ${what}`);
}

export async function hasNoFault(page) {
	await page.evaluate(AXE);
	const { violations } = await page.evaluate(() => globalThis.axe.run());
	assert.deepEqual(violations.map((v) => `${v.id}: ${v.help}`), []);
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
}
