// SPDX-License-Identifier: MIT
// Signing out: Entra's front channel with a sid, and our own page, which goes there by way of Entra.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { BOB, OTHER_TENANT, TENANT } from '../standins/entra/world.mjs';
import { badQueries } from './lib/bad.mjs';
import { Browser, directive } from './lib/browser.mjs';
import { contentOf, filesBelow } from './lib/files.mjs';
import { form, post, request } from './lib/http.mjs';
import { refresh } from './lib/oauth.mjs';
import { signIn, signedInByHand } from './lib/sign-in.mjs';
import { startSite, suitable } from './lib/site.mjs';

const DONE = 'state=done';

// A site with its people, each of them in a browser of their own unless told otherwise.
function acting(site) {
	return {
		enter: (options) => signedInByHand(site, options),
		frontChannel: (fields, options) => request(`${site.url}/logout?${form(fields)}`, options),
		issuer: `${site.standin.url}/${TENANT}/v2.0`,
		log: () => readdirSync(path.join(site.keep, 'log')).map((name) => site.log(name)).join('\n'),
	};
}

async function lives({ mcp }) {
	assert.equal((await mcp.connect()).status, 200);
}

async function isOver({ mcp, metadata, client, tokens }) {
	assert.equal((await mcp.connect()).status, 401);
	const { status, json } = await refresh(metadata, client, tokens.refresh_token);
	assert.deepEqual([status, json.error], [400, 'invalid_grant']);
}

for (const server of suitable(['lighttpd-fastcgi', 'lighttpd-cgi', 'apache-proxy-fcgi', 'apache-cgi']))
	describe(server, () => {
		let site;
		let at;

		before(async () => {
			site = await startSite(server, { top: ['log = all'] });
			at = acting(site);
		});
		after(() => site?.stop());

		it('before anyone has signed in, the page says what to do instead', async () => {
			await site.database.sqlite('DELETE FROM entra_cache');
			for (const answer of [await request(`${site.url}/logout`),
				await post(`${site.url}/logout`, { decision: 'signout' }, { headers: { Origin: site.url } })]) {
				assert.equal(answer.status, 503);
				assert.equal(answer.location, undefined);
				assert.match(answer.text, /does not know yet where Microsoft’s sign-out is/);
				assert.match(answer.text, /on a page of Microsoft’s own/);
			}
		});

		it('Entra\'s front channel ends the sessions of its sid, and no other', async () => {
			const session = await at.enter();
			const second = await at.enter({ browser: session.browser });
			const [elsewhere, bob] = [await at.enter(), await at.enter({ user: BOB })];
			assert.equal(second.sid, session.sid, 'one browser, one session of Entra');
			assert.equal(new Set([session, elsewhere, bob].map(({ sid }) => sid)).size, 3);
			assert.equal((await at.frontChannel({ sid: session.sid })).status, 200);
			await isOver(session);
			await isOver(second);
			await lives(elsewhere);
			await lives(bob);
			assert.match(at.log(), /sessions ended by a sign-out at Entra: 2, id=/);
			assert.equal((await at.frontChannel({ sid: elsewhere.sid, iss: at.issuer })).status, 200);
			await isOver(elsewhere);
			await lives(bob);
		});

		it('says the same to any sid, may be framed by Entra alone, and is not kept', async () => {
			const session = await at.enter();
			const answers = [await at.frontChannel({ sid: session.sid }), await at.frontChannel({ sid: session.sid }),
				await at.frontChannel({ sid: randomUUID() }), await at.frontChannel({ sid: 'x', iss: 'https://evil.example/' })];
			for (const { status, text, headers } of answers) {
				assert.deepEqual([status, text], [200, answers[0].text]);
				for (const header of ['content-security-policy', 'cache-control', 'content-type', 'referrer-policy'])
					assert.equal(headers[header], answers[0].headers[header], header);
				assert.equal(headers['x-frame-options'], undefined);
				assert.equal(headers['set-cookie'], undefined);
			}
			assert.equal(directive(answers[0], 'frame-ancestors'), `frame-ancestors ${site.standin.url}`);
			assert.equal(directive(answers[0], 'default-src'), "default-src 'none'");
			assert.match(answers[0].headers['cache-control'], /no-store/);
			assert.ok(answers[0].text.length < 256);
		});

		it('a foreign issuer ends nothing, and the log says so', async () => {
			const session = await at.enter();
			const { origin } = new URL(site.standin.url);
			for (const iss of ['https://evil.example/', `https://evil.example/${TENANT}/v2.0`,
				`https://sts.windows.net/${TENANT}/`, `${origin}.evil.example/${TENANT}/v2.0`, `${origin}/${TENANT}`,
				`${origin}/common/v2.0`, `${origin}/${OTHER_TENANT}/v2.0`, origin, 'urn:x'])
				assert.equal((await at.frontChannel({ sid: session.sid, iss })).status, 200, iss);
			await lives(session);
			assert.match(at.log(), /a sign-out of another issuer was ignored/);
			assert.equal((await at.frontChannel({ sid: session.sid, iss: `${origin}/${TENANT}/v2.0` })).status, 200);
			await isOver(session);
		});

		it('what is malformed is 400 and ends nothing', async () => {
			const session = await at.enter();
			const good = { sid: session.sid, iss: at.issuer };
			const rows = badQueries(`${site.url}/logout`, good, { iss: 256, sid: 128 },
				{ mended: server.startsWith('lighttpd') });
			for (const [what, send] of [...rows,
				['an issuer without a sid', () => at.frontChannel({ iss: at.issuer })],
				['an issuer that is no URL', () => at.frontChannel({ ...good, iss: 'x' })],
				['a state that is too long', () => at.frontChannel({ state: 'x'.repeat(17) })]]) {
				const answer = await send();
				assert.equal(answer.status, 400, what);
				assert.ok(!answer.text.includes(session.sid));
				if (answer.headers['content-security-policy'] !== undefined)	// lighttpd refuses some of them itself
					assert.equal(directive(answer, 'frame-ancestors'), "frame-ancestors 'none'");
			}
			await lives(session);
		});

		it('the page alone ends nothing, and cannot be framed', async () => {
			const browser = new Browser();
			const session = await at.enter({ browser });
			for (const query of ['', '?state=other', '?state=', '?sid=', '?unknown=1']) {
				const page = await browser.open(`${site.url}/logout${query}`);
				assert.equal(page.status, 200);
				assert.match(page.text, /<h1>Sign out\?<\/h1>/);
				assert.equal(page.headers['x-frame-options'], 'DENY');
				assert.equal(directive(page, 'frame-ancestors'), "frame-ancestors 'none'");
				assert.equal(directive(page, 'form-action'), `form-action ${site.url} ${site.standin.url}`);
				assert.doesNotMatch(page.text, /<script/);
			}
			const done = await browser.open(`${site.url}/logout?${DONE}`);
			assert.match(done.text, /<h1>You are signed out<\/h1>/);
			assert.equal(done.headers['x-frame-options'], 'DENY');
			assert.doesNotMatch(done.text, /<form/);
			await lives(session);
		});

		it('no other site presses the button', async () => {
			const session = await at.enter();
			const press = (headers, body = { decision: 'signout' }) => post(`${site.url}/logout`, body, { headers });
			for (const headers of [{}, { Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: site.standin.url },
				{ Origin: site.url, 'Sec-Fetch-Site': 'cross-site' }, { Origin: site.url, 'Sec-Fetch-Site': 'same-site' }]) {
				const { status, location } = await press(headers);
				assert.deepEqual([status, location], [403, undefined], JSON.stringify(headers));
			}
			const own = { Origin: site.url };
			assert.equal((await press(own)).status, 303);
			assert.equal((await press(own, { decision: 'approve' })).status, 400);
			assert.equal((await press(own, {})).status, 400);
			assert.equal((await press({ ...own, 'Content-Type': 'text/plain' })).status, 415);
			assert.equal((await request(`${site.url}/logout`, { method: 'DELETE' })).status, 405);
			assert.equal((await post(`${site.url}/logout?${form({ sid: session.sid })}`, { decision: 'signout' },
				{ headers: own })).status, 303);
			await lives(session);
		});

		it('the button leads to Entra, which tells us, and back', async () => {
			await site.standin.allowLogout(site.url);
			const session = await at.enter();
			const { browser } = session;
			const elsewhere = await at.enter();
			const page = await browser.open(`${site.url}/logout`);
			const entra = await browser.submit(page, 'signout');
			assert.equal(entra.status, 200, entra.text);
			assert.equal(entra.landed.origin, site.standin.url);
			const { post_logout_redirect_uri: back, state, ...rest } = Object.fromEntries(entra.landed.searchParams);
			assert.deepEqual([back, state, rest], [`${site.url}/logout`, 'done', {}]);
			await lives(session);
			const [frame, ...others] = await browser.frames(entra);
			assert.deepEqual([frame.status, others], [200, []]);
			await isOver(session);
			await lives(elsewhere);
			const [, next] = /<a id="continue" href="([^"]*)"/.exec(entra.text);
			const done = await browser.open(next);
			assert.equal(done.landed.href, `${site.url}/logout?${DONE}`);
			assert.match(done.text, /<h1>You are signed out<\/h1>/);
			const again = await at.enter({ browser });
			assert.notEqual(again.sid, session.sid);
			await lives(again);
		});

		it('a sign-in whose ID token has no sid is left by a sign-out', async () => {
			const session = await site.standin.during({ omit_sid: true }, () => at.enter());
			assert.equal(session.sid, undefined);
			const [{ n }] = await site.database.rows(
				'SELECT count(*) AS n FROM session WHERE entra_sid IS NULL AND ended_at IS NULL');
			assert.ok(n > 0);
			await at.frontChannel({ sid: 'undefined' });
			await lives(session);
		});

		it('keeps no sid in any file', async () => {
			const session = await at.enter();
			const forms = [session.sid, Buffer.from(session.sid).toString('hex'), session.sid.replaceAll('-', '')];
			const dump = await site.database.content();
			await at.frontChannel({ sid: session.sid, iss: at.issuer });
			await at.frontChannel({ sid: session.sid, iss: 'https://evil.example/' });
			const after = await site.database.content();
			for (const [where, text] of [['database', dump], ['database afterwards', after], ['logs', at.log()],
				...filesBelow(path.join(site.keep, 'state')).map((file) => [file, contentOf(file).toString('latin1')])])
				for (const shape of forms)
					assert.ok(!text.toLowerCase().includes(shape), `${shape} in ${where}`);
			const [{ n }] = await site.database.rows('SELECT count(*) AS n FROM session WHERE length(entra_sid) = 48');
			assert.ok(n > 0, 'its mark is there, so this looks in the right place');
		});
	});

describe('the key', () => {
	let site;
	let at;
	let file;

	before(async () => {
		site = await startSite('lighttpd-cgi');
		at = acting(site);
		file = path.join(site.keep, 'state/keys/logout/key');
	});
	after(() => site?.stop());

	const key = (digit, created) => `${digit.repeat(16)} ${created} ${Buffer.alloc(32, digit).toString('base64url')}\n`;
	const OLD = key('a', 1700000000);
	const NEW = key('b', 1750000000);

	it('finds what an older generation marked', async () => {
		writeFileSync(file, OLD);
		const early = await at.enter();
		writeFileSync(file, OLD + NEW);
		const late = await at.enter();
		const marks = await site.database.rows(
			'SELECT substr(entra_sid, 1, 16) AS kid FROM session WHERE entra_sid IS NOT NULL');
		assert.deepEqual(new Set(marks.map(({ kid }) => kid)), new Set(['a'.repeat(16), 'b'.repeat(16)]));
		for (const session of [early, late]) {
			await at.frontChannel({ sid: session.sid });
			await isOver(session);
		}
	});

	it('is what a taken database lacks', async () => {
		writeFileSync(file, OLD);
		const session = await at.enter();
		writeFileSync(file, NEW);
		assert.equal((await at.frontChannel({ sid: session.sid })).status, 200);
		await lives(session);
		writeFileSync(file, OLD);
		await at.frontChannel({ sid: session.sid });
		await isOver(session);
	});

	it('is asked for when it cannot be read, and a sign-in without it fails', async () => {
		writeFileSync(file, 'nonsense\n');
		const { response } = await signIn(site.resource());
		assert.equal(response.error, 'server_error');
		const answer = await at.frontChannel({ sid: randomUUID() });
		assert.equal(answer.status, 500);
		assert.match(at.log(), /logout key cannot be read; run `sallyport check`/);
		writeFileSync(file, OLD);
		await lives(await at.enter());
	});
});
