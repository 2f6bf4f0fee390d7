// SPDX-License-Identifier: MIT
// sign-in.mjs [--no] URL: a person who agrees, or does not, on Sallyport's page, and whom the stand-in for Entra ID
// knows; for --sign-in and --decline.
import { Browser } from '../../e2e/lib/browser.mjs';

const url = process.argv.at(-1);
const decision = process.argv[2] === '--no' ? 'deny' : 'approve';
const asked = new URL(url).searchParams.get('redirect_uri');
const stop = (there) => there.startsWith(`${asked.split('?')[0]}?`);
const browser = new Browser();
const page = await browser.open(url, { stop });
const ended = stop(page.landed.href) || page.status !== 200 ? page : await browser.submit(page, decision, { stop });
console.log(ended.landed.href);
