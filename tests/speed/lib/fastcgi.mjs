// SPDX-License-Identifier: MIT
// A FastCGI client as small as its specification allows: one request on a connection of its own, as lighttpd does it.
import net from 'node:net';

const BEGIN_REQUEST = 1;
const END_REQUEST = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
const RESPONDER = Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]);
const PATIENCE = 20_000;

// FastCGI 1.0 section 3.3: version, type, request id 1, length, no padding.
function record(type, content = Buffer.alloc(0)) {
	const header = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
	return Buffer.concat([header, content]);
}

// Section 3.4.
function lengthOf(text) {
	const n = Buffer.byteLength(text);
	return n < 128 ? Buffer.from([n]) : Buffer.from([n >> 24 | 128, n >> 16 & 255, n >> 8 & 255, n & 255]);
}

function pairs(variables) {
	return Buffer.concat(Object.entries(variables).flatMap(([name, value]) =>
		[lengthOf(name), lengthOf(value), Buffer.from(name), Buffer.from(value)]));
}

export function encode(variables, body = '') {
	const content = Buffer.from(body);
	return Buffer.concat([
		record(BEGIN_REQUEST, RESPONDER), record(PARAMS, pairs(variables)), record(PARAMS),
		...content.length > 0 ? [record(STDIN, content)] : [], record(STDIN),
	]);
}

// undefined until the end of the request is there.
function decode(bytes) {
	const out = [];
	for (let at = 0; at + 8 <= bytes.length;) {
		const length = bytes.readUInt16BE(at + 4);
		const end = at + 8 + length + bytes[at + 6];
		if (end > bytes.length)
			return undefined;
		if (bytes[at + 1] === STDOUT)
			out.push(bytes.subarray(at + 8, at + 8 + length));
		if (bytes[at + 1] === END_REQUEST)
			return Buffer.concat(out).toString();
		at = end;
	}
	return undefined;
}

// What a CGI program answers, RFC 3875 section 6.
export function readAnswer(text) {
	const at = text.indexOf('\r\n\r\n');
	const lines = text.slice(0, at).split('\r\n');
	const headers = Object.fromEntries(lines.map((line) => {
		const colon = line.indexOf(':');
		return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
	}));
	return { status: Number.parseInt(headers.status ?? '200', 10), headers, text: text.slice(at + 4) };
}

// The request is one write, so that a program needs one read for it.
export function ask(socketPath, bytes) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(socketPath);
		let received = Buffer.alloc(0);
		const fail = (why) => { socket.destroy(); reject(new Error(why)); };
		socket.setTimeout(PATIENCE, () => fail('no answer'));
		socket.on('error', reject);
		socket.on('connect', () => socket.write(bytes));
		socket.on('data', (chunk) => {
			received = Buffer.concat([received, chunk]);
			const text = decode(received);
			if (text === undefined)
				return;
			socket.once('close', () => resolve(readAnswer(text)));
			socket.destroy();
		});
		socket.on('end', () => { if (decode(received) === undefined) fail('the connection ended early'); });
	});
}
