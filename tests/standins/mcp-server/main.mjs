// SPDX-License-Identifier: MIT
// The command: main.mjs [--port N] [--host-check on|off]
import { parseArgs } from 'node:util';
import { startServer } from './http.mjs';
import { serve } from './routes.mjs';

const USAGE = 'usage: main.mjs [--port N] [--host-check on|off]';
const OPTIONS = { port: { type: 'string', default: '0' }, 'host-check': { type: 'string', default: 'on' } };

function readArguments() {
	try {
		const { values } = parseArgs({ options: OPTIONS });
		if (!/^\d{1,5}$/.test(values.port))
			throw new Error('--port wants a number');
		if (!/^(on|off)$/.test(values['host-check']))
			throw new Error('--host-check wants on or off');
		return values;
	} catch (error) {
		process.stderr.write(`${error.message}\n${USAGE}\n`);
		return process.exit(2);
	}
}

const values = readArguments();
const base = await startServer(Number(values.port), serve({ hostCheck: values['host-check'] === 'on' }));
for (const signal of ['SIGTERM', 'SIGINT'])
	process.on(signal, () => process.exit(0));
process.stdout.write(`ready ${base}/mcp\n`);
