// SPDX-License-Identifier: MIT
// A site under observation: what it told clients and browsers, what it wrote to its logs, and that neither holds
// anything of Entra's.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { observe } from '../../e2e/lib/http.mjs';
import { readChallenge } from '../../e2e/lib/oauth.mjs';
import { startSite } from '../../e2e/lib/site.mjs';
import { POLICY } from '../../standins/entra/world.mjs';

const PATIENCE = 20_000;
const ENTRA_SAYS = new RegExp(['AADSTS\\d', 'Trace ID', 'Correlation ID', 'capolids', 'insufficient_claims',
	'InteractionRequired', 'InvalidAuthenticationToken'].join('|'));
const OF_OURS = /entra (token|sign-in): (status \d+ )?[a-z_]+ AADSTS\d+/g;	// the number alone, in a log
const SECRET_LENGTH = 20;	// of what the stand-in calls secret, nothing shorter can be looked for in a text

export const observed = (site) => new Watched(site);
export async function watch(server, options) { return observed(await startSite(server, options)); }

// What a policy demands in this world, and what an authentication context looks like.
export const POLICY_CLAIMS = { access_token: { capolids: { essential: true, values: [POLICY] } } };
export const contextClaims = (value) => ({ access_token: { acrs: { essential: true, value } } });

class Watched {
	constructor(site) {
		const answers = [];
		Object.assign(this, { site, standin: site.standin, database: site.database, url: site.url, answers });
		this.end = observe((answer) => answer.url.startsWith(`${site.url}/`) && answers.push(answer));
	}

	resource(name) { return this.site.resource(name); }

	logs() {
		const folder = path.join(this.site.keep, 'log');
		return readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
	}

	// Lines of our programs: a web server writes its own when it likes.
	ours() { return this.logs().split('\n').filter((line) => /sallyport [a-z-]+: /.test(line)); }

	// Lines of ours that have the text; a line is written after the answer.
	async line(text) {
		const lines = () => this.ours().filter((line) => line.includes(text));
		for (const until = Date.now() + PATIENCE; Date.now() < until && lines().length === 0;)
			await sleep(10);
		assert.ok(lines().length > 0, `no line with ${text}`);
		return lines().at(-1);
	}

	// Back to the start at Entra, and here as if everything might be asked again.
	async reset() {
		await this.standin.reset();
		await this.database.forgetSetbacks();
	}

	// Nothing of a demand, of Entra's words or of its secrets has got out, but to Entra itself.
	async keepsItToItself() {
		const secrets = (await this.standin.secrets()).filter((secret) => secret.length >= SECRET_LENGTH);
		const told = this.answers.map(({ url, status, headers, text }) => {
			const { location, ...rest } = headers;
			const toEntra = location?.startsWith(this.standin.url);
			return { where: `${status} of ${new URL(url).pathname}`, what: JSON.stringify([toEntra ? rest : headers, text]) };
		});
		assert.ok(secrets.length > 0 && told.length > 0, 'there is something to look for, and where');
		for (const { where, what } of [...told, { where: 'the logs', what: this.logs() }]) {
			assert.doesNotMatch(where === 'the logs' ? what.replaceAll(OF_OURS, '') : what, ENTRA_SAYS, where);
			assert.ok(!what.includes(POLICY), `a demand in ${where}`);
			for (const secret of secrets)
				assert.ok(!what.includes(secret), `${secret.slice(0, 12)}... in ${where}`);
		}
		for (const name of ['alice@', 'Alice Example', 'aaaaaaaa-aaaa', 'bob@', 'Bob Example', 'bbbbbbbb-bbbb'])
			assert.ok(!this.logs().includes(name), `${name} in a log`);
	}

	stop() {
		this.end();
		return this.site.stop();
	}
}

export function isUser({ status, json, text }, name = 'Alice Example') {
	assert.equal(status, 200, text);
	assert.equal(json?.result?.structuredContent?.displayName, name, text);
}

// 401 with all that a client needs to begin anew; the session itself has not ended.
export function isAskedForMore({ status, headers, text }, resource) {
	assert.equal(status, 401, text);
	const challenge = readChallenge(headers['www-authenticate']);
	assert.equal(challenge.error, 'invalid_token');
	assert.match(challenge.error_description, /asks the user for more/);
	const { origin, pathname } = new URL(resource);
	assert.equal(challenge.resource_metadata, `${origin}/.well-known/oauth-protected-resource${pathname}`);
}

// The session is over: the client must ask its person again.
export function isOver({ status, headers, text }) {
	assert.equal(status, 401, text);
	const challenge = readChallenge(headers['www-authenticate']);
	assert.equal(challenge.error, 'invalid_token');
	assert.match(challenge.error_description, /session has ended|sign in again|revoked|expired/);
}

// A failure that a model can read and act on; gives its text, what follows the reference aside.
export function isToolError({ status, json, text }, { retryable, advice }) {
	assert.equal(status, 200, text);
	const { isError, content, structuredContent } = json?.result ?? {};
	assert.equal(isError, true, text);
	assert.equal(structuredContent?.retryable, retryable, text);
	assert.equal(structuredContent.error, content[0].text);
	assert.match(content[0].text, advice);
	return /\(reference ([0-9a-f]{16})\)$/.exec(content[0].text)[1];
}
