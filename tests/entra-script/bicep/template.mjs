// SPDX-License-Identifier: MIT
//
// A Bicep template: what it names, and what it evaluates to.  Only the functions and operators that the template uses
// are known; all others are refused, so that nothing is guessed.

import { createHash } from 'node:crypto';
import { early } from './types.mjs';

export function uuid5(namespace, name) {
	const bytes = createHash('sha1').update(Buffer.from(namespace.replaceAll('-', ''), 'hex')).update(name).digest();
	bytes[6] = (bytes[6] & 0x0f) | 0x50;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return bytes.toString('hex', 0, 16).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

// https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string#guid
export const guid = (...words) => uuid5('11fb06fb-712d-4ddd-98c7-e71bbd588830', words.join('-'));

const functions = {
	guid: () => guid,
	concat: () => (...lists) => lists.flat(),
	join: () => (list, by) => list.join(by),
	empty: () => (value) => value.length === 0,
	tenant: ({ tenant }) => () => ({ tenantId: tenant }),
	resourceGroup: () => () => ({ location: 'westeurope' }),
};

const evaluators = {
	value: (_, { value }) => value,
	string: (at, { parts }) => parts.map((part) => (typeof part === 'string' ? part : String(at.value(part)))).join(''),
	array: (at, { elements }) => elements.map((one) => at.value(one)),
	object: (at, { properties }) => Object.fromEntries(properties.map(([name, one]) => [name, at.value(one)])),
	name: (at, { name }) => at.named(name),
	group: (at, { of }) => at.value(of),
	ternary: (at, { condition, yes, no }) => at.value(at.value(condition) ? yes : no),
	unary(at, { operator, of }) {
		if (operator !== '!')
			throw new Error(`the operator ${operator} is not known to this test`);
		return !at.value(of);
	},
	binary(at, { operator, left, right }) {
		const operators = {
			'==': () => at.value(left) === at.value(right),
			'!=': () => at.value(left) !== at.value(right),
			'&&': () => at.value(left) && at.value(right),
			'||': () => at.value(left) || at.value(right),
		};
		if (!operators[operator])
			throw new Error(`the operator ${operator} is not known to this test`);
		return operators[operator]();
	},
	member(at, { object, name }) {
		const whole = at.value(object);
		if (!(name in whole))
			throw new Error(`there is no ${name}`);
		return whole[name];
	},
	call: (at, call) => functions[call.name](at.world)(...call.with.map((one) => at.value(one))),
	for: (at, { variable, list, body }) => at.value(list).map((one) => at.with(variable, one).value(body)),
};

// Every expression within one, itself included.
export function* within(node) {
	if (Array.isArray(node)) {
		for (const one of node)
			yield* within(one);
	} else if (node !== null && typeof node === 'object') {
		if (node.kind)
			yield node;
		for (const one of Object.values(node))
			yield* within(one);
	}
}

export class Template {
	constructor(parsed) {
		Object.assign(this, parsed);
		this.resources = this.statements.filter(({ kind }) => kind === 'resource');
		this.symbols = new Map(this.statements.filter(({ kind }) => kind !== 'output').map((one) => [one.symbol, one]));
	}

	all(kind) {
		return this.statements.filter((one) => one.kind === kind);
	}

	// Whether what an expression says is known only during the deployment.
	isLate(node) {
		return [...within(node)].filter(({ kind }) => kind === 'name').some(({ name }) => {
			const symbol = this.symbols.get(name);
			return ['resource', 'module'].includes(symbol?.kind) || (symbol?.kind === 'var' && this.isLate(symbol.value));
		});
	}

	// Names that are not declared, or declared and not used; conditions, loops and keys that are known too late.
	findings() {
		const found = [];
		const used = new Set();
		for (const statement of this.statements)
			for (const node of within(statement)) {
				const locals = [...within(statement)].filter(({ kind }) => kind === 'for').map(({ variable }) => variable);
				if (node.kind === 'name' && !locals.includes(node.name)) {
					used.add(node.name);
					if (!this.symbols.has(node.name))
						found.push(`line ${node.line}: ${node.name} is not declared`);
				} else if (node.kind === 'call' && !functions[node.name]) {
					found.push(`line ${node.line}: the function ${node.name} is not known to this test`);
				} else if (node.kind === 'for' && this.isLate(node.list)) {
					found.push(`line ${node.line}: the list is known only during the deployment`);
				} else if (['resource', 'module'].includes(node.kind)) {
					const keys = node.kind === 'module' ? ['name'] : node.type.startsWith('Microsoft.') ? early(node.type) : [];
					if (node.condition && this.isLate(node.condition))
						found.push(`${node.symbol}: its condition is known only during the deployment`);
					for (const [name, value] of node.body.properties)
						if (keys.includes(name) && this.isLate(value))
							found.push(`${node.symbol}: its ${name} is known only during the deployment`);
				}
			}
		for (const { kind, symbol } of this.statements)
			if (['param', 'var'].includes(kind) && !used.has(symbol))
				found.push(`${symbol} is declared and not used`);
		return found;
	}

	// Deploys into `world`, which makes resources: { tenant, put(type, body, owner, existing), module(path) }.
	deploy(parameters, world, backwards = false) {
		const deployment = new Deployment(this, parameters, world);
		const order = this.statements.filter(({ kind }) => ['resource', 'module'].includes(kind));
		for (const { symbol, condition } of backwards ? order.reverse() : order)
			if (!condition || deployment.value(condition))
				deployment.named(symbol);
		return Object.fromEntries(this.all('output').map(({ symbol, value }) => [symbol, deployment.value(value)]));
	}
}

class Deployment {
	constructor(template, parameters, world, done = new Map(), locals = {}) {
		Object.assign(this, { template, parameters, world, done, locals });
	}

	with(name, value) {
		return new Deployment(this.template, this.parameters, this.world, this.done, { ...this.locals, [name]: value });
	}

	value(node) {
		try {
			return evaluators[node.kind](this, node);
		} catch (error) {
			error.message = error.message.startsWith('line ') ? error.message : `line ${node.line}: ${error.message}`;
			throw error;
		}
	}

	// The value of a name; a resource or module is deployed when it is first asked for.
	named(name) {
		if (name in this.locals)
			return this.locals[name];
		if (!this.done.has(name)) {
			this.done.set(name, undefined);
			this.done.set(name, this.make(this.template.symbols.get(name)));
		}
		if (this.done.get(name) === undefined)
			throw new Error(`${name} refers to itself`);
		return this.done.get(name);
	}

	make(symbol) {
		if (symbol === undefined)
			throw new Error('a name is not declared');
		if (symbol.kind === 'param')
			return symbol.symbol in this.parameters ? this.parameters[symbol.symbol] : this.value(symbol.value);
		if (symbol.kind === 'var')
			return this.value(symbol.value);
		if (symbol.condition && !this.value(symbol.condition))
			throw new Error(`${symbol.symbol} is not deployed`);
		const body = evaluators.object(this, symbol.body);
		if (symbol.kind === 'module')
			return { outputs: this.world.module(symbol.type).deploy(body.params, this.world) };
		const made = this.world.put(symbol.type, body, undefined, symbol.existing);
		this.done.set(symbol.symbol, made);
		for (const child of symbol.body.resources)
			if (!child.condition || this.value(child.condition)) {
				const type = symbol.type.replace('@', `/${child.type.split('@')[0]}@`);
				this.world.put(type, evaluators.object(this, child.body), made);
			}
		return made;
	}
}
