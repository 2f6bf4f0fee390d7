/* SPDX-License-Identifier: MIT */
/* Discovery documents and key sets. */
import { send, sendJson, sendText } from './http.mjs';
import { spoilBody } from './exchange.mjs';
import { EntraError } from './errors.mjs';
import { OTHER_TENANT } from './world.mjs';

const SHARED_TENANTS = ['common', 'organizations', 'consumers'];
const CLAIMS = [
	'sub',
	'iss',
	'cloud_instance_name',
	'cloud_instance_host_name',
	'cloud_graph_host_name',
	'msgraph_host',
	'aud',
	'exp',
	'iat',
	'auth_time',
	'acr',
	'nonce',
	'preferred_username',
	'name',
	'tid',
	'ver',
	'at_hash',
	'c_hash',
	'email',
];

/*
 * The fields of both versions. There is no code_challenge_methods_supported, although S256 works.
 */
function commonFields({ base, cloud }, tenant, version) {
	const oauth = version === 2 ? `${base}/${tenant}/oauth2/v2.0` : `${base}/${tenant}/oauth2`;
	const keys = version === 2 ? 'discovery/v2.0/keys' : 'discovery/keys';
	return {
		token_endpoint: `${oauth}/token`,
		token_endpoint_auth_methods_supported: [
			'client_secret_post',
			'private_key_jwt',
			'client_secret_basic',
		],
		jwks_uri: `${base}/${tenant}/${keys}`,
		response_modes_supported: ['query', 'fragment', 'form_post'],
		subject_types_supported: ['pairwise'],
		id_token_signing_alg_values_supported: ['RS256'],
		response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
		scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
		request_uri_parameter_supported: false,
		authorization_endpoint: `${oauth}/authorize`,
		device_authorization_endpoint: `${oauth}/devicecode`,
		end_session_endpoint: `${oauth}/logout`,
		http_logout_supported: true,
		frontchannel_logout_supported: true,
		claims_supported: CLAIMS,
		kerberos_endpoint: `${base}/${tenant}/kerberos`,
		tenant_region_scope: 'EU',
		cloud_instance_name: cloud.instance,
		cloud_graph_host_name: 'graph.windows.net',
		msgraph_host: cloud.graphs[0],
		rbac_url: 'https://pas.windows.net',
	};
}

function makeDocument(exchange, tenant, version) {
	const shared = SHARED_TENANTS.includes(tenant);
	const id = shared ? '{tenantid}' : tenant;
	return {
		...commonFields(exchange, tenant, version),
		userinfo_endpoint: `${exchange.cloud.graphBase}/oidc/userinfo`,
		issuer: exchange.issuer(id, version),
	};
}

const ENDPOINTS = [
	'token_endpoint',
	'jwks_uri',
	'authorization_endpoint',
	'userinfo_endpoint',
	'device_authorization_endpoint',
	'end_session_endpoint',
	'issuer',
];

const moveAway = (names) => (document, exchange) => {
	const origin = exchange.switch('discovery_foreign_origin');
	names.forEach((name) => {
		document[name] = document[name].replace(new URL(document[name]).origin, origin);
	});
};

const faults = {
	foreign_endpoints: moveAway(ENDPOINTS.slice(0, -1)),
	foreign_token_endpoint: moveAway(['token_endpoint']),
	foreign_jwks_uri: moveAway(['jwks_uri']),
	foreign_issuer: moveAway(['issuer']),
	other_tenant: (document, exchange) =>
		Object.assign(document, makeDocument(exchange, OTHER_TENANT, 2)),
	missing_issuer: (document) => {
		delete document.issuer;
	},
	missing_jwks_uri: (document) => {
		delete document.jwks_uri;
	},
	missing_token_endpoint: (document) => {
		delete document.token_endpoint;
	},
	wrong_types: (document) => {
		ENDPOINTS.forEach((name) => {
			document[name] = [document[name]];
		});
	},
};

function tenantName(exchange, name) {
	if (SHARED_TENANTS.includes(name)) {
		return name;
	}
	const tenant = exchange.world.tenant(name);
	if (!tenant) {
		throw new EntraError(90002, name);
	}
	return tenant.id;
}

const CACHE = { 'cache-control': 'max-age=86400, private', 'access-control-allow-origin': '*' };

/* Status and body as the switches say, else the value as JSON. */
function answer(exchange, prefix, value) {
	const status = exchange.switch(`${prefix}_status`);
	if (status) {
		sendText(exchange.res, status, 'Service Unavailable');
		return;
	}
	const body = spoilBody(exchange.switch(`${prefix}_body_fault`), value);
	send(exchange.res, 200, 'application/json; charset=utf-8', body, CACHE);
}

async function forTenant(exchange, prefix, name, makeValue) {
	if (!(await exchange.endure(prefix))) {
		return;
	}
	try {
		answer(exchange, prefix, makeValue(tenantName(exchange, name)));
	} catch (error) {
		if (!(error instanceof EntraError)) {
			throw error;
		}
		sendJson(
			exchange.res,
			error.status,
			error.toJson(exchange.base, exchange.now, exchange.correlation),
		);
	}
}

const document = (version) => (exchange, name) =>
	forTenant(exchange, 'discovery', name, (tenant) => {
		const value = makeDocument(exchange, tenant, version);
		const fault = exchange.switch('discovery_fault');
		if (fault) {
			faults[fault](value, exchange);
		}
		return value;
	});

const keys = (version) => (exchange, name) =>
	forTenant(exchange, 'jwks', name, () =>
		exchange.switch('jwks_empty')
			? { keys: [] }
			: exchange.keys.document(exchange.base, version),
	);

export const discoveryV1 = document(1);
export const discoveryV2 = document(2);
export const keysV1 = keys(1);
export const keysV2 = keys(2);
