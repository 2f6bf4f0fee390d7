// SPDX-License-Identifier: MIT
// A person and a client at https://mcp.example.org; the stand-in for Entra ID runs on the machine too.
import assert from 'node:assert/strict';
import { startCommand } from '../../e2e/lib/command.mjs';
import { applications, openAccount } from '../../e2e/lib/account.mjs';
import { observe, request } from '../../e2e/lib/http.mjs';
import { refresh } from '../../e2e/lib/oauth.mjs';
import { signedIn } from '../../e2e/lib/sign-in.mjs';
import { StandIn } from '../../e2e/lib/standin.mjs';

export const URL_ = 'https://mcp.example.org';
export const ENTRA = 'https://127.0.0.1:8999';
export const KEEP = '/var/lib/machine';	// the stand-in's keys and certificates, and what the second start is told
const MAIN = new URL('../../standins/entra/main.mjs', import.meta.url).pathname;

// The same signing keys and certificates at each start of the machine.
export async function startScene() {
	const { stop } = await startCommand(process.execPath,
		[MAIN, '--port', '8999', '--tls-dir', `${KEEP}/tls`, '--keys', `${KEEP}/keys.pem`]);
	const standin = new StandIn(ENTRA, stop);
	await standin.allowRedirect(`${URL_}/oauth-callback`);
	return new Scene(standin);
}

class Scene {
	#said = new Set();

	constructor(standin) {
		Object.assign(this, { standin, url: URL_, resource: () => `${URL_}/mcp` });
		observe(({ json }) => [json?.access_token, json?.refresh_token].forEach((token) => token && this.#said.add(token)));
	}

	// A whole sign-in, a tool call, a refresh, and the page of what is connected.
	async visit() {
		const session = await signedIn(this.resource());
		await this.call(session);
		const account = await openAccount(this);
		assert.ok(applications(account.page).has(session.client.client_id), account.page.text);
		await this.renew(session);
		await this.call(session);
		return { ...session, account };
	}

	async call({ mcp }) {
		const answer = await mcp.callTool();
		assert.equal(answer.status, 200, answer.text);
		assert.equal(answer.json?.result?.isError, false, answer.text);
		assert.equal(answer.json.result.structuredContent.userPrincipalName, 'alice@contoso.example');
	}

	async renew(session) {
		const answer = await refresh(session.metadata, session.client, session.tokens.refresh_token);
		assert.equal(answer.status, 200, answer.text);
		session.tokens = answer.json;
		session.mcp.token = answer.json.access_token;
	}

	// Any answer of a program is one, but not the web server's that it has none.
	async reaches(program) {
		const path = { metadata: '.well-known/oauth-authorization-server', mcp: 'mcp' }[program] ?? program;
		const { status, text } = await request(`${URL_}/${path}`);
		assert.ok(status < 500, `${program}: ${status} ${text}`);
	}

	// Everything that no log may hold.
	async secrets() {
		return [...this.#said, ...await this.standin.secrets()].filter((secret) => secret.length >= 16);
	}

	stop() { return this.standin.stop(); }
}
