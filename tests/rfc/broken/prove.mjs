// SPDX-License-Identifier: MIT
// Shows that checks can fail: of a server that is right but for one thing, exactly the check of that thing fails.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { Documents } from '../lib/documents.mjs';
import { configure } from '../lib/http.mjs';
import { VERSIONS } from '../lib/profiles.mjs';
import { runSuite } from '../lib/suite.mjs';
import { LOOPBACK, Target } from '../lib/target.mjs';
import { INTROSPECT } from './revoke.mjs';
import { nearBroken, startBroken } from './server.mjs';
import { decline, signIn } from './sign-in.mjs';

// What cannot be wrong alone.
const ALSO = {
	'rfc9728/found': ['rfc9728/challenge'],
	'rfc8414/found': ['rfc8414/well-known', 'rfc7009/offered'],
	'rfc6750/challenge': ['rfc9728/challenge', 'mcp/challenge-scope', 'rfc6750/invalid-token'],
	'rfc9700/person': ['rfc6749/access-denied'],
	'rfc9207/error-iss': ['rfc9207/always'],
	'rfc9207/always': ['rfc9207/iss', 'rfc9207/error-iss'],
};
// What shows only at an issuer with a path, without registration, or over TLS.
export const PATH = { path: '/tenant' };
export const TLS = { get tls() { return certificate(); } };
const CLIENT = { client: { client_id: 'registered', redirect_uris: [LOOPBACK] } };
const OPTIONS = {
	'mcp/base-url': PATH, 'oidc/same': PATH, 'oidc/pkce-metadata': PATH, 'oidc/required': PATH,
	'mcp/registration-offered': CLIENT, 'http/hsts': TLS, 'http/plain': TLS,
};

// Made once, and trusted by the suite from then on.
let made;
function certificate() {
	if (made === undefined) {
		const dir = mkdtempSync(path.join(os.tmpdir(), 'rfc-broken.'));
		execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
			'-days', '2', '-subj', '/CN=broken', '-addext', 'subjectAltName=IP:127.0.0.1',
			'-keyout', 'key.pem', '-out', 'cert.pem'],
		{ cwd: dir, stdio: 'pipe' });
		made = { cert: readFileSync(path.join(dir, 'cert.pem')), key: readFileSync(path.join(dir, 'key.pem')) };
		rmSync(dir, { recursive: true });
		configure({ ca: made.cert });
	}
	return made;
}

export async function runOn(bad, { client, ...options } = {}) {
	const documents = new Documents('https://documents.example/', { served: true });
	const whole = { bad, documents, client, tls: options.tls, path: options.path };
	const server = whole.tls === undefined ? nearBroken(whole) : await startBroken(whole);
	configure({ transport: server.transport });
	try {
		const target = new Target(server.url, {
			signIn, decline, other: server.other, introspect: INTROSPECT, documents, client,
		});
		return await runSuite(target, { profiles: VERSIONS });
	} finally {
		server.close();
	}
}

export const idsOf = ({ results }, ...statuses) =>
	results.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);

export function proveEach(checks) {
	for (const { id } of checks)
		it(id, async () => {
			const result = await runOn([id], OPTIONS[id]);
			assert.deepEqual(idsOf(result, 'fail', 'absent').sort(), [id, ...ALSO[id] ?? []].sort(),
				JSON.stringify(result.results.filter(({ status }) => status === 'fail'), undefined, 1));
		});
}
