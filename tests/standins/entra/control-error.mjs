/* SPDX-License-Identifier: MIT */
/* What requests of the control interface have in common. */

/* A request that asks for something that cannot be. */
export class ControlError extends Error {}

export function applicationOf({ world }, { client_id: id }) {
	const client = world.application(id);
	if (!client) {
		throw new ControlError(`there is no application ${id}`);
	}
	return client;
}

export function userOf({ world }, { user }) {
	const found = world.user(user);
	if (!found) {
		throw new ControlError(`there is no user ${user}`);
	}
	return found;
}

/* Texts that are there and not empty. */
export function requireTexts(body, ...names) {
	const wrong = names.find((name) => typeof body[name] !== 'string' || !body[name]);
	if (wrong) {
		throw new ControlError(`${wrong} wants a text`);
	}
}
