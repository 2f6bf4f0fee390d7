// SPDX-License-Identifier: MIT
// The machine has been started once more: all is there, and nobody was signed out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { applications } from '../e2e/lib/account.mjs';
import { Browser } from '../e2e/lib/browser.mjs';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { PROGRAMS, asAdmin, property, service, sh } from './lib/machine.mjs';
import { KEEP, URL_, startScene } from './lib/scene.mjs';

let scene;
before(async () => {
	scene = await startScene();
	await scene.standin.allowCertificate(sh('cat /home/admin/sallyport/certificate.pem'));
});
after(() => scene?.stop());

test('the sockets wait, no program runs, and no unit has failed', () => {
	for (const program of PROGRAMS) {
		assert.equal(property(`sallyport@${program}.socket`, 'ActiveState'), 'active', program);
		assert.equal(property(service(program), 'ActiveState'), 'inactive', program);
	}
	assert.equal(sh('systemctl --failed --plain --no-legend'), '');
});

test('whoever was signed in still is', async () => {
	const { client, metadata, tokens, jar } = JSON.parse(readFileSync(`${KEEP}/session.json`, 'utf8'));
	const session = { client, metadata, tokens, mcp: new McpClient(scene.resource(), tokens.access_token) };
	await scene.call(session);
	await scene.renew(session);
	await scene.call(session);
	const browser = new Browser();
	browser.jar = new Map(jar);
	assert.ok(applications(await browser.open(`${URL_}/account`)).has(client.client_id));
});

test('all is well, and somebody else can sign in', async () => {
	asAdmin('sudo sallyport check');
	await scene.visit();
});
