// SPDX-License-Identifier: MIT
// Tools that ask once and then say what they were answered.
import { answers, ask } from '../asking.mjs';
import { text } from '../samples.mjs';

// asked is what asking.mjs takes, or a function of the arguments; sealed: a state goes along and has to come back.
export const asking = ({ name, description, input, asked, sealed = false, says }) => ({
	name, description, input, run: (args, { mcpReq }) => {
		const wanted = typeof asked === 'function' ? asked(args, mcpReq) : asked;
		const given = answers(wanted, mcpReq);
		return given === undefined || (sealed && mcpReq.requestState() === undefined)
			? ask(wanted, sealed ? { tool: name } : undefined) : { content: [text(says(given))] };
	},
});
