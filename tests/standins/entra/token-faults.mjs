/* SPDX-License-Identifier: MIT */
/*
 * What can be made wrong with a JWT. A draft is {header, claims, key, ring}; a fault changes it,
 * before or after signing.
 */
import { randomUUID } from 'node:crypto';
import { BOB, OTHER, OTHER_TENANT } from './world.mjs';

const inTenant = (issuer, tenant) => issuer.replace(/[0-9a-f-]{36}/, tenant);

function shiftTimes(claims, seconds) {
	for (const name of ['iat', 'nbf', 'exp']) {
		claims[name] += seconds;
	}
}

/* Of any token. */
const common = {
	wrong_aud: ({ claims }) => {
		claims.aud = OTHER;
	},
	wrong_iss: ({ claims }) => {
		claims.iss = 'https://login.evil.example/';
	},
	wrong_tid: ({ claims }) => {
		claims.tid = OTHER_TENANT;
	},
	other_tenant: ({ claims }) => {
		claims.tid = OTHER_TENANT;
		claims.iss = inTenant(claims.iss, OTHER_TENANT);
	},
	expired: ({ claims }) => shiftTimes(claims, -86400),
	not_yet_valid: ({ claims }) => shiftTimes(claims, 86400),
	missing_exp: ({ claims }) => {
		delete claims.exp;
	},
	missing_aud: ({ claims }) => {
		delete claims.aud;
	},
	missing_tid: ({ claims }) => {
		delete claims.tid;
	},
	missing_oid: ({ claims }) => {
		delete claims.oid;
	},
	aud_array: ({ claims }) => {
		claims.aud = [claims.aud];
	},
	exp_string: ({ claims }) => {
		claims.exp = String(claims.exp);
	},
	alg_none: ({ header }) => {
		header.alg = 'none';
	},
	hs256: ({ header }) => {
		header.alg = 'HS256';
	},
	unknown_kid: ({ header }) => {
		header.kid = 'AAAAAAAAAAAAAAAAAAAAAAAAAAA';
	},
	missing_kid: ({ header }) => {
		delete header.kid;
	},
	consumers_key: (draft) => {
		draft.key = draft.ring.consumers;
		draft.header.kid = draft.key.kid;
	},
};

const ofIdToken = {
	bad_nonce: ({ claims }) => {
		claims.nonce = randomUUID();
	},
	missing_nonce: ({ claims }) => {
		delete claims.nonce;
	},
	other_user: ({ claims }, world) => {
		claims.oid = world.user(BOB).oid;
	},
};

const ofAccessToken = {
	missing_scp: ({ claims }) => {
		delete claims.scp;
	},
	wrong_scp: ({ claims }) => {
		claims.scp = 'Something.Else';
	},
	wrong_ver: ({ claims }) => {
		claims.ver = claims.ver === '2.0' ? '1.0' : '2.0';
	},
	app_only: ({ claims }) => {
		delete claims.scp;
		Object.assign(claims, { idtyp: 'app', roles: ['Tools.Call'], sub: claims.oid });
	},
};

function changeSignature(token) {
	const at = token.lastIndexOf('.') + 10;
	return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}

/* After signing. */
const ofText = {
	bad_signature: changeSignature,
	missing_signature: (token) => token.slice(0, token.lastIndexOf('.') + 1),
	not_a_token: () => 'this.is-not-a.token',
};

export const ID_TOKEN_FAULTS = [common, ofIdToken, ofText].flatMap(Object.keys);
export const ACCESS_TOKEN_FAULTS = [common, ofAccessToken, ofText].flatMap(Object.keys);

const beforeSigning = { ...common, ...ofIdToken, ...ofAccessToken };

export function spoilDraft(fault, draft, world) {
	beforeSigning[fault]?.(draft, world);
}

export function spoilText(fault, token) {
	return ofText[fault]?.(token) ?? token;
}
