// SPDX-License-Identifier: MIT
// Asking the client: an input_required result in 2026-07-28, of which the SDK makes requests of the server's own for
// earlier revisions.
import { inputRequired, inputResponse } from './sdk.mjs';
import { states } from './states.mjs';

export const form = (properties, required = Object.keys(properties)) => ({ type: 'object', properties, required });

const KINDS = {
	elicit: (message, schema) => inputRequired.elicit({ message, requestedSchema: schema }),
	sample: (prompt) => inputRequired.createMessage({
		messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100,
	}),
	roots: () => inputRequired.listRoots(),
};

// asked: by key, [kind, what, schema].  state, if any, is sealed and comes back.
export async function ask(asked, state) {
	const requests = Object.entries(asked).map(([key, [kind, ...rest]]) => [key, KINDS[kind](...rest)]);
	return inputRequired({
		inputRequests: Object.fromEntries(requests), ...state !== undefined && { requestState: await states.mint(state) },
	});
}

// The answers by key, or nothing when one is missing or is none.
export function answers(asked, { inputResponses }) {
	const given = Object.keys(asked).map((key) => [key, inputResponse(inputResponses, key)]);
	return given.some(([, view]) => view.kind === 'missing') ? undefined : Object.fromEntries(given);
}
