/* SPDX-License-Identifier: MIT */
/*
 * Which client calls the token endpoint, and whether it proves it: a secret in the form or in
 * Basic, or an assertion.
 */
import { X509Certificate, createHash, timingSafeEqual } from 'node:crypto';
import { EntraError } from './errors.mjs';
import { parseToken, verifySignature } from './jwt.mjs';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LONGEST_LIFE = 600;
const CLOCK_SKEW = 300;

const sha256 = (value) => createHash('sha256').update(value).digest();
const sameText = (a, b) => timingSafeEqual(sha256(a), sha256(b));

/* RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
function parseBasic(header) {
	const match = /^basic ([A-Za-z0-9+/]+=*)$/i.exec(header);
	const text = match ? Buffer.from(match[1], 'base64').toString() : '';
	const colon = text.indexOf(':');
	if (colon < 1) {
		throw new EntraError(9002313);
	}
	const decode = (part) => new URLSearchParams(`x=${part.replace(/&/g, '%26')}`).get('x');
	return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
}

/* What came: client_id and at most one kind of credential. */
function readCredentials({ req, entra }, fields) {
	const basic =
		req.headers.authorization === undefined
			? null
			: parseBasic(req.headers.authorization);
	const kinds = [
		basic,
		fields.client_secret,
		fields.client_assertion ?? fields.client_assertion_type,
	].filter((value) => value !== null && value !== undefined);
	if (kinds.length > 1) {
		throw new EntraError(90023, 'there is more than one client credential');
	}
	if (basic && fields.client_id !== undefined && fields.client_id !== basic.id) {
		throw new EntraError(90023, 'the client_id of the form and of the header differ');
	}
	const id = basic?.id ?? fields.client_id;
	if (!id) {
		throw new EntraError(900144, 'client_id');
	}
	return {
		id,
		secret: entra.secrets.add(basic?.secret) ?? fields.client_secret,
		assertion: fields.client_assertion,
	};
}

function checkSecret(client, secret) {
	if (client.secret === null || !sameText(client.secret, secret)) {
		throw new EntraError(7000215, client.id);
	}
}

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
	const told = `Current time: ${now}, validity: ${nbf} to ${exp}.`;
	if (!Number.isInteger(nbf) || !Number.isInteger(exp)) {
		throw new EntraError(700024, told);
	}
	if (nbf > now + CLOCK_SKEW || exp <= now - (strict ? 0 : CLOCK_SKEW)) {
		throw new EntraError(700024, told);
	}
	if (strict && (exp - nbf > LONGEST_LIFE || exp > now + LONGEST_LIFE + CLOCK_SKEW)) {
		throw new EntraError(700024, `It lives too long. ${told}`);
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

function checkAssertion(exchange, client, tenant, fields) {
	if (fields.client_assertion_type !== ASSERTION_TYPE) {
		throw new EntraError(900144, 'client_assertion_type');
	}
	const token = parseToken(fields.client_assertion);
	if (!token || (exchange.strict && token.header.typ !== 'JWT')) {
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

/*
 * Answers {client, authMethod} where authMethod is what azpacr says: 0 public, 1 secret, 2
 * certificate.
 */
export function authenticateClient(exchange, tenant, fields) {
	const { id, secret, assertion } = readCredentials(exchange, fields);
	const client = exchange.world.application(id);
	if (!client || client.tenant !== tenant) {
		throw new EntraError(700016, id);
	}
	if (client.public) {
		if (secret !== undefined || assertion !== undefined) {
			throw new EntraError(700025);
		}
		return { client, authMethod: '0' };
	}
	if (assertion !== undefined) {
		checkAssertion(exchange, client, tenant, fields);
		return { client, authMethod: '2' };
	}
	if (secret === undefined) {
		throw new EntraError(7000218);
	}
	checkSecret(client, secret);
	return { client, authMethod: '1' };
}
