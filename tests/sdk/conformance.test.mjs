// SPDX-License-Identifier: MIT
// The official conformance suite: its scenarios for authorization servers, and those for MCP servers that ask no tools
// of its own.  Where a scenario asks some beside other things, `cannot` names those checks, and no others may fail.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browser } from '../e2e/lib/browser.mjs';
import { freePort } from '../e2e/lib/free-port.mjs';
import { discover, register } from '../e2e/lib/oauth.mjs';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { startStandIn } from '../e2e/lib/standin.mjs';
import { startProxy } from './proxy.mjs';
import { idsOf, runSuite } from './suite.mjs';

const METADATA = ['authorization-code-grant', 'authorization-server-metadata', 'authorization-server-metadata-cimd'];
const SERVERS = ['lighttpd-fastcgi', 'lighttpd-cgi', 'apache-proxy-fcgi', 'apache-fcgid', 'apache-cgi'];

// What depends on how a server passes headers and bodies on: asked of each.
const HEADERS = { scenario: 'http-header-validation', revision: '2026-07-28', good: 14 };
const STATELESS = {
	scenario: 'server-stateless', revision: '2026-07-28', good: 24,
	cannot: [	// they want test_missing_capability, test_streaming_elicitation and test_logging_tool
		'sep-2575-http-server-no-independent-requests-on-stream', 'sep-2575-missing-capability-http-400',
		'sep-2575-server-no-log-without-loglevel', 'sep-2575-server-rejects-undeclared-capability',
	],
};
const OTHERS = [
	{ scenario: 'server-initialize', revision: '2025-06-18', good: 2 },
	{ scenario: 'server-initialize', revision: '2025-11-25', good: 2 },
	{ scenario: 'ping', revision: '2025-06-18', good: 2 },
	{ scenario: 'ping', revision: '2025-11-25', good: 2 },
	{ scenario: 'tools-list', revision: '2025-06-18', good: 2 },
	{ scenario: 'tools-list', revision: '2025-11-25', good: 3 },
	{ scenario: 'tools-list', revision: '2026-07-28', good: 3 },
	{ scenario: 'dns-rebinding-protection', revision: '2025-11-25', good: 2 },
	{ scenario: 'dns-rebinding-protection', revision: '2026-07-28', good: 2 },
	{ scenario: 'sep-2164-resource-not-found', revision: '2026-07-28', good: 4 },
	{	// says only that there are no sessions, and says it without a check
		scenario: 'server-session-lifecycle', revision: '2025-11-25', good: 0,
	},
	{
		scenario: 'caching', revision: '2026-07-28', good: 4,
		cannot: [	// we have neither prompts nor resources
			'sep-2549-prompts-list-caching-hints', 'sep-2549-resources-list-caching-hints',
			'sep-2549-resources-templates-list-caching-hints',
		],
	},
];
const EARLIER = ['server-initialize', 'ping', 'tools-list'].map((scenario) => ({ scenario, version: '0.1', good: 1 }));
EARLIER.push({ scenario: 'dns-rebinding-protection', version: '0.1', good: 2 });

async function serverScenario(url, { scenario, revision, version = '0.2', good, cannot = [] }) {
	const args = ['server', '--url', url, '--scenario', scenario, ...revision ? ['--spec-version', revision] : []];
	const { checks, output } = await runSuite(version, args);
	assert.notEqual(checks.length, 0, output);
	assert.deepEqual(idsOf(checks, 'FAILURE', 'WARNING'), cannot, JSON.stringify(checks, undefined, 2));
	assert.equal(idsOf(checks, 'SUCCESS').length, good, JSON.stringify(checks, undefined, 2));
}

// The suite listens for the answer and prints where a browser has to go; anything amiss there ends it.
async function authorizationScenarios(site, revision) {
	const port = freePort();
	const { metadata, protectedResource } = await discover(site.resource());
	const client = await register(metadata, { redirect_uris: [`http://127.0.0.1:${port}/callback`] });
	let problem;
	const { checks, output } = await runSuite('0.2', [
		'authorization', '--url', metadata.issuer, '--client-id', client.client_id, '--port', String(port),
		'--resource', protectedResource.resource, '--spec-version', revision,
	], (line, child) => {
		if (line.startsWith(`${metadata.authorization_endpoint}?`))
			approve(line).catch((error) => { problem = error; child.kill('SIGTERM'); });
	});
	assert.ifError(problem);
	assert.deepEqual(idsOf(checks, 'FAILURE', 'SKIPPED'), [], JSON.stringify(checks, undefined, 2));
	return { checks, output };
}

async function approve(url) {
	const browser = new Browser();
	const page = await browser.open(url);
	const { status, text } = await browser.submit(page, 'approve');
	assert.equal(status, 200, text);
}

describe('official conformance suite', () => {
	let standin;
	before(async () => { standin = await startStandIn(); });
	after(() => standin.stop());

	for (const server of SERVERS)
		describe(server, { concurrency: 2 }, () => {
			let site;
			let proxy;
			before(async () => {
				site = await startSite(server, { standin });
				const { tokens } = await signIn(site.resource());
				proxy = await startProxy(site.resource(), tokens.access_token);
			});
			after(async () => { proxy.stop(); await site.stop(); });

			for (const asked of [HEADERS, STATELESS, ...server === SERVERS[0] ? [...OTHERS, ...EARLIER] : []])
				test(`${asked.scenario} ${asked.revision ?? `(suite ${asked.version})`}`, () =>
					serverScenario(proxy.url, asked));
			test('authorization server', async () => {
				const { checks, output } = await authorizationScenarios(site, '2026-07-28');
				assert.deepEqual(idsOf(checks, 'SUCCESS'), METADATA, output);
			});
		});

	test('authorization server whose issuer has a path', async () => {
		const site = await startSite('lighttpd-fastcgi', { standin, path: '/gate' });
		try {
			const { checks, output } = await authorizationScenarios(site, '2025-11-25');
			assert.deepEqual(idsOf(checks, 'SUCCESS'), METADATA, output);
		} finally {
			await site.stop();
		}
	});
});
