// SPDX-License-Identifier: MIT
// A server with all that the conformance suite asks for.
import { form } from './asking.mjs';
import { PROMPTS } from './prompts.mjs';
import { registerResources } from './resources.mjs';
import { McpServer, fromJsonSchema } from './sdk.mjs';
import { skills } from './skills.mjs';
import { states } from './states.mjs';
import { CALLS } from './tools/calls.mjs';
import { CHANGES } from './tools/changes.mjs';
import { CONTENT } from './tools/content.mjs';
import { ELICITATION } from './tools/elicitation.mjs';
import { INPUT_REQUIRED } from './tools/input-required.mjs';
import { SCHEMAS } from './tools/schemas.mjs';
import { STATELESS } from './tools/stateless.mjs';

const TOOLS = [...CONTENT, ...CALLS, ...ELICITATION, ...SCHEMAS, ...STATELESS, ...INPUT_REQUIRED];
const CAPABILITIES = {
	tools: { listChanged: true }, prompts: { listChanged: true }, resources: { subscribe: true, listChanged: true },
	logging: {}, completions: {},
};
const CACHED = { ttlMs: 300_000, cacheScope: 'public' };
const LISTS = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'];

// changes: toolsChanged() and promptsChanged() tell the clients.
export function makeServer(changes) {
	const server = new McpServer({ name: 'sallyport-fixture', version: '1.0.0' }, {
		capabilities: CAPABILITIES, requestState: { verify: states.verify },
		cacheHints: Object.fromEntries(LISTS.map((method) => [method, CACHED])),
	});
	for (const tool of [...TOOLS, ...CHANGES(changes)])
		registerTool(server, tool);
	for (const prompt of PROMPTS)
		registerPrompt(server, prompt);
	registerResources(server);
	skills.attach(server);
	server.server.setRequestHandler('logging/setLevel', () => ({}));
	server.server.setRequestHandler('completion/complete', ({ params }) => complete(params.argument.value));
	return server;
}

// A tool is {name, description, input, run(args, ctx)}; without input it takes no arguments.
function registerTool(server, { name, description, input = form({}), run }) {
	server.registerTool(name, { description, inputSchema: fromJsonSchema(input) }, run);
}

// A prompt is {name, description, args, render(args, ctx)}; args are names with descriptions, all of them strings.
function registerPrompt(server, { name, description, args, render }) {
	if (args === undefined)
		return server.registerPrompt(name, { description }, (ctx) => render({}, ctx));
	const properties = Object.entries(args).map(([key, about]) => [key, { type: 'string', description: about }]);
	const argsSchema = fromJsonSchema(form(Object.fromEntries(properties)));
	return server.registerPrompt(name, { description, argsSchema }, render);
}

function complete(start) {
	const values = ['paris', 'park', 'party'].filter((word) => word.startsWith(start));
	return { completion: { values, total: values.length, hasMore: false } };
}
