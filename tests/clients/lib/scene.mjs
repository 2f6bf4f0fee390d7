// SPDX-License-Identifier: MIT
// What the clients are tried on: one site for each kind of server.
//
//	builtin		the tools of Sallyport itself
//	upstream	the reference server behind it, over Streamable HTTP
//	older		the same, which has only the transport of 2024-11-05
//
// Each site has one server: a client that names no resource means it.
import { startSite } from '../../e2e/lib/site.mjs';
import { startStandIn } from '../../e2e/lib/standin.mjs';
import { startEverything } from './everything.mjs';
import { ECHO, PROFILE } from './tools.mjs';

const MODES = { upstream: 'streamableHttp', older: 'sse' };

export class Scene {
	// other: a scene whose stand-in and upstream servers are used here as well; it must outlive this one.
	constructor(other) {
		Object.assign(this, { sites: {}, stops: [], other, upstreams: other?.upstreams ?? {} });
	}

	async start({ kinds = ['builtin', 'upstream', 'older'], server = 'lighttpd-fastcgi', top = [] } = {}) {
		this.standin ??= this.other?.standin ?? await this.#keep(startStandIn());
		for (const kind of kinds)
			this.sites[kind] = await this.#keep(startSite(server, {
				standin: this.standin, servers: [await this.#section(kind)],
				top: ['stream_heartbeat = 1', ...top],	// so that the streams of clients that are gone end soon
			}));
	}

	async #section(kind) {
		if (kind === 'builtin')
			return 'mcp';
		this.upstreams[kind] ??= await this.#keep(startEverything(MODES[kind]));
		return { name: 'mcp', upstream: this.upstreams[kind].url, ...kind === 'older' && { upstream_transport: 'sse' } };
	}

	async #keep(started) {
		const it = await started;
		this.stops.unshift(() => it.stop());
		return it;
	}

	url(kind, transport) { return this.sites[kind].resource() + (transport === 'sse' ? '/sse' : ''); }
	tool(kind) { return kind === 'builtin' ? PROFILE : ECHO; }

	async stop() {
		for (const stop of this.stops)
			await stop();
	}
}
