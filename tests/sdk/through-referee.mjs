// SPDX-License-Identifier: MIT
// The fixture server, and what the conformance suite finds there: by scenario, a line for each check.
import { fileURLToPath } from 'node:url';
import { startCommand } from '../e2e/lib/command.mjs';
import { runSuite } from './suite.mjs';

const MAIN = fileURLToPath(new URL('../standins/mcp-server/main.mjs', import.meta.url));

export const startFixture = () => startCommand(process.execPath, [MAIN]);

const lines = (checks) => checks.map(({ status, id, name }) => `${status} ${id} ${name}`).sort();

// Why a check is no success, for people.
const troubles = (checks) => checks.filter(({ status }) => /^(FAILURE|WARNING)$/.test(status))
	.map(({ id, errorMessage, details }) => `${id}: ${errorMessage} ${JSON.stringify(details)}`);

async function run(url, version, args) {
	const { scenarios, output } = await runSuite(version, ['server', '--url', url, ...args]);
	const entries = Object.entries(scenarios);
	return {
		found: Object.fromEntries(entries.map(([scenario, checks]) => [scenario, lines(checks)])),
		troubles: Object.fromEntries(entries.map(([scenario, checks]) => [scenario, troubles(checks)])), output,
	};
}

// All scenarios of a revision in one process.
export const runRevision = (url, { version, revision }) =>
	run(url, version, ['--suite', 'all', '--spec-version', revision]);

export const runScenario = (url, { version, revision }, scenario) =>
	run(url, version, ['--scenario', scenario, ...revision === undefined ? [] : ['--spec-version', revision]]);
