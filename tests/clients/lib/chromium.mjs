// SPDX-License-Identifier: MIT
// The browser of a person who uses a web client: pages of their own, what is on them, and the consent page on the way.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from './child.mjs';

const SHOTS = fileURLToPath(new URL('../../../build/screenshots', import.meta.url));
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync',
	'--disable-component-update', '--disable-quic'];
const PATIENCE = 90_000;

export async function startChromium() {
	const { default: puppeteer } = await load('puppeteer-core/lib/puppeteer/puppeteer-core.js');
	mkdirSync(SHOTS, { recursive: true });
	return puppeteer.launch({
		executablePath: '/usr/bin/chromium', args: ARGS, defaultViewport: { width: 1400, height: 1000 },
	});
}

// A page with cookies and storage of its own.  When body fails, a picture of it stays, and the error has what it said.
export async function withPage(chromium, name, body) {
	const context = await chromium.createBrowserContext();
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE);
	const said = [];
	page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
	page.on('response', (answer) => said.push(`${answer.request().method()} ${answer.url()} ${answer.status()}`));
	try {
		return await body(page);
	} catch (error) {
		await shoot(page, `${name}-failed`).catch(() => {});
		throw new Error(`${error.message}\nat ${page.url()}\n${said.slice(-30).join('\n')}`, { cause: error });
	} finally {
		await context.close();
	}
}

export const shoot = (page, name) => page.screenshot({ path: path.join(SHOTS, `${name}.png`) });

// On the consent page that the client has led to; what comes after it goes by itself.
export async function approve(page, name) {
	const button = await page.waitForSelector('button[value="approve"]');
	await shoot(page, `${name}-consent`);
	await Promise.all([page.waitForNavigation(), button.click()]);
}

// The way to the authorization endpoint takes a while, as it does elsewhere: a client that goes there twice at once
// ends with the second.
export async function takeTime(page) {
	await page.setRequestInterception(true);
	page.on('request', (rq) => setTimeout(() => rq.continue().catch(() => {}),
		rq.isNavigationRequest() && new URL(rq.url()).pathname === '/authorize' ? 700 : 0));
}

const aria = (name, role) => `::-p-aria([name="${name}"][role="${role}"])`;

// By a control that leads away from the page, at once or in a while.
export async function leaveBy(page, name, role = 'button') {
	const control = await page.waitForSelector(aria(name, role), { visible: true });
	await control.click();
}

export const press = (page, name, role = 'button') => page.locator(aria(name, role)).click();
export const pressText = (page, text) => page.locator(`::-p-text(${text})`).click();

// Waits for it, and has it in the picture unless it was drawn anew meanwhile.
export async function seesText(page, text) {
	const element = await page.waitForSelector(`::-p-text(${text})`, { visible: true });
	await element.scrollIntoView().catch(() => {});
}

// A page that is being drawn anew may lose a click.
export async function pressUntil(page, selector, seen) {
	for (let turn = 1; turn < 5; turn++) {
		await page.locator(selector).click();
		if (await page.waitForSelector(seen, { visible: true, timeout: 8000 }).catch(() => undefined))
			return;
	}
	throw new Error(`${seen} does not come`);
}

export const enter = (page, name, text) => enterInto(page, aria(name, 'textbox'), text);

export async function enterInto(page, selector, text) {
	const box = await page.waitForSelector(selector, { visible: true });
	await box.click({ count: 3 });
	await box.type(text);
}
