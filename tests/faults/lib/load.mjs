// SPDX-License-Identifier: MIT
// People and clients at work, and a ledger of what they were promised: each token that was given serves until it is
// over, whatever happens meanwhile; each one that was given back is dead.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { post, postJson, request } from '../../e2e/lib/http.mjs';
import { McpClient } from '../../e2e/lib/mcp.mjs';
import { REDIRECT_URI, refresh, revoke } from '../../e2e/lib/oauth.mjs';
import { signIn, signedIn } from '../../e2e/lib/sign-in.mjs';
import { openStream } from '../../gateway/lib/events.mjs';

// The limits count, and count nobody out: a quick machine asks more often here than one address may.
const BOUNDS = ['register', 'register_all', 'token', 'browser', 'client', 'all', 'introspect', 'mcp'];
export const FREELY = Object.fromEntries(BOUNDS.map((name) => [`rate_${name}`, '1000000/1m']));

const AT_ONCE = 8;	// promises that are checked side by side
const CLIENT = { client_name: 'Load', redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' };
const INITIALIZE = ['initialize', {
	protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'load', version: '1' },
}];

const answered = ({ status }) => status === 200;
const hasResult = ({ status, json }) => status === 200 && json?.result !== undefined && json.result.isError !== true;

// Why an answer is none, in a few words; undefined for what nobody may ever get.
function excuse({ status, json }) {
	if (status >= 500)
		return `status ${status}`;
	if (status === 200 && json?.result?.isError === true && json.result.structuredContent?.retryable === true)
		return 'a tool says: later';
	if (status === 200 && json?.error?.code === -32603)
		return 'an upstream failed';
	return undefined;
}

export class Load {
	#over = false;

	// random: 0 to 1.  patience: milliseconds in which a program must answer for itself again.  session: seconds that a
	// session lasts.  margin: milliseconds before its end in which a token is left alone.  key: how tokens are
	// introspected.
	constructor(site, { random = Math.random, patience = 20_000, session = Infinity, margin = 5000, key } = {}) {
		Object.assign(this, { site, random, patience, session, margin, key });
		Object.assign(this, { promised: 0, grants: [], ended: [], done: {}, excuses: {} });
	}

	// Somebody at each of the servers, before anything goes wrong.
	async begin(servers = ['mcp'], count = 1) {
		Object.assign(this, { servers, stay: servers.length * count });
		for (let n = 0; n < count; n++)
			for (const server of servers) {
				const session = await signedIn(this.site.resource(server), { client: this.client });
				this.client ??= session.client;
				this.metadata ??= session.metadata;
				this.#grant(server, session.tokens);
			}
	}

	#grant(server, tokens) {
		const grant = { server, born: Date.now(), busy: false, users: 0 };
		this.#take(grant, tokens);
		this.grants.push(grant);
	}

	// promised: how often tokens were given.
	#take(grant, { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds }) {
		this.promised++;
		Object.assign(grant, { accessToken, refreshToken, until: Date.now() + seconds * 1000 - this.margin });
	}

	pick(list) { return list[Math.floor(this.random() * list.length)]; }

	// A grant that lives, with an access token that does.
	async #living(server) {
		const now = Date.now();
		this.grants = this.grants.filter((grant) => {
			const lives = grant.born + this.session * 1000 - this.margin > now;
			if (!lives)
				this.ended.push({ ...grant, from: grant.born + this.session * 1000 + this.margin });
			return lives;
		});
		const grant = this.pick(this.grants.filter((g) => !g.busy && (server === undefined || g.server === server)));
		if (grant !== undefined && grant.until < now)
			await this.#rotate(grant);
		return grant;
	}

	#count(table, what) { table[what] = (table[what] ?? 0) + 1; }

	// Again, with the same token, until it is right: meanwhile nothing but an excuse may come.
	async #insist(what, send, isRight) {
		for (let deadline = Date.now() + this.patience, pause = 30; ; await sleep(pause)) {
			pause = Math.min(500, pause * 1.5);
			const answer = await send().catch((error) => error);
			if (!(answer instanceof Error) && isRight(answer))
				return answer;
			const why = answer instanceof Error ? this.#lost(answer) : excuse(answer);
			assert.ok(why !== undefined, `${what}: ${answer.status} ${answer.text}`);
			this.#count(this.excuses, `${what}: ${why}`);
			assert.ok(Date.now() < deadline, `${what}: still ${why} after ${this.patience} ms`);
		}
	}

	// A connection that broke; anything else, silence too, is no excuse.
	#lost(error) { return /^(ECONN|EPIPE)/.test(error.code ?? '') ? error.code : undefined; }

	async #rotate(grant) {
		grant.busy = true;
		const send = () => refresh(this.metadata, this.client, grant.refreshToken);
		this.#take(grant, (await this.#insist('refresh', send, answered)).json);
		grant.busy = false;
	}

	#mcp({ server, accessToken }) {
		return new McpClient(this.site.resource(server), accessToken, server === 'mcp' ? undefined : '2025-11-25');
	}

	call(grant) { return this.#mcp(grant).callTool(); }

	// One of each kind; false for nothing done.  A sign-in that is disturbed is begun again by its person: nothing was
	// promised.
	actions = {
		signIn: async () => {
			const server = this.pick(this.servers);
			const session = await signIn(this.site.resource(server), { client: this.client }).catch((error) => error);
			if (session.answer?.status === 200)
				return this.#grant(server, session.tokens);
			this.#count(this.excuses, `sign-in: ${this.#led(session)}`);
			return false;
		},
		refresh: async () => {
			const grant = await this.#living();
			if (grant !== undefined)
				await this.#rotate(grant);
		},
		list: (grant) => this.#insist('list', () => this.#mcp(grant).request('tools/list'), hasResult),
		call: (grant) => this.#insist('call', () => this.call(grant), hasResult),
		through: (grant) => this.#insist('through', () => this.#mcp(grant).request(...INITIALIZE), hasResult),
		introspect: async (grant) => {
			const { json } = await this.#insist('introspect', () => post(this.metadata.introspection_endpoint,
				{ token: grant.accessToken }, { headers: { Authorization: `Bearer ${this.key}` } }), answered);
			assert.equal(json.active, true, 'a token that lives');
		},
		register: () => this.#insist('register',
			() => postJson(this.metadata.registration_endpoint, CLIENT), ({ status }) => status === 201),
		account: () => this.#insist('account', () => request(`${this.site.url}/account`), answered),
		// Of somebody who is not here.
		logout: () => this.#insist('logout', () => request(`${this.site.url}/logout?sid=${randomUUID()}`), answered),
		metadata: () => this.#insist('metadata',
			() => request(`${this.site.url}/.well-known/oauth-authorization-server`), answered),
		// A client that opens a stream, and goes away.
		stream: async (grant) => {
			const { stream } = await this.#insist('stream', async () => {
				const opened = await openStream(`${this.site.resource(grant.server)}/sse`, {
					headers: { Authorization: `Bearer ${grant.accessToken}`, Accept: 'text/event-stream' },
				});
				return { status: opened.status, stream: opened };
			}, answered);
			stream.call.destroy();
		},
		revoke: async (grant) => {
			if (this.grants.indexOf(grant) < this.stay || grant.busy || grant.users > 1)
				return false;		// somebody stays, and nobody is cut short
			grant.busy = true;
			this.grants.splice(this.grants.indexOf(grant), 1);
			await this.#insist('revoke', () => revoke(this.metadata, this.client, grant.refreshToken), answered);
			return this.ended.push(grant);
		},
	};

	// Why a sign-in led nowhere.
	#led(session) {
		const { response, answer, message } = session;
		const why = session instanceof Error ? this.#lost(session) ?? /\b50\d\b/.exec(message)?.[0]
			: response?.error ?? answer?.status;
		assert.ok(/^(ECONN\w*|EPIPE|50\d|server_error|temporarily_unavailable)$/.test(why ?? ''),
			`sign-in: ${why ?? session.stack}`);
		return why;
	}

	// What each kind of action is done to.
	#object = { list: () => this.#living('mcp'), call: () => this.#living('mcp'), through: () => this.#living('weather'),
		introspect: () => this.#living('mcp'), stream: () => this.#living('mcp'), revoke: () => this.#living() };

	async act(kind) {
		const object = this.#object[kind];
		const grant = await object?.();
		if (object !== undefined && grant === undefined)
			return;
		if (grant !== undefined)
			grant.users++;
		try {
			if (await this.actions[kind](grant) !== false)
				this.#count(this.done, kind);
		} finally {
			if (grant !== undefined)
				grant.users--;
		}
	}

	// As many actors as there are names of kinds, each with a pause after an action, until body has ended.
	async during(kinds, body, { pause = 25 } = {}) {
		this.#over = false;
		const actors = Promise.all(kinds.map(async (kind) => {
			for (; !this.#over; await sleep(pause))
				await this.act(kind);
		}));
		const doing = body();
		try {
			return await Promise.race([doing, actors.then(() => assert.fail('no actor ends by itself'))]);
		} finally {
			this.#over = true;	// for the others too, when one fails
			await Promise.allSettled([doing]);	// what it has begun is not left behind
			await actors;
		}
	}

	get over() { return this.#over; }

	get acted() { return Object.values(this.done).reduce((sum, n) => sum + n, 0); }

	get disturbed() { return Object.values(this.excuses).reduce((sum, n) => sum + n, 0); }

	summary() {
		const [grants, ended] = [this.grants.length, this.ended.length];
		return JSON.stringify({ done: this.done, excuses: this.excuses, grants, ended });
	}

	// Every promise, one by one, and a new person.
	async everythingHolds() {
		await this.isWhole();
		await this.#living();
		await inTurns(this.grants, async (grant) => {
			const serves = grant.server === 'mcp' ? this.actions.list : this.actions.through;
			if (grant.until > Date.now())
				await serves(grant);
			await this.#rotate(grant);
			await serves(grant);
		});
		await inTurns(this.ended.filter(({ from = 0 }) => from < Date.now()), (grant) => this.#isDead(grant));
		await this.#signInAnew();
		await this.isWhole();
	}

	async #isDead({ server, accessToken, refreshToken }) {
		const answer = await this.#mcp({ server, accessToken }).request('tools/list');
		assert.equal(answer.status, 401, `what was given back: ${answer.text}`);
		assert.equal((await refresh(this.metadata, this.client, refreshToken)).status, 400);
	}

	// The web server may need a moment to start what was killed last.
	async #signInAnew() {
		for (const deadline = Date.now() + this.patience; ; await sleep(100)) {
			const session = await signedIn(this.site.resource()).catch((error) => error);
			if (session.mcp !== undefined)
				return assert.equal((await session.mcp.callTool()).json.result.isError, false);
			assert.ok(Date.now() < deadline, session.message);
		}
	}

	async isWhole() {
		assert.equal(await this.site.database.integrity(), 'ok');
		assert.equal(await this.site.database.sqlite('PRAGMA foreign_key_check'), '');
		assert.equal(await this.site.database.halfDone(), 0, 'half done');
	}
}

// body of each, some of them at once.
async function inTurns(list, body) {
	const rest = [...list];
	await Promise.all([...Array(AT_ONCE)].map(async () => {
		while (rest.length > 0)
			await body(rest.pop());
	}));
}
