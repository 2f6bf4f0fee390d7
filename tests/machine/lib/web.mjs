// SPDX-License-Identifier: MIT
// The two web servers with TLS, as the person who installs Sallyport has them already.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { prepareTls } from '../../standins/entra/tls.mjs';
import { attempt, sh, until } from './machine.mjs';
import { block } from './readme.mjs';
import { KEEP } from './scene.mjs';

const SITE = '/etc/apache2/sites-available/mcp.conf';

// The stand-in's certificate authority, which the machine trusts from now on, and a certificate of its for the site.
export function prepare() {
	mkdirSync(KEEP, { recursive: true });
	if (existsSync(`${KEEP}/keys.pem`))
		return;
	prepareTls(`${KEEP}/tls`);
	sh(`cd ${KEEP}
		for n in 1 2 3; do openssl genrsa 2048; done >keys.pem 2>/dev/null
		openssl req -newkey rsa:2048 -nodes -keyout site.key -out site.csr -subj /CN=mcp.example.org 2>/dev/null
		echo subjectAltName=DNS:mcp.example.org >site.ext
		openssl x509 -req -in site.csr -CA tls/ca.pem -CAkey tls/ca.key -days 30 \\
			-extfile site.ext -out site.crt 2>/dev/null
		cat site.key site.crt >site.pem
		cp tls/ca.pem /usr/local/share/ca-certificates/standin.crt
		update-ca-certificates >/dev/null`);
}

export const listens = () => attempt('</dev/tcp/127.0.0.1/443').status === 0;

// systemd ends a server's whole group of processes, except where it runs in a container that lets it see none.
async function end() {
	sh('systemctl --quiet disable --now apache2 lighttpd');
	await until('no web server listens', () => !listens());
}

export async function toLighttpd() {
	await end();
	writeFileSync('/etc/lighttpd/conf-available/10-tls.conf', `server.modules += ( "mod_openssl" )
		$SERVER["socket"] == ":443" { ssl.engine = "enable" ssl.pemfile = "${KEEP}/site.pem" }\n`);
	sh(`lighttpd-enable-mod tls >/dev/null || [ $? = 2 ]	# it is already
		systemctl --quiet enable --now lighttpd`);
}

// The README's virtual host around one of the three files.
export async function toApache(file) {
	await end();
	const host = block('Apache', 0).replace(/^\t#.*$/m, `\tSSLEngine on\n\tSSLCertificateFile ${KEEP}/site.pem`)
		.replace('fcgid.conf', file);
	writeFileSync(SITE, host);
	sh(`a2enmod --quiet ssl
		a2ensite --quiet mcp
		systemctl --quiet enable apache2`);
}

// The journal, and the web servers' own logs.
export const logs = () => sh('journalctl --no-pager -o export; find /var/log -name "*.log*" -type f -exec cat {} +');
