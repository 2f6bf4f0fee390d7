/* SPDX-License-Identifier: MIT */
/*
 * A certificate authority and a server certificate for 127.0.0.1, localhost and the hosts of the
 * clouds, made by the openssl command.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOUD_HOSTS } from './clouds.mjs';

const NAMES = ['localhost', ...CLOUD_HOSTS].map((name) => `DNS:${name}`);

const EXTENSIONS = [
	`subjectAltName=IP:127.0.0.1,${NAMES.join(',')}`,
	'basicConstraints=critical,CA:FALSE',
	'keyUsage=critical,digitalSignature',
	'extendedKeyUsage=serverAuth',
].join('\n');

const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

/* What openssl is told, word by word; a name of a certificate may not hold a space. */
const COMMANDS = [
	`req -x509 ${NEW_KEY} -keyout ca.key -out ca.pem -days 30 -subj /CN=standin-ca` +
		' -addext keyUsage=critical,keyCertSign,cRLSign',
	`req ${NEW_KEY} -keyout server.key -out server.csr -subj /CN=127.0.0.1`,
	'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30' +
		' -extfile server.ext -out server.pem',
];

/* Leaves ca.pem, ca.key, server.pem and server.key; what is there already is used again. */
export function prepareTls(directory) {
	mkdirSync(directory, { recursive: true });
	if (!existsSync(join(directory, 'server.pem'))) {
		writeFileSync(join(directory, 'server.ext'), EXTENSIONS);
		for (const command of COMMANDS) {
			execFileSync('openssl', command.split(' '), {
				cwd: directory,
				stdio: 'pipe',
			});
		}
	}
	return {
		key: readFileSync(join(directory, 'server.key')),
		cert: readFileSync(join(directory, 'server.pem')),
	};
}
