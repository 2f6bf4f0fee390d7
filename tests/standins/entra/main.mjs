/* SPDX-License-Identifier: MIT */
/* The command: main.mjs [--port N] [--tls-dir DIR] [--log FILE] [--keys FILE] */
import { parseArgs } from 'node:util';
import { startServer } from './server.mjs';
import { prepareTls } from './tls.mjs';

const OPTIONS = {
	port: { type: 'string', default: '0' },
	'tls-dir': { type: 'string' },
	log: { type: 'string' },
	keys: { type: 'string' },
};
const USAGE = 'usage: main.mjs [--port N] [--tls-dir DIR] [--log FILE] [--keys FILE]';

function readArguments() {
	try {
		const { values } = parseArgs({ options: OPTIONS });
		if (!/^\d{1,5}$/.test(values.port)) {
			throw new Error('--port wants a number');
		}
		return values;
	} catch (error) {
		process.stderr.write(`${error.message}\n${USAGE}\n`);
		return process.exit(2);
	}
}

const values = readArguments();
const tls = values['tls-dir'] === undefined ? undefined : prepareTls(values['tls-dir']);
const { base } = await startServer({ ...values, port: Number(values.port), tls });
for (const signal of ['SIGTERM', 'SIGINT']) {
	process.on(signal, () => process.exit(0));
}
process.stdout.write(`ready ${base}\n`);
