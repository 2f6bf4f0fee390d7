// SPDX-License-Identifier: MIT
// Entra as it is on a bad day, and as it is configured elsewhere: answers that are cut or plain text, short tokens,
// both versions of tokens, numbers that are strings, members that are missing.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { refresh } from '../e2e/lib/oauth.mjs';
import { signIn, signedIn } from '../e2e/lib/sign-in.mjs';
import { SALLYPORT, SALLYPORT_URI } from '../standins/entra/world.mjs';
import { isOver, isToolError, isUser, watch } from './lib/watch.mjs';

const EARLY = 300;	// seconds before its end in which a token is refreshed
const LATER = /try again in \d+ seconds/;
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

let site;
before(async () => { site = await watch('lighttpd-fastcgi'); });
after(() => site?.stop());
beforeEach(() => site.reset());

// From the sign-in to Graph, past a refresh and an exchange of its token.
async function everyStep(at, switches = {}) {
	const short = { access_token_lifetime: EARLY - 1, ...switches };
	const session = await at.standin.during(short, () => signedIn(at.resource()));
	await at.standin.clearLog();
	await at.standin.during(switches, async () => isUser(await session.mcp.callTool()));
	const { refresh: refreshed, exchange, graph } = await at.standin.counts();
	assert.deepEqual([refreshed, exchange, graph], [1, 1, 1]);
	return session;
}

describe('an answer that is none', () => {
	const FAULTS = [
		[{ token_status: 429, token_retry_after: 23 }, /try again in 23 seconds/, /status 429/],
		[{ token_status: 429 }, LATER, /status 429/],
		[{ token_truncate: true }, LATER, /no token response/],
		[{ token_status: 503, token_body: '<html>' }, LATER, /status 503/],
		[{ token_status: 400, token_body: 'Bad Request' }, LATER, /status 400 without an error/],
		[{ token_content_type: 'text/html', token_body_fault: 'html' }, LATER, /no token response/],
		[{ omit_expires_in: { value: true, times: 1 } }, LATER, /no token response/],
	];
	for (const [faults, advice, logged] of FAULTS) {
		const what = JSON.stringify(faults);
		it(`${what} to the code: the client may try again`, async () => {
			const switches = { ...faults, token_fault_grant: 'authorization_code' };
			const { response, client } = await site.standin.during(switches, () => signIn(site.resource()));
			assert.deepEqual([response.error, response.code], ['temporarily_unavailable', undefined]);
			assert.match(await site.line(`temporarily_unavailable client=${client.client_id}`), logged);
			assert.equal((await signIn(site.resource(), { client })).answer?.status, 200);
		});

		it(`${what} to the exchange: the model may try again, the session lives`, async () => {
			const session = await signedIn(site.resource());
			const answer = await site.standin.during({ ...faults, token_fault_grant: 'on_behalf_of' },
				() => session.mcp.callTool());
			assert.match(await site.line(`id=${isToolError(answer, { retryable: true, advice })}`), logged);
			await site.database.forgetSetbacks();
			isUser(await session.mcp.callTool());
		});

		it(`${what} to the refresh: goes on with what it has`, async () => {
			const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
			await site.standin.during({ ...faults, token_fault_grant: 'refresh_token' }, async () =>
				isUser(await session.mcp.callTool()));
			await site.database.forgetSetbacks();
			await site.standin.clearLog();
			isUser(await session.mcp.callTool());
			assert.equal((await site.standin.counts()).refresh, 1);
		});
	}
});

describe('tokens of ten minutes', () => {
	const short = { access_token_lifetime: 600, graph_token_lifetime: 600 };
	it('are kept for what they last, and refreshed for their second half', () => site.standin.during(short, async () => {
		const session = await signedIn(site.resource());
		isUser(await session.mcp.callTool());
		await site.standin.clearLog();
		isUser(await session.mcp.callTool());
		const { refresh: refreshed, exchange } = await site.standin.counts();
		assert.deepEqual([refreshed, exchange], [0, 0]);
		const [kept] = await site.database.rows(`SELECT entra_until - unixepoch() AS token,
			(SELECT expires_at - unixepoch() FROM exchanged_token AS e WHERE e.sid = s.sid) AS exchanged
			FROM session AS s WHERE client_id = '${session.client.client_id}'`);
		for (const [what, seconds] of [['token', 600 - EARLY], ['exchanged', 600]])
			assert.ok(Math.abs(kept[what] - seconds) < 10, JSON.stringify(kept));
	}));
	it('of five are refreshed at once', async () => { await everyStep(site, { access_token_lifetime: EARLY - 1 }); });
	it('of a minute are exchanged at each call', () => site.standin.during({ graph_token_lifetime: 60 }, async () => {
		const { mcp } = await signedIn(site.resource());
		await site.standin.clearLog();
		isUser(await mcp.callTool());
		isUser(await mcp.callTool());
		assert.equal((await site.standin.counts()).exchange, 2);
	}));
});

describe('numbers and members', () => {
	it('expires_in is a string at every grant', () => everyStep(site, { expires_in_string: true }));
	it('refresh_in does no harm', () => everyStep(site, { refresh_in: 1800 }));

	it('no refresh token and a token that lasts: served; one that is over: signed out', async () => {
		const without = (access_token_lifetime) => site.standin.during(
			{ omit_refresh_token: true, access_token_lifetime }, () => signedIn(site.resource()));
		const [lasting, over] = [await without(100), await without(1)];
		await sleep(2000);
		isUser(await lasting.mcp.callTool());
		assert.equal((await refresh(lasting.metadata, lasting.client, lasting.tokens.refresh_token)).status, 200);
		isOver(await over.mcp.callTool());
		assert.equal((await refresh(over.metadata, over.client, over.tokens.refresh_token)).status, 400);
	});

	it('no new refresh token at the refresh: the old one serves again', async () => {
		const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
		await site.standin.during({ omit_refresh_token: true, access_token_lifetime: 100 }, async () =>
			isUser(await session.mcp.callTool()));
		await site.standin.clearLog();
		isUser(await session.mcp.callTool());
		assert.equal((await site.standin.counts()).refresh, 1);
	});
});

describe('the version of a token', () => {
	const used = async (at) => {
		const assertions = (await at.standin.log()).map(({ form }) => form.assertion).filter(Boolean).map(claims);
		return assertions.map(({ ver, aud }) => `${ver} ${aud}`);
	};

	for (const access_token_version of [1, 2])
		it(`${access_token_version}, from the code and from the refresh`, async () => {
			await everyStep(site, { access_token_version });
			assert.deepEqual(await used(site), [`${access_token_version}.0 ${SALLYPORT}`]);
		});

	it('1 is for the name by which it was asked for', async () => {
		const named = await watch('lighttpd-cgi', { entra: { scope: `${SALLYPORT_URI}/access_as_user` } });
		try {
			await everyStep(named, { access_token_version: 1, self_refresh_uri_form: true });
			assert.deepEqual(await used(named), [`1.0 ${SALLYPORT_URI}`]);
		} finally {
			await named.stop();
		}
	});

	it('may change within a session', async () => {
		const session = await site.standin.during({ access_token_lifetime: 100, access_token_version: 1 },
			() => signedIn(site.resource()));
		await site.standin.during({ access_token_version: 2 }, async () => isUser(await session.mcp.callTool()));
	});
});

it('nothing of it got out', () => site.keepsItToItself());
