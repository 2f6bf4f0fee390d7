/* SPDX-License-Identifier: MIT */
/* /__control: how a test sets the scene and asks what happened. */
import { X509Certificate } from 'node:crypto';
import { readBody, sendJson } from './http.mjs';
import { ControlError, applicationOf, userOf } from './control-error.mjs';
import {
	addFederatedCredential,
	makeWorkloadToken,
	setArcKeys,
	setIdentityHeader,
} from './control-identity.mjs';
import { frontChannelLogout, revoke, setLogout } from './control-session.mjs';
import { isRegistrable } from './redirect-uri.mjs';

function addRedirectUri({ entra }, body) {
	const client = applicationOf(entra, body);
	const { redirect_uri: uri, type = 'web' } = body;
	if (!isRegistrable(uri)) {
		throw new ControlError(`Entra would not register the redirect URI ${uri}`);
	}
	if (!['web', 'spa', 'native'].includes(type)) {
		throw new ControlError(`there is no type ${type} of redirect URIs`);
	}
	client.redirectUris = client.redirectUris.filter((entry) => entry.uri !== uri);
	client.redirectUris.push({ uri, type });
}

function addCertificate({ entra }, body) {
	const client = applicationOf(entra, body);
	new X509Certificate(body.pem);
	client.certificates.push(body.pem);
}

function setUser({ entra }, { user }) {
	if (user !== 'none' && !entra.world.user(user)) {
		throw new ControlError(`there is no user ${user}`);
	}
	entra.user = user;
}

/*
 * App roles of our applications, and groups; 'overage' are too many to be told. Graph may know
 * others.
 */
function setAssignments({ entra }, body) {
	const { roles = [], groups = [], graph_groups: graphGroups } = body;
	if (graphGroups !== undefined && !Array.isArray(graphGroups)) {
		throw new ControlError('graph_groups wants a list');
	}
	Object.assign(userOf(entra, body), { roles, groups, graphGroups });
}

/* The GUID of the resource. */
function checkPermissions({ world }, { client_id: client, resource, scopes }) {
	const id = typeof resource === 'string' ? world.resource(resource)?.id : undefined;
	if (!world.application(client) || !id || !Array.isArray(scopes)) {
		throw new ControlError('a client_id, a resource and an array of scopes are wanted');
	}
	return id;
}

function setConsent(exchange, body) {
	const resource = checkPermissions(exchange, body);
	exchange.world.withdrawConsent(body.client_id, resource);
	exchange.world.grantConsent(body.client_id, resource, body.scopes);
}

function setPreauthorization(exchange, body) {
	const resource = checkPermissions(exchange, body);
	exchange.world.preauthorize(body.client_id, resource, body.scopes);
}

function setMultiTenant({ entra }, body) {
	if (typeof body.on !== 'boolean') {
		throw new ControlError('on wants true or false');
	}
	applicationOf(entra, body).multiTenant = body.on;
}

async function rotateKeys({ keys }, { drop_old: dropOld = false }) {
	return { kid: await keys.rotate(dropOld) };
}

const ACTIONS = {
	'POST reset': ({ entra }) => entra.reset(),
	'POST redirect_uri': addRedirectUri,
	'POST certificate': addCertificate,
	'POST user': setUser,
	'POST multi_tenant': setMultiTenant,
	'POST assignments': setAssignments,
	'POST consent': setConsent,
	'POST preauthorize': setPreauthorization,
	'POST set': ({ entra }, body) => entra.switches.set(body),
	'GET set': ({ entra }) => entra.switches.current(),
	'POST rotate_keys': rotateKeys,
	'POST logout': setLogout,
	'POST front_channel_logout': frontChannelLogout,
	'POST revoke': revoke,
	'POST federated_credential': addFederatedCredential,
	'POST workload_token': makeWorkloadToken,
	'POST arc_keys': setArcKeys,
	'POST identity_header': setIdentityHeader,
	'GET counts': ({ entra }) => entra.log.counts(),
	'GET log': ({ entra }) => entra.log.entries,
	'DELETE log': ({ entra }) => entra.log.clear(),
	'GET secrets': ({ entra }) => [...entra.secrets.values],
};

async function readJson(req) {
	const text = await readBody(req);
	return text ? JSON.parse(text) : {};
}

export async function control(exchange, name) {
	const action = ACTIONS[`${exchange.req.method} ${name}`];
	if (!action) {
		sendJson(exchange.res, 404, {
			error: `there is no ${exchange.req.method} /__control/${name}`,
		});
		return;
	}
	try {
		const result = await action(exchange, await readJson(exchange.req));
		sendJson(exchange.res, 200, result ?? {});
	} catch (error) {
		sendJson(exchange.res, 400, { error: error.message });
	}
}
