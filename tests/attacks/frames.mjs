// SPDX-License-Identifier: MIT
// HTTP/2 by hand (RFC 9113, RFC 7541): fields that no library sends, in any order and number.  Of an answer only the
// status and the body are read.
import { once } from 'node:events';
import tls from 'node:tls';

const [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION] = [0, 1, 3, 4, 6, 7, 9];
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;
const PATIENCE = 10_000;
const FRAME_MAX = 16_384;

function frame(type, flags, stream, payload = Buffer.alloc(0)) {
	const head = Buffer.alloc(9);
	head.writeUIntBE(payload.length, 0, 3);
	head[3] = type;
	head[4] = flags;
	head.writeUInt32BE(stream, 5);
	return Buffer.concat([head, payload]);
}

// A literal without indexing and without Huffman's code (RFC 7541 section 6.2.2): any bytes, whatever they mean.
function literal(text) {
	const bytes = Buffer.from(text, 'latin1');
	const length = [];
	if (bytes.length < 127) {
		length.push(bytes.length);
	} else {
		length.push(127);
		let rest = bytes.length - 127;
		for (; rest >= 128; rest >>= 7)
			length.push(rest % 128 + 128);
		length.push(rest);
	}
	return Buffer.concat([Buffer.from(length), bytes]);
}

const block = (fields) => Buffer.concat(
	fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));

// HEADERS, and CONTINUATION as long as the block does not fit.
function headers(stream, fields, flags) {
	const bytes = block(fields);
	const frames = [];
	for (let at = 0; at === 0 || at < bytes.length; at += FRAME_MAX) {
		const last = at + FRAME_MAX >= bytes.length;
		frames.push(frame(at === 0 ? HEADERS : CONTINUATION, (at === 0 ? flags : 0) | (last ? END_HEADERS : 0), stream,
			bytes.subarray(at, at + FRAME_MAX)));
	}
	return Buffer.concat(frames);
}

const STATIC = { 8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500 };
const DIGITS = ['00000', '00001', '00010', '011001', '011010', '011011', '011100', '011101', '011110', '011111'];

// The status is the first field of an answer; undefined for what it could not be.
function readStatus(payload) {
	let at = (payload[0] & 0xe0) === 0x20 ? 1 : 0;	// an update of the table's size may go before it
	const first = payload[at];
	if ((first & 0x80) !== 0)
		return STATIC[first & 0x7f];
	const length = payload[++at];
	const text = payload.subarray(at + 1, at + 1 + (length & 0x7f));
	if ((length & 0x80) === 0)
		return Number(text.toString('latin1'));
	let bits = [...text].map((byte) => byte.toString(2).padStart(8, '0')).join('');
	let number = '';
	while (number.length < 3) {
		const digit = DIGITS.findIndex((code) => bits.startsWith(code));
		number += digit;
		bits = bits.slice(DIGITS[digit]?.length ?? bits.length);
	}
	return Number(number);
}

export class Frames {
	static async open(url, ca) {
		const { hostname: host, port } = new URL(url);
		const socket = tls.connect({ host, port, ca, ALPNProtocols: ['h2'] });
		await once(socket, 'secureConnect');
		return new Frames(socket);
	}

	constructor(socket) {
		Object.assign(this, { socket, next: 1, streams: new Map(), rest: Buffer.alloc(0), gone: undefined });
		socket.on('data', (bytes) => this.#take(bytes));
		socket.on('error', () => {});
		socket.on('close', () => this.#end('closed'));
		socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(SETTINGS, 0, 0)]));
	}

	// fields is a list of pairs; body, if given, is a list of DATA frames, and what comes after is trailers.
	send(fields, { body = [], trailers, open = false } = {}) {
		const id = this.next;
		this.next += 2;
		const pieces = [body].flat();
		const ends = (i) => !open && trailers === undefined && i === pieces.length - 1;
		const answer = new Promise((resolve) => this.streams.set(id, { id, resolve, body: [] }));
		this.socket.write(Buffer.concat([
			headers(id, fields, pieces.length === 0 && !open && trailers === undefined ? END_STREAM : 0),
			...pieces.map((piece, i) => frame(DATA, ends(i) ? END_STREAM : 0, id, Buffer.from(piece))),
			...trailers === undefined ? [] : [headers(id, trailers, END_STREAM)],
		]));
		if (this.gone !== undefined)
			this.#end(this.gone);
		return Object.assign(answer, { id });
	}

	// Some more of a body that was left open.
	word(id, text) { this.socket.write(frame(DATA, 0, id, Buffer.from(text))); }

	close() { this.socket.destroy(); }

	#take(bytes) {
		this.rest = Buffer.concat([this.rest, bytes]);
		while (this.rest.length >= 9 && this.rest.length >= 9 + this.rest.readUIntBE(0, 3)) {
			const length = this.rest.readUIntBE(0, 3);
			this.#frame(this.rest[3], this.rest[4], this.rest.readUInt32BE(5) & 0x7fffffff, this.rest.subarray(9, 9 + length));
			this.rest = this.rest.subarray(9 + length);
		}
	}

	#frame(type, flags, id, payload) {
		const stream = this.streams.get(id);
		if (type === SETTINGS && (flags & ACK) === 0)
			this.socket.write(frame(SETTINGS, ACK, 0));
		else if (type === PING && (flags & ACK) === 0)
			this.socket.write(frame(PING, ACK, 0, payload));
		else if (type === GOAWAY)
			this.#end(`goaway ${payload.readUInt32BE(4)}`);
		else if (type === RST_STREAM)
			this.#answer(stream, { reset: payload.readUInt32BE(0) });
		else if (type === HEADERS && stream !== undefined && stream.status === undefined)
			stream.status = readStatus(payload);
		else if (type === DATA)
			stream?.body.push(Buffer.from(payload));
		if ((type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0)
			this.#answer(stream, {});
	}

	#answer(stream, more) {
		stream?.resolve({ status: stream.status, text: Buffer.concat(stream.body).toString(), ...more });
	}

	#end(how) {
		this.gone = how;
		for (const stream of this.streams.values())
			this.#answer(stream, { gone: how });
	}
}

// One request on a connection of its own.
export async function exchange(url, ca, fields, options) {
	const connection = await Frames.open(url, ca);
	connection.socket.setTimeout(PATIENCE, () => connection.close());
	try {
		return await connection.send(fields, options);
	} finally {
		connection.close();
	}
}
