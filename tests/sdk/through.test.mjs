// SPDX-License-Identifier: MIT
// The official conformance suite against our fixture (tests/standins/mcp-server), and against the same server behind
// Sallyport: what it finds must be the same, check by check.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { startStandIn } from '../e2e/lib/standin.mjs';
import { startProxy } from './proxy.mjs';
import { runRevision, runScenario, startFixture } from './through-referee.mjs';

// Every run: version of the suite, revision that it speaks, and what the fixture gets without Sallyport.
const RUNS = [
	{ version: '0.1', revision: '2025-06-18', scenarios: 26, good: 26 },
	{
		version: '0.1', revision: '2025-11-25', scenarios: 32, good: 44,
		cannot: [	// that scenario says 2025-03-26 in its header, and clients of then must not get the event without data
			'WARNING server-sse-priming-event ServerSendsPrimingEvent', 'WARNING server-sse-retry-field ServerSendsRetryField',
		],
	},
	{ version: '0.2', revision: '2025-03-26', scenarios: 1, good: 3 },
	{ version: '0.2', revision: '2025-06-18', scenarios: 27, good: 56 },
	{ version: '0.2', revision: '2025-11-25', scenarios: 33, good: 84 },
	{ version: '0.2', revision: '2026-07-28', scenarios: 40, good: 153 },
];
// Of no revision: methods that Sallyport knows nothing of.
const EXTENSION = ['sep-2640-skills-directory', 'sep-2640-skills-enumeration', 'sep-2640-skills-manifest'];
const FIRST = 'lighttpd-fastcgi';

// What depends on the web server, asked of the others: streams, sessions, GET, DELETE, Last-Event-ID, headers.
const OTHERS = ['apache-proxy-fcgi', 'apache-fcgid', 'lighttpd-cgi', 'apache-cgi'];
const CHOSEN = [
	...['server-session-lifecycle', 'server-sse-polling', 'server-sse-multiple-streams', 'tools-call-elicitation',
		'tools-call-with-progress', 'dns-rebinding-protection'].map((scenario) => ['2025-11-25', scenario]),
	...['server-stateless', 'server-sse-multiple-streams', 'http-header-validation',
		'http-custom-header-server-validation'].map((scenario) => ['2026-07-28', scenario]),
];

const title = ({ version, revision }) => `${revision} (suite ${version})`;

// There are no differences that are known and meant.
function compare(direct, through, scenarios) {
	const different = scenarios.flatMap((scenario) =>
		differences(direct.found[scenario] ?? [], through.found[scenario] ?? []).map((line) => `${scenario}: ${line}`));
	const troubles = scenarios.flatMap((scenario) => through.troubles[scenario] ?? []);
	assert.deepEqual(different, [], [...different, ...troubles.length === 0 ? [through.output] : troubles].join('\n'));
}

function differences(without, through) {
	const lines = [...new Set([...without, ...through])];
	const count = (list, line) => list.filter((other) => other === line).length;
	return lines.filter((line) => count(without, line) !== count(through, line))
		.map((line) => `${line}: ${count(through, line)} instead of ${count(without, line)}`);
}

describe('conformance through the gateway', { concurrency: 2 }, () => {
	let standin;
	let fixture;
	const direct = new Map();	// by run, a promise
	before(async () => {
		[standin, fixture] = await Promise.all([startStandIn(), startFixture()]);
		for (const run of RUNS)
			direct.set(run, runRevision(fixture.url, run));
	});
	after(() => Promise.all([standin.stop(), fixture.stop()]));

	for (const run of RUNS)
		test(`without it, ${title(run)}`, async () => {
			const { found, output } = await direct.get(run);
			const all = Object.values(found).flat();
			assert.equal(Object.keys(found).length, run.scenarios, output);
			assert.deepEqual(all.filter((line) => !/^(SUCCESS|INFO) /.test(line)), run.cannot ?? [], output);
			assert.equal(all.filter((line) => line.startsWith('SUCCESS ')).length, run.good, output);
		});

	for (const server of [FIRST, ...OTHERS])
		describe(server, { concurrency: 2 }, () => {
			let site;
			let proxy;
			before(async () => {
				site = await startSite(server, { standin, servers: [{ name: 'mcp', upstream: fixture.url }] });
				const { tokens } = await signIn(site.resource());
				proxy = await startProxy(site.resource(), tokens.access_token);
			});
			after(async () => { proxy?.stop(); await site?.stop(); });

			for (const run of server === FIRST ? RUNS : [])
				test(title(run), async () => {
					const [through, without] = await Promise.all([runRevision(proxy.url, run), direct.get(run)]);
					compare(without, through, [...new Set([through, without].flatMap(({ found }) => Object.keys(found)))]);
				});
			for (const scenario of server === FIRST ? EXTENSION : [])
				test(scenario, async () => {
					const [through, without] = await Promise.all([proxy, fixture].map(({ url }) =>
						runScenario(url, { version: '0.2' }, scenario)));
					assert.ok(without.found[scenario].every((line) => line.startsWith('SUCCESS ')), without.output);
					compare(without, through, [scenario]);
				});
			for (const [revision, scenario] of server === FIRST ? [] : CHOSEN)
				test(`${scenario} ${revision}`, async () => {
					const run = RUNS.find((one) => one.version === '0.2' && one.revision === revision);
					compare(await direct.get(run), await runScenario(proxy.url, run, scenario), [scenario]);
				});
		});
});
