// SPDX-License-Identifier: MIT
// The stand-in's tools.  Each gets its arguments and a call: { entry, answer, ask, params, id, gone(),
// cancelled() }: in the legacy eras a client that is gone has cancelled nothing.
import { setTimeout as wakeUp } from 'node:timers/promises';
import { openEvents, write } from './answer.mjs';

const MEGABYTE = 1024 * 1024;
const PIECE = 64 * 1024;

// A tool that takes its time does not keep the process of a test.
const sleep = (ms) => wakeUp(ms, undefined, { ref: false });

const text = (value) =>
	({ content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] });
const object = (properties = {}) => ({ type: 'object', properties });
const number = { type: 'number' };

// What arrived, as the stand-in saw it; of a token its claims, since the gateway lets no answer by that shows all of
// it.
function echo(args, { entry }) {
	const headers = { ...entry.headers, claims: claimsOf(entry.headers.authorization) };
	delete headers.authorization;
	return text({ method: entry.method, url: entry.url, headers, arguments: args, body: entry.body });
}

function claimsOf(authorization) {
	const [, payload] = authorization?.split('.') ?? [];
	return payload && JSON.parse(Buffer.from(payload, 'base64url'));
}

function whoami(args, { entry }) {
	const identity = Object.entries(entry.headers)
		.filter(([name]) => /^(authorization|cookie|x-sallyport-.*|x-api-key)$/.test(name));
	return text({ ...Object.fromEntries(identity), bearerToken: args.bearerToken });
}

// events notifications, ms apart, each with the time at which it was sent; then the result.
async function slow({ events = 3, ms = 100 }, { answer, params, cancelled }) {
	const token = params._meta?.progressToken;
	for (let n = 1; n <= events && !cancelled(); n++) {
		await answer.notify(token === undefined
			? { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: { n, at: Date.now() } } }
			: { jsonrpc: '2.0', method: 'notifications/progress',
				params: { progressToken: token, progress: n, total: events, message: String(Date.now()) } });
		await sleep(ms);
	}
	return text('slow is done');
}

// Nothing for ms, and then the result.
async function wait({ ms = 1000 }) {
	await sleep(ms);
	return text('waited');
}

// megabytes of events, or of one JSON document.
async function big({ megabytes = 1, as = 'events' }, call) {
	return as === 'events' ? bigEvents(megabytes, call) : bigJson(megabytes, call);
}

async function bigEvents(megabytes, { answer, gone }) {
	const data = 'x'.repeat(PIECE);
	for (let n = 0; n < (megabytes * MEGABYTE) / PIECE && !gone(); n++)
		await answer.notify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } });
	return text('big is done');
}

async function bigJson(megabytes, { answer, id, gone }) {
	const { res } = answer;
	res.writeHead(200, { 'Content-Type': 'application/json', ...answer.headers });
	await write(res, `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`);
	for (let n = 0; n < (megabytes * MEGABYTE) / PIECE && !gone(); n++)
		await write(res, 'x'.repeat(PIECE));
	res.end('"}],"resultType":"complete"}}');
	return undefined;	// it is answered
}

// Asks the person, through the client.
async function ask({ question = 'Which colour?' }, { ask: elicit }) {
	const params = { message: question, requestedSchema: object({ colour: { type: 'string' } }) };
	const answer = await elicit({ method: 'elicitation/create', params });
	return answer?.resultType === undefined ? text({ answered: answer }) : answer;
}

// An endless stream of nothing but comments: only a disconnect ends it.
async function silent(args, { answer, gone }) {
	openEvents(answer.res, answer.headers);
	while (!gone())
		await sleep(20);
	return undefined;
}

function fail() { return { ...text('it went wrong'), isError: true }; }

// Not of an object: legacy clients take objects alone.
function list() { return { ...text('[1,2]'), structuredContent: [1, 2] }; }

// Numbers and members that a careless reader would change.
function odd() {
	return { ...text('é\u2028 \ud83d\ude00 "\\'), structuredContent: { big: 1.0e21, unknown: { a: [null] } } };
}

const named = (args, { name }) => text(`${name} was called`);

const FUNCTIONS = {
	echo: [echo, object({ text: { type: 'string' } })],
	whoami: [whoami, object()],
	slow: [slow, object({ events: number, ms: number })],
	wait: [wait, object({ ms: number })],
	big: [big, object({ megabytes: number, as: { type: 'string' } })],
	ask: [ask, object({ question: { type: 'string' } })],
	silent: [silent, object()],
	fail: [fail, object()],
	list: [list, object()],
	odd: [odd, object()],
	regional: [echo, object({ region: { type: 'string', 'x-mcp-header': 'Region' } })],
	read_forecast: [named, object()],
	write_forecast: [named, object()],
	delete_forecast: [named, object()],
	admin: [named, object()],
};

export const NAMES = Object.keys(FUNCTIONS);

export function describeTools(names = NAMES) {
	return names.map((name) => ({
		name, title: `Tool ${name}`, description: `The tool ${name} of the stand-in.`,
		inputSchema: FUNCTIONS[name]?.[1] ?? object(), annotations: { readOnlyHint: true }, _meta: { 'stand-in/kept': true },
	}));
}

// The result of a call; undefined when the tool has answered itself, null when there is no such tool.
export async function callTool(names, call) {
	const { name, arguments: args = {} } = call.params;
	if (!(names ?? NAMES).includes(name))
		return null;
	return (FUNCTIONS[name]?.[0] ?? named)(args, { ...call, name });
}
