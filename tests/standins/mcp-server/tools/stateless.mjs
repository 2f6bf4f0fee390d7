// SPDX-License-Identifier: MIT
// Tools for what a server of 2026-07-28 may send (SEP-2575).
import { text } from '../samples.mjs';
import { asking } from './asking.mjs';

const says = (value) => ({ content: [text(value)] });

export const STATELESS = [
	asking({	// the SDK refuses clients that cannot sample
		name: 'test_missing_capability', description: 'Wants the capability sampling',
		asked: { word: ['sample', 'Say a word'] }, says: () => 'said',
	}),
	{
		name: 'test_streaming_elicitation', description: 'A stream without requests of the server',
		run: () => says('Nothing but this.'),
	},
	{
		name: 'test_logging_tool', description: 'A message of the log, for those who set a level',
		run: async (_, { mcpReq }) => {
			await mcpReq.log('info', 'test_logging_tool ran');
			return says('logged');
		},
	},
];
