// SPDX-License-Identifier: MIT
// The official conformance suite as a process.  Resolves with the checks of one run, all of them and by scenario,
// each {id, name, status, errorMessage}.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = (version) =>
	fileURLToPath(new URL(`../../build/npm/node_modules/conformance-${version}/dist/index.js`, import.meta.url));

// onLine gets what the suite prints, line by line, while it runs.
export async function runSuite(version, args, onLine = () => {}) {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-conformance.'));
	try {
		const child = spawn(process.execPath, [program(version), ...args, '--output-dir', dir], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const lines = [];
		for (const stream of [child.stdout, child.stderr])
			createInterface({ input: stream }).on('line', (line) => { lines.push(line); onLine(line, child); });
		await new Promise((resolve) => child.once('close', resolve));
		return { checks: readChecks(dir), scenarios: readScenarios(dir), output: lines.join('\n') };
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function readChecks(dir) {
	return readdirSync(dir, { recursive: true }).filter((file) => path.basename(file) === 'checks.json')
		.flatMap((file) => JSON.parse(readFileSync(path.join(dir, file), 'utf8')));
}

// Each has a directory; one that broke down left nothing there.
function readScenarios(dir) {
	return Object.fromEntries(readdirSync(dir).map((name) =>
		[name.replace(/^server-|-\d{4}-\d\d-\d\dT[\d-]+Z$/g, ''), readChecks(path.join(dir, name))]));
}

export const idsOf = (checks, ...statuses) =>
	checks.filter((check) => statuses.includes(check.status)).map((check) => check.id).sort();
