// SPDX-License-Identifier: MIT
// The MCP Inspector's command line, with a token that was gained elsewhere.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { start } from './lib/child.mjs';
import { Scene } from './lib/scene.mjs';

const first = (url, transport) => ['inspector-1/cli/build/index.js', [url, '--transport', transport]];
const second = (era) => (url, transport) => ['inspector-2/clients/launcher/build/index.js',
	['--cli', '--server-url', url, '--transport', transport, '--protocol-era', era]];

const RUNS = [
	{ name: 'inspector 1.0.3', command: first, transports: ['http', 'sse'] },
	{ name: 'inspector 2.12.0, legacy', command: second('legacy'), transports: ['http', 'sse'] },
	{ name: 'inspector 2.12.0, modern', command: second('modern'), transports: ['http'] },
];

describe("the Inspector's command line", { concurrency: 2 }, () => {
	const scene = new Scene();
	const tokens = {};
	before(async () => {
		await scene.start();
		for (const kind of Object.keys(scene.sites))
			({ tokens: tokens[kind] } = await signIn(scene.url(kind)));
	});
	after(() => scene.stop());

	async function runs(kind, [file, args], ...more) {
		const header = `Authorization: Bearer ${tokens[kind].access_token}`;
		const program = start(file, [...args, '--header', header, ...more]);
		program.child.stdin.end();
		assert.equal(await program.ended, 0, program.errors);
		return JSON.parse(program.out);
	}

	async function asks(kind, command) {
		const { name, args, sees } = scene.tool(kind);
		const { tools } = await runs(kind, command, '--method', 'tools/list');
		assert.ok(tools.some((tool) => tool.name === name));
		const { content } = await runs(kind, command, '--method', 'tools/call', '--tool-name', name,
			...Object.entries(args).flatMap(([key, value]) => ['--tool-arg', `${key}=${value}`]));
		assert.ok(content[0].text.includes(sees), content[0].text);
	}

	for (const { name, command, transports } of RUNS)
		for (const transport of transports)
			for (const kind of ['builtin', 'upstream', ...transport === 'sse' ? ['older'] : []])
				test(`${name}, ${transport}, ${kind}`, () => asks(kind, command(scene.url(kind, transport), transport)));
});
