// SPDX-License-Identifier: MIT
// Tools that tell the clients of a changed list.
import { text } from '../samples.mjs';

export const CHANGES = (changes) => [
	{ name: 'test_trigger_tool_change', description: 'Another list of tools', tell: 'toolsChanged' },
	{ name: 'test_trigger_prompt_change', description: 'Another list of prompts', tell: 'promptsChanged' },
].map(({ tell, ...tool }) => ({
	...tool, run: () => {
		changes[tell]();
		return { content: [text(tell)] };
	},
}));
