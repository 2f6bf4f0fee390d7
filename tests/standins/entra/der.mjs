/* SPDX-License-Identifier: MIT */
/* Just enough DER (X.690) to wrap a public key into a self-signed certificate (RFC 5280). */
import { createHash, sign } from 'node:crypto';

function element(tag, ...parts) {
	const body = Buffer.concat(parts);
	if (body.length < 128) {
		return Buffer.concat([Buffer.from([tag, body.length]), body]);
	}
	const length = Buffer.alloc(4);
	length.writeUInt32BE(body.length);
	const short = length.subarray(length.findIndex((byte) => byte !== 0));
	return Buffer.concat([Buffer.from([tag, 0x80 | short.length]), short, body]);
}

const sequence = (...parts) => element(0x30, ...parts);
const sha256WithRsa = sequence(
	element(0x06, Buffer.from('2a864886f70d01010b', 'hex')),
	element(0x05),
);

function commonName(name) {
	const type = element(0x06, Buffer.from('550403', 'hex'));
	return sequence(element(0x31, sequence(type, element(0x0c, Buffer.from(name)))));
}

function utcTime(date) {
	const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
	return element(0x17, Buffer.from(`${digits}Z`));
}

/* A certificate for the key pair, as DER: the same for the same pair, whenever it is made. */
export function selfSigned(name, { publicKey, privateKey }) {
	const spki = publicKey.export({ type: 'spki', format: 'der' });
	const serial = createHash('sha256').update(spki).digest().subarray(0, 16);
	serial[0] = (serial[0] & 0x3f) | 0x40;
	const start = new Date('2020-01-01');
	const end = new Date('2049-01-01');
	const body = sequence(
		element(0xa0, element(0x02, Buffer.from([2]))),
		element(0x02, serial),
		sha256WithRsa,
		commonName(name),
		sequence(utcTime(start), utcTime(end)),
		commonName(name),
		spki,
	);
	const signature = sign('sha256', body, privateKey);
	return sequence(body, sha256WithRsa, element(0x03, Buffer.from([0]), signature));
}
