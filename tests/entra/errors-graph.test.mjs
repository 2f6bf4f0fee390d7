// SPDX-License-Identifier: MIT
// Every error of Microsoft Graph: what the model is told, what the log says, and that the session is none the worse.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { isToolError, isUser, watch } from './lib/watch.mjs';

const STEP = { retryable: false, advice: /asks for one more step .*user to disconnect/ };
const FORBIDDEN = { retryable: false, advice: /does not allow the user to read this.* administrator .*User\.Read/ };
const UNKNOWN = { retryable: false, advice: /knows no profile of this user/ };
const later = (text) => ({ retryable: true, advice: new RegExp(text) });
const throttled = (seconds) => later(`asked too often\\. Try again in ${seconds} seconds`);
const down = (seconds) => later(`does not answer properly .*try again in ${seconds} seconds`);

// Status, Graph's code where it is not the usual one, what the tool says, and Retry-After.  A code is never looked at.
const ROWS = [
	[401, undefined, STEP], [401, 'CompactToken parsing failed', STEP],
	[401, 'TokenIssuedBeforeRevocationTimestamp', STEP], [401, 'TokenCreatedWithOutdatedPolicies', STEP],
	[403, undefined, FORBIDDEN], [403, 'accessDenied', FORBIDDEN], [404, undefined, UNKNOWN],
	[404, 'itemNotFound', UNKNOWN],
	[429, undefined, throttled(17), 17], [429, 'activityLimitReached', throttled(5)],
	[500, undefined, down(60)], [502, undefined, down(60)], [503, undefined, down(9), 9],
	[504, 'UnknownError', down(31), 31],
];

let site;
before(async () => { site = await watch('lighttpd-fastcgi'); });
after(() => site?.stop());
beforeEach(() => site.reset());

const named = ([status, code, , retryAfter]) => ({
	graph_status: status, ...code && { graph_error_code: code }, ...retryAfter && { graph_retry_after: retryAfter },
});

describe('an error of Graph', () => {
	for (const row of ROWS)
		for (const graph_inner_error of ['innerError', 'innererror'])
			it(`${JSON.stringify(named(row))} with ${graph_inner_error}`, async () => {
				const [status, , tool] = row;
				const session = await signedIn(site.resource());
				await site.standin.clearLog();
				const answer = await site.standin.during({ ...named(row), graph_inner_error }, () => session.mcp.callTool());
				const line = await site.line(`id=${isToolError(answer, tool)}`);
				assert.match(line, new RegExp(`POST /mcp 200 ok client=\\S+ .*: graph: status ${status}$`));
				// A token that Graph does not take is exchanged once more, and nothing else is tried again.
				const { exchange, graph } = await site.standin.counts();
				assert.deepEqual([exchange, graph], status === 401 ? [2, 2] : [1, 1]);
				await site.database.forgetSetbacks();
				assert.equal((await session.mcp.request('tools/list')).status, 200);
				isUser(await session.mcp.callTool());
			});
});

describe('a token that Graph does not take', () => {
	for (const graph_token_fault of ['wrong_aud', 'expired', 'bad_signature', 'not_a_token', 'wrong_iss', 'missing_scp'])
		it(`${graph_token_fault}: exchanged once more, and then said`, async () => {
			const session = await signedIn(site.resource());
			await site.standin.clearLog();
			const answer = await site.standin.during({ graph_token_fault }, () => session.mcp.callTool());
			isToolError(answer, graph_token_fault === 'missing_scp' ? FORBIDDEN : STEP);
			const { exchange } = await site.standin.counts();
			assert.equal(exchange, graph_token_fault === 'missing_scp' ? 1 : 2);
		});

	it('once is mended by the second', async () => {
		const session = await signedIn(site.resource());
		await site.standin.set({ graph_token_fault: { value: 'wrong_aud', times: 1 } });
		isUser(await session.mcp.callTool());
	});
});

it('nothing of it got out', () => site.keepsItToItself());
