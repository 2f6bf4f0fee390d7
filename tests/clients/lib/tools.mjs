// SPDX-License-Identifier: MIT
// The tools that the clients call: the one of Sallyport itself, and one of the upstream server.
import assert from 'node:assert/strict';

export const PROFILE = {
	name: 'get_graph_user_details', title: 'My Microsoft 365 profile', args: {}, sees: 'Alice Example',
};
export const ECHO = {
	name: 'echo', title: 'Echo Tool', args: { message: 'through the gate' }, sees: 'Echo: through the gate',
};

// Lists and calls it with a client of an SDK.
export async function checkTool(client, { name, args, sees }) {
	const { tools } = await client.listTools();
	assert.ok(tools.some((tool) => tool.name === name), tools.map((tool) => tool.name).join());
	const result = await client.callTool({ name, arguments: args });
	assert.notEqual(result.isError, true, JSON.stringify(result));
	assert.ok(result.content[0].text.includes(sees), result.content[0].text);
}
