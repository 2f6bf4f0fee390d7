// SPDX-License-Identifier: MIT
// Rotating the server's own keys in the middle of living sessions: nobody is signed out, and old keys open nothing
// afterwards.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
	chmodSync, chownSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { forge } from '../attacks/scene.mjs';
import { unwrap } from '../attacks/sealed.mjs';
import { Browser } from './lib/browser.mjs';
import { request } from './lib/http.mjs';
import { McpClient } from './lib/mcp.mjs';
import { authorization, redeem, refresh } from './lib/oauth.mjs';
import { sallyport as command } from './lib/sallyport.mjs';
import { approve, signedIn, signedInByHand } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const LOCKS = 8;	// steps by which two runs may differ
const DIE_AT = fileURLToPath(new URL('../entra/die-at.c', import.meta.url));
const PURPOSES = ['sign', 'wrap', 'cache', 'browser', 'logout'];
const SETTLE = 60;	// seconds until a new key is used for new work
const RELOAD = 10;	// seconds between two looks at a file
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const lines = (text) => text.trim().split('\n').map((line) => {
	const [kid, created, secret] = line.split(' ');
	return { kid, created: Number(created), secret: Buffer.from(secret, 'base64url') };
});

// The keys of a site, and the passing of time for them.
class Keys {
	constructor(site) { this.site = site; }

	file(purpose) { return path.join(this.site.keep, 'state/keys', purpose, 'key'); }
	text(purpose) { return readFileSync(this.file(purpose), 'utf8'); }
	read(purpose) { return lines(this.text(purpose)); }
	run(...args) { return command(this.site, ['keys', ...args]); }

	async rotate(...purposes) {
		const { status, err } = await this.run('rotate', ...purposes);
		assert.equal(status, 0, err);
	}

	async list(purpose) { return (await this.run('--json', purpose)).json; }

	// As if all had been made that many seconds earlier.
	age(seconds, purposes = PURPOSES) {
		for (const purpose of purposes) {
			const { uid, gid, mode } = statSync(this.file(purpose));
			const fresh = path.join(this.site.keep, 'state', `${purpose}.aged`);
			writeFileSync(fresh, this.text(purpose).replace(/ (\d+) /g, (_, at) => ` ${at - seconds} `));
			chownSync(fresh, uid, gid);
			chmodSync(fresh, mode);
			renameSync(fresh, this.file(purpose));
		}
	}
}

// Goes on refreshing, calling and signing in until it is told to stop; what fails is remembered, with when it did.
function busy(site) {
	const failures = [];
	const began = Date.now();
	let going = true;
	let done = 0;
	const check = (what, status, text) => {
		done++;
		if (status !== 200)
			failures.push(`${what} after ${Date.now() - began} ms: ${status} ${text}`);
	};
	const use = async (session) => {
		const { status, text, json } = await refresh(session.metadata, session.client, session.tokens.refresh_token);
		check('refresh', status, text);
		session.tokens = json ?? session.tokens;
		const mcp = new McpClient(site.resource(), session.tokens.access_token);
		const answer = await mcp.callTool();
		check('call', answer.json?.result?.isError === false ? 200 : answer.status, answer.text);
	};
	const forAWhile = async (act) => {
		while (going) {
			await act().catch((error) => failures.push(`${error.stack} after ${Date.now() - began} ms`));
			await sleep(700);
		}
	};
	const working = (async () => {
		const sessions = await Promise.all([1, 2].map(() => signedIn(site.resource())));
		await Promise.all([...sessions.map((session) => forAWhile(() => use(session))), forAWhile(async () => {
			const session = await signedIn(site.resource());
			check('sign-in', session.answer.status, session.answer.text);
		})]);
	})();
	return {
		async stop() {
			going = false;
			await working;
			assert.deepEqual(failures, []);
			return done;
		},
	};
}

// A consent page that stands open; the sign-in is finished later.
async function pageOpen(site) {
	const { client, metadata } = await signedIn(site.resource());
	const browser = new Browser();
	const asked = authorization(metadata, client, { resource: site.resource() });
	const page = await browser.open(asked.url);
	return async () => {
		const { code } = await approve(browser, page, asked, metadata);
		return (await redeem(metadata, asked, code)).status;
	};
}

// Side by side: most of it is waiting.
describe('a running installation', { concurrency: 4 }, () => {
	for (const server of ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'lighttpd-cgi'])
		describe(server, { concurrency: 1 }, () => {
			let site;
			let keys;

			before(async () => {
				site = await startSite(server, { top: ['refresh_grace = 1'], limits: { access_token: '20s' } });
				keys = new Keys(site);
			});
			after(() => site?.stop());

			const lives = async ({ mcp }) => assert.equal((await mcp.connect()).status, 200);

			it('two rotations in the middle of living sessions fail no request', async () => {
				await site.standin.allowLogout(site.url);
				const idle = await signedInByHand(site);
				const finish = await pageOpen(site);
				const work = busy(site);
				const kids = [];
				for (let n = 0; n < 2; n++) {
					await keys.rotate();
					kids.push(keys.read('sign').at(-1).kid);
					await sleep((RELOAD + 2) * 1000);	// every process has looked
					keys.age(SETTLE);
					await sleep((RELOAD + 2) * 1000);
				}
				const last = await signedIn(site.resource());
				assert.equal(JSON.parse(Buffer.from(last.tokens.access_token.split('.')[0], 'base64url')).kid, kids[1]);
				assert.equal(await finish(), 200, 'a page that was open all the time');
				assert.ok(await work.stop() > 20);
				for (const purpose of PURPOSES)
					assert.deepEqual((await keys.list(purpose)).map(({ state }) => state), ['old', 'old', 'current'], purpose);
				const { status } = await refresh(idle.metadata, idle.client, idle.tokens.refresh_token);
				assert.equal(status, 200, 'a session that nobody used meanwhile');
				assert.equal((await request(`${site.url}/logout?sid=${idle.sid}`)).status, 200);
				assert.equal((await refresh(idle.metadata, idle.client, idle.tokens.refresh_token)).status, 400,
					'a sign-out finds it by the old key');
			});

			it('what needs a key keeps it, and a key that nothing needs goes', async () => {
				const stays = await signedIn(site.resource());
				const stolen = Object.fromEntries(PURPOSES.map((purpose) => [purpose, keys.read(purpose)]));
				const [{ kid }] = (await keys.list('wrap')).filter(({ state }) => state === 'current');
				await keys.rotate();
				await sleep((RELOAD + 2) * 1000);
				keys.age(SETTLE + 300);
				const holds = (await keys.list('wrap')).find((key) => key.kid === kid);
				assert.ok(holds.rows > 0 && holds.needed && holds.state === 'old');
				assert.equal((await keys.run('retire', 'wrap')).status, 0);
				assert.ok(keys.read('wrap').some((key) => key.kid === kid));
				await sleep((RELOAD + 2) * 1000);

				// The client comes back: its session moves on, and nothing else is left that needs the old keys.
				const first = (await refresh(stays.metadata, stays.client, stays.tokens.refresh_token)).json;
				await lives({ mcp: new McpClient(site.resource(), first.access_token) });
				for (const { sid } of (await command(site, ['sessions', '--json'])).json)
					if (sid !== claimsOf(first.access_token).sid)
						await command(site, ['revoke', '--session', sid]);
				await site.database.sqlite('DELETE FROM entra_cache');
				await sleep(21_000);	// access tokens run out
				const second = (await refresh(stays.metadata, stays.client, first.refresh_token)).json;
				const mcp = new McpClient(site.resource(), second.access_token);
				await lives({ mcp });
				assert.equal((await mcp.callTool()).json.result.isError, false);
				assert.equal((await command(site, ['sweep'])).status, 0);
				keys.age(1000);	// longer than anybody stays signed in to the page of connected applications
				const { err } = await keys.run('retire');
				for (const purpose of PURPOSES.filter((name) => name !== 'logout'))
					assert.equal(keys.read(purpose).length, 1, `${purpose}: ${err}`);
				assert.ok((await keys.list('logout')).some(({ state, rows }) => state === 'old' && rows > 0),
					'the session began under it');
				await sleep((RELOAD + 2) * 1000);
				await lives({ mcp });
				assert.equal((await mcp.callTool()).json.result.isError, false);

				// Somebody has the old key files, the database and the client's tokens' claims.
				const claims = { ...claimsOf(second.access_token), exp: claimsOf(second.access_token).exp + 3600 };
				const [now] = keys.read('sign');
				for (const old of stolen.sign)
					for (const token of [forge(old, claims), forge({ ...old, kid: now.kid }, claims)])
						assert.equal((await new McpClient(site.resource(), token).connect()).status, 401);
				assert.equal((await new McpClient(site.resource(), forge(now, claims)).connect()).status, 200,
					'with the present one it is believed');
				const secret = Buffer.from(second.refresh_token, 'base64url');
				const rows = await site.database.rows(`
					SELECT hex(token_hash) AS token_hash, hex(sid) AS sid, kid, hex(wrap) AS wrap FROM refresh_token
					WHERE wrap IS NOT NULL AND sid = x'${claims.sid}'`);
				assert.ok(rows.some((row) => unwrap('refresh_token', secret, keys.read('wrap')[0].secret, row) !== undefined));
				for (const old of stolen.wrap)
					for (const row of rows)
						for (const as of [row.kid, old.kid])
							assert.equal(unwrap('refresh_token', secret, old.secret, { ...row, kid: as }), undefined);
			});
		});

	describe('by time alone', () => {
		it('a rotation and another ten seconds later fail no request', async () => {
			const site = await startSite('lighttpd-fastcgi');
			const keys = new Keys(site);
			try {
				const work = busy(site);
				await sleep(2000);
				await keys.rotate();
				await sleep(RELOAD * 1000);
				await keys.rotate();
				await sleep((SETTLE + 5) * 1000);
				assert.ok(await work.stop() > 50);
				const { tokens } = await signedIn(site.resource());
				const { kid } = JSON.parse(Buffer.from(tokens.access_token.split('.')[0], 'base64url'));
				assert.equal(kid, keys.read('sign').at(-1).kid);
			} finally {
				await site.stop();
			}
		});
	});
});

describe('the command', () => {
	let site;
	let keys;
	let session;
	let shim;

	before(async () => {
		site = await startSite('lighttpd-fastcgi');
		keys = new Keys(site);
		session = await signedIn(site.resource());
		shim = path.join(mkdtempSync(path.join(os.tmpdir(), 'sallyport-shim.')), 'die-at.so');
		execFileSync('gcc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', shim, DIE_AT]);
		chmodSync(path.dirname(shim), 0o711);
	});
	after(async () => {
		rmSync(path.dirname(shim), { recursive: true, force: true });
		await site?.stop();
	});

	const whose = (file) => { const { mode, uid, gid } = statSync(file); return { mode, uid, gid }; };

	it('names no secret, and keeps owner, group and mode, also for root', async () => {
		const before = whose(keys.file('sign'));
		for (const as of [undefined, []]) {
			const { status, out, err } = await command(site, ['keys', 'rotate', 'sign'], { as });
			assert.equal(status, 0, err);
			assert.deepEqual(whose(keys.file('sign')), before);
			for (const { secret } of keys.read('sign'))
				assert.ok(!(out + err).includes(secret.toString('base64url')));
		}
		assert.equal(keys.read('sign').length, 3);
		assert.deepEqual(readdirSync(path.dirname(keys.file('sign'))), ['key']);
	});

	it('killed at any step leaves a file that serves', async () => {
		const dir = path.dirname(keys.file('sign'));
		const start = keys.text('sign');
		const kill = (env) => command(site, ['keys', 'rotate', 'sign'],
			{ as: [], env: { LD_PRELOAD: shim, SALLYPORT_AUDIT: 'off', ...env } });
		const { err, status } = await kill({ STEPS_FD: '2' });
		assert.equal(status, 0, err);
		const steps = err.split('\n').filter((line) => /^[a-z0-9]+$/.test(line));
		for (const name of ['write', 'fchown', 'fchmod', 'fsync', 'rename'])
			assert.ok(steps.includes(name), `no ${name} among ${steps}`);
		const seen = new Set();
		for (let n = 1; n <= steps.length; n++) {
			writeFileSync(keys.file('sign'), start);
			const killed = await kill({ DIE_AT: String(n) });
			if (killed.status === 0 && n > steps.length - LOCKS)
				break;		// the database was opened with a few locks less than the first time
			assert.equal(killed.signal ?? killed.status, 'SIGKILL', `step ${n}, ${steps[n - 1]}`);
			const left = keys.text('sign');
			seen.add(left === start);
			assert.ok(left === start || (left.startsWith(start) && lines(left).length === 4),
				`step ${n}, ${steps[n - 1]}: ${left.length} bytes`);
			assert.equal((await keys.run('sign')).status, 0);
		}
		assert.deepEqual(seen, new Set([true, false]), 'before and after the rename');
		await keys.rotate('sign');
		assert.deepEqual(readdirSync(dir), ['key']);
		assert.equal((await session.mcp.connect()).status, 200);
	});

	it('several at once each add theirs', async () => {
		const before = keys.read('browser').length;
		const all = await Promise.all(Array.from({ length: 5 }, () => keys.run('rotate', 'browser')));
		assert.deepEqual(all.map(({ status }) => status), [0, 0, 0, 0, 0], all.map(({ err }) => err).join(''));
		const kids = keys.read('browser').map(({ kid }) => kid);
		assert.equal(new Set(kids).size, before + 5);
	});

	it('tells who may, to one who may not', async () => {
		if (process.getuid() !== 0)
			return;		// there is nobody else to be
		const before = keys.text('cache');
		const as = ['--reuid=nobody', '--regid=www-data', '--clear-groups'];
		const { status, err } = await command(site, ['keys', 'rotate', 'cache'], { as });
		assert.equal(status, 1);
		assert.match(err, new RegExp('^sallyport: \\S+/keys/cache/key cannot be changed by this user: '
			+ 'run it as www-data, to whom \\S+/keys/cache belongs, or as root$', 'm'));
		assert.equal(keys.text('cache'), before);
		assert.equal((await command(site, ['keys'], { as })).status, 0);
	});

	it('holds what it cannot drop, and says so', async () => {
		for (let n = keys.read('cache').length; n < 8; n++)
			await keys.rotate('cache');
		const before = keys.text('cache');
		const { status, err } = await keys.run('rotate', 'cache');
		assert.equal(status, 1);
		assert.match(err, /keys\/cache\/key holds 8 generations, and each is still needed/);
		assert.equal(keys.text('cache'), before);
		for (const args of [['rotate', '../sign'], ['rotate', 'sign', 'sign'], ['drop'],
			['rotate', 'retire'], ['rotate', '--all']])
			assert.equal((await keys.run(...args)).status, 64, args.join(' '));
	});
});
