// SPDX-License-Identifier: MIT
// sign-in.mjs [--no] URL: a person who agrees, or does not, on the broken server's page; for --sign-in and --decline.
import { request } from '../lib/http.mjs';

// Follows a link of the page.
async function follow(url, link) {
	const { text, location } = await request(url);
	const [, next] = link.exec(text) ?? [];
	return location ?? (next === undefined ? url : (await request(next)).location);
}

export const signIn = (url) => follow(url, /href="([^"]*\/approve[^"]*)"/);
export const decline = (url) => follow(url, /href="([^"]*\/decline[^"]*)"/);

if (import.meta.url === `file://${process.argv[1]}`) {
	const url = process.argv.at(-1);
	console.log(await (process.argv[2] === '--no' ? decline(url) : signIn(url)));
}
