// SPDX-License-Identifier: MIT
// The reference server of the protocol's makers, which has every feature, as an upstream.
import { freePort } from '../../e2e/lib/free-port.mjs';
import { start } from './child.mjs';

const PATHS = { streamableHttp: 'mcp', sse: 'sse' };

export async function startEverything(mode = 'streamableHttp') {
	const port = freePort();
	const program = start('server-everything/dist/index.js', [mode], { PORT: String(port) });
	await program.says(new RegExp(`on port ${port}`));
	return { url: `http://127.0.0.1:${port}/${PATHS[mode]}`, stop: () => program.stop() };
}
