/* SPDX-License-Identifier: MIT */
/* The signing keys: several published at once, one of them in use, rotated on demand. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { selfSigned } from './der.mjs';
import { CONSUMERS_TENANT } from './world.mjs';

const generate = promisify(generateKeyPair);
const RSA = ['rsa', { modulusLength: 2048 }];
const PEM = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;

/*
 * owner: whose tokens the key may sign: any tenant's, the consumers tenant's alone, or those of a
 * workload.
 */
export async function makeKey(owner) {
	return named(owner, await generate(...RSA));
}

export function makeKeyAtOnce(owner) {
	return named(owner, generateKeyPairSync(...RSA));
}

/* Pairs that were made before, of a file of PKCS #8 in PEM: to make one takes long. */
export function readPairs(file) {
	return readFileSync(file, 'utf8').match(PEM).map((pem) => {
		const privateKey = createPrivateKey(pem);
		return { privateKey, publicKey: createPublicKey(privateKey) };
	});
}

function named(owner, pair) {
	const der = selfSigned('accounts.accesscontrol.example', pair);
	const kid = createHash('sha1').update(der).digest('base64url');
	const { n, e } = pair.publicKey.export({ format: 'jwk' });
	const jwk = { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, x5c: [der.toString('base64')] };
	return { owner, kid, jwk, ...pair };
}

export class KeyRing {
	/* pairs: for as many keys as there are, what they are made of. */
	static async create(pairs = []) {
		const ring = new KeyRing();
		const owners = ['any', 'any', 'consumers'];
		const [signing, spare, consumers] = await Promise.all(
			owners.map((owner, n) => (n < pairs.length ? named(owner, pairs[n]) : makeKey(owner))),
		);
		Object.assign(ring, { signing, consumers, published: [consumers, spare, signing] });
		return ring;
	}

	find(kid) {
		return this.published.find((key) => key.kid === kid) ?? null;
	}

	async rotate(dropOld) {
		const fresh = await makeKey('any');
		if (dropOld) {
			this.published = this.published.filter((key) => key !== this.signing);
		}
		this.published.splice(1, 0, fresh);
		this.signing = fresh;
		return fresh.kid;
	}

	/* The v2 keys document carries issuers, the v1 document does not. */
	document(base, version) {
		const tenantOf = { any: '{tenantid}', consumers: CONSUMERS_TENANT };
		return {
			keys: this.published.map(({ jwk, owner }) =>
				version === 1
					? jwk
					: { ...jwk, issuer: `${base}/${tenantOf[owner]}/v2.0` },
			),
		};
	}
}
