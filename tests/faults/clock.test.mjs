// SPDX-License-Identifier: MIT
// The machine's clock jumps, and comes back: what was promised before, between and afterwards serves, nobody waits for
// a time that will not come, and keys are changed over as ever.  A jump beyond a lifetime ends what it ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { refresh } from '../e2e/lib/oauth.mjs';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { Gate } from '../entra/lib/gate.mjs';
import { isUser } from '../entra/lib/scene.mjs';
import { SALLYPORT_SECRET } from '../standins/entra/world.mjs';
import { kill } from './lib/programs.mjs';

const [MINUTE, DAY] = [60, 86400];
const SETTLED = 2 * MINUTE;	// after that a new key is used

// Few enough that a bucket which never refilled would be noticed.
const FEW = { rate_token: '12/1m', rate_browser: '40/1m', access_token: '2h' };

async function serves({ mcp, metadata, client, tokens }) {
	isUser(await mcp.callTool());
	return { metadata, client, mcp, tokens: await rotated(metadata, client, tokens, mcp) };
}

async function rotated(metadata, client, { refresh_token: token }, mcp) {
	const answer = await refresh(metadata, client, token);
	assert.equal(answer.status, 200, answer.text);
	mcp.token = answer.json.access_token;
	isUser(await mcp.callTool());
	return answer.json;
}

// Within the lifetime of a token, but for the one beyond all of them.
const BEYOND = 400 * DAY;

describe('the clock jumps', { concurrency: 3 }, () => {
	for (const [what, jump] of [['forward', 30 * MINUTE], ['far forward', BEYOND], ['back', -90 * MINUTE]])
		describe(what, { concurrency: 1 }, () => {
			let gate;
			before(async () => {
				gate = await Gate.open('lighttpd-fastcgi', (standin, programs) => ({
					credential: `secret-file:${programs.write('secret', SALLYPORT_SECRET)}`,
				}), { limits: FEW, clock: true, top: ['workers = 1'] });	// each look is the next request's
			});
			after(() => gate?.close());

			it('and back again', async () => {
				let early = await serves(await signedIn(gate.resource));
				await gate.moveClock(jump);
				const between = await serves(await signedIn(gate.resource));
				if (jump < BEYOND)
					early = await serves(early);
				await gate.moveClock(0);
				await serves(between);
				if (jump < BEYOND)
					await serves(early);
				await serves(await signedIn(gate.resource));
				assert.equal(await gate.site.database.integrity(), 'ok');
			});

			// A program that has just started reads the new keys; the others have theirs, and look again in time.
			it('afterwards keys are changed over', async () => {
				let session = await serves(await signedIn(gate.resource));
				const { status, stderr } = spawnSync(path.join(gate.site.bin, 'sallyport'), ['keys', 'rotate'], {
					encoding: 'utf8', env: { PATH: process.env.PATH, SALLYPORT_CONF: path.join(gate.site.keep, 'sallyport.conf') },
				});
				assert.equal(status, 0, stderr);
				await gate.moveClock(SETTLED);
				assert.ok(kill(gate.site, 'token') > 0);
				session = await serves(session);
				await serves(session);
			});
		});
});
