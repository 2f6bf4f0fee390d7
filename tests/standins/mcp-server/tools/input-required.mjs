// SPDX-License-Identifier: MIT
// Tools for the rules of input_required results (SEP-2322).
import { answers, ask, form } from '../asking.mjs';
import { text } from '../samples.mjs';
import { CLIENT_CAPABILITIES_META_KEY } from '../sdk.mjs';
import { asking } from './asking.mjs';

const question = (message, name, type = 'string') => ['elicit', message, form({ [name]: { type } })];
const NAME = question('What is your name?', 'name');
const CAPITAL = ['sample', 'What is the capital of France?'];
const CONFIRM = { confirm: question('Please confirm', 'ok', 'boolean') };

const ONCE = [
	{ name: 'elicitation', description: 'Asks the person', asked: { user_name: NAME },
		says: ({ user_name: user }) => `Hello, ${user.content?.name}!` },
	{ name: 'sampling', description: 'Asks the model', asked: { capital_question: CAPITAL },
		says: (given) => given.capital_question.result.content.text },
	{ name: 'list_roots', description: 'Asks for the roots', asked: { client_roots: ['roots'] },
		says: (given) => given.client_roots.roots.map((root) => root.uri).join(' ') },
	{ name: 'request_state', description: 'Asks with a state', asked: CONFIRM, sealed: true, says: () => 'state-ok' },
	{ name: 'tampered_state', description: 'Takes no foreign state', asked: CONFIRM, sealed: true,
		says: () => 'integrity-ok' },
	{ name: 'multiple_inputs', description: 'Asks three times at once', sealed: true,
		asked: { user_name: NAME, greeting: ['sample', 'Say hello'], client_roots: ['roots'] },
		says: (given) => `${given.greeting.result.content.text} ${given.user_name.content?.name}` },
];

const BY_CAPABILITY = {
	elicitation: { user_name: NAME }, sampling: { greeting: ['sample', 'Say hello'] }, roots: { client_roots: ['roots'] },
};

// What the client of this request says that it can.
function possible({ envelope }) {
	const declared = Object.keys(envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {});
	return Object.assign({}, ...declared.map((name) => BY_CAPABILITY[name]));
}

function asksWhatIsPossible(mcpReq) {
	const asked = possible(mcpReq);
	const nothing = Object.keys(asked).length === 0 || mcpReq.inputResponses !== undefined;
	return nothing ? { content: [text('capabilities-ok')] } : ask(asked);
}

// The round is in the state; each asks for what is told at the end.
const ROUNDS = [{ step1: question('Your name?', 'name') }, { step2: question('Your colour?', 'color') }];

function asksTwice(mcpReq) {
	const { round = 0, told = {} } = mcpReq.requestState() ?? {};
	const given = round === 0 ? {} : answers(ROUNDS[round - 1], mcpReq);
	if (given === undefined)
		return ask(ROUNDS[round - 1], { round, told });
	const now = Object.assign({}, told, ...Object.values(given).map((view) => view.content));
	return round < ROUNDS.length ? ask(ROUNDS[round], { round: round + 1, told: now })
		: { content: [text(`${now.name} likes ${now.color}`)] };
}

export const INPUT_REQUIRED = [
	...ONCE.map(asking),
	{ name: 'capabilities', description: 'Asks what is possible', run: (_, { mcpReq }) => asksWhatIsPossible(mcpReq) },
	{ name: 'multi_round', description: 'Asks twice', run: (_, { mcpReq }) => asksTwice(mcpReq) },
].map((tool) => ({ ...tool, name: `test_input_required_result_${tool.name}` }));
