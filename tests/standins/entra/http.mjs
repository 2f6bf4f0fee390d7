/* SPDX-License-Identifier: MIT */
/* Reading requests and writing answers. */

const BODY_MAX = 1 << 20;

/* null when the body is longer than anything that belongs here. */
export async function readBody(req) {
	const chunks = [];
	let size = 0;
	for await (const chunk of req) {
		size += chunk.length;
		if (size <= BODY_MAX) {
			chunks.push(chunk);
		}
	}
	return size > BODY_MAX ? null : Buffer.concat(chunks).toString('utf8');
}

/* Fields by name (the first of each), and the names that came more than once. */
export function parseForm(text) {
	const fields = Object.create(null);
	const repeated = [];
	for (const [name, value] of new URLSearchParams(text)) {
		if (name in fields) {
			repeated.push(name);
		} else {
			fields[name] = value;
		}
	}
	return { fields, repeated };
}

export function send(res, status, type, body, headers = {}) {
	res.writeHead(status, { 'content-type': type, ...headers });
	res.end(body);
}

export function sendJson(res, status, value, headers = {}) {
	send(res, status, 'application/json; charset=utf-8', JSON.stringify(value), headers);
}

export function sendText(res, status, text, headers = {}) {
	send(res, status, 'text/plain; charset=utf-8', text, headers);
}

export function sendHtml(res, status, title, body, headers = {}) {
	const page =
		'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">' +
		`<title>${escapeHtml(title)}</title></head>\n` +
		`<body><h1>${escapeHtml(title)}</h1>\n${body}\n</body></html>\n`;
	send(res, status, 'text/html; charset=utf-8', page, {
		'cache-control': 'no-store, no-cache',
		...headers,
	});
}

export function redirect(res, location, headers = {}) {
	res.writeHead(302, { location, 'cache-control': 'no-store, no-cache', ...headers });
	res.end();
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text) {
	return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

export const delay = (milliseconds) =>
	new Promise((done) => {
		setTimeout(done, milliseconds);
	});
