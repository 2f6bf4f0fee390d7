/* SPDX-License-Identifier: MIT */
/*
 * The keys of an issuer elsewhere that a federated credential of the client trusts: a test's own
 * cluster, say. They are asked for each time, so that the test sees it and may change them.
 */
import { createPublicKey } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { parseToken, verifySignature } from './jwt.mjs';

const PATIENCE = 5e3;

async function getJson(url) {
	const client = url.startsWith('https:') ? https : http;
	const res = await new Promise((done, fail) => {
		const req = client.get(url, { rejectUnauthorized: false, agent: false }, done);
		req.on('error', fail);
		req.setTimeout(PATIENCE, () => req.destroy(new Error('too slow')));
	});
	let text = '';
	for await (const chunk of res) {
		text += chunk;
	}
	return JSON.parse(text);
}

/* What cannot be had or read is no key. */
async function fetchKeys(issuer) {
	try {
		const document = await getJson(`${issuer}/.well-known/openid-configuration`);
		const { keys } = await getJson(document.jwks_uri);
		return document.issuer === issuer ? keys : [];
	} catch {
		return [];
	}
}

/* Called before the request is judged, because that does not wait. */
export async function learnForeignKeys(exchange, fields) {
	const issuer = parseToken(fields.client_assertion)?.claims.iss;
	const { world, entra, cloud } = exchange;
	const trusted = world
		.application(fields.client_id)
		?.federatedCredentials.some((each) => each.issuer === issuer);
	const own = [entra.workload.issuer, cloud.base].some((base) => issuer?.startsWith?.(base));
	exchange.foreignKeys = trusted && !own ? await fetchKeys(issuer) : [];
}

export function verifyForeign({ foreignKeys }, token) {
	const jwk = foreignKeys.find((key) => key.kid === token.header.kid && key.kty === 'RSA');
	return (
		jwk !== undefined &&
		verifySignature(token, 'RS256', createPublicKey({ key: jwk, format: 'jwk' }))
	);
}
