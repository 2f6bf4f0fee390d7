/* SPDX-License-Identifier: MIT */
/* Who signs in: the control's user at once, the browser's session, or whoever answers the page. */
import { EntraError } from './errors.mjs';

function sessionUser({ entra, world, req }) {
	const cookie = /(?:^|;\s*)ESTSAUTH=([^;]+)/.exec(req.headers.cookie ?? '');
	return cookie ? world.user(entra.browserSessions.get(cookie[1])) : null;
}

/* null: a page must ask. */
export function chooseUser(exchange, { fields }) {
	const { entra, world } = exchange;
	const { prompt, login_hint: hint } = fields;
	const automatic = world.user(entra.user);
	const known = automatic ?? sessionUser(exchange);
	if (prompt === 'none') {
		if (!known || (hint && hint !== known.upn)) {
			throw new EntraError(50058);
		}
		return known;
	}
	if (automatic) {
		return world.user(hint) ?? automatic;
	}
	const mayReuse = prompt === undefined && known && (!hint || hint === known.upn);
	return mayReuse ? known : null;
}
