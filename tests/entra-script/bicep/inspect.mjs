// SPDX-License-Identifier: MIT
//
// What is wrong with the template and its parameter files, a line each.

import { parse } from './parse.mjs';
import { Template } from './template.mjs';
import { unlike } from './types.mjs';
import { World } from './world.mjs';

export const tenant = '11111111-1111-4111-8111-111111111111';
export const identity = {
	principalId: '88888888-8888-4888-8888-888888888888', clientId: '77777777-7777-4777-8777-777777777777',
};

// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud,
// https://learn.microsoft.com/graph/deployments, and for the audiences
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity.
export const clouds = {
	'global': ['login.microsoftonline.com', 'graph.microsoft.com', 'api://AzureADTokenExchange'],
	'usgov': ['login.microsoftonline.us', 'graph.microsoft.us', 'api://AzureADTokenExchangeUSGov'],
	'usgov-dod': ['login.microsoftonline.us', 'dod-graph.microsoft.us', 'api://AzureADTokenExchangeUSGov'],
	'china': ['login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn', 'api://AzureADTokenExchangeChina'],
};

const federated = {
	federatedIssuer: 'https://oidc.example.org/cluster/', federatedSubject: 'system:serviceaccount:a:b',
};
const everything = {
	roles: ['Weather.User', 'Weather.Admin'], groupMembershipClaims: 'SecurityGroup', assignmentRequired: true,
	grantConsent: true, ...federated,
	certificates: [{ key: 'MIIB', startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z' }],
};
const variants = [
	{}, { managedIdentityPrincipalId: identity.principalId }, { identityName: 'sallyport' }, federated, everything,
	{ twoApps: true }, { twoApps: true, identityName: 'sallyport', ...everything },
];

export const directory = () => ({
	applications: [], oauth2PermissionGrants: [],
	servicePrincipals: [{ id: '99999999-9999-4999-8999-999999999999', appId: '00000003-0000-0000-c000-000000000000' }],
});

// What a parameter file sets, by name.
export function parameters(name, files) {
	return Object.fromEntries(parse(name, files[name]).statements.filter(({ kind }) => kind === 'var')
		.map(({ symbol, value }) => [symbol, value.kind === 'string' ? value.parts.join('') : value.value]));
}

// The templates among `files`, by name, for `deploy`.
export const templates = (files) => Object.fromEntries(Object.keys(files).filter((name) => name.endsWith('.bicep'))
	.map((name) => [name, new Template(parse(name, files[name]))]));

// Kinds of parameters; an object type's members are compared by name.
function unlikeParameter({ symbol, type, allowed }, value) {
	if (type === 'array' || type.endsWith('[]')) {
		const inner = type === 'array' ? 'object' : type.slice(0, -2);
		if (!Array.isArray(value))
			return [`${symbol}: is no list`];
		return type === 'array' ? [] : value.flatMap((one) => unlikeParameter({ symbol, type: inner }, one));
	}
	if (type.startsWith('{')) {
		const names = [...type.matchAll(/(\w+):/g)].map(([, name]) => name).sort();
		return String(names) === String(Object.keys(value).sort()) ? [] : [`${symbol}: has other members than ${names}`];
	}
	const isNotAllowed = allowed && !allowed.includes(value);
	return [...unlike(type, value, symbol), ...isNotAllowed ? [`${symbol}: ${value} is not allowed`] : []];
}

function checkParameters(where, template, given) {
	const declared = template.all('param');
	return [
		...Object.keys(given)
			.filter((name) => !declared.some(({ symbol }) => symbol === name))
			.map((name) => `${where}: ${name} is no parameter`),
		...declared.filter(({ symbol, value }) => !value && !(symbol in given))
			.map(({ symbol }) => `${where}: ${symbol} is not set`),
		...declared.filter(({ symbol }) => symbol in given)
			.flatMap((one) => unlikeParameter(one, given[one.symbol]))
			.map((text) => `${where}: ${text}`),
	];
}

// A module is called with its parameters: checked where it is deployed, with the values.
function checked(all, found) {
	return Object.fromEntries(Object.entries(all).map(([name, template]) => [name, Object.assign(Object.create(template), {
		deploy(given, ...more) {
			found.push(...checkParameters(name, template, given));
			return Template.prototype.deploy.call(template, given, ...more);
		},
	})]));
}

function inspectFile(name, { extension, errors, statements }, template) {
	const found = [...errors];
	const graph = statements.some(({ kind, type }) => kind === 'resource' && type.startsWith('Microsoft.Graph/'));
	if (graph !== (extension !== undefined) || (graph && extension !== 'microsoftGraphV1'))
		found.push('the extension microsoftGraphV1 is named where Graph is used, and only there');
	return [...found, ...(errors.length > 0 ? [] : template.findings())].map((text) => `${name}: ${text}`);
}

function inspectCloud(cloud, files, all) {
	const name = `${cloud}.bicepparam`;
	const { errors, statements } = parse(name, files[name]);
	if (errors.length > 0)
		return errors.map((text) => `${name}: ${text}`);
	const given = parameters(name, files);
	const found = checkParameters(name, all['sallyport.bicep'], given);
	if (statements[0]?.kind !== 'using' || statements[0].path !== './sallyport.bicep')
		found.push(`${name}: is for another template`);
	const table = [given.cloud, given.loginHost, given.graphHost, given.federationAudience];
	if (String(table) !== String([cloud, ...clouds[cloud]]))
		found.push(`${name}: ${table}: is not what the cloud has`);
	if (found.length > 0)
		return found;
	for (const variant of variants) {
		const world = new World(directory(), tenant, checked(all, found), identity);
		try {
			world.module('sallyport.bicep').deploy({ ...given, ...variant }, world);
		} catch (error) {
			found.push(`${name}: ${JSON.stringify(variant)}: ${error.message}`);
		}
		found.push(...world.findings);
	}
	return found;
}

export function inspect(files) {
	const all = templates(files);
	const found = Object.entries(all).flatMap(([name, template]) => inspectFile(name, parse(name, files[name]), template));
	const config = JSON.parse(files['bicepconfig.json']).extensions;
	if (config.microsoftGraphV1 !== 'br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0')
		found.push('bicepconfig.json: names another extension than the types are from');
	return found.length > 0 ? found : Object.keys(clouds).flatMap((cloud) => inspectCloud(cloud, files, all));
}
