// SPDX-License-Identifier: MIT
// The MCP Inspector in four versions: its own programs on free ports, and its page as a person works it.
// start(port) has its page on that port; connect(page, url, how) goes as far as Sallyport's consent page; list and call
// come after it.  A tool is {name, title, args, sees}: the last is a text of its result.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../e2e/lib/free-port.mjs';
import { start } from './child.mjs';
import { enter, enterInto, leaveBy, press, pressText, pressUntil, seesText, takeTime } from './chromium.mjs';

const TOKEN = 'the token between an Inspector and its page'.replaceAll(' ', '-');

// Up to 1.x: a proxy, and a server of the page's files.
async function startPieces(port, proxy, client, environment) {
	const proxyPort = freePort();
	const programs = [[proxy, proxyPort], [client, port]].map(([file, own]) =>
		start(file, [], environment(own, port, proxyPort)));
	await Promise.all(programs.map((program) => program.says(/listening on|up and running/)));
	return {
		origin: `http://localhost:${port}`, proxy: `http://localhost:${proxyPort}`,
		stop: () => Promise.all(programs.map((program) => program.stop())),
	};
}

async function choose(page, box, option) {
	await press(page, box, 'combobox');
	await press(page, option, 'option');
}

// Back from the sign-in they connect by themselves, unless their page was drawn anew meanwhile: then they say that one
// is to connect again.
async function connected(page) {
	const shown = { visible: true, timeout: 12_000 };
	if (await page.waitForSelector('::-p-text(Connected)', shown).catch(() => undefined))
		return;
	await press(page, 'Connect');
	await seesText(page, 'Connected');
}

async function runTool(page, { args }) {
	for (const [name, value] of Object.entries(args))
		await enterInto(page, `[name="${name}"]`, value);
	await press(page, 'Run Tool');
}

// These two keep the address of the proxy in the page's storage, and know no other way to set it.
const older = (version, client) => ({
	start: (port) => startPieces(port, `inspector-${version}/server/build/index.js`,
		`inspector-${version}/client/bin/${client}`, (own) => ({ PORT: String(own) })),
	async open(page, { origin, proxy }) {
		await page.evaluateOnNewDocument((ours, value) => {
			if (location.origin === ours)
				localStorage.setItem('inspectorConfig_v1', JSON.stringify({ MCP_PROXY_FULL_ADDRESS: { value } }));
		}, origin, proxy);
		await page.goto(origin);
	},
	async connect(page, url) {
		await page.locator('button[role="combobox"]').click();
		await press(page, 'SSE', 'option');
		await enterInto(page, 'input[placeholder="URL"]', url);
		await leaveBy(page, 'Connect');
	},
	async list(page, { name }) {
		await connected(page);
		await press(page, 'Tools', 'tab');
		await press(page, 'List Tools');
		await seesText(page, name);
	},
	async call(page, tool) {
		await pressText(page, tool.name);
		await runTool(page, tool);
		await seesText(page, tool.sees);
	},
});

// The server is called directly from the page ('Direct') or by the proxy ('Via Proxy').
const first = {
	start: (port) => startPieces(port, 'inspector-1/server/build/index.js', 'inspector-1/client/bin/client.js',
		(own, clientPort, proxyPort) => ({
			CLIENT_PORT: String(clientPort), SERVER_PORT: String(proxyPort), MCP_PROXY_AUTH_TOKEN: TOKEN,
			MCP_AUTO_OPEN_ENABLED: 'false',
		})),
	async open(page, { origin, proxy }) {
		await takeTime(page);	// called directly, it signs in twice at once
		await page.goto(`${origin}/?MCP_PROXY_FULL_ADDRESS=${proxy}&MCP_PROXY_AUTH_TOKEN=${TOKEN}`);
	},
	async connect(page, url, { transport, way }) {
		await choose(page, 'Transport Type', { http: 'Streamable HTTP', sse: 'SSE' }[transport]);
		await choose(page, 'Connection Type', way);
		await enter(page, 'URL', url);
		await leaveBy(page, 'Connect');
	},
	async list(page, { title }) {
		await connected(page);
		await press(page, 'Tools', 'tab');
		await press(page, 'List Tools');
		await seesText(page, title);
	},
	async call(page, tool) {
		await pressText(page, tool.title);
		await runTool(page, tool);
		await seesText(page, tool.sees);
	},
};

async function startSecond(port) {
	const home = mkdtempSync(path.join(os.tmpdir(), 'sallyport-inspector.'));
	const catalog = path.join(home, 'mcp.json');
	writeFileSync(catalog, '{"mcpServers":{}}');
	const program = start('inspector-2/clients/launcher/build/index.js', ['--web', '--catalog', catalog], {
		HOME: home, HOST: 'localhost', CLIENT_PORT: String(port), MCP_AUTO_OPEN_ENABLED: 'false', MCP_SANDBOX_PORT: '0',
		MCP_APP_ORIGIN_PORT: '0', MCP_INSPECTOR_API_TOKEN: TOKEN, MCP_INSPECTOR_SECRET_STORE: 'memory', MCP_STORAGE_DIR: home,
	});
	await program.says(/up and running/);
	const stop = async () => { await program.stop(); rmSync(home, { recursive: true, force: true }); };
	return { origin: `http://localhost:${port}`, stop };
}

const option = (page, text) => page.locator(`::-p-xpath(//*[@role="option"][contains(., "${text}")])`).click();
const dialogGone = (page) => page.waitForSelector('[role="dialog"]', { hidden: true });

async function addServer(page, url, transport) {
	await press(page, 'Add Servers');
	await press(page, '+ Add manually', 'menuitem');
	await enter(page, 'Server ID', 'sallyport');
	await press(page, 'Transport', 'textbox');
	await option(page, { http: 'streamable-http', sse: 'sse (' }[transport]);
	await enter(page, 'URL', url);
	await press(page, 'Add');
	await dialogGone(page);
}

async function chooseEra(page, era) {
	await press(page, 'Settings');
	await press(page, 'Protocol Era', 'textbox');
	await option(page, era);
	await press(page, 'Close');
	await dialogGone(page);
}

const second = {
	start: startSecond,
	open: (page, { origin }) => page.goto(`${origin}/?MCP_INSPECTOR_API_TOKEN=${TOKEN}`),
	async connect(page, url, { transport, era }) {
		await addServer(page, url, transport);
		if (era !== undefined)
			await chooseEra(page, era);
		await leaveBy(page, 'Connect or disconnect \\"sallyport\\"', 'switch');
	},
	async list(page, { name }, { version }) {
		await seesText(page, 'Connected');
		await seesText(page, `MCP ${version}`);
		await pressUntil(page, '::-p-xpath(//label[contains(., "Tools")])', `::-p-text(${name})`);
	},
	async call(page, { name, args, sees }) {
		await pressText(page, name);
		for (const [argument, value] of Object.entries(args))
			await enter(page, argument, value);
		await press(page, 'Execute Tool');
		await seesText(page, sees);
	},
};

export const INSPECTORS = {
	'0.8.2': older('0.8', 'cli.js'), '0.10.2': older('0.10', 'client.js'), '1.0.3': first, '2.12.0': second,
};
