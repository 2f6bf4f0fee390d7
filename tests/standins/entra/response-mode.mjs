/* SPDX-License-Identifier: MIT */
/* The ways back to the client's redirect URI. */
import { escapeHtml, redirect, sendHtml } from './http.mjs';

/* A URI without a path comes back with a slash. */
function withPath(uri) {
	return /^[a-z]+:\/\/[^/?]+$/i.test(uri) ? `${uri}/` : uri;
}

function parametersOf(values) {
	const given = Object.entries(values).filter(([, value]) => value !== undefined);
	return new URLSearchParams(given);
}

function hiddenInput([name, value]) {
	return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;
}

function formPost(res, uri, values) {
	const form = `<form method="post" name="hiddenform" action="${escapeHtml(uri)}">`;
	const inputs = [...parametersOf(values)].map(hiddenInput).join('');
	const end = '<noscript><button>Continue</button></noscript></form>';
	const script = '<script>document.forms[0].submit();</script>';
	sendHtml(res, 200, 'Working...', `${form}${inputs}${end}${script}`);
}

const modes = {
	query: (res, uri, values) =>
		redirect(res, `${uri}${uri.includes('?') ? '&' : '?'}${parametersOf(values)}`),
	fragment: (res, uri, values) => redirect(res, `${uri}#${parametersOf(values)}`),
	form_post: formPost,
};

export function respond(res, fields, values) {
	const mode = modes[fields.response_mode] ?? modes.query;
	mode(res, withPath(fields.redirect_uri), values);
}
