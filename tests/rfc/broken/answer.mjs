// SPDX-License-Identifier: MIT
// What the endpoints of the broken server answer with.
const NO_STORE = { 'Cache-Control': 'no-store' };
const CORS = { 'Access-Control-Allow-Origin': '*' };
const PREFLIGHT = {
	...CORS, 'Access-Control-Allow-Methods': 'GET, POST',
	'Access-Control-Allow-Headers': 'Content-Type, MCP-Protocol-Version',
};

export function json(value, { status = 200, headers = {} } = {}) {
	return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export const error = (code, { status = 400, headers = {}, description = 'as the specification has it' } = {}) =>
	json({ error: code, error_description: description }, { status, headers: { ...NO_STORE, ...headers } });

export function page(text, { status = 200, headers = {} } = {}) {
	const type = { 'Content-Type': 'text/html; charset=utf-8', 'X-Frame-Options': 'DENY' };
	return { status, headers: { ...type, ...NO_STORE, ...headers }, body: text };
}

// For browsers of other origins, unless cors is false: the fields of an answer, and a preflight.
export const crossOrigin = (cors) => cors ? CORS : {};

export const preflight = (cors) =>
	cors ? { status: 204, headers: PREFLIGHT } : { status: 405, headers: { Allow: 'POST' } };

// 405, with what is allowed.
export function notAllowed({ bad }, methods) {
	return error('invalid_request', { status: 405, headers: bad('http/allow') ? {} : { Allow: methods } });
}

// A form's parameters: the values by name.  What has no value is left out.
export function parameters(text, keepEmpty = false) {
	const all = new Map();
	for (const [name, value] of new URLSearchParams(text))
		if (value !== '' || keepEmpty)
			all.set(name, [...all.get(name) ?? [], value]);
	return all;
}
