// SPDX-License-Identifier: MIT
// What a server says, without what is another each time: times, random names, the port that it listens on.
const CHANGING = [
	[/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
	[/\b[0-9a-f]{32}\b/g, '<task>'],
	[/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '<time>'],
	[/\b\d{1,2}:\d{2}:\d{2}( [AP]M)?/g, '<time>'],
	[/"PORT": "\d+"/g, '"PORT": "<port>"'],
];

export function normal(value) {
	if (typeof value === 'string')
		return CHANGING.reduce((text, [pattern, word]) => text.replace(pattern, word), value);
	if (Array.isArray(value))
		return value.map(normal);
	if (value === null || typeof value !== 'object')
		return value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) =>
		[name, name === 'blob' ? blob(inner) : normal(inner)]));
}

// Text with a time in it, or bytes.
function blob(base64) {
	const text = Buffer.from(base64, 'base64').toString();
	return text.includes('\ufffd') ? base64 : normal(text);
}
