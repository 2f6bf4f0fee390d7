/* SPDX-License-Identifier: MIT */
/* JSON Web Tokens in compact form (RFC 7515 section 7.1). */
import { constants, createHash, createHmac, sign, verify } from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/*
 * Graph's own tokens carry a nonce in the header and are signed over its hash, so that nobody but
 * Graph can verify them.
 */
function signedHeader(header) {
	if (header.nonce === undefined) {
		return header;
	}
	return { ...header, nonce: createHash('sha256').update(header.nonce).digest('base64url') };
}

const signers = {
	RS256: (input, key) => sign('sha256', input, key.privateKey),
	HS256: (input, key) =>
		createHmac('sha256', key.publicKey.export({ type: 'spki', format: 'pem' }))
			.update(input)
			.digest(),
	none: () => Buffer.alloc(0),
};

export function signToken(header, claims, key) {
	const payload = encode(claims);
	const input = Buffer.from(`${encode(signedHeader(header))}.${payload}`);
	const signature = signers[header.alg](input, key);
	return `${encode(header)}.${payload}.${signature.toString('base64url')}`;
}

function parsePart(part) {
	const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
	return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null;
}

/* null for anything that is not three base64url parts holding two JSON objects and a signature. */
export function parseToken(text) {
	if (typeof text !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) {
		return null;
	}
	const [head, body, tail] = text.split('.');
	try {
		const header = parsePart(head);
		const claims = parsePart(body);
		const signature = Buffer.from(tail, 'base64url');
		return header && claims
			? { header, claims, signature, input: `${head}.${body}` }
			: null;
	} catch {
		return null;
	}
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

/* The algorithm is the caller's choice, never the token's. */
export function verifySignature(token, algorithm, publicKey) {
	if (token.header.alg !== algorithm) {
		return false;
	}
	const key = algorithm === 'PS256' ? { key: publicKey, ...PSS } : publicKey;
	return verify('sha256', Buffer.from(token.input), key, token.signature);
}

/* A token of the stand-in's own: RS256 by a key that is published now and is no other tenant's. */
export function verifyOwn(token, ring) {
	const key = ring.find(token.header.kid);
	if (key?.owner !== 'any') {
		return false;
	}
	const body = token.input.split('.')[1];
	const input =
		token.header.nonce === undefined
			? token.input
			: `${encode(signedHeader(token.header))}.${body}`;
	return verifySignature({ ...token, input }, 'RS256', key.publicKey);
}
