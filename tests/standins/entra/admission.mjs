/* SPDX-License-Identifier: MIT */
/* As soon as it is known whose token is wanted: the log, throttling, loops, revocation. */
import { isRevoked } from './demands.mjs';
import { EntraError } from './errors.mjs';

function checkThrottle(exchange, user) {
	if (exchange.entra.switches.peek('token_throttle_user') !== user.upn) {
		return; /* Somebody else's request is none of the times of a counted switch. */
	}
	exchange.switch('token_throttle_user');
	const plain = exchange.switch('token_throttle_json') ? undefined : 'Too Many Requests';
	throw new EntraError(90055, '', {
		status: 429,
		plain,
		retryAfter: exchange.switch('token_throttle_retry_after'),
	});
}

/* Requests are the same when client, grant, scope and person are. */
function checkLoop(exchange, { fields, client }, user) {
	const limit = exchange.switch('loop_limit');
	if (limit === null) {
		return;
	}
	const { entra, now } = exchange;
	const key = JSON.stringify([client.id, fields.grant_type, fields.scope, user.oid]);
	const begin = now - exchange.switch('loop_window');
	const times = (entra.loops.get(key) ?? []).filter((time) => time > begin);
	times.push(now);
	entra.loops.set(key, times);
	if (times.length > limit) {
		throw new EntraError(50196);
	}
}

export function admit(exchange, request, user, auth) {
	exchange.entry.person = user.upn;
	checkThrottle(exchange, user);
	checkLoop(exchange, request, user);
	if (isRevoked(exchange, user, auth)) {
		throw new EntraError(50173);
	}
}
