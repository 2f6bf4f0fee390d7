// SPDX-License-Identifier: MIT
// kill -9 of any program at any time: whatever was acknowledged holds, nobody is signed out, nothing is half-written.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpClient } from './lib/mcp.mjs';
import { refresh } from './lib/oauth.mjs';
import { signIn, signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const PROGRAMS = ['metadata', 'register', 'authorize', 'consent', 'oauth-callback', 'token', 'revoke', 'introspect', 'logout', 'account', 'mcp'];
const PATIENCE = 20_000;

// gap: milliseconds between two kills at most.  lighttpd looks once a second what it must start again.
const SET_UPS = [['lighttpd-fastcgi', 8000, 700], ['apache-proxy-fcgi', 6000, 120], ['lighttpd-cgi', 5000, 120]];

// The limits count, and count nobody out: a quick machine asks more often here than one address may.
const FREELY = { rate_token: '1000000/1m', rate_browser: '1000000/1m', rate_client: '1000000/1m', rate_all: '1000000/1m' };

for (const [server, duration, gap] of SET_UPS) {
	describe(server, () => {
		it('loses nothing that it has acknowledged', async (t) => {
			const site = await startSite(server, { limits: FREELY });
			try {
				const run = new Run(site, gap);
				await run.for(duration);
				await run.everythingHolds();
				t.diagnostic(`${run.kills} kills, ${run.disturbed} answers lost, ${run.refreshes} refreshes, ${run.calls} calls, `
					+ `${run.grants.length} sessions`);
			} finally {
				await site.stop();
			}
		});
	});
}

class Run {
	constructor(site, gap) {
		Object.assign(this, { site, gap, grants: [], kills: 0, disturbed: 0, refreshes: 0, calls: 0, over: false });
	}

	async for(duration) {
		this.first = await signedIn(this.site.resource());
		this.grants.push(this.#grant(this.first));
		const actors = [this.#kill(), this.#signIn(), this.#refresh(), this.#refresh(), this.#call()];
		const failed = Promise.all(actors);
		try {
			await Promise.race([sleep(duration), failed]);
		} finally {
			this.over = true;	// for the others too, when one fails
		}
		await failed;
	}

	#grant({ client, metadata, tokens }) {
		return { client, metadata, refreshToken: tokens.refresh_token, accessToken: tokens.access_token, busy: false };
	}

	// Programs that are waiting for work and programs in the middle of it.
	async #kill() {
		while (!this.over) {
			await sleep(Math.random() * this.gap);
			const pids = this.site.pids(PROGRAMS[Math.floor(Math.random() * PROGRAMS.length)]);
			for (const pid of pids)
				try {
					process.kill(pid, 'SIGKILL');
					this.kills++;
				} catch (error) {
					assert.equal(error.code, 'ESRCH');	// it was quicker
				}
		}
	}

	// A sign-in that a kill disturbs is begun again; its tokens were never acknowledged.
	async #signIn() {
		while (!this.over) {
			const session = await signIn(this.site.resource(), { client: this.first.client }).catch(() => undefined);
			if (session?.answer?.status === 200)
				this.grants.push(this.#grant(session));
			else
				this.disturbed++;
			await sleep(5);
		}
	}

	async #refresh() {
		while (!this.over) {
			const grant = this.grants[Math.floor(Math.random() * this.grants.length)];
			if (!grant.busy)
				await this.#rotate(grant);
			await sleep(5);
		}
	}

	async #rotate(grant) {
		grant.busy = true;
		const { json } = await this.#insist(() => refresh(grant.metadata, grant.client, grant.refreshToken));
		Object.assign(grant, { refreshToken: json.refresh_token, accessToken: json.access_token, busy: false });
		this.refreshes++;
	}

	async #call() {
		while (!this.over) {
			const grant = this.grants[Math.floor(Math.random() * this.grants.length)];
			await this.#list(grant);
			await sleep(5);
		}
	}

	async #list({ accessToken }) {
		await this.#insist(() => new McpClient(this.site.resource(), accessToken).request('tools/list'));
		this.calls++;
	}

	// Again, with the same token, until there is an answer of the program's own: that must be 200.
	async #insist(send) {
		for (const deadline = Date.now() + PATIENCE; ;) {
			const answer = await send().catch(() => undefined);
			if (answer?.status === 200)
				return answer;
			assert.ok(answer === undefined || answer.status >= 500, `${answer?.status} ${answer?.text}`);
			assert.ok(Date.now() < deadline, `no answer but ${answer?.status}`);
			this.disturbed++;
			await sleep(30);
		}
	}

	// The web server may need a moment to start what was killed last.
	async #signInAnew() {
		for (const deadline = Date.now() + PATIENCE; ; await sleep(100)) {
			const session = await signedIn(this.site.resource()).catch((error) => error);
			if (session.mcp !== undefined)
				return assert.equal((await session.mcp.callTool()).json.result.isError, false);
			assert.ok(Date.now() < deadline, session.message);
		}
	}

	async everythingHolds() {
		assert.equal(await this.site.database.integrity(), 'ok');
		assert.ok(this.kills > 5 && this.refreshes > 5 && this.calls > 5 && this.grants.length > 2,
			JSON.stringify({ ...this, site: undefined }));
		for (const grant of this.grants) {
			await this.#list(grant);
			await this.#rotate(grant);
			await this.#list(grant);
		}
		await this.#signInAnew();
		assert.equal(await this.site.database.integrity(), 'ok');
	}
}
