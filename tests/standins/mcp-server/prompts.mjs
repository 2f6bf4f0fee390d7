// SPDX-License-Identifier: MIT
// The prompts.
import { answers, ask, form } from './asking.mjs';
import { IMAGE, embedded, text } from './samples.mjs';

const says = (...contents) => ({ messages: contents.map((content) => ({ role: 'user', content })) });
const CONTEXT = { user_context: ['elicit', 'Which context?', form({ context: { type: 'string' } })] };

export const PROMPTS = [
	{
		name: 'test_simple_prompt', description: 'A prompt without arguments',
		render: () => says(text('This is a simple prompt for testing.')),
	},
	{
		name: 'test_prompt_with_arguments', description: 'A prompt with two arguments',
		args: { arg1: 'The first', arg2: 'The second' },
		render: ({ arg1, arg2 }) => says(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
	},
	{
		name: 'test_prompt_with_embedded_resource', description: 'A prompt with a resource in it',
		args: { resourceUri: 'URI of the resource' },
		render: ({ resourceUri }) => says(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
			text('Please process the embedded resource above.')),
	},
	{
		name: 'test_prompt_with_image', description: 'A prompt with a picture in it',
		render: () => says(IMAGE, text('Please analyze the image above.')),
	},
	{
		name: 'test_input_required_result_prompt', description: 'A prompt that asks for its context first',
		render: (_, { mcpReq }) => {
			const given = answers(CONTEXT, mcpReq);
			return given === undefined ? ask(CONTEXT) : says(text(`The context is: ${given.user_context.content?.context}`));
		},
	},
];
