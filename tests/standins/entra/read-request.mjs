/* SPDX-License-Identifier: MIT */
/* The parameters of an endpoint that takes them by GET in the query and by POST in a form. */
import { parseForm, readBody } from './http.mjs';

export async function readRequest(exchange) {
	return exchange.req.method === 'POST'
		? parseForm((await readBody(exchange.req)) ?? '')
		: parseForm(exchange.url.search);
}
