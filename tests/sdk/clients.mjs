// SPDX-License-Identifier: MIT
// The official clients, each with what differs between them: where they are, how they take the authorization response,
// and which protocol versions they may end up with.
const PACKAGES = new URL('../../build/npm/node_modules/', import.meta.url);
const load = (path) => import(new URL(path, PACKAGES));

async function first(directory) {
	const [client, transport, auth] = await Promise.all(['index', 'streamableHttp', 'auth'].map((name) =>
		load(`${directory}/dist/esm/client/${name}.js`)));
	return { ...client, ...transport, ...auth };
}

const second = () => load('client-2/dist/index.mjs');

// What a first-generation transport takes: the host has to check iss itself (RFC 9207), and does, in person.mjs.
const code = (parameters) => parameters.get('code');

export const CLIENTS = [
	{ name: 'sdk 1.10.0', load: () => first('sdk-1.10'), version: '2024-11-05', response: code },
	{ name: 'sdk 1.32.2', load: () => first('sdk-1'), version: '2025-11-25', response: code },
	{ name: 'client 2.4.0, legacy', load: second, version: '2025-11-25', options: {} },
	{ name: 'client 2.4.0, auto', load: second, version: '2026-07-28', options: { versionNegotiation: { mode: 'auto' } } },
	{
		name: 'client 2.4.0, pinned', load: second, version: '2026-07-28',
		options: { versionNegotiation: { mode: { pin: '2026-07-28' } } },
	},
];
