/* SPDX-License-Identifier: MIT */
/* From a path to what answers it. */
import { authorize, login } from './authorize.mjs';
import { discoveryV1, discoveryV2, keysV1, keysV2 } from './discovery.mjs';
import { checkMemberGroups, getMemberGroups, transitiveMemberOf } from './graph-groups.mjs';
import { me, unknownResource } from './graph.mjs';
import { appServiceIdentity, arcIdentity, machineIdentity, otherMethod } from './imds.mjs';
import { logout } from './logout.mjs';
import { token } from './token.mjs';
import { workloadDiscovery, workloadKeys } from './workload.mjs';

const ANY = 'GET POST PUT DELETE PATCH';
const GROUPS = String.raw`^/graph/v1\.0/me/transitiveMemberOf(/microsoft\.graph\.group)?$`;

/*
 * Kind (for the control's counts), methods, path, handler; the handler gets what the parentheses
 * hold.
 */
const ROUTES = [
	['workload', 'GET', /^\/workload\/\.well-known\/openid-configuration$/, workloadDiscovery],
	['workload', 'GET', /^\/workload\/keys$/, workloadKeys],
	['imds', 'GET', /^\/metadata\/identity\/oauth2\/token$/, machineIdentity],
	['imds', 'GET', /^\/msi\/token$/, appServiceIdentity],
	['imds', 'GET', /^\/himds\/metadata\/identity\/oauth2\/token$/, arcIdentity],
	[
		'imds',
		'POST PUT DELETE PATCH',
		/^\/(?:(?:himds\/)?metadata\/identity|msi)\//,
		otherMethod,
	],
	['discovery', 'GET', /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/, discoveryV2],
	['discovery', 'GET', /^\/([^/]+)\/\.well-known\/openid-configuration$/, discoveryV1],
	['keys', 'GET', /^\/([^/]+)\/discovery\/v2\.0\/keys$/, keysV2],
	['keys', 'GET', /^\/([^/]+)\/discovery\/keys$/, keysV1],
	['authorize', 'GET POST', /^\/([^/]+)\/oauth2\/v2\.0\/authorize$/, authorize],
	['token', ANY, /^\/([^/]+)\/oauth2\/v2\.0\/token$/, token],
	['logout', 'GET POST', /^\/[^/]+\/oauth2\/v2\.0\/logout$/, logout],
	['login', 'POST', /^\/[^/]+\/login$/, login],
	['me', 'GET', /^\/graph\/v1\.0\/me$/, me],
	['groups', 'POST', /^\/graph\/v1\.0\/me\/checkMemberGroups$/, checkMemberGroups],
	['groups', 'POST', /^\/graph\/v1\.0\/me\/getMemberGroups$/, getMemberGroups],
	['groups', 'GET', new RegExp(GROUPS), transitiveMemberOf],
	['graph', ANY, /^\/graph\/.*$/, unknownResource],
];

/* {kind, handle} or null. Graph's own hosts have its paths without a prefix, and no others. */
export function findRoute({ req, url, graphHost }) {
	const path = `${graphHost ? '/graph' : ''}${url.pathname}`;
	for (const [kind, methods, pattern, handler] of ROUTES) {
		const match = pattern.exec(path);
		if (match && methods.split(' ').includes(req.method)) {
			return { kind, handle: (exchange) => handler(exchange, ...match.slice(1)) };
		}
	}
	return null;
}
