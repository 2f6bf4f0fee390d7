// SPDX-License-Identifier: MIT
// Every profile of the suite against Sallyport on real web servers: each MUST and SHOULD holds, and what is not asked
// is what these installations do not have.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSite } from '../../e2e/lib/site.mjs';
import { privateFile } from '../../gateway/lib/gate.mjs';
import { startDocuments } from '../../standins/documents/documents.mjs';
import { VERSIONS } from '../lib/profiles.mjs';

const RUN = fileURLToPath(new URL('../run', import.meta.url));
const SIGN_IN = `"${process.execPath}" "${fileURLToPath(new URL('sign-in.mjs', import.meta.url))}"`;
const REDIRECT = 'http://127.0.0.1:33418/callback';
const GRACE = 1;	// seconds: refresh_grace

const SECRET = ['rfc6749/secret-required', 'rfc6749/wrong-secret', 'rfc6749/basic-secret'];

// No clear text over loopback, no secrets for clients that register themselves, no sessions with the built-in tools.
const NOT_ASKED = ['rfc7591/secret-expiry', ...SECRET, 'mcp/session-is-no-token', 'http/hsts', 'http/plain'];
const NO_OPENID = ['oidc/same', 'oidc/pkce-metadata', 'oidc/required'];
const NOT_OFFERED = ['rfc6749/post'];

// Resolves with the exit status and the result.
function suite(args) {
	const child = spawn(RUN, [...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '';
	child.stdout.setEncoding('utf8').on('data', (more) => { text += more; });
	return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...JSON.parse(text) })));
}

const with_ = (results, status) => results.filter((result) => result.status === status);
const ids = (results, status) => with_(results, status).map(({ id }) => id);

for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi'])
	describe(server, () => {
		const key = randomBytes(36).toString('base64');
		let file;
		let documents;
		let site;
		let result;

		before(async () => {
			file = privateFile(key);
			documents = await startDocuments();
			await documents.close();	// its certificate and its port are for the suite
			site = await startSite(server, {
				top: [`refresh_grace = ${GRACE}`, `ca_file = ${documents.ca}`, 'metadata_networks = 127.0.0.0/8',
					`metadata_ports = ${documents.port}`],
				servers: [{ name: 'mcp', tools: 'builtin', introspection_key: file.file }, 'other'],
			});
			result = await suite([site.resource(), '--strict', '--sign-in', SIGN_IN, '--decline', `${SIGN_IN} --no`,
				'--other', site.resource('other'), '--grace', String(GRACE + 1), '--introspect', `Bearer ${key}`,
				'--documents', documents.url(''), '--serve', `127.0.0.1:${documents.port}`,
				'--certificate', path.join(documents.dir, 'server.pem'),
				'--key', path.join(documents.dir, 'server.key')]);
		});
		after(async () => {
			await site?.stop();
			await documents?.stop();
			file?.remove();
		});

		it('meets every MUST and SHOULD of every profile', () => {
			assert.deepEqual(with_(result.results, 'fail'), []);
			assert.equal(result.status, 0);
			assert.deepEqual(result.profiles, VERSIONS);
		});

		it('is asked everything that it has', () => {
			assert.deepEqual(ids(result.results, 'skip').sort(), [...NOT_ASKED, ...NO_OPENID].sort());
			assert.deepEqual(ids(result.results, 'absent'), NOT_OFFERED);
			assert.deepEqual(ids(result.results, 'known'), []);
		});
	});

describe('an issuer with a path, and a client with a secret', () => {
	const secret = randomBytes(32).toString('base64url');
	let site;

	before(async () => {
		const secret_sha256 = createHash('sha256').update(secret).digest('hex');
		site = await startSite('lighttpd-fastcgi', {
			path: '/gate', servers: ['mcp', 'other'], clients: [{ name: 'suite', redirect_uris: REDIRECT, secret_sha256 }],
		});
	});
	after(() => site?.stop());

	async function passes(only, ...more) {
		const { status, results } = await suite([
			site.resource(), '--strict', '--sign-in', SIGN_IN, '--other', site.resource('other'), ...more,
			...VERSIONS.slice(1).flatMap((version) => ['--profile', version]), ...only.flatMap((id) => ['--only', id]),
		]);
		assert.deepEqual(with_(results, 'fail'), []);
		assert.deepEqual(ids(results, 'pass').sort(), [...only].sort());
		assert.equal(status, 0);
	}

	it('is found by clients since 2025-06-18, in every form of its metadata', () => passes([
		'rfc9728/found', 'rfc9728/challenge', 'rfc9728/well-known', 'rfc9728/resource', 'rfc9728/unknown', 'rfc8414/found',
		'rfc8414/well-known', 'rfc8414/issuer', 'rfc8414/fallback', 'mcp/own-metadata', 'rfc9207/same',
		'rfc6749/token-response',
		...NO_OPENID,
	]));

	it('wants the secret of the client', () => passes([...SECRET, 'rfc6749/token-response'],
		'--client', 'suite', '--client-secret', secret, '--redirect-uri', REDIRECT));
});
