// SPDX-License-Identifier: MIT
// Every error of Entra's token endpoint, at each grant where it may come: what the client is told, what the log says,
// and what becomes of the session.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { refresh } from '../e2e/lib/oauth.mjs';
import { signIn, signedIn } from '../e2e/lib/sign-in.mjs';
import { AADSTS } from '../standins/entra/aadsts.mjs';
import { demandsOf, isRefusedOnce, signInAgain } from './lib/step-up.mjs';
import { isAskedForMore, isOver, isToolError, isUser, watch } from './lib/watch.mjs';

// What an error means to a sign-in, to a tool at the exchange, and to the session at the refresh.
const KINDS = {
	// This code, this token or this person is done.
	refused: {
		signIn: 'access_denied', ends: true,
		tool: { retryable: false, advice: /does not let this server act for the user any more\. .*user to disconnect/ },
	},
	// The person, or an administrator for them, must do something at Entra first.
	interaction: {
		signIn: 'access_denied', ends: true,
		tool: { retryable: false, advice: /asks for one more step .*user to disconnect .* administrator must allow/ },
	},
	// The application, its credential, its permissions, or our request: nothing that the person can mend.
	misconfigured: {
		signIn: 'server_error', ends: false,
		tool: { retryable: false, advice: /not set up correctly .* its administrator must look at its log/ },
	},
	busy: {
		signIn: 'temporarily_unavailable', ends: false,
		tool: { retryable: true, advice: /does not answer just now\. Nothing was changed; try again in \d+ seconds/ },
	},
};
const CODE = 'authorization_code';
const REFRESH = 'refresh_token';
const EXCHANGE = 'on_behalf_of';
const ALL = [CODE, REFRESH, EXCHANGE];

// Of the wire's description of Entra, by chapter: the grants, and what each number means there.
const CHAPTERS = {
	'the endpoint': [ALL, { misconfigured: [900561, 900144, 9002313, 9001023, 90002, 700016, 28000, 28003, 70011] }],
	'client authentication': [ALL, { misconfigured: [7000218, 700025, 7000215, 7000222, 900432, 900382] }],
	'an Origin that we do not send': [ALL, { misconfigured: [9002326, 9002327] }],
	'client assertions': [ALL, { misconfigured: [700027, 700024, 50012, 700030, 50048, 50027, 700213, 7002137, 7002138,
		700211, 700212, 700214, 70021, 70025, 700229, 700231] }],
	'the code': [[CODE], { busy: [54005], refused: [70008, 70000, 501481, 50147, 700005],
		misconfigured: [501491, 50011, 70004, 700022, 650053] }],
	'the refresh token': [[REFRESH], { refused: [50173, 700082, 70043, 50057, 70008, 70000], interaction: [53003],
		misconfigured: [90009] }],
	'the exchange': [[EXCHANGE], { refused: [500133, 50013, 7000114, 240002],
		interaction: [65001, 50076, 50079, 50074, 50078, 50158, 53000, 53001, 53002, 53003],
		misconfigured: [500011, 50001, 650057] }],
	'throttling': [ALL, { busy: [90055, 90033, 90006] }],
};
// How the log's line ends: word and number, then advice of ours if there is any; of 5xx the status may be all.
const logged = (number) => {
	const { error, status } = AADSTS[number];
	const word = `${error} AADSTS${number}`;
	const advice = '(: (?!.*(AADSTS|Trace ID)).+)?';
	return `entra token: ${status >= 500 ? `status ${status} ${word}` : word}${advice}(, a moment ago)?$`;
};

let site;
let stale;	// a session whose token from Entra is over
before(async () => {
	site = await watch('lighttpd-fastcgi');
	stale = await site.standin.during({ access_token_lifetime: 1 }, () => signedIn(site.resource()));
	await sleep(2000);
});
after(() => site?.stop());
beforeEach(() => site.reset());

const failing = (grant, number, more = {}) => ({ token_error: number, token_fault_grant: grant, ...more });
const lives = async ({ mcp }) => assert.equal((await mcp.request('tools/list')).status, 200);

const JUDGES = {
	async [CODE](number, { signIn: expected }) {
		const sessions = await site.database.count('session');
		const { response, client } = await site.standin.during(failing(CODE, number), () => signIn(site.resource()));
		assert.deepEqual([response.error, response.code], [expected, undefined]);
		assert.ok(response.error_description.length > 20, response.error_description);
		const line = await site.line(`client=${client.client_id}`);
		assert.match(line, new RegExp(`GET /oauth-callback 302 ${expected} .* id=[0-9a-f]{16} .*: ${logged(number)}`));
		assert.equal(await site.database.count('session'), sessions);
		assert.equal((await signIn(site.resource(), { client })).answer?.status, 200, 'and the next one goes well');
	},

	async [EXCHANGE](number, { tool }) {
		const session = await signedIn(site.resource());
		const answer = await site.standin.during(failing(EXCHANGE, number), () => session.mcp.callTool());
		const reference = isToolError(answer, tool);
		assert.match(await site.line(`id=${reference}`), new RegExp(`POST /mcp 200 ok client=\\S+ .*: ${logged(number)}`));
		await site.database.forgetSetbacks();
		await lives(session);
		isUser(await session.mcp.callTool());
	},

	async [REFRESH](number, { ends, tool }) {
		const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
		const faults = failing(REFRESH, number);
		const answer = await site.standin.during(faults, () => session.mcp.callTool());
		assert.match(await site.line(`client=${session.client.client_id}`), new RegExp(`: ${logged(number)}`));
		if (ends) {
			isOver(answer);
			isOver(await session.mcp.request('tools/list'));
			const { status, json } = await refresh(session.metadata, session.client, session.tokens.refresh_token);
			assert.deepEqual([status, json.error], [400, 'invalid_grant']);
			return;
		}
		isUser(answer);	// with the old token, while it lasts
		const reference = isToolError(await site.standin.during(faults, () => stale.mcp.callTool()), tool);
		assert.match(await site.line(`id=${reference}`), new RegExp(`: ${logged(number)}`));
		await lives(stale);
		await site.database.forgetSetbacks();
		await site.standin.clearLog();
		isUser(await session.mcp.callTool());
		assert.equal((await site.standin.counts()).refresh, 1);
	},
};

for (const [chapter, [grants, rows]] of Object.entries(CHAPTERS))
	describe(chapter, () => {
		for (const [kind, numbers] of Object.entries(rows))
			for (const number of numbers)
				for (const grant of grants)
					it(`AADSTS${number} ${AADSTS[number].error} at ${grant}: ${kind}`,
						() => JUDGES[grant](number, KINDS[kind]));
	});

// With claims, the person can do something about it: see step-up.test.mjs for what follows.
describe('what the person can meet', () => {
	const SAMPLE = { access_token: { polids: { essential: true, values: ['9ab03e19-ed42-4168-b6b7-7001fb3e933a'] } } };
	const claims = { token_error_claims: JSON.stringify(SAMPLE) };
	for (const number of [50076, 50079, 50074, 50078, 50158, 53000, 53001, 53002, 53003]) {
		it(`AADSTS${number} with claims at the exchange: the client is to ask for it, the session lives`, async () => {
			const session = await signedIn(site.resource());
			await site.standin.during(failing(EXCHANGE, number, claims), async () =>
				isAskedForMore(await session.mcp.callTool(), session.resource));
			assert.match(await site.line(`client=${session.client.client_id}`), new RegExp(`: ${logged(number)}`));
			await lives(session);
			await isRefusedOnce(session);
			assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined, SAMPLE]);
		});

		it(`AADSTS${number} with claims at the refresh: the session ends, the next one meets it`, async () => {
			const session = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
			await site.standin.during(failing(REFRESH, number, claims), async () => isOver(await session.mcp.callTool()));
			isOver(await session.mcp.request('tools/list'));
			assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined, SAMPLE]);
		});
	}

	for (const text of ['', 'x', '[]', '"{}"', `{"access_token":"${'x'.repeat(5000)}"}`, '{"a":1}{"b":2}'])
		it(`claims that are none are not kept: ${text.slice(0, 20)}`, async () => {
			const session = await signedIn(site.resource());
			const answer = await site.standin.during(failing(EXCHANGE, 50076, { token_error_claims: text }),
				() => session.mcp.callTool());
			isToolError(answer, KINDS.interaction.tool);
			assert.deepEqual(demandsOf(await signInAgain(site, session)), [undefined]);
		});
});

it('a busy Entra is tried again when it says', async () => {
	const session = await signedIn(site.resource());
	for (const number of [90055, 90033]) {
		const answer = await site.standin.during(failing(EXCHANGE, number, { token_retry_after: 17 }),
			() => session.mcp.callTool());
		isToolError(answer, { retryable: true, advice: /try again in 17 seconds/ });
		await site.database.forgetSetbacks();
	}
	isUser(await session.mcp.callTool());
});

it('Entra is never sent what makes it refuse: an Origin, a resource, a common tenant', async () => {
	isUser(await (await signedIn(site.resource())).mcp.callTool());
	const asked = (await site.standin.log()).filter(({ path }) => path.endsWith('/token'));
	assert.ok(asked.length >= 2);
	for (const { headers, form, path } of asked) {
		assert.equal(headers.origin, undefined);
		assert.equal(form.resource, undefined);
		assert.doesNotMatch(path, /common|consumers|organizations/);
	}
});

it('nothing of it got out', () => site.keepsItToItself());
