// SPDX-License-Identifier: MIT
// A site whose application has one kind of credential, with a stand-in for Entra that may trust it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { IDENTITY_PRINCIPAL, SALLYPORT, TENANT } from '../../standins/entra/world.mjs';
import { startSite } from '../../e2e/lib/site.mjs';
import { startStandIn } from '../../e2e/lib/standin.mjs';
import { Programs } from './programs.mjs';

export const AUDIENCE = 'api://AzureADTokenExchange';
export const HOUR = 3600;
const IDENTITY_PATH = /^\/((himds\/)?metadata\/identity|msi)\//;

export class Gate {
	// prepare(standin, programs) answers keys of [entra]; env(standin) what the programs find in their environment; clock:
	// it can be moved.
	static async open(server, prepare, { env = () => ({}), limits, clock, top } = {}) {
		const standin = await startStandIn();
		const programs = new Programs(env(standin), { clock });
		try {
			const entra = await prepare(standin, programs);
			const site = await startSite(server, { standin, entra, limits, top, env: { SALLYPORT_BIN: programs.bin } });
			return new Gate(standin, programs, site);
		} catch (error) {
			await standin.stop();
			programs.remove();
			throw error;
		}
	}

	constructor(standin, programs, site) { Object.assign(this, { standin, programs, site }); }

	get resource() { return this.site.resource(); }

	// Both clocks; the programs must never be ahead of the stand-in.
	async moveClock(seconds) {
		await this.standin.set({ clock_offset: seconds });
		this.programs.moveClock(seconds);
	}

	// What a source of managed identities was asked since the log was cleared.
	async identityRequests() { return (await this.standin.log()).filter(({ path: where }) => IDENTITY_PATH.test(where)); }

	async assertions() {
		return (await this.standin.log()).map(({ form }) => form.client_assertion).filter((text) => text !== undefined);
	}

	// As if nothing had been fetched yet; with sessions as they are.
	async forget({ token = true } = {}) {
		await this.site.database.sqlite('DELETE FROM setback; DELETE FROM exchanged_token;');
		if (token)
			await this.site.database.sqlite('DELETE FROM assertion;');
		await this.standin.clearLog();
	}

	// What the programs said on standard error.
	said() { return this.site.log(this.site.server === 'lighttpd-fastcgi' ? 'programs.log' : 'error.log'); }

	check() {
		const { status, stdout, stderr } = spawnSync(path.join(this.site.bin, 'sallyport'), ['check'], {
			encoding: 'utf8', env: { PATH: process.env.PATH, SALLYPORT_CONF: path.join(this.site.keep, 'sallyport.conf') },
		});
		assert.doesNotMatch(stdout + stderr, /eyJ/);
		return { status, text: stdout + stderr };
	}

	async close() {
		try {
			await this.site.stop();
		} finally {
			await this.standin.stop();
			this.programs.remove();
		}
	}
}

export function trustIdentity(standin, change = {}) {
	return standin.control('federated_credential', {
		client_id: SALLYPORT, name: `n${Object.values(change).join('').length}`, issuer: `${standin.url}/${TENANT}/v2.0`,
		subject: IDENTITY_PRINCIPAL, audience: AUDIENCE, ...change,
	});
}
