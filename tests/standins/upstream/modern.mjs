// SPDX-License-Identifier: MIT
// 2026-07-28: every request describes itself, and its headers have to say the same.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Answer, EVENTS, sendError, sendNothing } from './answer.mjs';
import { callTool, describeTools } from './tools.mjs';

const VERSION = '2026-07-28';
const META = 'io.modelcontextprotocol/';
const [MISMATCH, UNSUPPORTED] = [-32020, -32022];

export function modern(upstream, { req, res, entry }) {
	const { json } = entry;
	if (req.method !== 'POST')
		return sendError(res, 405, null, -32600, 'POST alone', { headers: { Allow: 'POST' } });
	const { accept = '', 'content-type': type = '' } = req.headers;
	if (upstream.switches.accept && !(accept.includes('application/json') && accept.includes(EVENTS)))
		return sendError(res, 406, null, -32600, `Accept is ${accept}`);
	if (!/^application\/json\s*(;|$)/i.test(type))
		return sendError(res, 415, null, -32600, `Content-Type is ${type}`);
	if (json === undefined)
		return sendError(res, 400, null, -32700, 'no JSON');
	if (json?.jsonrpc !== '2.0' || typeof json.method !== 'string')
		return sendError(res, 400, json?.id, -32600, 'no request');
	if (json.id === undefined)
		return sendNothing(res, 202);
	const fault = wrong(req, json);
	if (fault !== undefined)
		return sendError(res, 400, json.id, fault.code, fault.message, { data: fault.data });
	return perform(upstream, { req, res, entry }, json);
}

// What is wrong with the envelope or the headers.
function wrong({ headers }, { method, params = {} }) {
	const version = params._meta?.[`${META}protocolVersion`];
	const header = headers['mcp-protocol-version'];
	const unsupported = (requested) => ({ code: UNSUPPORTED, message: 'unsupported protocol version',
		data: { supported: [VERSION], requested } });
	if (version === undefined && header !== VERSION)
		return unsupported(params.protocolVersion ?? header ?? '2025-03-26');
	if (typeof version !== 'string' || typeof params._meta[`${META}clientCapabilities`] !== 'object')
		return { code: -32602, message: 'the envelope lacks a required key' };
	if (version !== header)
		return { code: MISMATCH, message: `MCP-Protocol-Version is ${header}` };
	if (version !== VERSION)
		return unsupported(version);
	const name = { 'tools/call': params.name, 'prompts/get': params.name, 'resources/read': params.uri }[method];
	if (headers['mcp-method'] !== method)
		return { code: MISMATCH, message: `Mcp-Method is ${headers['mcp-method']}` };
	if (name !== undefined && decode(headers['mcp-name']) !== name)
		return { code: MISMATCH, message: `Mcp-Name is ${headers['mcp-name']}` };
	const { region } = params.arguments ?? {};
	const isMet = region === undefined || decode(headers['mcp-param-region']) === region;
	if (method === 'tools/call' && name === 'regional' && !isMet)
		return { code: MISMATCH, message: `Mcp-Param-Region is ${headers['mcp-param-region']}` };
	return undefined;
}

function decode(value) {
	const [, base64] = /^=\?base64\?(.*)\?=$/.exec(value ?? '') ?? [];
	return base64 === undefined ? value : Buffer.from(base64, 'base64').toString();
}

function complete(upstream, value) {
	return { resultType: 'complete', ...value,
		_meta: { ...value._meta, [`${META}serverInfo`]: { name: upstream.name, version: '1.2.3' } } };
}

const cached = (value) => ({ ...value, ttlMs: 60_000, cacheScope: 'public' });

async function perform(upstream, { res, entry }, { id, method, params }) {
	const answer = new Answer(res, { events: upstream.switches.answers === 'events' });
	const finish = (value) => answer.finish({ jsonrpc: '2.0', id, result: complete(upstream, value) });
	switch (method) {
	case 'server/discover':
		return finish(cached({
			supportedVersions: [VERSION], capabilities: { tools: {} }, instructions: 'Ask it anything.',
		}));
	case 'tools/list':
		return finish(cached({ tools: describeTools(upstream.switches.tools) }));
	case 'tools/call':
		return call(upstream, { res, entry, answer }, { id, params, finish });
	case 'subscriptions/listen':
		return listen(answer, { id, params });
	default:
		return sendError(res, 404, id, -32601, `method not found: ${method}`);
	}
}

async function call(upstream, { res, entry, answer }, { id, params, finish }) {
	const value = await callTool(upstream.switches.tools, {
		upstream, entry, params, id, answer, gone: () => res.destroyed,
		cancelled: () => res.destroyed, ask: (question) => askClient(upstream, params, question),
	});
	if (value === null)
		return sendError(res, 200, id, -32602, `Unknown tool: ${params.name}`);
	return value && finish(value);
}

// The question is the result, and the same call once more brings the answer.
function askClient(upstream, { inputResponses, requestState }, question) {
	if (requestState !== undefined && upstream.asked.delete(requestState))
		return inputResponses?.question ?? {};
	const state = randomUUID();
	upstream.asked.set(state, true);
	return { resultType: 'input_required', inputRequests: { question }, requestState: state };
}

async function listen(answer, { id, params }) {
	const _meta = { [`${META}subscriptionId`]: id };
	const { notifications = {} } = params;
	await answer.notify({
		jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { _meta, notifications },
	});
	while (!answer.res.destroyed) {
		await sleep(200, undefined, { ref: false });
		await answer.notify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta } });
	}
}
