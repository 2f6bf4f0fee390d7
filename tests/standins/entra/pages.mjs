/* SPDX-License-Identifier: MIT */
/* The pages a person sees. */
import { randomUUID } from 'node:crypto';
import { EntraError } from './errors.mjs';
import { escapeHtml, sendHtml } from './http.mjs';

export function sendErrorPage(exchange, error) {
	if (!(error instanceof EntraError)) {
		throw error;
	}
	const { text } = error.describe(exchange.now, exchange.correlation);
	sendHtml(
		exchange.res,
		error.status,
		'Sorry, but we are having trouble signing you in.',
		`<p id="error">${escapeHtml(text)}</p>`,
	);
}

function userButton(user, hint) {
	const focus = user.upn === hint ? ' autofocus' : '';
	const name = escapeHtml(user.upn);
	return `<p><button name="user" value="${name}"${focus}>${name}</button></p>`;
}

/* One button per user, and one for the person who does not want to. */
export function sendSignInPage(exchange, request) {
	const { entra, world, res } = exchange;
	const ctx = randomUUID();
	entra.pages.set(ctx, request);
	const buttons = world.users
		.map((user) => userButton(user, request.fields.login_hint))
		.join('\n');
	sendHtml(
		res,
		200,
		'Sign in to your account',
		`<p>${escapeHtml(request.client.name)} wants to sign you in.</p>
<form method="post" action="/${request.authority}/login">
<input type="hidden" name="ctx" value="${ctx}">
${buttons}
<p><button name="user" value="">Cancel</button></p>
</form>`,
		{ 'x-frame-options': 'DENY' },
	);
}
