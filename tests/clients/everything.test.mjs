// SPDX-License-Identifier: MIT
// All that the protocol has, with the reference server: a client does each thing with the server itself and through
// Sallyport, and nothing may be another.  What there is comes from the server's own lists.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { startEverything } from './lib/everything.mjs';
import { attempt, Guest } from './lib/guest.mjs';
import { normal } from './lib/normal.mjs';
import { Scene } from './lib/scene.mjs';

const STATIC = 'demo://resource/static/document/features.md';
const DATA = 'data:text/plain,the same each time';
const URL_ASKED = 'https://example.com/';

// Every tool, and how it is called; those that ask or last have steps of their own beside.
const TOOLS = {
	'echo': [{ message: 'hello – “quoted” \u{1f980}' }, { message: 'x'.repeat(200_000) }, {}],
	'get-annotated-message': [{ messageType: 'error', includeImage: true }],
	'get-env': [{}],
	'get-resource-links': [{ count: 4 }, { count: 99 }],
	'get-resource-reference': [{ resourceType: 'Text', resourceId: 1 }, { resourceType: 'Blob', resourceId: 2 }, { resourceId: -1 }],
	'get-roots-list': [],
	'get-structured-content': [{ location: 'Chicago' }],
	'get-sum': [{ a: 1, b: 2.5 }],
	'get-tiny-image': [{}],
	'gzip-file-as-resource': [{ name: 'a.gz', data: DATA, outputType: 'resource' }, { name: 'b.gz', data: 'no URL' }],
	'simulate-research-query': [{ topic: 'called as no task' }],
	'toggle-simulated-logging': [],
	'toggle-subscriber-updates': [],
	'trigger-elicitation-request': [{}],
	'trigger-elicitation-request-async': [{}],
	'trigger-long-running-operation': [{ duration: 0.2, steps: 2 }],
	'trigger-sampling-request': [{ prompt: 'a question', maxTokens: 10 }, {}],
	'trigger-sampling-request-async': [{ prompt: 'a question' }],
	'trigger-url-elicitation': [
		{ url: URL_ASKED, elicitationId: 'one' }, { url: URL_ASKED, errorPath: true }, { url: URL_ASKED, errorPath: true },
	],
};

const PROMPTS = {
	'args-prompt': [{ city: 'Berlin', state: 'BE' }, {}],
	'completable-prompt': [{ department: 'Sales', name: 'Eve' }],
	'resource-prompt': [{ resourceType: 'Text', resourceId: '1' }, { resourceType: 'Blob', resourceId: '2' }, { resourceType: 'None' }],
	'simple-prompt': [undefined],
};

const LISTS = { tools: 'listTools', prompts: 'listPrompts', resources: 'listResources', resourceTemplates: 'listResourceTemplates' };

async function list(client, name) {
	const all = [];
	let cursor;
	do {
		const page = await client[LISTS[name]]({ cursor });
		all.push(...page[name]);
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	return all;
}

const byName = (items) => items.map(({ name }) => name).sort();
const told = (method) => (message) => message.method === method;
const logged = (text) => ({ method, params }) => method === 'notifications/message' && JSON.stringify(params.data).includes(text);

// step(what, body) does it with both, and compares.
async function walk(step) {
	await step('handshake', ({ client, transport }) => ({
		version: transport._protocolVersion, capabilities: client.getServerCapabilities(), server: client.getServerVersion(),
		instructions: client.getInstructions(),
	}));
	await step('ping', ({ client }) => client.ping());
	await rootsAtTheStart(step);
	const lists = {};
	for (const name of Object.keys(LISTS))
		lists[name] = await step(`list of ${name}`, ({ client }) => list(client, name));
	assert.deepEqual(byName(lists.tools), Object.keys(TOOLS).sort());
	assert.deepEqual(byName(lists.prompts), Object.keys(PROMPTS).sort());
	await tools(step);
	await prompts(step, lists);
	await resources(step, lists);
	await subscriptions(step);
	await logging(step);
	await progress(step);
	await elicitation(step);
	await roots(step);
	await tasks(step);
	await cancellation(step);
}

// The server asks for them on the stream that is opened by GET.
async function rootsAtTheStart(step) {
	await step('the server asks for the roots', async (guest) => {
		await guest.hears(told('roots/list'), guest.asked);
		await guest.hears(logged('Roots updated: 1 root'));
		return { asked: guest.asked };
	});
}

async function tools(step) {
	for (const [name, calls] of Object.entries(TOOLS))
		for (const args of calls)
			await step(`tool ${name} ${JSON.stringify(args).slice(0, 60)}`, async (guest) => ({
				answer: await guest.call(name, args), asked: guest.asked,
			}));
	await step('a tool that there is not', (guest) => guest.call('none', {}));
	await step('a resource that a tool makes', async (guest) => {
		const answer = await guest.call('gzip-file-as-resource', { name: 'made.gz', data: DATA, outputType: 'resourceLink' });
		await guest.hears(told('notifications/resources/list_changed'));
		return [answer, await guest.client.readResource({ uri: answer.result.content[0].uri }), await list(guest.client, 'resources')];
	});
}

async function prompts(step, lists) {
	for (const [name, calls] of Object.entries(PROMPTS))
		for (const args of calls)
			await step(`prompt ${name} ${JSON.stringify(args)}`, ({ client }) => attempt(client.getPrompt({ name, arguments: args })));
	const refs = [
		...lists.prompts.flatMap(({ name, arguments: args = [] }) => args.map((argument) => ({
			ref: { type: 'ref/prompt', name }, argument: argument.name,
		}))),
		...lists.resourceTemplates.flatMap(({ uriTemplate }) => [...uriTemplate.matchAll(/\{(\w+)\}/g)].map(([, argument]) => ({
			ref: { type: 'ref/resource', uri: uriTemplate }, argument,
		}))),
	];
	for (const { ref, argument } of refs)
		for (const value of ['', 'E', '1'])
			await step(`completion of ${argument} of ${ref.name ?? ref.uri}, "${value}"`, ({ client }) => attempt(client.complete({
				ref, argument: { name: argument, value }, context: { arguments: { department: 'Engineering' } },
			})));
}

async function resources(step, lists) {
	const uris = [
		...lists.resources.map(({ uri }) => uri), 'demo://resource/none',
		...lists.resourceTemplates.flatMap(({ uriTemplate }) => ['1', '23', 'x'].map((id) => uriTemplate.replace(/\{\w+\}/, id))),
	];
	for (const uri of uris)
		await step(`resource ${uri}`, ({ client }) => attempt(client.readResource({ uri })));
}

async function subscriptions(step) {
	await step('subscription and updates', async (guest) => {
		const answers = [await guest.client.subscribeResource({ uri: STATIC }), await guest.call('toggle-subscriber-updates', {})];
		await guest.hears(told('notifications/resources/updated'));
		answers.push(await guest.call('toggle-subscriber-updates', {}), await guest.client.unsubscribeResource({ uri: STATIC }));
		return [answers, guest.told.filter(told('notifications/resources/updated'))];
	});
}

async function logging(step) {
	const subscribe = (guest) => guest.client.subscribeResource({ uri: STATIC });	// the server logs this, as info
	const heard = (guest) => guest.told.filter(logged('Received Subscribe'));
	for (const level of ['debug', 'info'])
		await step(`logging from ${level}`, async (guest) => {
			const answers = [await guest.client.setLoggingLevel(level), await subscribe(guest)];
			await guest.hears(logged('Received Subscribe'));
			return [answers, heard(guest)];
		});
	await step('logging from error', async (guest) => {
		const answers = [await guest.client.setLoggingLevel('error'), await subscribe(guest)];
		await sleep(200);
		return [answers, heard(guest)];
	});
	await step('a level that there is not', ({ client }) => attempt(client.setLoggingLevel('none')));
	await step('messages by themselves', async (guest) => {
		const answers = [await guest.client.setLoggingLevel('debug'), await guest.call('toggle-simulated-logging', {})];
		await guest.hears(logged('message'));
		return [...answers, await guest.call('toggle-simulated-logging', {})];
	});
}

async function progress(step) {
	await step('progress', async (guest) => {
		const seen = [];
		const answer = await guest.call('trigger-long-running-operation', { duration: 1, steps: 5 }, {
			onprogress: (told) => seen.push(told),
		});
		assert.equal(seen.length, 5);
		return { answer, seen };
	});
}

async function elicitation(step) {
	for (const answer of [
		{ action: 'accept', content: { name: 'Alice', check: true, integer: 7 } }, { action: 'accept', content: { name: 5, wrong: [] } },
		{ action: 'decline' }, { action: 'cancel' },
	])
		await step(`elicitation, ${JSON.stringify(answer)}`, async (guest) => {
			guest.elicitation = answer;
			return { answer: await guest.call('trigger-elicitation-request', {}), asked: guest.asked };
		});
	await step('elicitation by URL, accepted', async (guest) => {
		guest.elicitation = { action: 'accept' };
		return { answer: await guest.call('trigger-url-elicitation', { url: URL_ASKED, elicitationId: 'two' }), asked: guest.asked };
	});
}

async function roots(step) {
	await step('roots that have changed', async (guest) => {
		guest.roots.push({ uri: 'file:///srv' });
		await guest.client.sendRootsListChanged();
		await guest.hears(logged('Roots updated: 2 root'));
		return { answer: await guest.call('get-roots-list', {}), asked: guest.asked };
	});
}

async function tasks(step) {
	await step('a task that asks on its way', async (guest) => {
		guest.elicitation = { action: 'accept', content: { interpretation: 'snake' } };
		const seen = await guest.callAsTask('simulate-research-query', { topic: 'python', ambiguous: true });
		return { first: seen[0], last: seen.at(-1), asked: guest.asked };
	});
	await step('a task that is cancelled', async ({ client }) => {
		const all = client.experimental.tasks;
		const stream = all.callToolStream({ name: 'simulate-research-query', arguments: { topic: 'x' } }, undefined, { task: { ttl: 60_000 } });
		const { value } = await stream.next();
		const { taskId } = value.task;
		const answers = [value, await all.cancelTask(taskId), await all.getTask(taskId), await attempt(all.cancelTask(taskId))];
		return [answers, (await all.listTasks()).tasks.length, await attempt(all.getTask('none'))];
	});
}

async function cancellation(step) {
	await step('a call that is cancelled', async (guest) => {
		const given = new AbortController();
		const seen = [];
		const call = guest.call('trigger-long-running-operation', { duration: 2, steps: 20 }, {
			signal: given.signal, onprogress: (told) => { seen.push(told); given.abort('enough'); },
		});
		return { answer: await call, seen: seen.length, next: await guest.call('echo', { message: 'still there' }) };
	});
}

// The door that the client takes, what is behind Sallyport, and the door of the same server where it is asked directly.
const WAYS = [
	{ name: 'Streamable HTTP on both sides', door: 'http', kind: 'upstream', directly: 'http' },
	{ name: 'HTTP+SSE before Streamable HTTP', door: 'sse', kind: 'upstream', directly: 'http' },
	{ name: 'HTTP+SSE on both sides', door: 'sse', kind: 'older', directly: 'sse' },
];

describe('everything', { concurrency: true }, () => {
	const scene = new Scene();
	const direct = {};
	before(async () => {
		await scene.start({ kinds: ['upstream', 'older'] });
		direct.http = await startEverything('streamableHttp');
		direct.sse = await startEverything('sse');
	});
	after(async () => {
		await scene.stop();
		await Promise.all(Object.values(direct).map((server) => server.stop()));
	});

	for (const { name, door, kind, directly } of WAYS)
		test(name, async (t) => {
			const { tokens } = await signIn(scene.url(kind));
			const guests = [
				new Guest(direct[directly].url, { door: directly }),
				new Guest(scene.url(kind, door), { door, token: tokens.access_token }),
			];
			await Promise.all(guests.map((guest) => guest.connect()));
			await walk((what, body) => compare(t, what, guests, body));
			await Promise.all(guests.map((guest) => guest.close()));
		});
});

// Resolves with what the server itself gave.
async function compare(t, what, guests, body) {
	let given;
	await t.test(what, async () => {
		const [wanted, got] = await Promise.all(guests.map((guest) => body(guest)));
		guests.forEach((guest) => guest.forget());
		given = wanted;
		assert.deepEqual(normal(got), normal(wanted));
	});
	return given;
}
