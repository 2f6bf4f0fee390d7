// SPDX-License-Identifier: MIT
// private_key_jwt (RFC 7523), made without any code of the product's.
import { constants, randomUUID, sign } from 'node:crypto';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

const OPTIONS = {
	RS256: {},
	PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
	ES256: { dsaEncoding: 'ieee-p1363' },
};

// A client assertion that is right, changed as told.
export function assertion(key, alg, clientId, audience, claims = {}, header = {}) {
	const now = Math.floor(Date.now() / 1000);
	const input = `${part({ alg, typ: 'JWT', ...header })}.${part({
		iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat: now, exp: now + 60, ...claims,
	})}`;
	return `${input}.${sign('sha256', Buffer.from(input), { key, ...OPTIONS[alg] }).toString('base64url')}`;
}

// The parameters that carry it.
export function withAssertion(token) {
	return { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: token };
}
