/* SPDX-License-Identifier: MIT */
/* Client assertions that are signed by the key of a registered certificate (RFC 7523). */
import { X509Certificate, createHash } from 'node:crypto';
import { EntraError } from './errors.mjs';
import { verifySignature } from './jwt.mjs';

const LONGEST_LIFE = 600;
export const CLOCK_SKEW = 300;

const told = (seconds) =>
	Number.isInteger(seconds) ? new Date(seconds * 1000).toISOString() : String(seconds);

/* What AADSTS700024 says of the assertion. */
export const tellTimes = (now, { nbf, exp }) =>
	`Current time: ${told(now)}, assertion valid from ${told(nbf)}, ` +
	`expiry time of assertion ${told(exp)}.`;

/*
 * Thumbprint header -> signature algorithm and digest. RS256 with SHA-1 is the form Entra still
 * tolerates.
 */
const FORMS = [
	{ member: 'x5t#S256', algorithm: 'PS256', digest: 'sha256', strict: true },
	{ member: 'x5t', algorithm: 'RS256', digest: 'sha1', strict: false },
];

const unpadded = (text) => String(text).replace(/=+$/, '');

function findCertificate(client, header, strict) {
	for (const form of FORMS.filter((each) => each.strict || !strict)) {
		const thumbprint = unpadded(header[form.member]);
		const certificate = client.certificates.find(
			(pem) =>
				createHash(form.digest)
					.update(new X509Certificate(pem).raw)
					.digest('base64url') === thumbprint,
		);
		if (
			header[form.member] !== undefined &&
			certificate &&
			header.alg === form.algorithm
		) {
			return {
				certificate: new X509Certificate(certificate),
				algorithm: form.algorithm,
			};
		}
	}
	throw new EntraError(
		700027,
		'Reason - The key was not found, or the algorithm does not go with the thumbprint.',
	);
}

function checkNames(exchange, { claims }, client, tenant) {
	const endpoint = exchange.tokenEndpoint(tenant);
	const audiences = exchange.strict
		? [endpoint]
		: [endpoint, `${exchange.base}/${tenant}/v2.0`];
	if (!audiences.includes(claims.aud)) {
		throw new EntraError(50012, 'the audience must be the token endpoint');
	}
	if (claims.sub !== claims.iss) {
		throw new EntraError(50048);
	}
	if (claims.iss !== client.id) {
		throw new EntraError(50012, 'the issuer must be the client');
	}
}

function checkTimes({ strict, now }, { claims }) {
	const { nbf, exp } = claims;
	const times = tellTimes(now, claims);
	if (!Number.isInteger(nbf) || !Number.isInteger(exp)) {
		throw new EntraError(700024, times);
	}
	if (nbf > now + CLOCK_SKEW || exp <= now - (strict ? 0 : CLOCK_SKEW)) {
		throw new EntraError(700024, times);
	}
	if (strict && (exp - nbf > LONGEST_LIFE || exp > now + LONGEST_LIFE + CLOCK_SKEW)) {
		throw new EntraError(700024, `It lives too long. ${times}`);
	}
}

function checkReplay({ strict, entra, now }, { claims }, client) {
	if (!strict) {
		return;
	}
	if (typeof claims.jti !== 'string' || claims.jti.length < 16) {
		throw new EntraError(50027, 'jti is missing or too short');
	}
	for (const [key, expires] of entra.usedAssertions) {
		if (expires < now) {
			entra.usedAssertions.delete(key);
		}
	}
	const key = `${client.id} ${claims.jti}`;
	if (entra.usedAssertions.has(key)) {
		throw new EntraError(50012, 'the assertion was used before');
	}
	entra.usedAssertions.set(key, claims.exp);
}

function checkCertificateDates({ now }, certificate) {
	if (
		now * 1000 < Date.parse(certificate.validFrom) ||
		now * 1000 > Date.parse(certificate.validTo)
	) {
		throw new EntraError(
			700027,
			'Reason - The certificate has expired or is not valid yet.',
		);
	}
}

export function checkCertificateAssertion(exchange, client, token, tenant) {
	if (exchange.strict && token.header.typ !== 'JWT') {
		throw new EntraError(50027, 'it is no JWT');
	}
	const { certificate, algorithm } = findCertificate(client, token.header, exchange.strict);
	if (!verifySignature(token, algorithm, certificate.publicKey)) {
		throw new EntraError(
			700027,
			'Reason - The key was found, but the signature is not by it.',
		);
	}
	checkCertificateDates(exchange, certificate);
	checkNames(exchange, token, client, tenant);
	checkTimes(exchange, token);
	checkReplay(exchange, token, client);
}
