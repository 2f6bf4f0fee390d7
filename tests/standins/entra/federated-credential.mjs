/* SPDX-License-Identifier: MIT */
/*
 * Client assertions by somebody whom the application's federated credentials name: a managed
 * identity, or a workload at the workload identity issuer or one elsewhere.
 */
import { CLOCK_SKEW, tellTimes } from './client-certificate.mjs';
import { isForeignIssuer } from './clouds.mjs';
import { EntraError } from './errors.mjs';
import { verifyForeign } from './foreign-issuer.mjs';
import { verifyOwn } from './jwt.mjs';
import { TOKEN_EXCHANGE } from './world.mjs';

const ON_BEHALF_OF = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/* Today's numbers say what does not match; the older one says only that nothing does. */
function mismatch(exchange, code, detail) {
	const error = exchange.switch('fic_catch_all');
	if (!error) {
		return new EntraError(code, detail);
	}
	return new EntraError(70021, detail, {
		error,
		status: error === 'invalid_client' ? 401 : 400,
	});
}

/*
 * A managed identity's token names the application of the exchange; the credential names the URI
 * that the token was asked for.
 */
function audienceOf({ entra }, { claims }) {
	return claims.aud === TOKEN_EXCHANGE ? entra.exchangeTokens.get(claims.uti) : claims.aud;
}

/* Exact and case-sensitive, each in turn, so that the number says which of them is wrong. */
function match(exchange, client, token) {
	const { iss, sub } = token.claims;
	const all = client.federatedCredentials;
	if (!all.length) {
		throw mismatch(exchange, 70025, client.id);
	}
	const byIssuer = isForeignIssuer(exchange.cloud, iss)
		? []
		: all.filter((credential) => credential.issuer === iss);
	if (!byIssuer.length) {
		throw mismatch(exchange, 700211, iss);
	}
	const bySubject = byIssuer.filter((credential) => credential.subject === sub);
	if (!bySubject.length) {
		throw mismatch(
			exchange,
			exchange.switch('fic_subject_code') ?? 700213,
			String(sub),
		);
	}
	if (typeof token.claims.aud !== 'string') {
		throw mismatch(exchange, 700214, JSON.stringify(token.claims.aud));
	}
	const audience = audienceOf(exchange, token);
	const { audiences } = exchange.cloud;
	if (
		!audiences.includes(audience) ||
		!bySubject.some((credential) => credential.audience === audience)
	) {
		throw mismatch(exchange, 700212, audience ?? token.claims.aud);
	}
}

function checkTimes({ now }, { claims }) {
	const { nbf, exp } = claims;
	if (
		!Number.isInteger(nbf) ||
		!Number.isInteger(exp) ||
		nbf > now + CLOCK_SKEW ||
		exp <= now
	) {
		throw new EntraError(700024, tellTimes(now, claims));
	}
}

export function checkFederatedAssertion(exchange, client, token, grantType) {
	const { entra, keys } = exchange;
	const { claims } = token;
	const ownToken = verifyOwn(token, keys);
	if (ownToken && claims.idtyp !== 'app') {
		throw new EntraError(700229);
	}
	if (!ownToken && !entra.workload.verify(token) && !verifyForeign(exchange, token)) {
		/* Of an issuer that no credential names, nobody would look for the keys. */
		match(exchange, client, token);
		throw new EntraError(
			700027,
			"Reason - The signature is by none of the issuer's keys.",
		);
	}
	checkTimes(exchange, token);
	match(exchange, client, token);
	if (claims.xms_ficinfo !== undefined && grantType === ON_BEHALF_OF) {
		throw new EntraError(700231);
	}
}
