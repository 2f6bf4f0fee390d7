/* SPDX-License-Identifier: MIT */
/* A workload identity issuer, such as a Kubernetes cluster has: discovery, keys, tokens. */
import { randomUUID } from 'node:crypto';
import { sendJson } from './http.mjs';
import { signToken, verifySignature } from './jwt.mjs';
import { makeKeyAtOnce } from './keys.mjs';

const HOUR = 3600;

export class Workload {
	#key;

	/* Made when it is first needed, which in most tests is never. */
	get key() {
		return (this.#key ??= makeKeyAtOnce('workload'));
	}

	/* base: where the stand-in listens. */
	at(base) {
		return Object.assign(this, { issuer: `${base}/workload` });
	}

	makeToken(now, { subject, audience, lifetime = HOUR }) {
		const claims = {
			aud: audience,
			exp: now + lifetime,
			iat: now,
			iss: this.issuer,
			jti: randomUUID(),
			nbf: now,
			sub: subject,
		};
		return signToken({ alg: 'RS256', kid: this.key.kid }, claims, this.key);
	}

	verify(token) {
		return (
			token.claims.iss === this.issuer &&
			token.header.kid === this.key.kid &&
			verifySignature(token, 'RS256', this.key.publicKey)
		);
	}
}

export function workloadDiscovery({ entra, res }) {
	const { issuer } = entra.workload;
	sendJson(res, 200, {
		issuer,
		jwks_uri: `${issuer}/keys`,
		response_types_supported: ['id_token'],
		subject_types_supported: ['public'],
		id_token_signing_alg_values_supported: ['RS256'],
	});
}

export function workloadKeys({ entra, res }) {
	const { kty, use, kid, n, e } = entra.workload.key.jwk;
	sendJson(res, 200, { keys: [{ kty, use, kid, alg: 'RS256', n, e }] });
}
