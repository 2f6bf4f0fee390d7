// SPDX-License-Identifier: MIT
// The README's installation from the beginning, as it is written there, and a person and a client at each set-up.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { SALLYPORT, TENANT } from '../standins/entra/world.mjs';
import { asAdmin, sh, until } from './lib/machine.mjs';
import { block, row } from './lib/readme.mjs';
import { ENTRA, startScene } from './lib/scene.mjs';
import { listens, prepare, toApache, toLighttpd } from './lib/web.mjs';

const LIGHTTPD = '/etc/systemd/system/lighttpd.service.d';	// where systemctl edit puts what is written

let scene;
before(async () => {
	prepare();
	scene = await startScene();
});
after(() => scene?.stop());

test('it builds and installs', () => asAdmin(block('Build and install')));

test('configuration and state', async () => {
	asAdmin(block('In the portal'));
	await scene.standin.allowCertificate(sh('cat /home/admin/sallyport/certificate.pem'));
	asAdmin(block('Configuration and state'), [
		`s/^tenant_id .*/tenant_id = ${TENANT}/`, `s/^client_id .*/client_id = ${SALLYPORT}/`,
		`/^credential /a authority_host = ${ENTRA}\\ngraph_url = ${ENTRA}/graph`, 's/^#log = .*/log = all/',
	]);
});

test('lighttpd that starts the programs', async () => {
	await toLighttpd();
	asAdmin(block('lighttpd'));
	await until('lighttpd listens', listens);
	asAdmin(block('lighttpd', 1));
	await scene.visit();
});

test('lighttpd with a program for each request', async () => {
	const other = (from, to) => asAdmin(`sudo sed -i s,${from},${to}, /etc/lighttpd/conf-available/90-sallyport.conf`);
	other('/fastcgi.conf', '/cgi.conf');
	sh('systemctl restart lighttpd');
	await until('lighttpd listens', listens);
	await scene.visit();
	other('/cgi.conf', '/fastcgi.conf');
});

for (const file of ['fcgid.conf', 'cgi.conf'])
	test(`Apache with ${file}`, async () => {
		await toApache(file);
		asAdmin(row('Apache', file));
		asAdmin(block('Apache', 2));
		await scene.visit();
	});

test('Apache with proxy-fcgi.conf and a user for each program', async () => {
	await toApache('proxy-fcgi.conf');
	asAdmin(row('Apache', 'proxy-fcgi.conf'));
	asAdmin(block('A user for each program'));
	await scene.visit();
});

test('lighttpd with a user for each program', async () => {
	mkdirSync(LIGHTTPD, { recursive: true });
	writeFileSync(`${LIGHTTPD}/override.conf`, '[Service]\nEnvironment=SALLYPORT_START=systemd\n');
	sh('systemctl daemon-reload');
	await toLighttpd();
	await until('lighttpd listens', listens);
	asAdmin('sudo sallyport check');
	await scene.visit();
	assert.equal(sh('pgrep -u www-data -f /usr/lib/cgi-bin/sallyport || true'), '');
	await toApache('proxy-fcgi.conf');
	sh('systemctl start apache2');
});
