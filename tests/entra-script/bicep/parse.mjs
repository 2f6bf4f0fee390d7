// SPDX-License-Identifier: MIT
//
// Bicep by the grammar of tree-sitter, turned into small objects.  Three things are mended on the way:
//
//	- the grammar does not know `extension NAME` and, in a parameter file, `param NAME = VALUE`: the former is read by
//	  a pattern and blanked out, the latter is parsed as a variable;
//	- it lets a member access bind looser than operators: `a ? b : c.d` is read as `(a ? b : c).d`;
//	- it takes line breaks for blanks: that elements stand on lines of their own, or after a comma, is checked here.

import { readFileSync } from 'node:fs';
import { require } from '../packages.mjs';

const { Language, Parser } = require('web-tree-sitter');

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(readFileSync(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'))));

const named = (node) => node.namedChildren.filter(({ type }) => type !== 'comment');
const escapes = { n: '\n', r: '\r', t: '\t' };

function syntaxErrors(node, found = []) {
	if (node.isError || node.isMissing)
		found.push(`line ${node.startPosition.row + 1}: is no Bicep: ${node.text.slice(0, 40)}`);
	const elements = ['object', 'array', 'infrastructure'].includes(node.type) ? node.children : [];
	for (let at = 1; at < elements.length; at++)
		if (elements[at].isNamed && elements[at - 1].isNamed && elements[at].type !== 'comment' &&
			elements[at].startPosition.row === elements[at - 1].endPosition.row)
			found.push(`line ${elements[at].startPosition.row + 1}: two elements on a line`);
	node.children.forEach((child) => syntaxErrors(child, found));
	return found;
}

// Puts a member access where it binds: on the last operand of what the grammar took for its object.
function member(object, name) {
	const last = { ternary: 'no', binary: 'right', unary: 'of' }[object.kind];
	return last === undefined ? { kind: 'member', object, name } : { ...object, [last]: member(object[last], name) };
}

function string(node) {
	const parts = [];
	for (const child of node.children) {
		if (child.type === 'interpolation')
			parts.push(expression(named(child)[0]));
		else if (child.type === 'escape_sequence')
			parts.push(escapes[child.text[1]] ?? child.text[1]);
		else if (child.type === 'string_content')
			parts.push(child.text);
	}
	return { kind: 'string', parts };
}

const text = (node) => string(node).parts.join('');

function object(node) {
	const properties = [];
	const resources = [];
	for (const property of named(node)) {
		const [name, value] = named(property);
		if (name.type === 'resource_declaration')
			resources.push(declared(name));
		else
			properties.push([name.type === 'string' ? text(name) : name.text, expression(value)]);
	}
	return { kind: 'object', properties, resources };
}

const expressions = {
	string,
	object,
	number: (node) => ({ kind: 'value', value: Number(node.text) }),
	boolean: (node) => ({ kind: 'value', value: node.text === 'true' }),
	null: () => ({ kind: 'value', value: null }),
	array: (node) => ({ kind: 'array', elements: named(node).map(expression) }),
	identifier: (node) => ({ kind: 'name', name: node.text }),
	parenthesized_expression: (node) => ({ kind: 'group', of: expression(named(node)[0]) }),
	ternary_expression(node) {
		const [condition, yes, no] = named(node).map(expression);
		return { kind: 'ternary', condition, yes, no };
	},
	binary_expression(node) {
		const [left, right] = named(node).map(expression);
		return { kind: 'binary', operator: node.childForFieldName('operator').text, left, right };
	},
	unary_expression: (node) => ({ kind: 'unary', operator: node.children[0].text, of: expression(named(node)[0]) }),
	member_expression: (node) => member(expression(named(node)[0]), named(node)[1].text),
	call_expression: (node) => ({ kind: 'call', name: named(node)[0].text, with: named(named(node)[1]).map(expression) }),
	for_statement(node) {
		const [variable, list, body] = named(node);
		return { kind: 'for', variable: variable.text, list: expression(list), body: expression(body) };
	},
};

function expression(node) {
	if (!expressions[node.type])
		throw new Error(`line ${node.startPosition.row + 1}: ${node.type} is not read by this test`);
	return { line: node.startPosition.row + 1, ...expressions[node.type](node) };
}

// A resource or module: its body, and the condition that it may have.
function declared(node) {
	const [symbol, type, body] = named(node);
	const [condition, inner] = body.type === 'if_statement' ? named(body) : [undefined, body];
	return {
		kind: node.type === 'module_declaration' ? 'module' : 'resource',
		symbol: symbol.text,
		type: text(type),
		existing: node.children.some((child) => child.type === 'existing'),
		condition: condition && expression(named(condition)[0]),
		body: object(inner),
	};
}

const statements = {
	parameter_declaration(node, decorators) {
		const [name, type, value] = named(node);
		const allowed = decorators.find((one) => one.name === 'allowed');
		return { kind: 'param', symbol: name.text, type: type.text, value: value && expression(value),
			allowed: allowed?.with[0].elements.map((one) => one.parts.join('')) };
	},
	variable_declaration(node) {
		const [name, value] = named(node);
		return { kind: 'var', symbol: name.text, value: expression(value) };
	},
	output_declaration(node) {
		const [name, type, value] = named(node);
		return { kind: 'output', symbol: name.text, type: type.text, value: expression(value) };
	},
	resource_declaration: declared,
	module_declaration: declared,
	using_statement: (node) => ({ kind: 'using', path: text(named(node)[0]) }),
};

// { extension, errors, statements } of one file.
export function parse(name, source) {
	const extension = /^extension (\w+)$/m.exec(source)?.[1];
	let plain = source.replace(/^extension \w+$/m, '');
	if (name.endsWith('.bicepparam'))
		plain = plain.replace(/^param (\w+) =/gm, 'var $1 =');
	const root = parser.parse(plain).rootNode;
	const errors = syntaxErrors(root);
	const found = [];
	let decorators = [];
	for (const node of errors.length > 0 ? [] : named(root)) {
		if (node.type === 'decorators') {
			decorators = named(node).map((one) => expression(named(one)[0]));
			continue;
		}
		if (!statements[node.type])
			throw new Error(`line ${node.startPosition.row + 1}: ${node.type} is not read by this test`);
		found.push(statements[node.type](node, decorators));
		decorators = [];
	}
	return { extension, errors, statements: found };
}
