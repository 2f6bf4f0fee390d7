// SPDX-License-Identifier: MIT
// A site with one person signed in, and what that person's client sends.
import { McpClient, modern } from '../../e2e/lib/mcp.mjs';
import { signedIn } from '../../e2e/lib/sign-in.mjs';
import { startSite } from '../../e2e/lib/site.mjs';

export const TOOL = 'get_graph_user_details';

export class Scene {
	// Requests are counted as everywhere, but nobody meets the limit.
	static async start(server, options = {}) {
		const limits = { rate_mcp: '1000000/1s', ...options.limits };
		const site = await startSite(server, { ...options, limits });
		try {
			return new Scene(site, await signedIn(site.resource()));
		} catch (error) {
			await site.stop();
			throw error;
		}
	}

	constructor(site, session) {
		Object.assign(this, {
			site, session, conf: `${site.keep}/sallyport.conf`, url: site.resource(), state: `${site.keep}/state`,
		});
	}

	client() { return new McpClient(this.url, this.session.tokens.access_token); }

	request(method, params = {}) {
		const { headers, body } = modern(method, params);
		return {
			url: this.url, body: JSON.stringify(body),
			headers: { ...headers, Authorization: `Bearer ${this.session.tokens.access_token}` },
		};
	}

	list() { return this.request('tools/list'); }
	call() { return this.request('tools/call', { name: TOOL, arguments: {} }); }

	// The session was last seen so many seconds ago.
	lastUsed(ago) {
		return this.site.database.sqlite(`UPDATE session SET last_used_at = unixepoch() - ${ago}`);
	}

	stop() { return this.site.stop(); }
}
