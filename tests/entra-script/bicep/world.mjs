// SPDX-License-Identifier: MIT
//
// Deploys a template into the stand-in for Microsoft Graph, as the extension does: each resource is found again by its
// key and changed, or made.

import { call } from '../bin/graph.mjs';
import { unlike } from './types.mjs';

const collections = {
	'Microsoft.Graph/applications@v1.0': ['applications', ['uniqueName']],
	'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0': ['federatedIdentityCredentials', ['name']],
	'Microsoft.Graph/servicePrincipals@v1.0': ['servicePrincipals', ['appId']],
	'Microsoft.Graph/oauth2PermissionGrants@v1.0': ['oauth2PermissionGrants', ['clientId', 'resourceId']],
};

export class World {
	constructor(state, tenant, templates, identity) {
		Object.assign(this, { state, tenant, templates, identity, findings: [] });
	}

	module(path) {
		return this.templates[path] ?? (() => { throw new Error(`there is no file ${path}`); })();
	}

	put(type, given, owner, existing) {
		const body = { ...given };
		if (!existing)
			this.findings.push(...unlike(type, body));
		if (type.startsWith('Microsoft.ManagedIdentity/'))
			return { properties: this.identity };
		const [collection, keys] = collections[type];
		const path = owner ? `applications/${owner.id}/${collection}` : collection;
		if (owner && body.name.startsWith(`${owner.uniqueName}/`))
			body.name = body.name.slice(owner.uniqueName.length + 1);
		else if (owner)
			this.findings.push(`${type}: its name does not begin with the application's`);
		const found = call(this.state, 'get', path).value.find((one) => keys.every((key) => one[key] === body[key]));
		if (existing && !found)
			throw new Error(`there is no ${type} ${JSON.stringify(body)}`);
		if (existing)
			return found;
		if (!found)
			return call(this.state, 'post', path, body);
		call(this.state, 'patch', `${path}/${found.id}`, body);
		return found;
	}
}
