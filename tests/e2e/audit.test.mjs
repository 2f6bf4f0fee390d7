// SPDX-License-Identifier: MIT
// The audit: every event, where it is written, whom it names, and what it never holds.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
	chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync,
	writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TENANT } from '../standins/entra/world.mjs';
import { openAccount } from './lib/account.mjs';
import { form, observe, postJson, request } from './lib/http.mjs';
import { McpClient } from './lib/mcp.mjs';
import { REDIRECT_URI, authorization, refresh, register, revoke } from './lib/oauth.mjs';
import { signIn, signedIn, signedInByHand } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const TOOL = 'get_graph_user_details';
const SERVERS = [
	'mcp', { name: 'closed', tools: 'builtin', allow: 'role:Nobody' },
	{ name: 'ruled', tools: 'builtin', [`tool.${TOOL}`]: 'nobody' },
	{ name: 'scoped', tools: 'builtin', [`tool.${TOOL}`]: 'scope:extra' },
	{ name: 'upstream', upstream: 'http://127.0.0.1:9/mcp', 'tool.*': 'nobody' },
];
const FIELDS = ['time', 'event', 'id', 'address', 'tenant', 'object', 'subject', 'client', 'sid', 'server', 'tool',
	'reason'];
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// A site whose audit goes to a file as well.
async function audited(server, options = {}) {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-audit.'));
	chmodSync(dir, 0o777);
	const file = path.join(dir, 'audit.log');
	const { top = [], limits = {}, audit = `store, file:${file}` } = options;
	const site = await startSite(server, {
		...options, top: [`audit = ${audit}`, 'refresh_grace = 0', 'log = all', ...top], servers: SERVERS,
		limits: { rate_register: '60/1h', ...limits },
	});
	return {
		site, dir, file,
		lines: () => !existsSync(file) ? []
			: readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line)),
		log: () => readdirSync(path.join(site.keep, 'log')).map((name) => site.log(name)).join('\n'),
		stop: async () => { await site.stop(); rmSync(dir, { recursive: true, force: true }); },
	};
}

function command(site, args) {
	return spawnSync(path.join(site.bin, 'sallyport'), args, {
		encoding: 'utf8', env: { PATH: process.env.PATH, SALLYPORT_CONF: path.join(site.keep, 'sallyport.conf') },
	});
}

for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'lighttpd-cgi'])
	describe(server, () => {
		const secrets = new Set();
		let at;
		let site;
		let session;
		let stopObserving;

		// What was audited while something was done.
		async function during(act) {
			const known = at.lines().length;
			const result = await act();
			return { result, events: at.lines().slice(known) };
		}
		const names = (events) => events.map(({ event }) => event);

		before(async () => {
			at = await audited(server);
			({ site } = at);
			stopObserving = observe(({ headers, json, location }) => {
				const cookies = (headers['set-cookie'] ?? []).filter((cookie) => !cookie.includes('-note='));
				for (const text of [json?.access_token, json?.refresh_token,
					...cookies.map((cookie) => cookie.split(/[=;]/)[1]),
					location && new URL(location, site.url).searchParams.get('code')])
					if (text)
						secrets.add(text);
			});
		});
		after(async () => { stopObserving(); await at?.stop(); });

		it('a sign-in, step by step', async () => {
			const { result, events } = await during(() => signedIn(site.resource()));
			session = result;
			assert.deepEqual(names(events),
				['client_registered', 'sign_in_begun', 'sign_in_approved', 'signed_in', 'token_issued']);
			for (const event of events) {
				assert.ok(Object.keys(event).every((name) => FIELDS.includes(name)), JSON.stringify(event));
				assert.match(event.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
				assert.match(event.id, /^[0-9a-f]{16}$/);
				assert.equal(event.address, '127.0.0.1');
				assert.equal(event.client, session.client.client_id);
			}
			for (const event of events.slice(3)) {
				assert.equal(event.tenant, TENANT);
				assert.match(event.object, GUID);
				assert.match(event.sid, /^[0-9a-f]{32}$/);
				assert.equal(event.server, 'mcp');
			}
			assert.match(at.log(), new RegExp(`id=${events[3].id} `), 'the log knows the request by the same id');
		});

		it('a call that goes well leaves nothing', async () => {
			const rows = await site.database.count('audit');
			const { events } = await during(async () => {
				for (let i = 0; i < 5; i++) {
					assert.equal((await session.mcp.request('tools/list')).status, 200);
					assert.equal((await session.mcp.callTool()).json.result.isError, false);
				}
			});
			assert.deepEqual(events, []);
			assert.equal(await site.database.count('audit'), rows);
		});

		it('a person who does not agree', async () => {
			const { events } = await during(() => signIn(site.resource(), { decision: 'deny' }));
			assert.deepEqual(names(events), ['client_registered', 'sign_in_begun', 'sign_in_denied']);
		});

		it('a sign-in that is refused, with the reason in our words', async () => {
			await site.standin.set({ id_token_fault: 'bad_nonce' });
			const { events } = await during(() => signIn(site.resource()));
			await site.standin.reset();
			assert.equal(events.at(-1).event, 'sign_in_refused');
			assert.ok(events.at(-1).reason.length > 5, events.at(-1).reason);
			assert.equal(events.at(-1).object, undefined, 'nobody knows who it was');
		});

		it('a refresh, and a replay with what it ends', async () => {
			const { metadata, client, tokens } = await signedIn(site.resource());
			const one = await during(() => refresh(metadata, client, tokens.refresh_token));
			assert.deepEqual(names(one.events), ['token_refreshed']);
			assert.match(one.events[0].object, GUID);
			await refresh(metadata, client, one.result.json.refresh_token);
			const two = await during(() => refresh(metadata, client, tokens.refresh_token));
			assert.equal(two.result.status, 400);
			assert.deepEqual(names(two.events), ['token_replayed', 'session_ended']);
			assert.equal(two.events[0].sid, one.events[0].sid);
			assert.equal(two.events[1].reason, 'a token was replayed');
		});

		it('what is revoked', async () => {
			const { metadata, client, tokens } = await signedIn(site.resource());
			const access = await during(() => revoke(metadata, client, tokens.access_token));
			assert.deepEqual(names(access.events), ['token_revoked']);
			const all = await during(() => revoke(metadata, client, tokens.refresh_token));
			assert.deepEqual(names(all.events), ['token_revoked', 'session_ended']);
			assert.match(all.events[1].object, GUID, 'whose it was is still known');
			const unknown = await during(() => revoke(metadata, client, 'x'.repeat(43)));
			assert.deepEqual(unknown.events, []);
		});

		it('a sign-out at Entra', async () => {
			const { sid } = await signedInByHand(site);
			const { events } = await during(() => request(`${site.url}/logout?${form({ sid })}`));
			assert.deepEqual(names(events), ['session_ended', 'signed_out']);
			assert.equal(events[0].reason, 'its person signed out at Entra ID');
			assert.match(events[0].object, GUID);
			assert.equal(events[1].reason, 'sessions ended: 1');
			const again = await during(() => request(`${site.url}/logout?${form({ sid })}`));
			assert.deepEqual(again.events, []);
		});

		it('the page of a person\'s own clients: who opened it, and each session that was ended there', async () => {
			const { client } = await signedIn(site.resource());
			const opened = await during(() => openAccount(site));
			assert.deepEqual(names(opened.events), ['account_opened']);
			const { object, client: of, sid, server: at } = opened.events[0];
			assert.match(object, GUID);
			assert.deepEqual([of, sid, at], [undefined, undefined, undefined], 'a person, and no client\'s session');
			const { browser, page } = opened.result;
			const ended = await during(() => browser.submit(page, client.client_id));
			assert.deepEqual(names(ended.events), ['person_revoked']);
			assert.equal(ended.events[0].object, object);
			assert.equal(ended.events[0].client, client.client_id);
			assert.equal(ended.events[0].reason, 'disconnected the client');
			assert.match(ended.events[0].sid, /^[0-9a-f]{32}$/);
			const signInAgain = async () => browser.submit(
				await browser.submit(await browser.open(`${site.url}/account`), 'signout'), 'signin');
			const refused = await during(() => site.standin.during({ authorize_error: 'access_denied' }, signInAgain));
			assert.deepEqual(names(refused.events), ['sign_in_refused']);
			assert.equal(refused.events[0].client, undefined);
		});

		it('who may not use a server or a tool, once a minute', async () => {
			for (const [name, want] of [['closed', { event: 'access_refused', server: 'closed', tool: undefined }],
				['ruled', { event: 'access_refused', server: 'ruled', tool: TOOL }],
				['scoped', { event: 'step_up_demanded', server: 'scoped', tool: undefined }]]) {
				const { mcp } = await signedIn(site.resource(name));
				const { events } = await during(async () => {
					for (let i = 0; i < 3; i++)
						await mcp.callTool();
				});
				assert.ok(events.length === 1 || events.length === 2, `${name}: ${events.length} lines of three refusals`);
				const { event, server: of, tool } = events[0];
				assert.deepEqual({ event, server: of, tool }, want);
				assert.match(events[0].object, GUID);
			}
			const [{ n }] = await site.database.rows(
				'SELECT sum(times) AS n FROM audit WHERE server = \'ruled\' AND tool IS NOT NULL');
			assert.equal(n, 3);
		});

		it('nobody writes a line of ours', async () => {
			const { mcp } = await signedIn(site.resource('upstream'));
			const old = new McpClient(site.resource('upstream'), mcp.token, '2025-11-25');
			const { events } = await during(async () => {
				for (const name of ['x\n{"event":"signed_in"}', '\r\n\u2028\u001b[2J', `"},{"event":"`, 'y'.repeat(100_000)])
					await old.request('tools/call', { name, arguments: {} });
				const change = { state: 'a\nb', client_id: `${session.client.client_id}\n{}` };
				await request(authorization(session.metadata, session.client, change).url);
			});
			assert.deepEqual(names(events), Array(4).fill('access_refused'));
			for (const { tool } of events)
				assert.match(tool, /^[ -~]{1,200}$/);
		});

		it('a flood is worth a word', async () => {
			const { events } = await during(async () => {
				const client = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };
				for (let i = 0; i < 100; i++)
					await postJson(session.metadata.registration_endpoint, client);
			});
			const limited = events.filter(({ event }) => event === 'rate_limited');
			assert.equal(limited.length, 1);
			assert.equal(limited[0].reason, 'register, by address');
			await site.database.sqlite('DELETE FROM rate');
		});

		it('the command prints what the store has', async () => {
			const all = command(site, ['audit', '--json']);
			assert.equal(all.status, 0, all.stderr);
			const stored = all.stdout.trim().split('\n').map((line) => JSON.parse(line));
			const without = ({ times, ...rest }) => JSON.stringify(rest);
			assert.deepEqual(new Set(stored.map(without)), new Set(at.lines().map(without)));
			const { object } = at.lines().find(({ event }) => event === 'signed_in');
			const one = command(site, ['audit', '--since', '1h', '--user', object]);
			assert.ok(one.stdout.split('\n').length > 5);
			for (const line of one.stdout.trim().split('\n'))
				assert.match(line, new RegExp(`^\\S+Z \\w+ .* object=${object} (.* )?id=[0-9a-f]{16}$`));
			assert.equal(command(site, ['audit', '--user', 'nobody']).stdout, '');
			assert.equal(command(site, ['audit', '--since', 'yesterday']).status, 64);
		});

		it('holds no token, code, cookie, name or mail address', async () => {
			const texts = [readFileSync(at.file, 'utf8'), await site.database.sqlite('.dump audit')];
			assert.ok(secrets.size > 20);
			for (const text of texts) {
				for (const secret of secrets)
					assert.ok(!text.includes(secret), secret);
				assert.equal(/.{0,60}(@|alice|contoso|Test client).{0,20}/i.exec(text)?.[0], undefined);
			}
		});

		it('a file that logrotate took away is made anew', async () => {
			renameSync(at.file, `${at.file}.1`);
			const before = readFileSync(`${at.file}.1`, 'utf8');
			await register(session.metadata);
			assert.deepEqual(at.lines().map(({ event }) => event), ['client_registered']);
			assert.equal(readFileSync(`${at.file}.1`, 'utf8'), before);
		});

		it('a file that cannot be written fails no request, and the log says so', async () => {
			const target = path.join(at.dir, 'target');
			writeFileSync(target, 'kept\n');
			chmodSync(target, 0o666);
			for (const [prepare, why] of [
				[() => symlinkSync(target, at.file), /audit cannot be written to file:\S+ it is a symbolic link/],
				[() => mkdirSync(at.file), /audit cannot be written to file:\S+ Is a directory/],
			]) {
				rmSync(at.file, { recursive: true, force: true });
				prepare();
				const rows = await site.database.count('audit');
				await register(session.metadata);
				assert.equal(await site.database.count('audit'), rows + 1);
				assert.match(at.log(), why);
			}
			rmSync(at.file, { recursive: true });
			assert.equal(readFileSync(target, 'utf8'), 'kept\n');
			symlinkSync(target, at.file);
			assert.match(command(site, ['check']).stdout, /audit cannot be written to file:\S+ it is a symbolic link/);
			rmSync(at.file);
		});

		it('without the table requests go on', async () => {
			await site.database.sqlite('ALTER TABLE audit RENAME TO elsewhere');
			await signedIn(site.resource());
			assert.ok(at.log().includes('audit cannot be stored: no such table: audit id='));
			await site.database.sqlite('ALTER TABLE elsewhere RENAME TO audit');
		});
	});

describe('otherwise configured', () => {
	it('a subject stands in for tenant and object id', async () => {
		const at = await audited('lighttpd-fastcgi', { top: ['audit_identity = subject'] });
		try {
			await signedIn(at.site.resource());
			const signed = at.lines().find(({ event }) => event === 'signed_in');
			assert.match(signed.subject, /^[\w-]{43}$/);
			assert.ok(!/tenant|object/.test(readFileSync(at.file, 'utf8')));
			assert.equal(await at.site.database.sqlite('SELECT count(tenant_id) + count(object_id) FROM audit'), '0\n');
			assert.ok(command(at.site, ['audit', '--user', signed.subject]).stdout.includes('signed_in'));
		} finally {
			await at.stop();
		}
	});

	it('switched off, nothing is written', async () => {
		const at = await audited('lighttpd-fastcgi', { audit: 'off' });
		try {
			await signedIn(at.site.resource());
			assert.equal(await at.site.database.count('audit'), 0);
			assert.equal(existsSync(at.file), false);
		} finally {
			await at.stop();
		}
	});

	it('the oldest go where there are too many', async () => {
		const at = await audited('lighttpd-fastcgi', { limits: { audit_rows: 100, rate_register: '10000/1h' } });
		try {
			const { metadata } = await signedIn(at.site.resource());
			for (let i = 0; i < 600; i += 20)
				await Promise.all(Array.from({ length: 20 }, () => register(metadata)));
			assert.ok(await at.site.database.count('audit') < 500);
			assert.equal(at.lines().length, 605, 'the file has them all, each in a line of its own');
		} finally {
			await at.stop();
		}
	});
});
