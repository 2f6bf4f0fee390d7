// SPDX-License-Identifier: MIT
// The product's sealing, written anew from its description, so that a thief's attempts can be made without the product:
// wrapping key = HKDF-SHA-256(a client's secret, salt a server key, info purpose and kid); AES-256-GCM; a byte of format,
// a nonce of twelve bytes, a tag of sixteen.
import { createDecipheriv, hkdfSync } from 'node:crypto';

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

// The data key in a row of access_token or refresh_token, opened with what may be its client's secret.
export function unwrap(table, secret, server, row) {
	const key = Buffer.from(hkdfSync('sha256', secret, server, `sallyport wrap ${table} ${row.kid}`, 32));
	const context = `${table} ${row.token_hash} ${row.sid} ${row.kid}`.replace(/[0-9A-F]{32,}/g, (hex) => hex.toLowerCase());
	return open(key, context, Buffer.from(row.wrap, 'hex'));
}
