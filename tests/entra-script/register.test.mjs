// SPDX-License-Identifier: MIT
//
// httpd-conf/entra/register.sh against stand-ins for the Azure CLI and Microsoft Graph (bin/): what it makes, in which
// order, that a second run changes nothing, what it leaves on disk, and that it shows no secret.  The stand-in
// evaluates az's queries for real; what Entra ID itself does with the application is not tested here.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
	copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import {
	changes, clouds, Directory, graphApp, graphPrincipal, line, option, secret, summary, tenant, url, userRead,
} from './run.mjs';

const principal = '88888888-8888-4888-8888-888888888888';
const identityClient = '77777777-7777-4777-8777-777777777777';
const workload = ['https://oidc.example.org/cluster/', 'system:serviceaccount:tools:sallyport'];

let directory;
let dir;

// A key of RSA takes a second; what is not about making it finds one there.
const shared = mkdtempSync(join(tmpdir(), 'sallyport-entra.'));
after(() => rmSync(shared, { recursive: true }));
const key = certificate('entra', shared);

function enter(cloud) {
	directory?.remove();
	directory = new Directory(cloud);
	({ dir } = directory);
	copyFileSync(key, join(dir, 'entra.pem'));
}

beforeEach(() => enter('global'));

afterEach(() => {
	directory.remove();
	directory = undefined;
});

const register = (args, faults) => directory.register(args, faults);
const mode = (file) => (statSync(join(dir, file)).mode & 0o777).toString(8);
const read = (file) => readFileSync(join(dir, file), 'utf8');
const section = (stdout) => stdout.slice(stdout.indexOf('[entra]')).trim().split('\n').slice(1)
	.map((text) => text.split(/\s*=\s*/));
const servicePrincipal = (application) =>
	directory.state.servicePrincipals.find(({ appId }) => appId === application.appId);

// Changes what the directory holds.
function put(change) {
	const { state } = directory;
	change(state);
	directory.state = state;
}

const withoutKey = () => rmSync(join(dir, 'entra.pem'));

function certificate(name, where = dir) {
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
		'-days', '9', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`],
	{ cwd: where, stdio: 'ignore' });
	const parts = ['key', 'crt'].map((part) => readFileSync(join(where, `${name}.${part}`), 'utf8'));
	writeFileSync(join(where, `${name}.pem`), parts.join(''), { mode: 0o600 });
	return join(where, `${name}.pem`);
}

test('a new registration is made in order, with a certificate', () => {
	withoutKey();
	const { status, calls, stdout, stderr } = register([url]);
	assert.equal(status, 0, stderr);
	assert.deepEqual(summary(calls), [
		'account show', 'cloud show', 'get applications', 'post applications', 'get applications/ID',
		'patch applications/ID', 'patch applications/ID', 'get servicePrincipals', 'post servicePrincipals',
		'get applications/ID', 'ad app credential reset',
	]);
	assert.deepEqual(stdout.trim().split('\n'), [
		`public_url = ${url}`, '', '[entra]', `tenant_id  = ${tenant}`, `client_id  = ${directory.application().appId}`,
		'cloud      = global', `credential = certificate:${join(dir, 'entra.pem')}`,
	]);
});

test('the application is single tenant, with scope, URLs, claims, token version 2 and permissions', () => {
	register([url, '--name', 'Sally Port']);
	const made = directory.application('Sally Port');
	const [scope] = made.api.oauth2PermissionScopes;
	assert.equal(made.uniqueName, 'sally-port');
	assert.equal(made.signInAudience, 'AzureADMyOrg');
	assert.deepEqual(made.identifierUris, [`api://${made.appId}`]);
	assert.deepEqual(made.web, { redirectUris: [`${url}/oauth-callback`, `${url}/logout`], logoutUrl: `${url}/logout` });
	assert.deepEqual(made.optionalClaims.idToken.map(({ name }) => name), ['sid', 'login_hint']);
	assert.equal(made.api.requestedAccessTokenVersion, 2);
	assert.equal(made.api.oauth2PermissionScopes.length, 1);
	assert.match(scope.id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	assert.deepEqual({ value: scope.value, type: scope.type, isEnabled: scope.isEnabled },
		{ value: 'access_as_user', type: 'User', isEnabled: true });
	for (const text of ['adminConsentDisplayName', 'adminConsentDescription',
		'userConsentDisplayName', 'userConsentDescription'])
		assert.ok(scope[text].length > 0, text);
	assert.deepEqual(made.requiredResourceAccess, [
		{ resourceAppId: graphApp, resourceAccess: [{ id: userRead, type: 'Scope' }] },
		{ resourceAppId: made.appId, resourceAccess: [{ id: scope.id, type: 'Scope' }] },
	]);
	assert.equal(servicePrincipal(made).appRoleAssignmentRequired, false);
});

test('on loopback there is no front-channel logout URL', () => {
	register(['http://localhost:8080']);
	assert.deepEqual(directory.application().web,
		{ redirectUris: ['http://localhost:8080/oauth-callback', 'http://localhost:8080/logout'], logoutUrl: null });
});

test('key and certificate are one PEM file of mode 0600, and only the certificate is uploaded', () => {
	withoutKey();
	const { calls, told } = register([url, '--days', '30']);
	const upload = calls.at(-1);
	assert.equal(mode('entra.pem'), '600');
	assert.match(read('entra.pem'), /-----BEGIN PRIVATE KEY-----[^]*-----BEGIN CERTIFICATE-----/);
	assert.match(upload.file, /^-----BEGIN CERTIFICATE-----/);
	assert.doesNotMatch(upload.file, /PRIVATE/);
	assert.ok(read('entra.pem').includes(upload.file.trim()));
	assert.ok(upload.args.includes('--append'));
	assert.doesNotMatch(told, /BEGIN/);
	const text = execFileSync('openssl', ['x509', '-in', join(dir, 'entra.pem'), '-noout', '-text'], { encoding: 'utf8' });
	assert.match(text, /Public-Key: \(3072 bit\)/);
});

test('a secret goes to a file of mode 0600 and is never shown', () => {
	withoutKey();
	const { status, calls, told, stdout } = register([url, '--secret', '--days', '10']);
	assert.equal(status, 0, told);
	assert.equal(read('entra.secret').trim(), secret);
	assert.equal(mode('entra.secret'), '600');
	assert.ok(!told.includes('~the-secret'));
	assert.match(stdout, new RegExp(`credential = secret-file:${join(dir, 'entra.secret')}`));
	const end = new Date(Date.now() + 10 * 86400_000).toISOString().slice(0, 10);
	assert.deepEqual(calls.at(-1).args, ['ad', 'app', 'credential', 'reset', '--only-show-errors',
		'--id', directory.application().appId, '--append', '--display-name', 'sallyport', '--end-date', end,
		'--query', 'password', '-o', 'tsv']);
	assert.ok(!calls.some((call) => line(call).includes(secret)));
});

test('nothing but the credential is left behind', () => {
	withoutKey();
	const before = [...readdirSync(dir), 'entra.pem', 'log', 'faults'].sort();
	register([url]);
	assert.deepEqual(readdirSync(dir).sort(), before);
});

const everything = ['--roles', 'Weather.User,Weather.Admin', '--groups', 'SecurityGroup', '--assignment-required',
	'--grant', '--managed-identity', principal, '--federated', ...workload];

for (const args of [[], ['--secret'], ['--two-apps'], ['--two-apps', '--secret'], everything,
	['--two-apps', ...everything]])
	test(`run twice, nothing is changed: ${args.join(' ')}`, () => {
		const first = register([url, ...args]);
		assert.equal(first.status, 0, first.told);
		const { state } = directory;
		const files = readdirSync(dir).sort();
		const second = register([url, ...args]);
		assert.equal(second.status, 0, second.told);
		assert.deepEqual(changes(second.calls), []);
		assert.deepEqual(directory.state, state);
		assert.deepEqual(readdirSync(dir).sort(), files);
		assert.equal(second.stdout, first.stdout);
	});

test('what a registration has by hand is kept, and only what misses is added', () => {
	register([url]);
	const scope = { id: '66666666-6666-4666-8666-666666666666', value: 'access_as_user', isEnabled: true, type: 'User' };
	const other = { ...scope, id: '55555555-5555-4555-8555-555555555555', value: 'other' };
	put(({ applications: [one] }) => Object.assign(one, {
		uniqueName: 'by-hand',
		identifierUris: ['api://old'],
		groupMembershipClaims: 'All',
		web: { redirectUris: ['https://old.example.org/cb'], logoutUrl: null, homePageUrl: 'https://old.example.org' },
		appRoles: [{ id: '44444444-4444-4444-8444-444444444444', value: 'Weather.User' }],
		optionalClaims: { idToken: [{ name: 'email' }], accessToken: [{ name: 'ipaddr' }], saml2Token: [] },
		api: { ...one.api, requestedAccessTokenVersion: null, oauth2PermissionScopes: [other, scope] },
		requiredResourceAccess: [
			{ resourceAppId: '12121212-1212-4212-8212-121212121212', resourceAccess: [{ id: 'x', type: 'Role' }] },
			{ resourceAppId: graphApp, resourceAccess: [{ id: 'mail', type: 'Scope' }] },
		],
	}));
	const { status, calls, told } = register([url, '--roles', 'Weather.User,Weather.Admin']);
	assert.equal(status, 0, told);
	assert.deepEqual(changes(calls), ['patch applications/ID', 'patch applications/ID']);
	const made = directory.application();
	assert.equal(made.uniqueName, 'by-hand');
	assert.equal(made.groupMembershipClaims, 'All');
	assert.deepEqual(made.identifierUris, ['api://old', `api://${made.appId}`]);
	assert.deepEqual(made.web, { redirectUris: ['https://old.example.org/cb', `${url}/oauth-callback`, `${url}/logout`],
		logoutUrl: `${url}/logout`, homePageUrl: 'https://old.example.org' });
	assert.deepEqual(made.appRoles.map(({ value }) => value), ['Weather.User', 'Weather.Admin']);
	assert.equal(made.appRoles[0].id, '44444444-4444-4444-8444-444444444444');
	assert.deepEqual(made.optionalClaims.idToken.map(({ name }) => name), ['email', 'sid', 'login_hint']);
	assert.deepEqual(made.optionalClaims.accessToken, [{ name: 'ipaddr' }]);
	assert.deepEqual(made.api.oauth2PermissionScopes, [other, scope]);
	assert.equal(made.api.requestedAccessTokenVersion, 2);
	assert.deepEqual(made.requiredResourceAccess, [
		{ resourceAppId: '12121212-1212-4212-8212-121212121212', resourceAccess: [{ id: 'x', type: 'Role' }] },
		{ resourceAppId: graphApp, resourceAccess: [{ id: 'mail', type: 'Scope' }, { id: userRead, type: 'Scope' }] },
		{ resourceAppId: made.appId, resourceAccess: [{ id: scope.id, type: 'Scope' }] },
	]);
});

test('two applications: the API has the scope and calls Graph, people sign in at the client', () => {
	const { status, stdout, told } = register([url, '--two-apps', '--roles', 'Weather.User', '--groups', 'SecurityGroup']);
	assert.equal(status, 0, told);
	const client = directory.application();
	const api = directory.application('Sallyport API');
	const [scope] = api.api.oauth2PermissionScopes;
	assert.deepEqual(client.requiredResourceAccess,
		[{ resourceAppId: api.appId, resourceAccess: [{ id: scope.id, type: 'Scope' }] }]);
	assert.deepEqual(client.api.oauth2PermissionScopes, []);
	assert.equal(client.api.requestedAccessTokenVersion, 2);
	assert.deepEqual([client.identifierUris, client.appRoles, client.groupMembershipClaims], [[], [], null]);
	assert.deepEqual(api.web.redirectUris, []);
	assert.equal(api.optionalClaims, null);
	assert.deepEqual(api.requiredResourceAccess,
		[{ resourceAppId: graphApp, resourceAccess: [{ id: userRead, type: 'Scope' }] }]);
	assert.deepEqual(api.api.knownClientApplications, [client.appId]);
	assert.deepEqual(api.api.preAuthorizedApplications, [], 'people are asked');
	assert.deepEqual([api.appRoles[0].value, api.groupMembershipClaims], ['Weather.User', 'SecurityGroup']);
	assert.equal(client.keyCredentials[0].key, api.keyCredentials[0].key);
	const pem = join(dir, 'entra.pem');
	assert.deepEqual(section(stdout), [
		['tenant_id', tenant], ['client_id', client.appId], ['cloud', 'global'], ['credential', `certificate:${pem}`],
		['resource_client_id', api.appId], ['resource_credential', `certificate:${pem}`],
		['scope', `${api.appId}/.default`], ['audience', `${api.appId}, api://${api.appId}`],
	]);
});

test('two applications have a secret each', () => {
	const { stdout, told } = register([url, '--two-apps', '--secret']);
	for (const [key, file] of [['credential', 'entra.secret'], ['resource_credential', 'resource-entra.secret']]) {
		assert.equal(mode(file), '600');
		assert.deepEqual(section(stdout).find(([name]) => name === key), [key, `secret-file:${join(dir, file)}`]);
	}
	assert.ok(!told.includes(secret));
});

test('with --grant the API preauthorizes the client, and everyone has consented to what each calls', () => {
	register([url, '--two-apps', '--grant']);
	const client = directory.application();
	const api = directory.application('Sallyport API');
	const ids = [client, api].map((application) => servicePrincipal(application).id);
	assert.deepEqual(api.api.preAuthorizedApplications,
		[{ appId: client.appId, delegatedPermissionIds: [api.api.oauth2PermissionScopes[0].id] }]);
	const grants = directory.state.oauth2PermissionGrants;
	assert.deepEqual(grants.map(({ clientId, resourceId, scope }) => [clientId, resourceId, scope]), [
		[ids[0], graphPrincipal, 'openid profile offline_access'],
		[ids[1], graphPrincipal, 'User.Read'],
		[ids[0], ids[1], 'access_as_user'],
	]);
});

test('--grant widens a consent that is there, and leaves a sufficient one alone', () => {
	register([url, '--grant']);
	assert.deepEqual(directory.state.oauth2PermissionGrants.map(({ consentType, scope }) => [consentType, scope]),
		[['AllPrincipals', 'openid profile offline_access User.Read'], ['AllPrincipals', 'access_as_user']]);
	put(({ oauth2PermissionGrants: [one] }) => { one.scope = 'openid Mail.Read'; });
	const { calls } = register([url, '--grant']);
	assert.deepEqual(changes(calls), ['patch oauth2PermissionGrants/ID']);
	assert.equal(directory.state.oauth2PermissionGrants[0].scope, 'openid Mail.Read profile offline_access User.Read');
});

test('2.F7 without --grant nobody consents', () => {
	assert.ok(!summary(register([url]).calls).some((name) => name.includes('oauth2PermissionGrants')));
});

for (const [cloud, host, audience] of [
	['global', 'login.microsoftonline.com', 'api://AzureADTokenExchange'],
	['usgov', 'login.microsoftonline.us', 'api://AzureADTokenExchangeUSGov'],
	['usgov-dod', 'login.microsoftonline.us', 'api://AzureADTokenExchangeUSGov'],
	['china', 'login.partner.microsoftonline.cn', 'api://AzureADTokenExchangeChina'],
])
	test(`a managed identity in the cloud ${cloud}: issuer, subject and audience, and no key`, () => {
		enter(cloud);
		withoutKey();
		const args = ['--cloud', cloud, '--managed-identity', principal, '--identity-client-id', identityClient];
		const { status, stdout, told } = register([url, ...args]);
		assert.equal(status, 0, told);
		const [{ name, issuer, subject, audiences }, ...others] = directory.application().federatedIdentityCredentials;
		assert.deepEqual({ name, issuer, subject, audiences }, { name: 'managed-identity',
			issuer: `https://${host}/${tenant}/v2.0`, subject: principal, audiences: [audience] });
		assert.deepEqual(others, []);
		assert.deepEqual(directory.application().keyCredentials, []);
		assert.ok(!existsSync(join(dir, 'entra.pem')));
		assert.deepEqual(section(stdout).slice(2), [['cloud', cloud], ['credential', `managed-identity:${identityClient}`]]);
	});

test('a federated identity, and a managed one that changes: mended, not made twice', () => {
	const { stdout } = register([url, '--managed-identity', principal, '--federated', ...workload]);
	assert.match(stdout, /^credential = federated-token-file:\/var\/run\/secrets\/azure\/tokens\/azure-identity-token$/m);
	assert.match(register([url, '--managed-identity', principal]).stdout, /^credential = managed-identity$/m);
	put(({ applications: [one] }) => {
		one.federatedIdentityCredentials[1].audiences = ['api://AzureADTokenExchangeUSGov'];
	});
	const { calls } = register([url, '--managed-identity', identityClient, '--federated', ...workload]);
	assert.deepEqual(changes(calls), Array(2).fill('patch applications/ID/federatedIdentityCredentials/ID'));
	const credentials = directory.application().federatedIdentityCredentials;
	assert.deepEqual(credentials.map(({ name, subject, audiences }) => [name, subject, audiences]), [
		['managed-identity', identityClient, ['api://AzureADTokenExchange']],
		['workload', workload[1], ['api://AzureADTokenExchange']],
	]);
});

test('a certificate of one\'s own, and a second one beside it for rotation', () => {
	withoutKey();
	const [old, next] = [certificate('old'), certificate('next')];
	assert.match(register([url, '--certificate', old]).stdout, new RegExp(`^credential = certificate:${old}$`, 'm'));
	const { calls, stdout } = register([url, '--certificate', old, '--certificate', next]);
	assert.deepEqual(changes(calls), ['ad app credential reset']);
	assert.match(stdout, new RegExp(`^credential = certificate:${next}$`, 'm'));
	assert.equal(directory.application().keyCredentials.length, 2);
	assert.ok(!existsSync(join(dir, 'entra.pem')));
	assert.match(register([url, '--certificate', 'next.crt']).stderr, /has no key; the file on the server needs both/);
});

test('a file without a certificate is refused', () => {
	writeFileSync(join(dir, 'x.pem'), 'none');
	const { status, stderr } = register([url, '--certificate', 'x.pem']);
	assert.equal(status, 1);
	assert.match(stderr, /x\.pem holds no certificate/);
});

test('a certificate whose thumbprint is in base64 is known too', () => {
	register([url]);
	put(({ applications: [{ keyCredentials: [one] }] }) => {
		one.customKeyIdentifier = Buffer.from(one.customKeyIdentifier, 'hex').toString('base64');
	});
	assert.deepEqual(changes(register([url]).calls), []);
});

test('--assignment-required is set on an enterprise application that is there', () => {
	register([url]);
	const { calls, stderr } = register([url, '--assignment-required']);
	assert.deepEqual(changes(calls), ['patch servicePrincipals/ID']);
	assert.equal(servicePrincipal(directory.application()).appRoleAssignmentRequired, true);
	assert.match(stderr, /now assign people or groups/);
});

test('another cloud than az uses is refused before anything is made, with what to do', () => {
	withoutKey();
	for (const [cloud, said] of [
		['china', /az cloud set --name AzureChinaCloud && az login/],
		['usgov-dod',
			/AzureUSGovernment --endpoint-microsoft-graph-resource-id https:\/\/dod-graph\.microsoft\.us\/ && az login/],
	]) {
		const { status, calls, stderr } = register([url, '--cloud', cloud]);
		assert.equal(status, 1);
		assert.match(stderr, said);
		assert.equal(calls.length, 2);
		assert.ok(!existsSync(join(dir, 'entra.pem')));
	}
});

test('a cloud is told by az\'s Graph, and its hosts are used', () => {
	enter('usgov-dod');
	const { calls, stdout } = register([url]);
	assert.match(stdout, /^cloud {6}= usgov-dod$/m);
	assert.ok(calls.filter((call) => call.args[0] === 'rest').every((call) =>
		option(call, '--url').startsWith(`${clouds['usgov-dod'][1]}v1.0/`)));
});

test('several applications of one name: the script asks which', () => {
	put(({ applications }) => applications.push(...['a', 'b'].map((id) => ({ id, appId: id, displayName: 'Sallyport' }))));
	const { status, calls, stderr } = register([url]);
	assert.equal(status, 1);
	assert.match(stderr, /--app-id/);
	assert.deepEqual(changes(calls), []);
});

test('an application of --app-id is never made anew', () => {
	for (const name of ['--app-id', '--resource-app-id']) {
		const { status, calls, stderr } = register([url, name, principal]);
		assert.equal(status, 1);
		assert.match(stderr, /no application with the client id/);
		assert.match(line(calls.at(-1)), new RegExp(`appId eq '${principal}'`));
	}
});

test('what was just made may be unknown for a moment', () => {
	const { status, calls, told } = register([url], [
		{
			when: 'get .*/applications/.*redirectUris', times: 2, status: 1,
			err: 'ERROR: Not Found({"error":{"code":"Request_ResourceNotFound"}})\n',
		},
	]);
	assert.equal(status, 0, told);
	assert.equal(summary(calls).filter((name) => name === 'get applications/ID').length, 4);
});

for (const [name, when, args = []] of [
	['signing in', '^account show'],
	['making the application', 'post .*/applications '],
	['reading it', 'get .*/applications/.*redirectUris'],
	['describing it', 'patch .*/applications/.*identifierUris'],
	['permissions', 'patch .*/applications/.*requiredResourceAccess'],
	['the enterprise application', 'post .*/servicePrincipals'],
	['the certificate', '^ad app credential reset .*--cert'],
	['the federated credential', 'post .*/federatedIdentityCredentials', ['--managed-identity', principal]],
	['consent', 'post .*/oauth2PermissionGrants', ['--grant']],
	['the second application', 'post .*/applications .*Sallyport API', ['--two-apps']],
])
	test(`az fails at ${name}: the script stops there, says so, and a second run completes`, () => {
		const failed = register([url, ...args], [{ when, status: 1, err: 'ERROR: Forbidden\n' }]);
		assert.equal(failed.status, 1);
		assert.equal(failed.calls.at(-1).fault, 0);
		assert.match(failed.stderr, /not finished; mend the cause and run the same command again/);
		assert.match(failed.stderr, /Forbidden|not signed in/);
		assert.equal(failed.stdout, '');
		const pem = read('entra.pem');
		const again = register([url, ...args]);
		assert.equal(again.status, 0, again.told);
		assert.equal(read('entra.pem'), pem, 'the key of the first run is used');
		assert.deepEqual(changes(register([url, ...args]).calls), []);
	});

test('az fails while it makes the secret: no file is left, and no part of a secret', () => {
	withoutKey();
	const { status, told } = register([url, '--secret'],
		[{ when: 'credential reset', out: secret.slice(0, 9), status: 1 }]);
	assert.equal(status, 1);
	assert.deepEqual(readdirSync(dir).sort(), ['az', 'faults', 'log', 'sleep', 'state']);
	assert.ok(!told.includes(secret.slice(0, 9)));
});

for (const bad of [
	[], ['http://mcp.example.org'], ['https://mcp.example.org/'], ['https://MCP.example.org'], ['https://a.example/?x'],
	['https://a.example/"x'], [url, '--name', 'a"b'], [url, '--name', "a'b"], [url, '--days', '0'], [url, '--app-id', 'x'],
	[url, '--cloud', 'AzureCloud'], [url, '--out', 'absent/x.pem'], [url, url], [url, '--unknown'], [url, '--name'],
	[url, '--roles', 'a"b'], [url, '--groups', 'Some'], [url, '--certificate', 'absent.pem'],
	[url, '--managed-identity', 'x'],
	[url, '--identity-client-id', principal], [url, '--federated', 'https://a.example'], [url, '--resource-app-id', 'x'],
	[url, '--federated', "https://a.example'", 'x'], [url, '--federated', 'https://a.example', 'x"y'],
])
	test(`refused before az is called: ${JSON.stringify(bad)}`, () => {
		const { status, calls } = register(bad);
		assert.notEqual(status, 0);
		assert.equal(calls.length, 0);
	});

test('--help names every option that the script knows', () => {
	const { status, stdout, calls } = register(['--help']);
	assert.equal(status, 0);
	assert.equal(calls.length, 0);
	const script = readFileSync(new URL('../../httpd-conf/entra/register.sh', import.meta.url), 'utf8');
	const known = [...script.matchAll(/^\t+(--[a-z-]+)\)/gm)].map(([, name]) => name);
	assert.ok(known.length > 15);
	for (const name of known)
		assert.ok(stdout.includes(`\t${name}`), name);
});
