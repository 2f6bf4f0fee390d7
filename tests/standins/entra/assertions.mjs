/* SPDX-License-Identifier: MIT */
/* For the stand-in's own test: a client's certificate, and the assertions that it signs. */
import { execFileSync } from 'node:child_process';
import { constants, createHash, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SALLYPORT } from './world.mjs';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/* The openssl command makes it: nothing of the stand-in's own is trusted to. */
export function makeCertificate() {
	const directory = mkdtempSync(join(tmpdir(), 'standin-'));
	try {
		execFileSync(
			'openssl',
			[
				'req',
				'-x509',
				'-newkey',
				'rsa:2048',
				'-nodes',
				'-keyout',
				'key.pem',
				'-out',
				'cert.pem',
				'-days',
				'2',
				'-subj',
				'/CN=Sallyport',
			],
			{ cwd: directory, stdio: 'pipe' },
		);
		return {
			key: readFileSync(join(directory, 'key.pem'), 'utf8'),
			pem: readFileSync(join(directory, 'cert.pem'), 'utf8'),
		};
	} finally {
		rmSync(directory, { recursive: true });
	}
}

function thumbprint(pem, digest) {
	const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
	return createHash(digest).update(der).digest('base64url');
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function makeAssertion(
	{ key, pem },
	endpoint,
	{ header = {}, claims = {}, legacy = false } = {},
) {
	const now = Math.floor(Date.now() / 1000);
	const input = [
		legacy
			? { alg: 'RS256', typ: 'JWT', x5t: thumbprint(pem, 'sha1'), ...header }
			: {
					alg: 'PS256',
					typ: 'JWT',
					'x5t#S256': thumbprint(pem, 'sha256'),
					...header,
				},
		{
			aud: endpoint,
			iss: SALLYPORT,
			sub: SALLYPORT,
			jti: randomUUID(),
			nbf: now,
			iat: now,
			exp: now + 600,
			...claims,
		},
	]
		.map(encode)
		.join('.');
	const pss = legacy ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
	const signature = sign('sha256', Buffer.from(input), { key, ...pss });
	return `${input}.${signature.toString('base64url')}`;
}
