// SPDX-License-Identifier: MIT
// Tools that ask the person or the model behind the client, with every kind of form.
import { form } from '../asking.mjs';
import { asking } from './asking.mjs';

const DEFAULTS = form({
	name: { type: 'string', default: 'John Doe' },
	age: { type: 'integer', default: 30 },
	score: { type: 'number', default: 95.5 },
	status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
	verified: { type: 'boolean', default: true },
}, []);

const OPTIONS = ['option1', 'option2', 'option3'];
const titled = (...titles) => titles.map((title, i) => ({ const: `value${i + 1}`, title }));
const ENUMS = form({
	untitledSingle: { type: 'string', enum: OPTIONS },
	titledSingle: { type: 'string', oneOf: titled('First Option', 'Second Option', 'Third Option') },
	legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option 1', 'Option 2', 'Option 3'] },
	untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
	titledMulti: { type: 'array', items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') } },
}, []);

const filled = (what) => ({ form: { action, content = {} } }) =>
	`${what}: action=${action}, content=${JSON.stringify(content)}`;

export const ELICITATION = [
	{
		name: 'test_sampling', description: 'Asks the model', input: form({ prompt: { type: 'string' } }),
		asked: ({ prompt }) => ({ word: ['sample', prompt] }),
		says: ({ word }) => `LLM response: ${word.result.content.text}`,
	},
	{
		name: 'test_elicitation', description: 'Asks the person', input: form({ message: { type: 'string' } }),
		asked: ({ message }) => ({ form: ['elicit', message, form({ response: { type: 'string' } })] }),
		says: filled('User response'),
	},
	{
		name: 'test_elicitation_sep1034_defaults', description: 'Asks with defaults (SEP-1034)',
		asked: { form: ['elicit', 'Please look this through', DEFAULTS] }, says: filled('Elicitation completed'),
	},
	{
		name: 'test_elicitation_sep1330_enums', description: 'Asks with choices (SEP-1330)',
		asked: { form: ['elicit', 'Please choose', ENUMS] }, says: filled('Elicitation completed'),
	},
].map(asking);
