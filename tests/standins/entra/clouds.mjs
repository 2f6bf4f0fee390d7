/* SPDX-License-Identifier: MIT */
/*
 * The clouds that one process answers as, told apart by the Host header: three of Microsoft's, and
 * the local one, which is whatever address the stand-in listens at.
 */

export const GLOBAL_AUDIENCE = 'api://AzureADTokenExchange';
export const USGOV_AUDIENCE = 'api://AzureADTokenExchangeUSGov';
export const CHINA_AUDIENCE = 'api://AzureADTokenExchangeChina';
export const EXCHANGE_AUDIENCES = [GLOBAL_AUDIENCE, USGOV_AUDIENCE, CHINA_AUDIENCE];

/* sts: the issuer of version 1 without the tenant. audiences: of federated credentials. */
const CLOUDS = [
	{
		name: 'global',
		login: 'login.microsoftonline.com',
		graphs: ['graph.microsoft.com'],
		audiences: [GLOBAL_AUDIENCE],
		sts: 'https://sts.windows.net',
		instance: 'microsoftonline.com',
	},
	{
		name: 'usgov',
		login: 'login.microsoftonline.us',
		graphs: ['graph.microsoft.us', 'dod-graph.microsoft.us'],
		audiences: [USGOV_AUDIENCE],
		sts: 'https://sts.windows.net',
		instance: 'microsoftonline.us',
	},
	{
		name: 'china',
		login: 'login.partner.microsoftonline.cn',
		graphs: ['microsoftgraph.chinacloudapi.cn'],
		audiences: [CHINA_AUDIENCE],
		sts: 'https://sts.chinacloudapi.cn',
		instance: 'partner.microsoftonline.cn',
	},
].map((cloud) => ({
	...cloud,
	base: `https://${cloud.login}`,
	graphUris: cloud.graphs.map((host) => `https://${host}`),
	graphBase: `https://${cloud.graphs[0]}`,
}));

export const CLOUD_NAMES = CLOUDS.map(({ name }) => name);
export const CLOUD_HOSTS = CLOUDS.flatMap(({ login, graphs }) => [login, ...graphs]);

/* It knows the audiences of all, since a test of the local cloud may be about any of them. */
export const localCloud = (base) => ({
	name: 'local',
	base,
	graphs: ['graph.microsoft.com'],
	graphUris: ['https://graph.microsoft.com', `${base}/graph`],
	graphBase: `${base}/graph`,
	audiences: EXCHANGE_AUDIENCES,
	sts: 'https://sts.windows.net',
	instance: 'microsoftonline.com',
});

export const cloudNamed = (name) => CLOUDS.find((cloud) => cloud.name === name) ?? null;

/* {cloud, graph: Graph's host or null}; null is the local cloud. The port does not matter. */
export function cloudOfHost(header = '') {
	const host = header.toLowerCase().replace(/:\d+$/, '');
	const cloud = CLOUDS.find(({ login, graphs }) => login === host || graphs.includes(host));
	return cloud ? { cloud, graph: cloud.login === host ? null : host } : null;
}

/* Whether that issuer is another of Microsoft's clouds than this one. */
export const isForeignIssuer = (own, issuer) =>
	CLOUDS.some(
		(cloud) =>
			cloud.name !== own.name &&
			own.name !== 'local' &&
			issuer.startsWith(`${cloud.base}/`),
	);
