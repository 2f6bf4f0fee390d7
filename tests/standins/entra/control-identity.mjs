/* SPDX-License-Identifier: MIT */
/* /__control: federated credentials, workload identity, what managed identities need. */
import { ArcKeys } from './arc-keys.mjs';
import { ControlError, applicationOf, requireTexts } from './control-error.mjs';

const MOST_CREDENTIALS = 20;

/* Whether issuer, subject and audience make sense, nobody asks before a token comes. */
export function addFederatedCredential({ entra }, body) {
	const { federatedCredentials: all } = applicationOf(entra, body);
	requireTexts(body, 'name', 'issuer', 'subject', 'audience');
	const { name, issuer, subject, audience } = body;
	if (all.length === MOST_CREDENTIALS) {
		throw new ControlError(
			`an application has at most ${MOST_CREDENTIALS} federated credentials`,
		);
	}
	if (all.some((each) => each.name === name)) {
		throw new ControlError(`there is a federated credential ${name} already`);
	}
	all.push({ name, issuer, subject, audience });
}

export function makeWorkloadToken({ entra, now }, body) {
	requireTexts(body, 'subject');
	const { subject, audience = 'api://AzureADTokenExchange', lifetime } = body;
	if (lifetime !== undefined && !Number.isInteger(lifetime)) {
		throw new ControlError('lifetime wants a whole number of seconds');
	}
	const token = entra.workload.makeToken(now, { subject, audience, lifetime });
	return { token: entra.secrets.add(token) };
}

export function setArcKeys({ entra }, body) {
	requireTexts(body, 'directory');
	const keys = new ArcKeys(body.directory);
	entra.arcKeys?.forget();
	entra.arcKeys = keys;
}

export function setIdentityHeader({ entra }, body) {
	requireTexts(body, 'value');
	entra.identityHeader = entra.secrets.add(body.value);
}
