/* SPDX-License-Identifier: MIT */
/* A certificate authority and a server certificate for 127.0.0.1 and localhost, made by the openssl command. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EXTENSIONS = [
	'subjectAltName=IP:127.0.0.1,DNS:localhost',
	'basicConstraints=critical,CA:FALSE',
	'keyUsage=critical,digitalSignature',
	'extendedKeyUsage=serverAuth',
].join('\n');

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/* Leaves ca.pem, ca.key, server.pem and server.key; what is there already is used again. */
export function prepareTls(directory) {
	mkdirSync(directory, { recursive: true });
	const openssl = (...args) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
	if (!existsSync(join(directory, 'server.pem'))) {
		openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30',
			'-subj', '/CN=Stand-in CA', '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
		writeFileSync(join(directory, 'server.ext'), EXTENSIONS);
		openssl('req', ...KEY, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1');
		openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial',
			'-days', '30', '-extfile', 'server.ext', '-out', 'server.pem');
	}
	return {
		key: readFileSync(join(directory, 'server.key')),
		cert: readFileSync(join(directory, 'server.pem')),
	};
}
