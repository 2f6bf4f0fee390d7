// SPDX-License-Identifier: MIT
// Tools whose call does something while it runs: messages, progress, a failure, an end of the stream.
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from '../samples.mjs';

const PAUSE_MS = 50;

const says = (value) => ({ content: [text(value)] });

// Without a token nobody has asked for progress.
async function progresses({ notify, _meta }) {
	const progressToken = _meta?.progressToken;
	for (const progress of [0, 50, 100]) {
		if (progressToken !== undefined)
			await notify({ method: 'notifications/progress', params: {
				progressToken, progress, total: 100, message: `Completed step ${progress} of 100`,
			} });
		await sleep(PAUSE_MS);
	}
	return says(String(progressToken ?? 'no token'));
}

async function logs({ notify }) {
	for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
		await notify({ method: 'notifications/message', params: { level: 'info', data } });
		await sleep(PAUSE_MS);
	}
	return says('Tool with logging executed successfully');
}

// The answer is there only after the stream's end: the client has to come back for it (SEP-1699).
async function reconnects(http) {
	http?.closeSSE?.();
	await sleep(2 * PAUSE_MS);
	return says('The client came back.');
}

export const CALLS = [
	{ name: 'test_tool_with_progress', description: 'Progress', run: (_, { mcpReq }) => progresses(mcpReq) },
	{ name: 'test_tool_with_logging', description: 'Messages of the log', run: (_, { mcpReq }) => logs(mcpReq) },
	{
		name: 'test_error_handling', description: 'A failure',
		run: () => { throw new Error('This tool intentionally returns an error for testing'); },
	},
	{ name: 'test_reconnection', description: 'A stream that ends too early', run: (_, { http }) => reconnects(http) },
];
