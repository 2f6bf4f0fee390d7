// SPDX-License-Identifier: MIT
// The product's sealing, written anew from its description, so that a thief's attempts can be made without the product:
// wrapping key = HKDF-SHA-256(a client's secret, salt a server key, info purpose and kid); AES-256-GCM; a byte of
// format, a nonce of twelve bytes, a tag of sixteen.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

// undefined unless key, context and message belong together.
export function open(key, context, sealed) {
	if (sealed.length < 1 + NONCE + TAG)
		return undefined;
	const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE));
	decipher.setAAD(Buffer.concat([sealed.subarray(0, 1), Buffer.from(context)]));
	decipher.setAuthTag(sealed.subarray(-TAG));
	try {
		return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE, -TAG)), decipher.final()]);
	} catch {
		return undefined;
	}
}

// What the product would have made of it: for whoever forges rows with keys in hand.
export function seal(key, context, message) {
	const nonce = randomBytes(NONCE);
	const cipher = createCipheriv('aes-256-gcm', key, nonce);
	cipher.setAAD(Buffer.concat([Buffer.of(1), Buffer.from(context)]));
	return Buffer.concat([Buffer.of(1), nonce, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
}

// Whatever the key makes of it, the tag and so the place of it put aside.
export function decrypt(key, sealed) {
	return createDecipheriv('aes-256-ctr', key, Buffer.concat([sealed.subarray(1, 1 + NONCE), Buffer.of(0, 0, 0, 2)]))
		.update(sealed.subarray(1 + NONCE, -TAG));
}

export const wrappingKey = (purpose, secret, server, kid) =>
	Buffer.from(hkdfSync('sha256', secret, server, `sallyport wrap ${purpose} ${kid}`, 32));

// Of what the product seals for itself: it needs no client.
export const ownKey = (server) => Buffer.from(hkdfSync('sha256', server, '', 'sallyport seal for the server', 32));

const wrapContext = (table, row) =>
	`${table} ${row.token_hash} ${row.sid} ${row.kid}`.replace(/[0-9A-F]{32,}/g, (hex) => hex.toLowerCase());

export const wrap = (table, secret, server, row, dataKey) =>
	seal(wrappingKey(table, secret, server, row.kid), wrapContext(table, row), dataKey);

// The data key in a row of access_token or refresh_token, opened with what may be its client's secret.
export function unwrap(table, secret, server, row) {
	return open(wrappingKey(table, secret, server, row.kid), wrapContext(table, row), Buffer.from(row.wrap, 'hex'));
}
