// SPDX-License-Identifier: MIT
// The ten steps, on each web server: a client without a token ends with the person's data from Microsoft Graph.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOB, TENANT } from '../standins/entra/world.mjs';
import { Browser } from './lib/browser.mjs';
import { LEGACY, McpClient, MODERN } from './lib/mcp.mjs';
import { refresh, revoke } from './lib/oauth.mjs';
import { signIn, signedIn, tenSteps } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const ALICE = { displayName: 'Alice Example', id: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' };
const SET_UPS = [
	['lighttpd-fastcgi', { credential: 'secret-file' }],
	['lighttpd-cgi', { credential: 'certificate' }],
	['apache-proxy-fcgi', { credential: 'certificate', tls: true }],
	['apache-fcgid', { credential: 'secret-file', path: '/gate' }],
	['apache-cgi', { credential: 'certificate', path: '/a/b' }],
	['apache-userdir', { credential: 'secret-file' }],
];

function isAlice({ status, json }) {
	assert.equal(status, 200);
	const { result } = json;
	assert.equal(result?.isError, false, JSON.stringify(json));
	assert.equal(result.structuredContent.success, true);
	assert.deepEqual({ displayName: result.structuredContent.displayName, id: result.structuredContent.id }, ALICE);
	assert.deepEqual(result.content.map((c) => c.type), ['text']);
	assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
}

for (const [server, options] of SET_UPS) {
	describe(`${server} ${JSON.stringify(options)}`, () => {
		let site;
		const trusting = () => new Browser({ ca: site.standin.ca });
		const enter = () => signedIn(site.resource(), { browser: trusting() });

		before(async () => { site = await startSite(server, options); });
		after(() => site?.stop());

		it('goes the ten steps', async () => {
			const steps = [];
			const { answer, tokens } = await tenSteps(site.resource(), {
				standin: site.standin, browser: trusting(),
				onStep: (number, title, facts) => steps.push({ number, facts }),
			});
			assert.deepEqual(steps.map((s) => s.number), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
			assert.deepEqual([steps[7].facts.asked, steps[9].facts.asked], [1, 1]);
			isAlice(answer);
			const seen = JSON.stringify([tokens, answer.text]);
			for (const secret of await site.standin.secrets())
				assert.ok(!seen.includes(secret), 'something of Entra reached the client');
		});

		it('asks Entra with its credential, PKCE, state and nonce', async () => {
			await site.standin.clearLog();
			await enter();
			const log = await site.standin.log();
			const { query } = log.find((e) => e.path === `/${TENANT}/oauth2/v2.0/authorize`);
			const { form } = log.find((e) => e.path === `/${TENANT}/oauth2/v2.0/token`);
			for (const name of ['state', 'nonce', 'code_challenge'])
				assert.match(query[name], /^[A-Za-z0-9_-]{43}$/, name);
			assert.equal(form.redirect_uri, `${site.url}/oauth-callback`);
			if (options.credential === 'certificate')
				assert.ok(form.client_assertion && !form.client_secret);
			else
				assert.ok(form.client_secret && !form.client_assertion);
		});

		it('keeps the exchanged token', async () => {
			const { mcp } = await enter();
			isAlice(await mcp.callTool());
			await site.standin.clearLog();
			isAlice(await mcp.callTool());
			const { exchange, graph, refresh: refreshed, keys } = await site.standin.counts();
			assert.deepEqual([exchange, graph, refreshed, keys], [0, 1, 0, 0]);
		});

		for (const version of [1, 2]) {
			it(`takes Entra's tokens of version ${version}, in all eras of MCP`, async () => {
				await site.standin.set({ access_token_version: version });
				const { tokens } = await enter();
				for (const era of [MODERN, ...LEGACY]) {
					const mcp = new McpClient(site.resource(), tokens.access_token, era);
					const connected = await mcp.connect();
					assert.equal(connected.status, 200);
					assert.equal(mcp.negotiated, era === MODERN ? undefined : era);
					const list = await mcp.request('tools/list');
					assert.deepEqual(list.json.result.tools.map((tool) => tool.name), ['get_graph_user_details']);
					isAlice(await mcp.callTool());
				}
			});
		}

		it('keeps two people apart', async () => {
			const alice = await enter();
			await site.standin.user(BOB);
			const bob = await enter();
			await site.standin.user('alice@contoso.example');
			const [first, other] = await Promise.all([alice.mcp.callTool(), bob.mcp.callTool()]);
			isAlice(first);
			assert.equal(other.json.result.structuredContent.id, 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb');
		});

		it('lasts through refreshes and ends with a revocation', async () => {
			const { client, metadata, tokens, mcp } = await enter();
			const { json } = await refresh(metadata, client, tokens.refresh_token);
			for (const token of [json.access_token, tokens.access_token]) {
				mcp.token = token;
				isAlice(await mcp.callTool());
			}
			assert.equal((await revoke(metadata, client, json.refresh_token)).status, 200);
			assert.equal((await mcp.callTool()).status, 401);
			assert.equal((await refresh(metadata, client, json.refresh_token)).status, 400);
		});

		it('brings back a person who declines at Entra', async () => {
			for (let round = 0; round < 4; round++) {	// the stand-in's wording varies
				const { response } = await site.standin.during({ authorize_error: 'access_denied' }, 
					() => signIn(site.resource(), { browser: trusting() }));
				assert.equal(response.error, 'access_denied');
			}
		});

		it('signs in where Entra asks the person', async () => {
			await site.standin.user('none');
			try {
				await assert.rejects(signIn(site.resource(), { browser: trusting() }), /not sent back to the client: 200/);
			} finally {
				await site.standin.user('alice@contoso.example');
			}
		});
	});
}
