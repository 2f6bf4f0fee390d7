// SPDX-License-Identifier: MIT
//
// httpd-conf/entra/register.sh against a stand-in for the Azure CLI (bin/az.mjs): what it asks for, in which order,
// what it leaves on disk, and that it shows no secret.  The answers are those of az's own JMESPath queries.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const script = join(here, '../../httpd-conf/entra/register.sh');
const tenant = '11111111-1111-4111-8111-111111111111';
const object = '77777777-7777-4777-8777-777777777777';
const app = '33333333-3333-4333-8333-333333333333';
const principal = '88888888-8888-4888-8888-888888888888';
const graphApp = '00000003-0000-0000-c000-000000000000';
const graphPrincipal = '99999999-9999-4999-8999-999999999999';
const userRead = 'e1fe6dd8-ba31-4d61-89e7-88639da4683d';
const scopeId = '66666666-6666-4666-8666-666666666666';
const secret = 'Zq8Q~the-secret-that-nobody-may-see';
const url = 'https://mcp.example.org';

let dir;

beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'sallyport-entra.'));
	command('az', `exec '${process.execPath}' '${join(here, 'bin/az.mjs')}' "$@"`);
	command('sleep', 'exit 0');
});

afterEach(() => rmSync(dir, { recursive: true }));

function command(name, text) {
	writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`);
	chmodSync(join(dir, name), 0o755);
}

// What az answers about an application that was just made.
const fresh = ['[]', '[]', '[]', 'null', 'null', '[]', '[]', '[]'].join('\n') + '\n';
const rules = {
	account: { when: '^account show', out: `${tenant}\n` },
	cloud: { when: '^cloud show', out: 'AzureCloud\n' },
	find: { when: 'get .*/applications --uri', out: '' },
	make: { when: 'post .*/applications ', out: `${object}\t${app}\n` },
	read: { when: `get .*/applications/${object} .*redirectUris`, out: fresh },
	patch: { when: `patch .*/applications/${object} ` },
	findPrincipal: { when: `get .*/servicePrincipals .*${app}`, out: '' },
	makePrincipal: { when: 'post .*/servicePrincipals ', out: `${principal}\n` },
	graphPrincipal: { when: `get .*/servicePrincipals .*${graphApp}`, out: `${graphPrincipal}\n` },
	credentials: { when: 'keyCredentials', out: '' },
	certificate: { when: '^ad app credential reset .*--cert' },
	secret: { when: '^ad app credential reset .*--query password', out: `${secret}\n`, err: 'WARNING: protect it\n' },
	findGrant: { when: 'get .*/oauth2PermissionGrants ', out: '' },
	makeGrant: { when: 'post .*/oauth2PermissionGrants ' },
	changeGrant: { when: 'patch .*/oauth2PermissionGrants/' },
};

// Runs the script in a directory of its own; `changes` replace rules by name, those in front come first.
function register(args, changes = {}, front = []) {
	const log = join(dir, 'log');
	rmSync(log, { force: true });
	writeFileSync(join(dir, 'rules'), JSON.stringify([...front, ...Object.values({ ...rules, ...changes })]));
	const run = spawnSync('bash', [script, ...args], {
		cwd: dir,
		encoding: 'utf8',
		env: { ...process.env, PATH: `${dir}:${process.env.PATH}`, AZ_LOG: log, AZ_RULES: join(dir, 'rules'), TMPDIR: dir },
	});
	const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
	return { ...run, calls, told: run.stdout + run.stderr };
}

const option = (call, name) => call.args[call.args.indexOf(name) + 1];
const line = (call) => call.args.join(' ');
const path = (call) => new URL(option(call, '--url')).pathname.replace('/v1.0/', '');

// "post applications", "ad app credential reset": what was called, in order.
function summary(calls) {
	return calls.map((call) => (call.args[0] === 'rest' ?
		`${option(call, '--method')} ${path(call)}` :
		call.args.slice(0, call.args.findIndex((argument) => argument.startsWith('-'))).join(' ')));
}

const bodies = (calls, method, ending) => calls
	.filter((call) => call.args[0] === 'rest' && option(call, '--method') === method && path(call).endsWith(ending))
	.map((call) => JSON.parse(option(call, '--body')));

const mode = (file) => (statSync(join(dir, file)).mode & 0o777).toString(8);

test('a new registration is made in order, with a certificate', () => {
	const { status, calls, stdout, stderr } = register([url]);
	assert.equal(status, 0, stderr);
	assert.deepEqual(summary(calls), [
		'account show', 'cloud show', 'get applications', 'post applications', `get applications/${object}`,
		`patch applications/${object}`, `patch applications/${object}`, 'get servicePrincipals', 'post servicePrincipals',
		`get applications/${object}`, 'ad app credential reset',
	]);
	assert.deepEqual(stdout.trim().split('\n'), [
		`public_url = ${url}`, '', '[entra]', `tenant_id  = ${tenant}`, `client_id  = ${app}`,
		`credential = certificate:${join(dir, 'entra.pem')}`,
	]);
});

test('the application is single tenant, with scope, redirect URI, token version 2 and permissions', () => {
	const { calls } = register([url, '--name', 'Sally Port']);
	assert.deepEqual(bodies(calls, 'post', 'applications'), [{ displayName: 'Sally Port', signInAudience: 'AzureADMyOrg' }]);
	const [described, permitted] = bodies(calls, 'patch', object);
	const [scope] = described.api.oauth2PermissionScopes;
	assert.equal(described.signInAudience, 'AzureADMyOrg');
	assert.deepEqual(described.identifierUris, [`api://${app}`]);
	assert.deepEqual(described.web, { redirectUris: [`${url}/oauth-callback`] });
	assert.equal(described.api.requestedAccessTokenVersion, 2);
	assert.equal(described.api.oauth2PermissionScopes.length, 1);
	assert.match(scope.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
	assert.deepEqual({ value: scope.value, type: scope.type, isEnabled: scope.isEnabled },
		{ value: 'access_as_user', type: 'User', isEnabled: true });
	for (const text of ['adminConsentDisplayName', 'adminConsentDescription', 'userConsentDisplayName', 'userConsentDescription'])
		assert.ok(scope[text].length > 0, text);
	assert.deepEqual(permitted, { requiredResourceAccess: [
		{ resourceAppId: graphApp, resourceAccess: [{ id: userRead, type: 'Scope' }] },
		{ resourceAppId: app, resourceAccess: [{ id: scope.id, type: 'Scope' }] },
	] });
	assert.deepEqual(bodies(calls, 'post', 'servicePrincipals'), [{ appId: app }]);
});

test('key and certificate are one PEM file of mode 0600, and only the certificate is uploaded', () => {
	const { calls, told } = register([url, '--days', '30']);
	const pem = readFileSync(join(dir, 'entra.pem'), 'utf8');
	const upload = calls.at(-1);
	assert.equal(mode('entra.pem'), '600');
	assert.match(pem, /-----BEGIN PRIVATE KEY-----[^]*-----BEGIN CERTIFICATE-----/);
	assert.match(upload.file, /^-----BEGIN CERTIFICATE-----/);
	assert.doesNotMatch(upload.file, /PRIVATE/);
	assert.ok(pem.includes(upload.file.trim()));
	assert.ok(upload.args.includes('--append'));
	assert.doesNotMatch(told, /BEGIN/);
	const text = execFileSync('openssl', ['x509', '-in', join(dir, 'entra.pem'), '-noout', '-text'], { encoding: 'utf8' });
	assert.match(text, /Public-Key: \(3072 bit\)/);
});

test('a secret goes to a file of mode 0600 and is never shown', () => {
	const { status, calls, told, stdout } = register([url, '--secret', '--days', '10']);
	assert.equal(status, 0, told);
	assert.equal(readFileSync(join(dir, 'entra.secret'), 'utf8').trim(), secret);
	assert.equal(mode('entra.secret'), '600');
	assert.ok(!told.includes(secret));
	assert.ok(!told.includes('~the-secret'));
	assert.match(stdout, new RegExp(`credential = secret-file:${join(dir, 'entra.secret')}`));
	const reset = calls.at(-1);
	const end = new Date(Date.now() + 10 * 86400_000).toISOString().slice(0, 10);
	assert.deepEqual(reset.args, ['ad', 'app', 'credential', 'reset', '--only-show-errors', '--id', app, '--append',
		'--display-name', 'sallyport', '--end-date', end, '--query', 'password', '-o', 'tsv']);
	assert.ok(!calls.some((call) => line(call).includes(secret)));
});

test('nothing but the credential is left behind', () => {
	const before = [...readdirSync(dir), 'entra.pem', 'log', 'rules'].sort();
	register([url]);
	assert.deepEqual(readdirSync(dir).sort(), before);
});

test('what another registration has is kept, and a second run adds nothing twice', () => {
	const scope = { id: scopeId, value: 'access_as_user', isEnabled: true, type: 'User' };
	const other = { id: '5', value: 'other', isEnabled: true, type: 'User' };
	const answers = [['https://old.example.org/cb'], ['api://old'], [other], scope];
	const permissions = [[{ resourceAppId: 'x', resourceAccess: [] }], [{ id: 'mail', type: 'Scope' }],
		[{ id: scopeId, type: 'Scope' }]];
	const texts = [...answers.map((x) => JSON.stringify(x)), scopeId, ...permissions.map((x) => JSON.stringify(x))];
	const { status, calls, told } = register([url], {
		find: { ...rules.find, out: `${object}\t${app}\n` },
		read: { ...rules.read, out: texts.join('\n') + '\n' },
		findPrincipal: { ...rules.findPrincipal, out: `${principal}\n` },
	});
	assert.equal(status, 0, told);
	assert.ok(!summary(calls).some((name) => name.startsWith('post ')));
	const [described, permitted] = bodies(calls, 'patch', object);
	assert.deepEqual(described.web.redirectUris, ['https://old.example.org/cb', `${url}/oauth-callback`]);
	assert.deepEqual(described.identifierUris, ['api://old', `api://${app}`]);
	assert.deepEqual(described.api.oauth2PermissionScopes, [other, scope]);
	assert.deepEqual(permitted.requiredResourceAccess, [
		{ resourceAppId: 'x', resourceAccess: [] },
		{ resourceAppId: graphApp, resourceAccess: [{ id: 'mail', type: 'Scope' }, { id: userRead, type: 'Scope' }] },
		{ resourceAppId: app, resourceAccess: [{ id: scopeId, type: 'Scope' }] },
	]);
});

// Graph has named certificates in both ways.
for (const [form, thumbprint] of [
	['hexadecimal', (der) => hash(der, 'hex').toUpperCase()],
	['base64', (der) => hash(der, 'base64')],
])
	test(`a certificate that is there already (${form}) is neither made nor uploaded again`, () => {
		register([url]);
		const pem = readFileSync(join(dir, 'entra.pem'), 'utf8');
		const der = execFileSync('openssl', ['x509', '-in', join(dir, 'entra.pem'), '-outform', 'DER']);
		const { status, calls } = register([url], { credentials: { ...rules.credentials, out: `other\n${thumbprint(der)}\n` } });
		assert.equal(status, 0);
		assert.equal(readFileSync(join(dir, 'entra.pem'), 'utf8'), pem);
		assert.ok(!summary(calls).includes('ad app credential reset'));
	});

function hash(der, encoding) {
	return Buffer.from(execFileSync('openssl', ['dgst', '-sha1', '-binary'], { input: der })).toString(encoding);
}

test('a secret that is there already is kept', () => {
	writeFileSync(join(dir, 'entra.secret'), 'mine\n', { mode: 0o600 });
	const { status, calls } = register([url, '--secret']);
	assert.equal(status, 0);
	assert.equal(readFileSync(join(dir, 'entra.secret'), 'utf8'), 'mine\n');
	assert.ok(!summary(calls).includes('ad app credential reset'));
});

test('--grant consents for everyone, at Graph and at the application itself', () => {
	const { status, calls, told } = register([url, '--grant']);
	assert.equal(status, 0, told);
	assert.deepEqual(bodies(calls, 'post', 'oauth2PermissionGrants'), [
		{ clientId: principal, consentType: 'AllPrincipals', resourceId: graphPrincipal,
			scope: 'openid profile offline_access User.Read' },
		{ clientId: principal, consentType: 'AllPrincipals', resourceId: principal, scope: 'access_as_user' },
	]);
});

test('--grant widens a consent that is there, and leaves a sufficient one alone', () => {
	const { calls } = register([url, '--grant'], {}, [
		{ when: `get .*/oauth2PermissionGrants .*resourceId eq '${graphPrincipal}'`, out: 'g1\topenid Mail.Read\n' },
		{ when: `get .*/oauth2PermissionGrants .*resourceId eq '${principal}'`, out: 'g2\taccess_as_user\n' },
	]);
	assert.deepEqual(bodies(calls, 'patch', 'g1'), [{ scope: 'openid Mail.Read profile offline_access User.Read' }]);
	assert.deepEqual(bodies(calls, 'patch', 'g2'), []);
	assert.deepEqual(bodies(calls, 'post', 'oauth2PermissionGrants'), []);
});

test('without --grant nobody consents', () => {
	assert.ok(!summary(register([url]).calls).some((name) => name.includes('oauth2PermissionGrants')));
});

test('a national cloud has its own hosts, and prints them', () => {
	const { calls, stdout } = register([url, '--cloud', 'AzureUSGovernment'], { cloud: { ...rules.cloud, out: 'AzureUSGovernment\n' } });
	assert.ok(calls.filter((call) => call.args[0] === 'rest').every((call) =>
		option(call, '--url').startsWith('https://graph.microsoft.us/v1.0/')));
	assert.match(stdout, /^authority_host = https:\/\/login\.microsoftonline\.us$/m);
	assert.match(stdout, /^graph_url = https:\/\/graph\.microsoft\.us$/m);
});

test('another cloud than az uses is refused before anything is made', () => {
	const { status, calls, stderr } = register([url, '--cloud', 'AzureChinaCloud']);
	assert.equal(status, 1);
	assert.match(stderr, /az cloud set --name AzureChinaCloud/);
	assert.equal(calls.length, 2);
	assert.ok(!existsSync(join(dir, 'entra.pem')));
});

test('several applications of one name: the script asks which', () => {
	const { status, calls, stderr } = register([url], { find: { ...rules.find, out: 'a\tb\nc\td\n' } });
	assert.equal(status, 1);
	assert.match(stderr, /--app-id/);
	assert.ok(!calls.some((call) => /post|patch|reset/.test(line(call))));
});

test('an application of --app-id is never made anew', () => {
	const { status, calls, stderr } = register([url, '--app-id', app]);
	assert.equal(status, 1);
	assert.match(stderr, /no application with the client id/);
	assert.match(line(calls[2]), new RegExp(`appId eq '${app}'`));
});

test('what was just made may be unknown for a moment', () => {
	const { status, calls, told } = register([url], {}, [
		{ when: rules.read.when, times: 2, status: 1, err: 'ERROR: Not Found({"error":{"code":"Request_ResourceNotFound"}})\n' },
	]);
	assert.equal(status, 0, told);
	assert.equal(summary(calls).filter((name) => name === `get applications/${object}`).length, 4);
});

for (const [name, at] of Object.entries({
	'signing in': { when: '^account show' },
	'making the application': { when: rules.make.when },
	'reading it': { when: rules.read.when },
	'describing it': { when: `patch .*/applications/${object} .*identifierUris` },
	'permissions': { when: `patch .*/applications/${object} .*requiredResourceAccess` },
	'the enterprise application': { when: rules.makePrincipal.when },
	'the certificate': { when: rules.certificate.when },
}))
	test(`az fails at ${name}: the script stops there, says so, and a second run completes`, () => {
		const failed = register([url], {}, [{ ...at, status: 1, err: 'ERROR: Forbidden\n' }]);
		assert.equal(failed.status, 1);
		assert.equal(failed.calls.at(-1).rule, 0);
		assert.match(failed.stderr, /not finished; mend the cause and run the same command again/);
		assert.match(failed.stderr, /Forbidden|not signed in/);
		assert.equal(failed.stdout, '');
		const pem = existsSync(join(dir, 'entra.pem')) ? readFileSync(join(dir, 'entra.pem'), 'utf8') : null;
		const again = register([url]);
		assert.equal(again.status, 0, again.told);
		if (pem !== null)
			assert.equal(readFileSync(join(dir, 'entra.pem'), 'utf8'), pem, 'the key of the first run is used');
	});

test('az fails while it makes the secret: no file is left, and no part of a secret', () => {
	const { status, told } = register([url, '--secret'], {}, [{ when: 'credential reset', out: secret.slice(0, 9), status: 1 }]);
	assert.equal(status, 1);
	assert.ok(!existsSync(join(dir, 'entra.secret')));
	assert.deepEqual(readdirSync(dir).sort(), ['az', 'log', 'rules', 'sleep']);
	assert.ok(!told.includes(secret.slice(0, 9)));
});

for (const bad of [
	[], ['http://mcp.example.org'], ['https://mcp.example.org/'], ['https://MCP.example.org'], ['https://a.example/?x'],
	['https://a.example/"x'], [url, '--name', 'a"b'], [url, '--name', "a'b"], [url, '--days', '0'], [url, '--app-id', 'x'],
	[url, '--cloud', 'Other'], [url, '--out', 'absent/x.pem'], [url, url], [url, '--unknown'], [url, '--name'],
])
	test(`refused before az is called: ${JSON.stringify(bad)}`, () => {
		const { status, calls } = register(bad);
		assert.notEqual(status, 0);
		assert.equal(calls.length, 0);
	});

test('--help says what there is', () => {
	const { status, stdout, calls } = register(['--help']);
	assert.equal(status, 0);
	assert.equal(calls.length, 0);
	for (const name of ['--name', '--app-id', '--out', '--secret', '--days', '--grant', '--cloud'])
		assert.ok(stdout.includes(name), name);
});
