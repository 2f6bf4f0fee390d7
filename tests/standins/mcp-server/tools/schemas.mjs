// SPDX-License-Identifier: MIT
// Tools whose input schema is what matters: it must reach the client word for word.
import { text } from '../samples.mjs';

const DIALECT = {
	$schema: 'https://json-schema.org/draft/2020-12/schema',
	type: 'object',
	$defs: {
		address: {
			$anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } },
		},
	},
	properties: {
		name: { type: 'string' },
		address: { $ref: '#/$defs/address' },
		contactMethod: { type: 'string', enum: ['phone', 'email'] },
		phone: { type: 'string' },
		email: { type: 'string' },
	},
	allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
	if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
	then: { required: ['phone'] },
	else: { required: ['email'] },
	additionalProperties: false,
};

// SEP-2243: region and count come in Mcp-Param-Region and Mcp-Param-Count as well.
const MIRRORED = {
	type: 'object',
	properties: {
		region: { type: 'string', 'x-mcp-header': 'Region' },
		count: { type: 'integer', 'x-mcp-header': 'Count' },
		note: { type: 'string' },
	},
};

export const SCHEMAS = [
	{ name: 'json_schema_2020_12_tool', description: 'JSON Schema 2020-12', input: DIALECT, run: echo },
	{ name: 'test_x_mcp_header', description: 'Arguments that are headers too', input: MIRRORED, run: echo },
];

function echo(args) { return { content: [text(JSON.stringify(args))] }; }
