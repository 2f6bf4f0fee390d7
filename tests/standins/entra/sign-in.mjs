/* SPDX-License-Identifier: MIT */
/* Who signs in: the control's user at once, the browser's session, or whoever answers the page. */
import { EntraError } from './errors.mjs';
import { cookieOf } from './sessions.mjs';

function sessionUser({ entra, world, req }) {
	const session = entra.sessions.ofCookie(cookieOf(req));
	return session && world.user(session.upn);
}

/* null: a page must ask. */
export function chooseUser(exchange, { fields }) {
	const { entra, world } = exchange;
	const { prompt, login_hint: hint } = fields;
	const automatic = world.user(entra.user);
	const hinted = world.userByHint(hint);
	const known = automatic ?? sessionUser(exchange);
	if (prompt === 'none') {
		if (!known || (hint && hinted !== known)) {
			throw new EntraError(50058);
		}
		return known;
	}
	if (automatic) {
		return hinted ?? automatic;
	}
	const mayReuse = prompt === undefined && known && (!hint || hinted === known);
	return mayReuse ? known : null;
}
