// SPDX-License-Identifier: MIT
// The way through all that the reference server has.  step(what, body) does it with each guest, compares, and resolves
// with what the server itself gave.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents } from './events.mjs';
import { attempt } from './guest.mjs';

const STATIC = 'demo://resource/static/document/features.md';
const DATA = 'data:text/plain,the same each time';
const URL_ASKED = 'https://example.com/';

// Every tool, and how it is called; those that ask or last have steps of their own beside.
const TOOLS = {
	'echo': [{ message: 'hello – “quoted” \u{1f980}' }, { message: 'x'.repeat(200_000) }, {}],
	'get-annotated-message': [{ messageType: 'error', includeImage: true }],
	'get-env': [{}],
	'get-resource-links': [{ count: 4 }, { count: 99 }],
	'get-resource-reference': [
		{ resourceType: 'Text', resourceId: 1 }, { resourceType: 'Blob', resourceId: 2 }, { resourceId: -1 },
	],
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
	'resource-prompt': [
		{ resourceType: 'Text', resourceId: '1' }, { resourceType: 'Blob', resourceId: '2' }, { resourceType: 'None' },
	],
	'simple-prompt': [undefined],
};

const LISTS = {
	tools: 'listTools', prompts: 'listPrompts', resources: 'listResources', resourceTemplates: 'listResourceTemplates',
};

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
const logged = (text) => ({ method, params }) =>
	method === 'notifications/message' && JSON.stringify(params.data).includes(text);

export async function walk(step) {
	await rootsAtTheStart(step);
	await step('handshake', ({ client, transport }) => ({
		version: transport._protocolVersion, capabilities: client.getServerCapabilities(), server: client.getServerVersion(),
		instructions: client.getInstructions(),
	}));
	await step('ping', ({ client }) => client.ping());
	const lists = {};
	for (const name of Object.keys(LISTS))
		lists[name] = await step(`list of ${name}`, ({ client }) => list(client, name));
	assert.deepEqual(byName(lists.tools), Object.keys(TOOLS).sort());
	assert.deepEqual(byName(lists.prompts), Object.keys(PROMPTS).sort());
	await tools(step);
	await prompts(step);
	await completions(step, lists);
	await resources(step, lists);
	await subscriptions(step);
	await logging(step);
	await progress(step);
	await elicitation(step);
	await roots(step);
	await tasks(step);
	await cancellation(step);
}

// On the stream that is opened by GET.  What it asks before that is there is lost, but then it asks again at the call.
async function rootsAtTheStart(step) {
	await step('the server asks for the roots', async (guest) => {
		await guest.listening;
		await guest.hears(told('roots/list'), guest.asked).catch(() => {});
		const answer = await guest.call('get-roots-list', {});
		await guest.hears(logged('Roots updated: 1 root'));
		return { answer, asked: guest.asked[0] };
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
		const answer = await guest.call('gzip-file-as-resource', {
			name: `${guest.tag}.gz`, data: DATA, outputType: 'resourceLink',
		});
		await guest.hears(told('notifications/resources/list_changed'));
		const { uri } = answer.result.content[0];
		return [answer, await guest.client.readResource({ uri }), await list(guest.client, 'resources')];
	});
}

async function prompts(step) {
	for (const [name, calls] of Object.entries(PROMPTS))
		for (const args of calls)
			await step(`prompt ${name} ${JSON.stringify(args)}`, ({ client }) =>
				attempt(client.getPrompt({ name, arguments: args })));
}

async function completions(step, lists) {
	const context = { arguments: { department: 'Engineering' } };
	const asked = [
		...lists.prompts.flatMap(({ name, arguments: args = [] }) => args.map((argument) =>
			[{ type: 'ref/prompt', name }, argument.name])),
		...lists.resourceTemplates.flatMap(({ uriTemplate: uri }) => [...uri.matchAll(/\{(\w+)\}/g)].map(([, name]) =>
			[{ type: 'ref/resource', uri }, name])),
	];
	for (const [ref, name] of asked)
		for (const value of ['', 'E', '1'])
			await step(`completion of ${name} of ${ref.name ?? ref.uri}, "${value}"`, ({ client }) =>
				attempt(client.complete({ ref, argument: { name, value }, context })));
}

async function resources(step, lists) {
	const uris = [
		...lists.resources.map(({ uri }) => uri), 'demo://resource/none',
		...lists.resourceTemplates.flatMap(({ uriTemplate: uri }) =>
			['1', '23', 'x'].map((id) => uri.replace(/\{\w+\}/, id))),
	];
	for (const uri of uris)
		await step(`resource ${uri}`, ({ client }) => attempt(client.readResource({ uri })));
}

async function subscriptions(step) {
	await step('subscription and updates', async (guest) => {
		const toggle = () => guest.call('toggle-subscriber-updates', {});
		const answers = [await guest.client.subscribeResource({ uri: STATIC }), await toggle()];
		await guest.hears(told('notifications/resources/updated'));
		answers.push(await toggle(), await guest.client.unsubscribeResource({ uri: STATIC }));
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

// The client itself loses the last one when the result comes with it.
async function progress(step) {
	await step('progress', async (guest) => {
		const args = { duration: 1, steps: 5 };
		const answer = await guest.call('trigger-long-running-operation', args, { onprogress: () => {} });
		const seen = guest.heard.filter(told('notifications/progress')).map(({ params: { progressToken, ...rest } }) => rest);
		assert.equal(seen.length, 5);
		return { answer, seen };
	});
}

async function elicitation(step) {
	for (const answer of [
		{ action: 'accept', content: { name: 'Alice', check: true, integer: 7 } },
		{ action: 'accept', content: { name: 5, wrong: [] } }, { action: 'decline' }, { action: 'cancel' },
	])
		await step(`elicitation, ${JSON.stringify(answer)}`, async (guest) => {
			guest.elicitation = answer;
			return { answer: await guest.call('trigger-elicitation-request', {}), asked: guest.asked };
		});
	await step('elicitation by URL, accepted', async (guest) => {
		guest.elicitation = { action: 'accept' };
		const answer = await guest.call('trigger-url-elicitation', { url: URL_ASKED, elicitationId: 'two' });
		return { answer, asked: guest.asked };
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
	await step('a task that is cancelled', async (guest) => {
		const all = guest.client.experimental.tasks;
		const { value } = await guest.startTask('simulate-research-query', { topic: 'x' }).next();
		const { taskId } = value.task;
		const answers = [value, await all.cancelTask(taskId), await all.getTask(taskId)];
		answers.push(await attempt(all.cancelTask(taskId)), await attempt(all.getTask('none')));
		return [answers, (await all.listTasks()).tasks.length];
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

// Broken off after its second event, and taken up again from there.
export async function resumption(step) {
	await step('a stream that is taken up again', async (guest) => {
		const body = JSON.stringify({ jsonrpc: '2.0', id: 'resumed', method: 'tools/call', params: {
			name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 }, _meta: { progressToken: 'p' },
		} });
		const before = await readEvents(await guest.request('POST', { body }), ({ json }) => json?.params?.progress === 2);
		await sleep(700);
		const rest = await readEvents(await guest.request('GET', { headers: { 'Last-Event-ID': before.at(-1).id } }),
			({ json }) => json?.id === 'resumed');
		// The reference server tells what belongs to other streams as well.
		return [before, rest].map((list) => list.map(({ json }) => json).filter((json) => json?.id === 'resumed'
			|| json?.params?.progressToken === 'p'));
	});
}

export async function end(step) {
	await step('the end of the session', async (guest) => {
		const { status } = await guest.request('DELETE');
		const after = await guest.request('POST', { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }) });
		return [status, after.status, await after.json()];
	});
}
