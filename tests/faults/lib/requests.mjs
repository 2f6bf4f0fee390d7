// SPDX-License-Identifier: MIT
// One request of each kind that the programs serve, and what an answer to it promises.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { applications, openAccount } from '../../e2e/lib/account.mjs';
import { Browser, readForm } from '../../e2e/lib/browser.mjs';
import { form, post, postJson, request } from '../../e2e/lib/http.mjs';
import { McpClient } from '../../e2e/lib/mcp.mjs';
import { REDIRECT_URI, authorization, readResponse, redeem, refresh, register, revoke } from '../../e2e/lib/oauth.mjs';
import { approve, atClient, signedIn, signedInByHand } from '../../e2e/lib/sign-in.mjs';
import { privateFile } from '../../gateway/lib/gate.mjs';
import { eventually } from '../../gateway/lib/process.mjs';
import { ALICE, BOB } from '../../standins/entra/world.mjs';
import { startUpstream } from '../../standins/upstream/upstream.mjs';
import { startFaulty } from './faulty.mjs';
import { FREELY } from './load.mjs';

const TIMEOUT = 2;	// seconds, of what the product asks Entra and Graph

const CLIENT = { client_name: 'A client', redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };

// What everything is tried with: a site, and somebody who is signed in at each of its servers.
export class Scene {
	static async open(server, options = {}) {
		const scene = new Scene();
		scene.key = randomBytes(36).toString('base64');
		scene.file = privateFile(`${scene.key}\n`);
		scene.upstream = await startUpstream();
		try {
			scene.faulty = await startFaulty(server, {
				limits: FREELY, entra: { timeout: TIMEOUT }, ...options,
				servers: [{ name: 'mcp', tools: 'builtin', introspection_key: scene.file.file },
					{ name: 'weather', upstream: scene.upstream.url }],
			});
			Object.assign(scene, { site: scene.faulty.site, faults: scene.faulty.faults });
			scene.session = await signedIn(scene.site.resource());
			scene.weather = await signedIn(scene.site.resource('weather'), { era: '2025-11-25' });
			scene.told = new Set();
			scene.remember(scene.session.tokens, scene.weather.tokens);
			return scene;
		} catch (error) {
			await scene.close();
			throw error;
		}
	}

	get metadata() { return this.session.metadata; }
	get client() { return this.session.client; }
	get tokens() { return this.session.tokens; }

	remember(...answers) {
		for (const { access_token: access, refresh_token: again } of answers)
			for (const token of [access, again].filter(Boolean))
				this.told.add(token);
	}

	// The session's tokens from here on.
	take({ json }) {
		this.session.tokens = json;
		this.remember(json);
	}

	mcp(token = this.tokens.access_token) { return new McpClient(this.site.resource(), token); }

	// A new sign-in, up to the consent page.
	async begun() {
		const browser = new Browser();
		const asked = authorization(this.metadata, this.client);
		return { browser, asked, page: await browser.open(asked.url) };
	}

	// From a consent page to tokens that serve.
	async finish({ browser, asked, page }) {
		const { code } = await approve(browser, page, asked, this.metadata);
		await this.redeems(asked, code);
	}

	async redeems(asked, code) {
		const answer = await redeem(this.metadata, asked, code);
		assert.equal(answer.status, 200, answer.text);
		await this.serves(answer.json.access_token);
	}

	async serves(token) {
		const answer = await this.mcp(token).request('tools/list');
		assert.equal(answer.status, 200, answer.text);
	}

	// Bob has connected one application, and looks at it.
	async connected() {
		const bob = this.bob ??= await openAccount(this.site, { user: BOB });
		bob.page = await bob.reload();
		if (!/Signed in as/.test(bob.page.text))	// the time is over
			Object.assign(bob, await openAccount(this.site, { user: BOB }));
		if (bob.session === undefined || !applications(bob.page).has(bob.session.client.client_id)) {
			if (bob.session !== undefined)		// what is not shown any more has ended
				await this.isOver(bob.session);
			await this.site.standin.user(BOB);
			bob.session = await signedIn(this.site.resource()).finally(() => this.site.standin.user(ALICE));
			bob.page = await bob.reload();
		}
		this.remember(bob.session.tokens);
		return bob;
	}

	async isOver({ client, tokens }) {
		await this.isDead(tokens.access_token);
		assert.equal((await refresh(this.metadata, client, tokens.refresh_token)).json.error, 'invalid_grant');
	}

	async isDead(token) { assert.equal((await this.mcp(token).request('tools/list')).status, 401); }

	async close() {
		try {
			await this.faulty?.stop();
		} finally {
			await this.upstream.stop();
			this.file.remove();
		}
	}
}

// What a browser sends when that button of a page is pressed.
function press({ browser, page }, value) {
	const { action, fields } = readForm(page, value);
	return browser.fetch(new URL(action, page.landed).href, {
		method: 'POST', body: form(fields),
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: page.landed.origin },
	});
}

// Of a button that disconnects.
const isBack = ({ status, location }) => status === 303 && /\/account$/.test(location ?? '');

async function isDisconnected(scene, { session, reload }) {
	const page = await reload();
	assert.match(page.text, /role="status"[^>]*>(The application is|All applications are) disconnected/);
	assert.ok(!applications(page).has(session.client.client_id));
	await scene.isOver(session);
}

const isUser = ({ json }) => json?.result?.structuredContent?.success === true;

// A failure that a model, or the client, may try again.
const isToldLater = ({ status, json }) => status === 200 &&
	((json?.result?.isError === true && json.result.structuredContent?.retryable !== false) ||
		json?.error?.code === -32603);

// An OAuth error on its way back to the client.
const isSentBack = ({ location }) => location !== undefined && /^https?:/.test(location) &&
	['server_error', 'temporarily_unavailable'].includes(new URL(location).searchParams.get('error'));

// prepare(scene) makes what send(scene, state) needs; good(answer) is a promise, which holds(scene, state, answer) then
// redeems; refused(answer): the request was told to have failed, in a way of its own beside 5xx; otherwise(scene,
// state) is what must go well when there was no promise.
export const REQUESTS = {
	metadata: {
		send: (scene) => request(`${scene.site.url}/.well-known/oauth-authorization-server`),
		good: ({ status, json }) => status === 200 && json?.issuer !== undefined,
	},
	register: {
		send: (scene) => postJson(scene.metadata.registration_endpoint, CLIENT),
		good: ({ status, json }) => status === 201 && json?.client_id !== undefined,
		holds: async (scene, state, { json }) => {
			const page = await new Browser().open(authorization(scene.metadata, json).url);
			assert.equal(page.status, 200, page.text);
		},
	},
	authorize: {
		prepare: (scene) => authorization(scene.metadata, scene.client),
		send: (scene, asked) => request(asked.url),
		good: ({ location }) => /\/consent\?/.test(location ?? ''),
		refused: isSentBack,
		holds: async (scene, asked, { location }) => {
			const browser = new Browser();
			await scene.finish({ browser, asked, page: await browser.open(new URL(location, scene.site.url).href) });
		},
	},
	'consent, the page': {
		prepare: (scene) => request(authorization(scene.metadata, scene.client).url),
		send: (scene, { location }) => new Browser().open(new URL(location, scene.site.url).href),
		good: ({ status, text }) => status === 200 && /<form method="post"/.test(text),
	},
	'consent, approved': {
		prepare: (scene) => scene.begun(),
		send: (scene, state) => press(state, 'approve'),
		good: ({ status, location }) => status >= 302 && status <= 303 && /\/authorize\?/.test(location ?? ''),
		refused: isSentBack,
		holds: async (scene, { browser, asked }, { location }) => {
			const { landed } = await browser.open(location, { stop: atClient(asked) });
			await scene.redeems(asked, readResponse(landed, scene.metadata.issuer).code);
		},
	},
	'oauth-callback': {
		prepare: async (scene) => {
			const state = await scene.begun();
			const stop = (url) => /\/oauth-callback\?/.test(url);
			const { landed } = await state.browser.submit(state.page, 'approve', { stop });
			return { ...state, landed };
		},
		send: (scene, { browser, landed }) => browser.fetch(landed.href),
		good: ({ location }) => /[?&]code=/.test(location ?? ''),
		refused: isSentBack,
		holds: (scene, { asked }, { location }) =>
			scene.redeems(asked, readResponse(new URL(location), scene.metadata.issuer).code),
	},
	'token, a code': {
		prepare: async (scene) => {
			const state = await scene.begun();
			const { code } = await approve(state.browser, state.page, state.asked, scene.metadata);
			return { ...state, code };
		},
		send: (scene, { asked, code }) => redeem(scene.metadata, asked, code),
		good: ({ status, json }) => status === 200 && json?.refresh_token !== undefined,
		holds: async (scene, state, { json }) => {
			await scene.serves(json.access_token);
			assert.equal((await refresh(scene.metadata, scene.client, json.refresh_token)).status, 200);
		},
	},
	'token, a refresh': {
		send: (scene) => refresh(scene.metadata, scene.client, scene.tokens.refresh_token),
		good: ({ status, json }) => status === 200 && json?.refresh_token !== undefined,
		holds: async (scene, state, answer) => {
			scene.take(answer);
			await scene.serves(answer.json.access_token);
		},
		otherwise: async (scene) => {
			const again = await refresh(scene.metadata, scene.client, scene.tokens.refresh_token);
			assert.equal(again.status, 200, again.text);
			scene.take(again);
		},
	},
	revoke: {
		prepare: async (scene) => {
			scene.take(await refresh(scene.metadata, scene.client, scene.tokens.refresh_token));
			return scene.tokens.access_token;
		},
		send: (scene, token) => revoke(scene.metadata, scene.client, token),
		good: ({ status }) => status === 200,
		holds: (scene, token) => scene.isDead(token),
	},
	introspect: {
		prepare: async (scene) => {
			scene.take(await refresh(scene.metadata, scene.client, scene.tokens.refresh_token));
			return scene.tokens.access_token;
		},
		send: (scene, token) => post(scene.metadata.introspection_endpoint, { token },
			{ headers: { Authorization: `Bearer ${scene.key}` } }),
		good: ({ status, json }) => status === 200 && json?.active === true,
	},
	logout: {
		prepare: (scene) => signedInByHand(scene.site),	// others may have signed in under the same sid
		send: (scene, { sid }) => request(`${scene.site.url}/logout?${form({ sid })}`),
		good: ({ status }) => status === 200,
		holds: (scene, { tokens }) => scene.isDead(tokens.access_token),
	},
	'account, the page': {
		prepare: (scene) => scene.connected(),
		send: (scene, { reload }) => reload(),
		good: (page) => page.status === 200 && /Signed in as/.test(page.text) && applications(page).size > 0,
	},
	'account, one is ended': {
		prepare: (scene) => scene.connected(),
		send: (scene, state) => press(state, state.session.client.client_id),
		good: isBack,
		holds: isDisconnected,
	},
	'account, all are ended': {
		prepare: (scene) => scene.connected(),
		send: (scene, state) => press(state, 'end-all'),
		good: isBack,
		holds: isDisconnected,
	},
	'mcp, a list': {
		prepare: (scene) => scene.serves(scene.tokens.access_token),	// its first use is written down
		send: (scene) => scene.mcp().request('tools/list'),
		good: ({ status, json }) => status === 200 && json?.result?.tools !== undefined,
		refused: isToldLater,
	},
	'mcp, a call': {
		prepare: (scene) => scene.site.database.sqlite('DELETE FROM exchanged_token; DELETE FROM setback'),
		send: (scene) => scene.mcp().callTool(),
		good: isUser,
		refused: isToldLater,
		// Soon: whoever died while it exchanged a token keeps the others from it for two timeouts.
		otherwise: async (scene) => {
			await scene.site.database.forgetSetbacks();
			await eventually(async () => isUser(await scene.mcp().callTool()), 'a call that goes well', 20_000);
		},
	},
	'mcp, through to an upstream': {
		send: (scene) => scene.weather.mcp.request('initialize', {
			protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' },
		}),
		good: ({ status, json }) => status === 200 && json?.result?.serverInfo !== undefined,
		refused: isToldLater,
	},
};

// Sends while the fault is there, for which during(send) sees.  Answers 'kept' for a promise, 'refused' for a failure
// that was told, 'lost' for no answer; anything else throws.
export async function meet(scene, name, during = (send) => send()) {
	const { prepare, send, good, refused = () => false, holds, otherwise } = REQUESTS[name];
	const state = await prepare?.(scene);
	let answer;
	try {
		answer = await during(() => send(scene, state));
	} catch (error) {
		assert.ok(error.code !== undefined && error.code !== 'ERR_ASSERTION', error.message);	// hung, or worse
	}
	assert.equal(scene.faults.get('crash'), 0, 'a signal ended a program');
	if (answer !== undefined && good(answer)) {
		await holds?.(scene, state, answer);
		return 'kept';
	}
	assert.ok(answer === undefined || answer.status >= 500 || refused(answer),
		`${answer?.status} ${answer?.location} ${answer?.text}`);
	for (const token of scene.told)
		assert.ok(!answer?.text.includes(token), `a token in ${answer?.text}`);
	await otherwise?.(scene, state);
	return answer === undefined ? 'lost' : 'refused';
}

// The database is whole, who was signed in still is, and no log has a token.
export async function isWhole(scene) {
	assert.equal(await scene.site.database.integrity(), 'ok');
	assert.equal(await scene.site.database.sqlite('PRAGMA foreign_key_check'), '');
	assert.equal(await scene.site.database.halfDone(), 0, 'half done');
	for (const name of Object.keys(REQUESTS))
		assert.equal(await meet(scene, name), 'kept', name);
	const folder = path.join(scene.site.keep, 'log');
	for (const file of readdirSync(folder)) {
		const text = readFileSync(path.join(folder, file), 'utf8');
		for (const token of scene.told)
			assert.ok(!text.includes(token), `a token in ${file}`);
	}
}
