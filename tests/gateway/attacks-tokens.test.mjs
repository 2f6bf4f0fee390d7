// SPDX-License-Identifier: MIT
// Entra's token for an upstream is for that upstream alone: one that repeats it in an answer, by mistake (as the system
// did that this one takes the place of: 2.B8) or on purpose, does not make the gateway show it to a client or a model.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from '../e2e/lib/http.mjs';
import { MODERN } from '../e2e/lib/mcp.mjs';
import { behindBoth, startGate } from './lib/gate.mjs';
import { JSON_TYPE, RESULT, data, events, hostile } from './lib/hostile.mjs';
import { Pair } from './lib/pair.mjs';
import { eventually } from './lib/process.mjs';

const LONG = 100_000;	// what is handed on before all of it is there
const tokenOf = (req, message) =>
	/^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? message?.params?.arguments?.bearerToken;
const said = (text) => ({ content: [{ type: 'text', text }] });

// In two pieces, the first of which ends within the token.
async function inPieces(res, text, token) {
	const at = text.indexOf(token) + 200;
	res.write(text.slice(0, at));
	await sleep(100);
	res.end(text.slice(at));
}

const note = (text) => ({ method: 'notifications/message', params: { level: 'info', data: text } });

// How it is shown, and whether anything of the answer has gone by before.
const SHOWN = {
	'in a result': ({ reply, token }) => reply({ result: said(`failed with ${token}`) }),
	'cut off': ({ reply, token }) => reply({ result: said(token.slice(0, 500)) }),
	'as a member of the arguments': ({ reply, message, token }) =>
		reply({ result: { ...RESULT, structuredContent: { bearerToken: token, message } } }),
	'in an error': ({ reply, token }) => reply({ error: { code: -32000, message: `Bearer ${token}` } }),
	'in an error with a status': ({ reply, token }) => reply({ error: { code: -32000, message: token } }, 500),
	'in a refusal': ({ reply, token }) => reply({ error: { code: -32000, message: token } }, 400),
	'in a long result': ({ reply, token }) => reply({ result: said('x'.repeat(LONG) + token) }),
	'in pieces of a long result': ({ res, message, token }) => {
		res.writeHead(200, { 'Content-Type': JSON_TYPE });
		const result = said('x'.repeat(LONG) + token);
		return inPieces(res, JSON.stringify({ jsonrpc: '2.0', id: message.id, result }), token);
	},
	'in an event': ({ res, message, token }) => events(res).end(data({ id: message.id, result: said(token) })),
	'in pieces of an event': ({ res, message, token }) =>
		inPieces(events(res), data({ id: message.id, result: said(token) }), token),
	'in a notification': ({ res, message, token }) =>
		events(res).end(data(note(token)) + data({ id: message.id, result: RESULT })),
	'in a field of an event': ({ res, message, token }) =>
		events(res).end(`id: ${token}\n${data({ id: message.id, result: RESULT })}`),
};

const play = (exchange) => {
	const { req, res, message, reply } = exchange;
	const token = tokenOf(req, message);
	const kind = message?.params?.arguments?.kind;
	if (req.method === 'GET') {
		events(res).write(data(note('before')));
		return void sleep(100).then(() => res.write(data(note(token ?? 'none'))));
	}
	if (kind === 'alike')
		return reply({ result: said(`${token.slice(0, 100)}!${token.slice(101)}`) });
	if (kind === 'in a head') {
		res.setHeader('Retry-After', token);
		res.setHeader('Allow', `x, ${token}`);
		return reply({ result: RESULT });
	}
	return SHOWN[kind] === undefined ? reply({ result: RESULT }) : void SHOWN[kind]({ ...exchange, token });
};

behindBoth('a token that an upstream shows', (server) => {
	let gate;
	let upstream;
	let seen = [];
	let instructions;

	before(async () => {
		upstream = await hostile((exchange) => {
			seen.push(tokenOf(exchange.req, exchange.message));
			return play(exchange);
		}, ({ headers }) => instructions && { instructions: headers.authorization });
		gate = await startGate(server, { servers: {
			header: { upstream, upstream_token: 'entra' },
			inside: { upstream, upstream_token: 'entra', upstream_token_in: 'arguments' },
		} });
	});
	after(() => gate?.stop());

	const unseen = (what, ...answer) => {
		const text = JSON.stringify(answer);
		const tokens = [...new Set(seen.filter((token) => token !== undefined))];
		assert.ok(tokens.length > 0 && tokens.every((token) => token.length > 600), 'the upstream had one');
		for (const token of tokens)
			for (const part of [token.slice(0, 256), token.slice(256, 500), token.slice(-100)])
				assert.ok(!text.includes(part), `${what}: the client has it, at ${text.indexOf(part)} of ${text.length}`);
		return text;
	};

	for (const [name, era] of [['header', '2025-11-25'], ['header', MODERN], ['inside', '2025-11-25'], ['inside', MODERN]])
		it(`${name}, to a client of ${era}`, async () => {
			seen = [];
			const client = await gate.client(name, { era });
			await Promise.all(Object.keys(SHOWN).map(async (kind) => {
				const stream = await client.openCall('x', { kind });
				await stream.end();
				const text = unseen(kind, stream.headers, stream.text);
				// What had gone by before is cut, however the web server says so.
				const isWhole = parse(stream.text)?.result !== undefined || stream.events.some(({ json }) => json?.result);
				assert.ok(!isWhole, `${kind}: ${text}`);
				const hasBegun = kind.includes('long') || kind.includes('pieces');
				assert.ok(hasBegun || /\(reference [0-9a-f]{16}\)/.test(text), `${kind}: ${text}`);
			}));
			const { headers, json } = await client.call('x', { kind: 'in a head' });
			unseen('in a head', headers);
			assert.ok(json.result.content !== undefined, 'and the answer comes');
			const alike = await client.value('x', { kind: 'alike' }).catch(({ message }) => message);
			assert.ok(!/reference/.test(alike), alike);
		});

	it('what is only alike comes through as it is', async () => {
		const client = await gate.client('header');
		const { json, text } = await client.call('x', { kind: 'alike' });
		const token = seen.at(-1);
		assert.equal(json?.result?.content[0].text, `${token.slice(0, 100)}!${token.slice(101)}`, text);
	});

	it('on a stream of its own', async () => {
		const client = await gate.client('header');
		seen = [];
		const stream = await client.listen();
		assert.match(unseen('GET', stream.headers, await stream.end()), /before/);
	});

	it('over the two endpoints of 2024-11-05', async () => {
		const { token } = await gate.signIn('header');
		const pair = await Pair.open(gate.url('header'), token);
		await pair.connect();
		seen = [];
		for (const kind of ['in a result', 'in an event', 'in a notification', 'in pieces of a long result'])
			assert.match(JSON.stringify(await pair.call('x', { kind })), /"code":-32603.*reference/, kind);
		unseen('pair', pair.stream.text);
		pair.close();
	});

	it('in what it says of itself to a client of the other era', async () => {
		instructions = true;
		const client = await gate.client('header', { era: MODERN, connect: false });
		seen = [];
		const { headers, text } = await client.request('server/discover');
		seen.push(tokenOf(upstream.log.at(-1)));
		instructions = undefined;
		unseen('discover', headers, text);
		assert.match(text, /reference/);
	});

	it('and the log says what happened, without it', async () => {
		await eventually(() => /holds the token that it was given/.test(gate.logs()), 'a line of the log');
		unseen('log', gate.logs());
	});
});
