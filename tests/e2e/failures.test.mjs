// SPDX-License-Identifier: MIT
// Each of the ten steps made to fail: a clear error, and the session survives unless Entra has ended it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser } from './lib/browser.mjs';
import { postJson } from './lib/http.mjs';
import { McpClient } from './lib/mcp.mjs';
import { authorization, discover, readChallenge, redeem, refresh, register } from './lib/oauth.mjs';
import { approve, signIn, signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const TIMEOUT = 4;		// seconds that the product waits for Entra
const TOO_LATE = TIMEOUT * 1000 + 1500;
const EXCHANGE = 'on_behalf_of';
const BOTH_TOKENS = ['wrong_aud', 'wrong_iss', 'wrong_tid', 'other_tenant', 'expired', 'not_yet_valid', 'missing_exp',
	'missing_aud', 'missing_tid', 'missing_oid', 'aud_array', 'exp_string', 'alg_none', 'hs256', 'unknown_kid',
	'missing_kid', 'consumers_key', 'bad_signature', 'missing_signature', 'not_a_token'];
const ID_TOKEN = [...BOTH_TOKENS, 'bad_nonce', 'missing_nonce', 'other_user'];
const ACCESS_TOKEN = [...BOTH_TOKENS, 'missing_scp', 'app_only'];

let site;
before(async () => { site = await startSite('lighttpd-fastcgi', { entra: { timeout: TIMEOUT } }); });
after(() => site?.stop());
beforeEach(() => site.standin.reset());

// What a fault leaves behind for a while is another test's matter: tests/entra/throttling.
const during = async (switches, body) => {
	try {
		return await site.standin.during(switches, body);
	} finally {
		await site.database.forgetSetbacks();
	}
};

function isUser({ status, json }) {
	assert.equal(status, 200);
	assert.equal(json?.result?.structuredContent?.success, true, JSON.stringify(json));
}

// A tool's failure that a model can act on, and that quotes nobody.
async function isToolError(answer, retryable) {
	const { status, json } = await answer;
	assert.equal(status, 200, JSON.stringify(json));
	const { isError, content, structuredContent } = json.result;
	assert.equal(isError, true, JSON.stringify(json));
	assert.match(content[0].text, /^[A-Z].{20,} \(reference [0-9a-f]{16}\)$/);
	assert.doesNotMatch(content[0].text, /AADSTS|eyJ|InvalidAuthenticationToken|Trace/);
	assert.equal(structuredContent.success, false);
	assert.equal(structuredContent.error, content[0].text);
	assert.equal(structuredContent.retryable, retryable, content[0].text);
	return content[0].text;
}

function isRefused({ status, headers, json }, error = 'invalid_token') {
	assert.equal(status, 401, JSON.stringify(json));
	assert.equal(readChallenge(headers['www-authenticate']).error, error);
}

// The sign-in ends at the client with an error, without a code, and the next one goes well.
async function failsToSignIn(switches, expected) {
	const { response } = await during(switches, () => signIn(site.resource()));
	const what = JSON.stringify({ switches, response });
	assert.equal(response.code, undefined, what);
	assert.ok([expected].flat().includes(response.error), what);
	assert.doesNotMatch(response.error_description, /AADSTS|eyJ/);
	assert.equal((await signIn(site.resource())).answer?.status, 200, `afterwards: ${what}`);
}

// Sessions whose Entra tokens must be refreshed at the next call, being over or about to be.
async function stale(count, { over = true } = {}) {
	const sessions = await during({ access_token_lifetime: over ? 1 : 100 },
		() => Promise.all([...Array(count)].map(() => signedIn(site.resource()))));
	if (over)
		await sleep(2000);
	await site.standin.clearLog();
	return sessions;
}

const staleOne = async (options) => (await stale(1, options))[0];

describe('step 1, connecting', () => {
	it('tells of no server that there is not', async () => {
		assert.equal((await postJson(`${site.url}/other`, {})).status, 404);
	});
	it('tells the way to a token in the challenge alone', async () => {
		const { headers, status } = await postJson(site.resource(), {});
		assert.equal(status, 401);
		assert.equal(readChallenge(headers['www-authenticate']).error, undefined);
	});
});

describe('step 2, starting the sign-in', () => {
	for (const fault of [{ discovery_status: 503 }, { discovery_close: true }, { discovery_body_fault: 'garbage' },
		{ discovery_delay_ms: TOO_LATE }]) {
		it(`says that Entra cannot be found: ${JSON.stringify(fault)}`, async () => {
			const fresh = await startSite('lighttpd-cgi', { standin: site.standin, entra: { timeout: TIMEOUT } });
			try {
				const { metadata } = await discover(fresh.resource());
				const asked = authorization(metadata, await register(metadata));
				const { landed } = await during(fault, () => new Browser().open(asked.url,
					{ stop: (url) => !url.startsWith(fresh.url) }));
				assert.ok(['temporarily_unavailable', 'server_error'].includes(landed.searchParams.get('error')), landed.href);
				assert.equal(landed.searchParams.get('iss'), fresh.url);
				assert.equal(landed.searchParams.get('state'), asked.fields.state);
			} finally {
				await fresh.stop();
			}
		});
	}

	it('goes on with what it knows while Entra cannot be asked', async () => {
		await signedIn(site.resource());
		await during({ discovery_status: 503, jwks_status: 503 }, () => signedIn(site.resource()));
	});
});

describe('step 3, signing in at Entra', () => {
	it('tells the client when Entra is down', async () => {
		for (const fault of [{ token_status: 503 }, { token_status: 500 }, { token_close: true },
			{ token_delay_ms: TOO_LATE }, { token_status: 429, token_retry_after: 7 }])
			await failsToSignIn(fault, 'temporarily_unavailable');
	});

	it('refuses nobody for an answer that was lost, when the code is sent again over a new connection', async () => {
		const one = await startSite('apache-proxy-fcgi', { standin: site.standin, top: ['workers = 1'] });
		try {
			await signedIn(one.resource());		// and its connection to Entra is kept
			const { response } = await during({ token_close: { value: true, times: 1 } }, () => signIn(one.resource()));
			assert.equal(response.error, 'temporarily_unavailable');
			assert.match(one.log('programs.log'), /AADSTS54005/);
		} finally {
			await one.stop();
		}
	});

	it('tells the client when Entra answers what is no answer', async () => {
		for (const token_body_fault of ['garbage', 'empty', 'truncated', 'array', 'html', 'huge'])
			await failsToSignIn({ token_body_fault }, ['temporarily_unavailable', 'server_error', 'access_denied']);
		for (const fault of [{ omit_access_token: true }, { omit_id_token: true }, { token_type: 'mac' },
			{ token_truncate: true }])
			await failsToSignIn(fault, ['temporarily_unavailable', 'server_error', 'access_denied']);
	});

	it('believes no ID token with anything wrong', async () => {
		for (const id_token_fault of ID_TOKEN)
			await failsToSignIn({ id_token_fault }, ['access_denied', 'server_error', 'temporarily_unavailable']);
	});

	it('believes no access token with anything wrong', async () => {
		for (const access_token_fault of ACCESS_TOKEN)
			await failsToSignIn({ access_token_fault }, ['access_denied', 'server_error', 'temporarily_unavailable']);
	});

	it('opens no session for a failure', async () => {
		const before = await site.database.count('session');
		await during({ id_token_fault: 'bad_nonce' }, () => signIn(site.resource()));
		assert.equal(await site.database.count('session'), before);
	});

	it('takes expires_in as a string too', async () => {
		isUser(await during({ expires_in_string: true }, async () => (await signedIn(site.resource())).mcp.callTool()));
	});
});

describe('step 4, the session token', () => {
	it('is not given for the wrong verifier, and still for the right one', async () => {
		const { metadata } = await discover(site.resource());
		const asked = authorization(metadata, await register(metadata));
		const browser = new Browser();
		const { code } = await approve(browser, await browser.open(asked.url), asked, metadata);
		const wrong = await redeem(metadata, asked, code, { code_verifier: 'x'.repeat(43) });
		assert.deepEqual([wrong.status, wrong.json.error], [400, 'invalid_grant']);
		assert.equal((await redeem(metadata, asked, code)).status, 200);
	});
});

describe('steps 5 and 6, calling with it', () => {
	it('refuses a token that is forged, altered or of no living session', async () => {
		const { tokens, mcp } = await signedIn(site.resource());
		const [header, payload, signature] = tokens.access_token.split('.');
		const claims = JSON.parse(Buffer.from(payload, 'base64url'));
		const with_ = (change) => Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url');
		const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
		for (const token of ['x', `${header}.${payload}`, `${header}.${payload}.`, `${none}.${payload}.`,
			`${none}.${payload}.${signature}`, `${header}.${with_({ exp: claims.exp + 60 })}.${signature}`,
			`${header}.${with_({ scope: 'all' })}.${signature}`,
			`${header}.${payload}.${signature.slice(0, -1)}`, `${header}.${payload}.${'A'.repeat(43)}`, claims.sid, claims.jti])
			isRefused(await new McpClient(site.resource(), token).callTool());
		isUser(await mcp.callTool());
	});

	it("refreshes Entra's token when it is over, once for all who wait", async () => {
		const { tokens } = await staleOne();
		const calls = [...Array(6)].map(() => new McpClient(site.resource(), tokens.access_token).callTool());
		for (const answer of await Promise.all(calls))
			isUser(answer);
		assert.equal((await site.standin.counts()).refresh, 1);
	});

	it("refreshes Entra's token before it is over", async () => {
		const { mcp } = await staleOne({ over: false });
		isUser(await mcp.callTool());
		isUser(await mcp.callTool());
		assert.equal((await site.standin.counts()).refresh, 1);
	});

	it('goes on with the old one while Entra is down', async () => {
		const { mcp } = await staleOne({ over: false });
		for (const fault of [{ token_status: 503 }, { token_close: true }, { token_body_fault: 'garbage' }])
			isUser(await during({ ...fault, token_fault_grant: 'refresh_token' }, () => mcp.callTool()));
	});

	it('asks to try again when the old one is over and Entra is down; the session survives', async () => {
		const { mcp, client, metadata, tokens } = await staleOne();
		for (const fault of [{ token_status: 503 }, { token_close: true }, { token_delay_ms: TOO_LATE }])
			await during({ ...fault, token_fault_grant: 'refresh_token' }, () => isToolError(mcp.callTool(), true));
		isUser(await mcp.callTool());
		assert.equal((await refresh(metadata, client, tokens.refresh_token)).status, 200);
	});

	it('ends the session with 401 when Entra refuses to refresh', async () => {
		const { mcp, client, metadata, tokens } = await staleOne();
		isRefused(await during({ refresh_revoked: true }, () => mcp.callTool()));
		isRefused(await mcp.callTool());
		const answer = await refresh(metadata, client, tokens.refresh_token);
		assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_grant']);
	});

	it('keeps the session when Entra gives no new refresh token', async () => {
		const { mcp } = await staleOne();
		isUser(await during({ omit_refresh_token: true }, () => mcp.callTool()));
		await site.standin.clearLog();
		isUser(await mcp.callTool());
	});
});

describe("step 7, validating Entra's token", () => {
	it('passes no token on with anything wrong, and recovers', async () => {
		const faults = ['wrong_aud', 'bad_signature', 'wrong_tid', 'other_tenant', 'unknown_kid', 'app_only', 'missing_scp'];
		const sessions = await stale(faults.length);
		for (const [i, access_token_fault] of faults.entries()) {
			const { mcp } = sessions[i];
			await during({ access_token_fault }, async () => {
				const { isError } = (await mcp.callTool()).json.result;
				assert.equal(isError, true, access_token_fault);
			});
			const { exchange, graph } = await site.standin.counts();
			assert.deepEqual([exchange, graph], [0, 0], access_token_fault);
			isUser(await mcp.callTool());
			await site.standin.clearLog();
		}
	});

	it("follows a change of Entra's keys", async () => {
		const { mcp } = await staleOne();
		await site.standin.control('rotate_keys', { drop_old: true });
		await site.database.forgetAttempts();
		isUser(await mcp.callTool());
		assert.equal((await site.standin.counts()).keys, 1);
	});

	it('asks to try again when new keys cannot be fetched', async () => {
		const { mcp } = await staleOne();
		await site.standin.control('rotate_keys', { drop_old: false });
		await site.database.forgetAttempts();
		await during({ jwks_status: 503 }, () => isToolError(mcp.callTool(), true));
		await isToolError(mcp.callTool(), true);	// not asked again so soon
		await site.database.forgetAttempts();
		await site.database.forgetSetbacks();
		isUser(await mcp.callTool());
	});
});

describe('steps 8 and 9, the exchange', () => {
	for (const [error, retryable] of [['consent_required', false], ['throttled', true], ['expired', undefined]]) {
		it(`says what to do about ${error}; the session survives`, async () => {
			const { mcp } = await signedIn(site.resource());
			const answer = await during({ obo_error: error }, () => mcp.callTool());
			await isToolError(answer, retryable ?? answer.json.result?.structuredContent?.retryable);
			isUser(await mcp.callTool());
		});
	}

	it('asks to try again when Entra is down or talks nonsense; the session survives', async () => {
		const { mcp } = await signedIn(site.resource());
		for (const fault of [{ token_status: 503 }, { token_close: true }, { token_delay_ms: TOO_LATE },
			{ token_body_fault: 'garbage' },
			{ token_body_fault: 'html' }, { token_body_fault: 'huge' }, { token_truncate: true }])
			await during({ ...fault, token_fault_grant: EXCHANGE }, () => isToolError(mcp.callTool(), true));
		isUser(await mcp.callTool());
	});

	it('takes no answer without a token', async () => {
		const { mcp } = await signedIn(site.resource());
		await during({ omit_access_token: true, token_fault_grant: EXCHANGE }, async () => {
			assert.equal((await mcp.callTool()).json.result.isError, true);
		});
		isUser(await mcp.callTool());
	});
});

describe('step 10, Microsoft Graph', () => {
	for (const [fault, retryable] of [[{ graph_status: 403 }, false], [{ graph_status: 404 }, false],
		[{ graph_status: 429, graph_retry_after: 17 }, true], [{ graph_status: 500 }, true], [{ graph_status: 503 }, true],
		[{ graph_close: true }, true], [{ graph_delay_ms: TOO_LATE }, true], [{ graph_status: 401 }, false],
		[{ graph_body_fault: 'garbage' }, true], [{ graph_body_fault: 'truncated' }, true],
		[{ graph_body_fault: 'array' }, true], [{ graph_body_fault: 'empty' }, true], [{ graph_body_fault: 'html' }, true],
		[{ graph_body_fault: 'huge' }, true]]) {
		it(`says what to do about ${JSON.stringify(fault)}; the session survives`, async () => {
			const { mcp } = await signedIn(site.resource());
			const text = await during(fault, () => isToolError(mcp.callTool(), retryable));
			if (fault.graph_retry_after !== undefined)
				assert.match(text, /in 17 seconds/);
			isUser(await mcp.callTool());
		});
	}

	it('exchanges once more when Graph no longer takes a kept token', async () => {
		const { mcp } = await signedIn(site.resource());
		isUser(await mcp.callTool());
		await site.standin.clearLog();
		await site.standin.set({ graph_status: { value: 401, times: 1 } });
		isUser(await mcp.callTool());
		const { exchange, graph } = await site.standin.counts();
		assert.deepEqual([exchange, graph], [1, 2]);
	});
});
