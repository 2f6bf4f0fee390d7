// SPDX-License-Identifier: MIT
// Starts the stand-in for Entra ID and lighttpd, goes the ten steps as an MCP client and a browser, and shows each.
// With a terminal it then stays up for an MCP client of yours, until Ctrl-C.
import { startSite } from '../e2e/lib/site.mjs';
import { tenSteps } from '../e2e/lib/sign-in.mjs';

const INSPECTOR = ['http://localhost:6274', 'http://127.0.0.1:6274'];
const colour = process.stdout.isTTY ? (code, text) => `\u001b[${code}m${text}\u001b[0m` : (code, text) => text;
const say = (text = '') => process.stdout.write(`${text}\n`);

// Facts that fit on a line; tokens are shown by their beginnings only.
function factLines(facts = {}) {
	return Object.entries(facts)
		.filter(([, value]) => value !== undefined && value !== null && typeof value !== 'object')
		.map(([name, value]) => `      ${colour(2, name)} ${String(value).slice(0, 100)}`);
}

function showStep(number, title, facts) {
	say(`${colour(32, String(number).padStart(3))}  ${title}`);
	const lines = number === 10 ? [] : factLines(facts);
	for (const line of lines)
		say(line);
}

async function main() {
	const interactive = process.stdin.isTTY && process.stdout.isTTY;
	let wanted;
	const stopped = new Promise((resolve) => {
		wanted = resolve;
	});
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(signal, wanted);
	say('starting the stand-in for Entra ID, and lighttpd with Sallyport ...');
	const site = await startSite('lighttpd-fastcgi', { top: [`allowed_origins = ${INSPECTOR.join(' ')}`] });
	try {
		say(`\n  MCP endpoint  ${site.resource()}\n  stand-in      ${site.standin.url}\n`);
		const { result } = await tenSteps(site.resource(), { standin: site.standin, onStep: showStep });
		if (result?.isError !== false)
			throw new Error(`the tool call failed: ${JSON.stringify(result)}`);
		say(`\n${JSON.stringify(result.structuredContent, null, 2)}\n`);
		say('The client saw no token of Entra ID: its session token is a reference that only Sallyport can follow.');
		if (interactive) {
			await site.standin.user('none');
			say(['', colour(1, 'Still running. To connect MCP Inspector:'), '',
				'    npx @modelcontextprotocol/inspector', '',
				`  choose Streamable HTTP, enter ${site.resource()}, connect, and sign in as Alice or Bob.`,
				`  Or with Claude Code: claude mcp add --transport http sallyport ${site.resource()}`, '',
				'Ctrl-C stops everything.'].join('\n'));
			await stopped;
			say('\nstopping ...');
		}
	} finally {
		await site.stop();
	}
}

main().catch((error) => {
	process.stderr.write(`demo: ${error.message}\n`);
	process.exitCode = 1;
});
