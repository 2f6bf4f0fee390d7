// SPDX-License-Identifier: MIT
//
// httpd-conf/entra/sallyport.bicep, its modules and parameter files, and that they make what register.sh makes.
//
// What this does not show: no Bicep compiler is at hand, and nothing is deployed.  The files are parsed by the grammar
// of tree-sitter, which is more lenient than the compiler; names, parameters, what must be known before a deployment
// begins, and each property against the published types (bicep/types.mjs) are checked by these tests' own means, and
// only the part of the language that the template uses is evaluated.  Whether the resource provider takes each value,
// in particular an existing application, a certificate that is listed again, or a scope before its permission, only a
// deployment can tell; the stand-in for Graph refuses what Graph is known to refuse.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { directory, identity, inspect, parameters, templates, tenant } from './bicep/inspect.mjs';
import { guid, uuid5 } from './bicep/template.mjs';
import { World } from './bicep/world.mjs';
import { changes, Directory, graphApp, url, userRead } from './run.mjs';

const folder = fileURLToPath(new URL('../../httpd-conf/entra', import.meta.url));
const files = Object.fromEntries(readdirSync(folder).filter((name) => /\.(bicep|bicepparam|json)$/.test(name))
	.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

// Deploys the template with the parameters of the global cloud and `given` into `state`; what it puts out.
function deploy(state, given, all = templates(files), backwards = false) {
	const world = new World(state, tenant, all, identity);
	const asked = { ...parameters('global.bicepparam', files), ...given };
	return world.module('sallyport.bicep').deploy(asked, world, backwards);
}

// Without what Graph makes itself, with names in place of its ids; what is empty or says no is left out.
function essence(state) {
	const servicePrincipals = [...state.servicePrincipals].sort((a, b) => (a.appId < b.appId ? -1 : 1));
	let text = JSON.stringify({ ...state, servicePrincipals });
	for (const { appId, uniqueName } of state.applications) {
		text = text.replaceAll(state.servicePrincipals.find((one) => one.appId === appId).id, `principal of ${uniqueName}`);
		text = text.replaceAll(appId, `id of ${uniqueName}`);
	}
	const said = JSON.parse(text, function keep(name, value) {
		const made = ['id', 'customKeyIdentifier'].includes(name) &&
			(this.name ?? this.uniqueName ?? this.clientId ?? this.usage) !== undefined;
		const empty = value === null || value === 'None' || (typeof value === 'object' && Object.keys(value).length === 0);
		return made || (empty && !Array.isArray(this)) ? undefined : value;
	});
	const by = (key) => (a, b) => (key(a) < key(b) ? -1 : 1);
	return {
		applications: said.applications.sort(by(({ uniqueName }) => uniqueName)),
		servicePrincipals: said.servicePrincipals.sort(by(({ appId }) => appId)),
		grants: (said.oauth2PermissionGrants ?? []).sort(by(({ clientId, resourceId }) => clientId + resourceId)),
	};
}

const entries = (text) => Object.fromEntries(text.slice(text.indexOf('[entra]')).trim().split('\n').slice(1)
	.map((line) => line.split(/\s*=\s*/)));

// The certificate that the script has made, as the template's parameter.
function certificates(made) {
	const { raw, validFrom, validTo } = new X509Certificate(readFileSync(join(made.dir, 'entra.pem')));
	const iso = (text) => new Date(text).toISOString().replace('.000', '');
	return [{ key: raw.toString('base64'), startDateTime: iso(validFrom), endDateTime: iso(validTo) }];
}

const workload = ['https://oidc.example.org/cluster/', 'system:serviceaccount:tools:sallyport'];
const scenarios = {
	'a certificate': [
		[],
		(made) => ({ certificates: certificates(made), credential: `certificate:${join(made.dir, 'entra.pem')}` }),
	],
	'a managed identity': [
		['--managed-identity', identity.principalId, '--identity-client-id', identity.clientId],
		() => ({ managedIdentityPrincipalId: identity.principalId, managedIdentityClientId: identity.clientId }),
	],
	'everything in one application': [
		['--roles', 'Weather.User,Weather.Admin', '--groups', 'SecurityGroup', '--assignment-required', '--grant',
			'--managed-identity', identity.principalId, '--federated', ...workload],
		() => ({
			roles: ['Weather.User', 'Weather.Admin'], groupMembershipClaims: 'SecurityGroup', assignmentRequired: true,
			grantConsent: true, managedIdentityPrincipalId: identity.principalId, federatedIssuer: workload[0],
			federatedSubject: workload[1],
			credential: 'federated-token-file:/var/run/secrets/azure/tokens/azure-identity-token',
		}),
	],
	'two applications': [
		['--two-apps', '--federated', ...workload],
		() => ({ twoApps: true, federatedIssuer: workload[0], federatedSubject: workload[1] }),
	],
	'two applications with consent and roles': [
		['--two-apps', '--grant', '--roles', 'Weather.User', '--managed-identity', identity.principalId],
		() => ({
			twoApps: true, grantConsent: true, roles: ['Weather.User'], managedIdentityPrincipalId: identity.principalId,
		}),
	],
};

test('template, modules and parameter files hold what they must', () => {
	assert.deepEqual(inspect(files), []);
	assert.deepEqual(Object.keys(files).sort(), ['application.bicep', 'bicepconfig.json', 'china.bicepparam',
		'global.bicepparam', 'identity.bicep', 'sallyport.bicep', 'usgov-dod.bicepparam', 'usgov.bicepparam']);
});

test('2.F8 the GUIDs are Microsoft Graph\'s and User.Read\'s, those of scope and roles are made of their names', () => {
	const state = directory();
	deploy(state, { roles: ['Weather.User'] });
	const [{ requiredResourceAccess: [graph], api, appRoles }] = state.applications;
	assert.deepEqual(graph, { resourceAppId: graphApp, resourceAccess: [{ id: userRead, type: 'Scope' }] });
	assert.equal(api.oauth2PermissionScopes[0].id, guid('sallyport', 'access_as_user'));
	assert.equal(appRoles[0].id, guid('sallyport', 'Weather.User'));
	// The example of RFC 9562.
	assert.equal(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('a managed identity that the template makes is the subject, and the setting', () => {
	const state = directory();
	const { entra } = deploy(state, { identityName: 'sallyport' });
	assert.equal(state.applications[0].federatedIdentityCredentials[0].subject, identity.principalId);
	assert.equal(entries(entra).credential, `managed-identity:${identity.clientId}`);
});

for (const [name, [args, given]] of Object.entries(scenarios))
	test(`script and template make the same, in any order and again: ${name}`, () => {
		const made = new Directory();
		try {
			const run = made.register([url, ...args]);
			assert.equal(run.status, 0, run.told);
			const byScript = made.state;
			for (const backwards of [false, true]) {
				const state = directory();
				const { entra } = deploy(state, given(made), undefined, backwards);
				assert.deepEqual(essence(state), essence(byScript));
				const same = ({ uniqueName }) => byScript.applications.find((one) => one.uniqueName === uniqueName);
				const ids = state.applications.map((application) => [application.appId, same(application).appId]);
				assert.deepEqual(entries(ids.reduce((text, [from, to]) => text.replaceAll(from, to), entra)), entries(run.stdout));
			}
			// The template on what the script has made, and the script on what the template has made.
			const after = structuredClone(byScript);
			deploy(after, given(made));
			assert.deepEqual(essence(after), essence(byScript));
			const state = directory();
			deploy(state, given(made));
			state.applications.forEach(({ keyCredentials }) => keyCredentials.forEach((one) => {
				one.customKeyIdentifier = byScript.applications[0].keyCredentials[0].customKeyIdentifier;
			}));
			made.state = { ...byScript, ...state };
			assert.deepEqual(changes(made.register([url, ...args]).calls), []);
		} finally {
			made.remove();
		}
	});

const mutations = [
	['a brace is missing', 'application.bicep', '  web: web\n', '  web: {\n', /is no Bicep/],
	['two properties on a line', 'application.bicep', '  web: web\n', '  web: web', /two elements on a line/],
	['a name is not declared', 'sallyport.bicep', '\'${publicUrl}/logout\'', '\'${publicURL}/logout\'',
		/publicURL is not declared/],
	['a parameter is not used', 'sallyport.bicep', 'https://${graphHost}', 'https://graph',
		/graphHost is declared and not used/],
	['a function is misspelt', 'application.bicep', 'empty(', 'isEmpty(', /function isEmpty/],
	['a property is misspelt', 'sallyport.bicep', 'redirectUris: [', 'redirectUrls: [',
		/redirectUrls: is no property of WebApplication/],
	['a property has another kind', 'application.bicep', 'TokenVersion: 2', 'TokenVersion: \'2\'', /is no int/],
	['a required property is missing', 'application.bicep', '    audiences: [federationAudience]\n', '',
		/audiences: is required/],
	['an id is no GUID', 'application.bicep', 'id: guid(uniqueName, role)', 'id: role', /is no guid/],
	['a condition is known too late', 'sallyport.bicep',
		'module identity \'identity.bicep\' = if (identityName != \'\')',
		'module identity \'identity.bicep\' = if (client.appId != \'\')', /condition is known only during/],
	['an application names its own id', 'application.bicep', 'api://${appId}', 'api://${application.appId}',
		/refers to itself/],
	['a module is given what it does not take', 'sallyport.bicep',
		'    appId: client.appId\n    scopes', '    appID: client.appId\n    scopes', /appID is no parameter/],
	['the extension is not named', 'application.bicep', 'extension microsoftGraphV1\n', '', /the extension/],
	['a parameter file sets what is none', 'usgov.bicepparam', 'param cloud ', 'param clouds ', /clouds is no parameter/],
	['a parameter file lacks one', 'china.bicepparam', /param loginHost.*\n/, '', /loginHost is not set/],
	['a value is not allowed', 'global.bicepparam', '\'global\'', '\'public\'', /public is not allowed/],
	['a cloud has another\'s audience', 'china.bicepparam', 'ExchangeChina', 'ExchangeUSGov', /is not what the cloud has/],
];

for (const [name, file, from, to, said] of mutations)
	test(`these tests can fail: ${name}`, () => {
		const broken = files[file].replace(from, to);
		assert.notEqual(broken, files[file]);
		const found = inspect({ ...files, [file]: broken });
		assert.ok(found.some((text) => said.test(text)), found.join('\n'));
	});

test('these tests can fail: what differs from the script is seen', () => {
	const reference = essence((() => { const state = directory(); deploy(state, {}); return state; })());
	for (const [file, from, to] of [
		['sallyport.bicep', userRead, userRead.replace('e1', 'e2')],
		['sallyport.bicep', 'concat(graphPermission, scopePermission)', 'graphPermission'],
		['sallyport.bicep', '      \'login_hint\'\n', ''],
		['sallyport.bicep', '/oauth-callback\'', '/callback\''],
		['application.bicep', 'appRoleAssignmentRequired: assignmentRequired',
			'appRoleAssignmentRequired: !assignmentRequired'],
	]) {
		const broken = files[file].replace(from, to);
		assert.notEqual(broken, files[file], from);
		const state = directory();
		deploy(state, {}, templates({ ...files, [file]: broken }));
		assert.notDeepEqual(essence(state), reference, from);
	}
});
