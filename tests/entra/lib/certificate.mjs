// SPDX-License-Identifier: MIT
// A certificate that was valid before today, and its key: one made now would not be valid yet to an Entra whose clock
// is behind.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const CONF = `[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = policy
[policy]
commonName = supplied
`;

// {file, pem, remove}: file is what `credential = certificate:` names.
export function oldCertificate() {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-entra.'));
	const file = path.join(dir, 'certificate.pem');
	const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
	chmodSync(dir, 0o711);
	writeFileSync(path.join(dir, 'conf'), CONF);
	writeFileSync(path.join(dir, 'index.txt'), '');
	openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key', '-out', 'csr', '-subj', '/CN=sallyport');
	openssl('ca', '-config', 'conf', '-selfsign', '-create_serial', '-batch', '-notext', '-keyfile', 'key', '-in', 'csr',
		'-out', 'crt', '-startdate', '20200101000000Z', '-enddate', '20491231000000Z');
	const pem = readFileSync(path.join(dir, 'crt'), 'utf8');
	writeFileSync(file, readFileSync(path.join(dir, 'key'), 'utf8') + pem, { mode: 0o600 });
	return { file, pem, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
