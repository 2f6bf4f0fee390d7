// SPDX-License-Identifier: MIT
// The page on which people see what is connected to them: whose it is, and what its buttons end.  Who cannot press them
// is in tests/attacks/account.mjs.
import assert from 'node:assert/strict';
import http from 'node:http';
import { readdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { ALICE, BOB } from '../standins/entra/world.mjs';
import { COOKIE, accountCookie, applications, openAccount, sendForm } from './lib/account.mjs';
import { Browser, readForm } from './lib/browser.mjs';
import { form, post, request } from './lib/http.mjs';
import { McpClient } from './lib/mcp.mjs';
import { discover, refresh, register } from './lib/oauth.mjs';
import { sallyport } from './lib/sallyport.mjs';
import { signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const HEARTBEAT = 1000;
const SERVERS = ['lighttpd-fastcgi', 'apache-proxy-fcgi'];
const REDIRECT = 'https://notes.example/cb';
const FORM = 'application/x-www-form-urlencoded';

// The two side by side, as much of it waits; but a person of the stand-in is everybody's in its site.
describe('account', { concurrency: SERVERS.length }, () => {
	for (const server of SERVERS)
		describe(server, { concurrency: 1 }, () => {
			let site;
			let url;
			let metadata;

			before(async () => {
				site = await startSite(server, { top: ['log = all', 'stream_heartbeat = 1'], servers: ['mcp', 'other'] });
				url = `${site.url}/account`;
				({ metadata } = await discover(site.resource()));
			});
			after(() => site?.stop());

			// A session of user's at a client, new unless it is given.
			async function enter({ user = ALICE, name = 'mcp', ...options } = {}) {
				await site.standin.user(user);
				try {
					return await signedIn(site.resource(name), options);
				} finally {
					await site.standin.user(ALICE);
				}
			}
			const log = () => readdirSync(`${site.keep}/log`).map((name) => site.log(name)).join('\n');
			const idOf = ({ client }) => client.client_id;
			const audited = (event, id) => site.database.rows(
				`SELECT * FROM audit WHERE event = '${event}' AND client_id = '${id}'`);

			async function lives(session) {
				assert.equal((await session.mcp.connect()).status, 200);
			}

			async function isOver(session) {
				assert.equal((await new McpClient(session.resource, session.tokens.access_token).connect()).status, 401);
				const { status, json } = await refresh(metadata, session.client, session.tokens.refresh_token);
				assert.deepEqual([status, json.error], [400, 'invalid_grant']);
			}

			it('before anybody has connected anything, the page says why it cannot sign in', async () => {
				const browser = new Browser();
				const page = await browser.open(url);
				assert.equal(page.status, 200);
				await site.database.sqlite('DELETE FROM entra_cache');
				const answer = await browser.submit(page, 'signin');
				assert.equal(answer.status, 503);
				assert.match(answer.text, /does not know yet where Microsoft’s sign-in is/);
				await enter();
			});

			it('shows nothing of anybody to a browser that has not signed in', async () => {
				const browser = new Browser();
				const page = await browser.open(`${url}?decision=signin&end=all`);
				assert.equal(page.status, 200, 'no address begins anything');
				assert.match(page.text, /<h1>Your connected applications<\/h1>/);
				assert.match(page.text, /Sign in to see/);
				assert.deepEqual(browser.cookies(url).map(({ name }) => name), ['__Host-sallyport-browser']);
			});

			it('the cookie is bound to the host, short-lived, out of reach, and kept nowhere', async () => {
				const { browser, page } = await openAccount(site);
				const { value, ...cookie } = accountCookie(browser);
				assert.deepEqual(cookie, {
					host: '127.0.0.1', name: COOKIE, path: '/', domain: undefined, secure: true, httpOnly: true,
					sameSite: 'Lax', maxAge: 900,
				});
				assert.match(value, /^[\w-]{43}$/);
				for (const text of [page.text, await site.database.content(), log()])
					assert.ok(!text.includes(value) && !text.includes(Buffer.from(value).toString('hex').toUpperCase()));
				assert.doesNotMatch(await site.database.sqlite('SELECT * FROM account_session'), /Alice|contoso/);
			});

			it('shows who is signed in, and what is connected to them over all their sessions', async () => {
				const redirect_uris = [REDIRECT, 'http://127.0.0.1:1/cb'];
				const client = await register(metadata, { client_name: 'Notes <& Tasks>', redirect_uris });
				const ask = { scope: 'mcp:tools offline_access' };
				const first = await enter({ client, ask });
				const second = await enter({ client, browser: new Browser() });
				const other = await enter({ client, name: 'other' });
				const bob = await enter({ user: BOB });
				await site.database.sqlite(`UPDATE session SET created_at = 1000000000, last_used_at = strftime('%s','now') - 90
					WHERE client_id = '${client.client_id}' AND resource = '${first.resource}'`);
				const { page } = await openAccount(site);
				const shown = applications(page).get(client.client_id);
				assert.ok(shown.startsWith('Notes &lt;&amp; Tasks&gt; Any application can take any name. '
					+ 'Nobody has verified this one.'), shown);
				assert.match(shown, /Its answers go to notes\.example a program on the computer where you connected it/);
				assert.match(shown, new RegExp(`It can use ${site.url}/mcp It may use the tools of this service in your name `
					+ 'stay connected when you are not there Connected 2001-09-09 01:46 UTC '
					+ 'Last used \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC'));
				assert.match(shown, new RegExp(`It can use ${site.url}/other It may use the tools`));
				assert.equal(shown.match(/It can use/g).length, 2, 'two sessions at one server are one connection');
				assert.ok(!applications(page).has(idOf(bob)));
				assert.match(page.text,
					/Signed in as<\/span>\s*<strong><bdi>Alice[^<]*<\/bdi><\/strong>\s*<span><bdi dir="ltr">alice@contoso\.example</);
				for (const session of [first, second, other, bob])
					await lives(session);
			});

			it('ends one client with all its sessions at once, and its open stream', async () => {
				const first = await enter();
				const [second, stays] = [await enter({ client: first.client, browser: new Browser() }), await enter()];
				const bob = await enter({ user: BOB, client: first.client });
				const [stream, other] = [await openStream(second), await openStream(stays)];
				const { browser, page } = await openAccount(site);
				const done = await browser.submit(page, idOf(first));
				assert.equal(done.landed.href, url);
				assert.match(done.text, /<p class="said" role="status"[^>]*>The application is disconnected\.<\/p>/);
				assert.ok(!applications(done).has(idOf(first)) && applications(done).has(idOf(stays)));
				assert.doesNotMatch((await browser.open(url)).text, /role="status"/, 'said once');
				await isOver(first);
				await isOver(second);
				await lives(stays);
				await lives(bob);
				await stream.end();
				assert.ok(!other.ended);
				other.close();
				const rows = await audited('person_revoked', idOf(first));
				assert.equal(rows.length, 2);
				for (const { object_id: oid, sid, reason, address } of rows)
					assert.ok(oid && sid && reason === 'disconnected the client' && address === '127.0.0.1', JSON.stringify(rows));
				await lives(await enter({ client: first.client }));
			});

			it('ends all of a person, and nobody else', async () => {
				const [one, two, bob] = [await enter(), await enter({ name: 'other' }), await enter({ user: BOB })];
				const { browser, page } = await openAccount(site);
				const done = await browser.submit(page, 'end-all');
				assert.match(done.text, /All applications are disconnected/);
				assert.match(done.text, /No application can use services here in your name/);
				await isOver(one);
				await isOver(two);
				await lives(bob);
				assert.match((await browser.submit(page, 'end-all')).text, /There was nothing left to disconnect/);
				await lives(bob);
			});

			it('the time is over when it is over', async () => {
				const session = await enter();
				const { browser, page } = await openAccount(site);
				await site.database.sqlite("UPDATE account_session SET expires_at = strftime('%s','now')");
				assert.match((await browser.open(url)).text, /Sign in to see/);
				assert.match((await browser.submit(page, 'end-all')).text, /Nothing was changed/);
				await lives(session);
				await enter();		// authorize sweeps
				assert.equal(await site.database.count('account_session'), 0);
			});

			it('signing in again ends the earlier sign-in of that browser, and says who it is now', async () => {
				const { browser, page } = await openAccount(site);
				assert.match(page.text, /alice@contoso\.example/);
				const { value } = accountCookie(browser);
				await browser.submit(page, 'signout');
				const bob = await openAccount(site, { browser, user: BOB, decision: 'switch' });
				assert.match(bob.page.text, /bob@contoso\.example/);
				assert.doesNotMatch(bob.page.text, /alice@/);
				assert.notEqual(accountCookie(browser).value, value);
			});

			it('what Entra answers otherwise is told, with a way to begin anew', async () => {
				for (const [switches, status, told] of [
					[{ authorize_error: 'access_denied' }, 403, /You cancelled the sign-in, or Microsoft did not let you in/],
					[{ authorize_error: 'server_error' }, 500, /Something went wrong on our side/],
					[{ token_status: 503, token_body: 'down' }, 503, /not available just now/],
					[{ id_token_fault: 'bad_nonce' }, 403, /Microsoft did not let you in/],
				]) {
					const browser = new Browser();
					const page = await browser.open(url);
					const answer = await site.standin.during(switches, () => browser.submit(page, 'signin'));
					assert.equal(answer.status, status, JSON.stringify(switches));
					assert.equal(answer.landed.pathname, '/oauth-callback');
					assert.match(answer.text, told);
					assert.match(answer.text, /give this reference/);
					assert.equal(accountCookie(browser), undefined);
				}
			});

			it('signing out at Entra ends it too', async () => {
				const { browser } = await openAccount(site);
				const sid = await site.standin.lastSid();
				const bob = await openAccount(site, { user: BOB });
				assert.equal((await request(`${site.url}/logout?${form({ sid })}`)).status, 200);
				assert.match((await browser.open(url)).text, /Sign in to see/);
				assert.match((await bob.reload()).text, /Signed in as/);
			});

			it('the administrator who ends a person\'s sessions ends it too, at the next request', async () => {
				const session = await enter();
				const { json } = await sallyport(site, ['sessions', '--client', idOf(session), '--json']);
				const [{ tenant_id: tid, object_id: oid, subject }] = json;
				const isClosed = async ({ reload }) => assert.match((await reload()).text, /Sign in to see/);
				const isOpen = async ({ reload }) => assert.match((await reload()).text, /Signed in as/);
				await site.database.sqlite('DELETE FROM account_session');
				const bob = await openAccount(site, { user: BOB });
				for (const name of [oid, `${tid}/${oid}`, subject]) {
					await enter();
					const [page, other] = [await openAccount(site), await openAccount(site)];
					await sallyport(site, ['revoke', '--client', idOf(session)]);
					await isOpen(page);
					const { status, out } = await sallyport(site, ['revoke', '--user', name]);
					assert.equal(status, 0, out);
					assert.match(out, /^2 sign-ins to the account page ended$/m);
					const late = await page.browser.submit(page.page, 'end-all');
					assert.match(late.text, /You are not signed in to this page any more\. Nothing was changed/);
					await isClosed(page);
					await isClosed(other);
					await isOpen(bob);
				}
				await isOpen(await openAccount(site));
				assert.equal((await sallyport(site, ['revoke', '--all'])).status, 0);
				await isClosed(bob);
				assert.equal(await site.database.count('account_session'), 0);
			});

			it('wrong methods and malformed forms are refused, and change nothing', async () => {
				const session = await enter();
				const { browser, page } = await openAccount(site);
				const { fields: { csrf } } = readForm(page, 'end-all');
				for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
					const answer = await request(url, { method });
					assert.equal(answer.status, 405, method);
					assert.equal(answer.headers.allow, 'GET, POST');
				}
				for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', `${FORM}x`]) {
					const headers = { 'Content-Type': type };
					const { status } = await sendForm(site, browser, { csrf, decision: 'end-all' }, { headers });
					assert.equal(status, 415, type);
				}
				const good = form({ csrf });
				for (const body of ['', good, `${good}&decision=`, `${good}&end=`, `${good}&decision=end-all&end=x`,
					`${good}&decision=approve`, `${good}&decision=end-all&decision=end-all`, `${good}&${good}&decision=end-all`,
					`${good}&end=a&end=a`, `${good}&decision=end`, `${good}&end=${'x'.repeat(513)}`, `${good}&end=%00`,
					`${good}&end=%ff`, `${good}&end=%zz`, `${good}&end=a%0ab`, `${good}&decision=end-all%00`,
					`csrf=${'x'.repeat(65)}&decision=end-all`, `decision=end-all`, `${good}&decision=END-ALL`,
					`${good}&decision=end-all\0`, `${good}&${'a=1&'.repeat(100)}`])
					assert.equal((await sendForm(site, browser, {}, { body })).status, 400, JSON.stringify(body));
				assert.equal((await post(`${url}?${form({ csrf, decision: 'end-all' })}`, '', { headers: { Origin: site.url,
					Cookie: `${COOKIE}=${accountCookie(browser).value}` } })).status, 400);
				assert.equal((await sendForm(site, browser, {}, { body: `x=${'x'.repeat(1024 * 1024)}` })).status, 413);
				for (const cookie of ['', 'x', 'A'.repeat(43), 'A'.repeat(5000), `${accountCookie(browser).value}x`, '%00', '=']) {
					const answer = await request(url, { headers: { Cookie: `${COOKIE}=${cookie}` } });
					assert.equal(answer.status, 200);
					assert.match(answer.text, /Sign in to see/);
				}
				await lives(session);
			});

			it('a client whose registration is gone, and names that mean mischief, are shown and ended', async () => {
				const session = await enter();
				const evil = await register(metadata, { client_name: '\u202e<script>alert(1)</script>"' });
				await enter({ client: evil });
				await site.database.sqlite(`DELETE FROM client WHERE client_id = '${idOf(session)}'`);
				const { browser, page } = await openAccount(site);
				assert.match(applications(page).get(idOf(session)), /It is not registered here any more/);
				assert.doesNotMatch(page.text, /<script/);
				assert.match((await browser.submit(page, idOf(session))).text, /The application is disconnected/);
			});
		});
});

// The event stream of the transport of 2024-11-05, once it is open.
function openStream({ resource, tokens }) {
	return new Promise((resolve, reject) => {
		const rq = http.get(`${resource}/sse`, { agent: false, headers: { Authorization: `Bearer ${tokens.access_token}`,
			Accept: 'text/event-stream' } }, (rs) => {
			const stream = { ended: false, close: () => rq.destroy() };
			const over = new Promise((done) => rs.once('close', () => { stream.ended = true; done(); }));
			stream.end = () => Promise.race([over, new Promise((_, late) => setTimeout(late, 8 * HEARTBEAT,
				new Error('the stream is open still')).unref())]);
			rs.on('error', () => {});
			rs.once('data', () => resolve(stream));
		});
		rq.on('error', reject);
	});
}
