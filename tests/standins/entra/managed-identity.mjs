/* SPDX-License-Identifier: MIT */
/* The tokens of managed identities, as all their endpoints give them. */
import { cloudNamed } from './clouds.mjs';
import { makeAccessToken } from './tokens.mjs';
import { OTHER_TENANT, SECOND_IDENTITY_PRINCIPAL, TOKEN_EXCHANGE } from './world.mjs';

const ONE_DAY = 86400;

/* Parameter -> what of an identity it names. */
const SELECTORS = {
	client_id: 'id',
	object_id: 'principal',
	principal_id: 'principal',
	msi_res_id: 'resourceId',
	mi_res_id: 'resourceId',
};

/* The identity that the query selects, the default one without a choice, null for none. */
export function findIdentity({ world }, query) {
	const given = Object.keys(SELECTORS).filter((name) => query.has(name));
	if (given.length > 1) {
		return null;
	}
	const [name] = given;
	return name === undefined
		? world.identities[0]
		: (world.identities.find((each) => each[SELECTORS[name]] === query.get(name)) ??
				null);
}

/* An application by the URI that the query names, with a slash at its end or not. */
export const findResource = ({ world }, name) =>
	world.resource(name) ?? world.resource(name.replace(/\/$/, ''));

/* The machine lives in a cloud, whichever address it asks. */
export async function enterMachinesCloud(exchange) {
	const { entra } = exchange;
	const cloud = cloudNamed(exchange.switch('imds_cloud')) ?? entra.cloud;
	exchange.enter(cloud, await entra.ringOf(cloud));
}

function makeToken(exchange, identity, name, resource) {
	const lifetime = exchange.switch('imds_token_lifetime') ?? ONE_DAY;
	const other = exchange.switch('imds_wrong_subject');
	const made = makeAccessToken(exchange, {
		user: null,
		tenant: exchange.switch('imds_other_tenant') ? OTHER_TENANT : identity.tenant,
		client: {
			id: identity.id,
			principal: other ? otherPrincipal(identity) : identity.principal,
		},
		resource,
		requestedAs: name,
		scopes: [],
		oidc: [],
		authMethod: '2',
		lifetime,
		fault: exchange.switch('imds_token_fault'),
		more: {
			xms_mirid: identity.resourceId,
			...(exchange.switch('imds_ficinfo') && { xms_ficinfo: 'CAAQABgAIAAoAzAA' }),
		},
	});
	if (resource.id === TOKEN_EXCHANGE) {
		exchange.entra.exchangeTokens.set(made.uti, name);
	}
	return { token: made.token, begins: exchange.now, ends: exchange.now + lifetime };
}

const otherPrincipal = ({ principal }) =>
	principal === SECOND_IDENTITY_PRINCIPAL
		? 'ffffffff-ffff-4fff-8fff-ffffffffffff'
		: SECOND_IDENTITY_PRINCIPAL;

/* What these change makes another token, so that a test need not wait for the old one's end. */
const SWITCHES = [
	'imds_token_lifetime',
	'imds_wrong_subject',
	'imds_other_tenant',
	'imds_token_fault',
	'imds_ficinfo',
];

/*
 * {token, begins, ends}: the same again until half of its life is over, and always a new one with
 * imds_cached off.
 */
export function identityToken(exchange, identity, name, resource) {
	const { entra, now, cloud, keys } = exchange;
	const settings = SWITCHES.map((each) => exchange.switch(each));
	const key = JSON.stringify([cloud.name, keys.signing.kid, identity.id, name, settings]);
	const kept = entra.identityTokens.get(key);
	const fresh = kept && now >= kept.begins && now < (kept.begins + kept.ends) / 2;
	if (exchange.switch('imds_cached') && fresh) {
		return kept;
	}
	const made = makeToken(exchange, identity, name, resource);
	entra.identityTokens.set(key, made);
	return made;
}
