// SPDX-License-Identifier: MIT
// The MCP endpoint: status and code of every situation that the specifications name, in both eras.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { meets } from './lib/bad.mjs';
import { post, postJson, request } from './lib/http.mjs';
import { LEGACY, MODERN, McpClient, bare, envelope, legacy, modern, send } from './lib/mcp.mjs';
import { refresh, revoke } from './lib/oauth.mjs';
import { signedIn } from './lib/sign-in.mjs';
import { startSite } from './lib/site.mjs';

const TOOL = 'get_graph_user_details';
const HEADER_MISMATCH = [400, -32020];
const INVALID_PARAMS = [400, -32602];
const UNKNOWN_MODERN = [404, -32601];
const META = 'io.modelcontextprotocol/';

let site;
let url;
let token;
let session;

before(async () => {
	site = await startSite('lighttpd-fastcgi', { servers: ['mcp', 'second'],
		top: ['allowed_hosts = tunnel.example', 'allowed_origins = https://app.example'] });
	url = site.resource();
	session = await signedIn(url, { ask: { scope: 'mcp:tools offline_access' } });
	token = session.tokens.access_token;
});
after(() => site?.stop());

const ask = (message) => send(url, token, message);
const unauthorized = (answer) => {
	assert.equal(answer.status, 401);
	assert.match(answer.headers['www-authenticate'], /^Bearer realm="[a-z]+"/);
};

async function table(rows) {
	for (const [what, message, expected] of rows)
		meets(await (typeof message === 'function' ? message() : ask(message)), expected, what);
}

const ok = (check = () => {}) => ({ status, json, text }) => {
	assert.equal(status, 200, text);
	assert.equal(json.error, undefined, text);
	check(json.result, json);
};
const accepted = ({ status, text }) => assert.deepEqual([status, text], [202, '']);
const without = (key) => Object.fromEntries(Object.entries(envelope()).filter(([name]) => name !== META + key));
const changed = (key, value) => ({ ...envelope(), [META + key]: value });

describe('Host and Origin', () => {
	it('of strangers are 403, with every method and before the token', async () => {
		for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: `${site.url}.evil.example` },
			{ Host: 'evil.example' },
			{ Origin: 'http://localhost:1' }, { Host: `evil.example:${new URL(url).port}` }])
			for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS'])
				for (const bearer of [token, undefined]) {
					const answer = await bare(method, url, bearer, { 'Content-Type': 'application/json', ...headers });
					assert.equal(answer.status, 403, `${method} ${JSON.stringify(headers)}`);
					assert.equal(answer.headers['access-control-allow-origin'], undefined);
				}
	});

	it('of our own and of those that are listed pass', () => table([{ Origin: site.url },
		{ Origin: 'https://app.example' }, { Host: 'tunnel.example' },
		{ Host: 'TUNNEL.example' }, {}].map((headers) => [JSON.stringify(headers), legacy('ping', undefined, { headers }),
			ok()])));
});

describe('the token', () => {
	it('that is missing gets exactly this challenge, with every method', async () => {
		for (const method of ['POST', 'GET', 'DELETE', 'PUT']) {
			const answer = await bare(method, url);
			assert.equal(answer.status, 401);
			assert.equal(answer.headers['www-authenticate'],
				`Bearer realm="mcp", scope="mcp:tools", resource_metadata="${site.url}/.well-known/oauth-protected-resource/mcp"`);
		}
	});

	it('that is refused gets exactly this one', async () => {
		const answer = await bare('POST', url, 'x');
		assert.match(answer.headers['www-authenticate'], new RegExp(
			'^Bearer realm="mcp", error="invalid_token", error_description="[^"]+", '
			+ `scope="mcp:tools", resource_metadata="${site.url}/\\.well-known/oauth-protected-resource/mcp"$`));
	});

	it('is asked for before anything is said of the protocol', async () => {
		for (const body of ['', '{', '[]', '{"jsonrpc":"1.0"}'])
			unauthorized(await post(url, body));
	});

	it('is taken from Authorization alone', async () => {
		const body = JSON.stringify(legacy('ping').body);
		unauthorized(await postJson(`${url}?access_token=${token}`, body));
		unauthorized(await post(url, { access_token: token }));
		unauthorized(await postJson(url, body, { headers: { Cookie: `access_token=${token}` } }));
		const basic = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
		unauthorized(await postJson(url, body, { headers: { Authorization: basic } }));
		for (const value of [`Bearer ${token} ${token}`, `Bearer ${token},Bearer ${token}`, `Bearer "${token}"`, token,
			'Bearer'])
			assert.ok([400, 401].includes((await postJson(url, body, { headers: { Authorization: value } })).status),
				value.slice(0, 20));
		const twice = ['Content-Type', 'application/json', 'Authorization', `Bearer ${token}`, 'Authorization',
			`Bearer ${token}`];
		assert.ok([400, 401].includes((await request(url, { method: 'POST', headers: twice, body })).status));
		assert.equal((await postJson(url, body, { headers: { Authorization: `bearer ${token}` } })).status,
			200);	// RFC 9110 section 11.1
	});

	it('is for one server', async () => {
		const other = await signedIn(site.resource('second'), { client: session.client });
		assert.equal((await send(site.resource('second'), other.tokens.access_token, legacy('ping'))).status, 200);
		unauthorized(await send(url, other.tokens.access_token, legacy('ping')));
		const wrong = await send(site.resource('second'), token, legacy('ping'));
		unauthorized(wrong);
		assert.match(wrong.headers['www-authenticate'], /realm="second".*oauth-protected-resource\/second"$/);
	});

	it("is none of Entra's, no code and no refresh token", async () => {
		const foreign = (await site.standin.secrets()).filter((value) => /^[A-Za-z0-9._~+/-]+=*$/.test(value)
			&& value.length < 6000);
		assert.ok(foreign.filter((value) => value.startsWith('eyJ')).length >= 2);
		for (const value of [...foreign, session.response.code, session.tokens.refresh_token])
			unauthorized(await send(url, value, legacy('ping')));
	});

	it('works until it is revoked', async () => {
		const { tokens, metadata, client, mcp } = await signedIn(url);
		assert.equal((await mcp.request('tools/list')).status, 200);
		await revoke(metadata, client, tokens.access_token);
		unauthorized(await mcp.request('tools/list'));
	});

	it('without the scope of a tool is 403 with the scope that is needed', async () => {
		const narrow = await signedIn(url, { ask: { scope: 'mcp:tools offline_access' } });
		const { json } = await refresh(narrow.metadata, narrow.client, narrow.tokens.refresh_token,
			{ scope: 'offline_access' });
		const answer = await new McpClient(url, json.access_token).callTool();
		assert.equal(answer.status, 403);
		assert.match(answer.headers['www-authenticate'],
			/^Bearer realm="mcp", error="insufficient_scope", .*scope="[^"]*mcp:tools[^"]*", resource_metadata="[^"]+"$/);
	});
});

describe('methods and media', () => {
	it('GET and DELETE are 405, with Allow', async () => {
		for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
			const answer = await bare(method, url, token, { Accept: 'text/event-stream', 'Last-Event-ID': '1' });
			assert.equal(answer.status, 405);
			assert.match(answer.headers.allow, /\bPOST\b/);
			assert.doesNotMatch(answer.headers.allow, /GET|DELETE|PUT/);
		}
	});

	it('other paths are 404', async () => {
		for (const rest of ['/', '/x', '/sse/', '/sse/x', '/messages'])
			assert.equal((await send(url + rest, token, legacy('ping'))).status, 404, rest);
	});

	it('the media type is application/json, with parameters or in capitals', () => table([
		...['application/json; charset=utf-8', 'Application/JSON', 'application/json;x=y'].map((type) =>
			[type, legacy('ping', undefined, { headers: { 'Content-Type': type } }), ok()]),
		...['text/json', 'application/json-rpc', 'application/x-www-form-urlencoded'].map((type) =>
			[type, legacy('ping', undefined, { headers: { 'Content-Type': type } }), 415]),
	]));

	it('Accept may be anything that allows the answer', () => table([
		...['*/*', 'application/json', 'application/*', 'text/event-stream, application/json',
			'text/html, */*;q=0.1'].map((Accept) =>
			[Accept, legacy('ping', undefined, { headers: { Accept } }), ok()]),
		['none', () => postJson(url, legacy('ping').body, { headers: { Authorization: `Bearer ${token}` } }), ok()],
		['text/html', legacy('ping', undefined, { headers: { Accept: 'text/html' } }), 406],
	]));
});

describe('messages', () => {
	it('that are no JSON or no JSON-RPC', () => table([
		['no JSON', { headers: {}, body: '{' }, [400, -32700]],
		['no object', { headers: {}, body: '1' }, [400, -32600]],
		['no version', { headers: {}, body: { id: 1, method: 'ping' } }, ({ status, json }) =>
			assert.deepEqual([status, json.error.code, json.id], [400, -32600, 1])],
		['an empty batch', { headers: {}, body: [] }, [400, -32600]],
	]));

	it('in a batch, as 2025-03-26 has it alone', () => {
		const batch = [legacy('ping', undefined, { id: 'a' }).body,
			legacy('notifications/initialized', undefined, { id: null }).body,
			legacy('tools/list', undefined, { id: 2 }).body, legacy('nope', undefined, { id: 3 }).body];
		const answered = ({ status, json }) => {
			assert.equal(status, 200);
			assert.deepEqual(json.map((m) => m.id), ['a', 2, 3]);
			assert.deepEqual([json[0].result, json[1].result.tools.length, json[2].error.code], [{}, 1, -32601]);
		};
		const version = (value) => ({ 'MCP-Protocol-Version': value });
		return table([
			['without a version', { headers: {}, body: batch }, answered],
			['2025-03-26', { headers: version('2025-03-26'), body: batch }, answered],
			...['2025-06-18', '2025-11-25', MODERN].map((v) => [v, { headers: version(v), body: batch }, [400, -32600]]),
			['notifications alone', { headers: {}, body: [batch[1], batch[1]] }, accepted],
			['initialize inside', { headers: {}, body: [legacy('initialize', { protocolVersion: '2025-03-26' }).body] },
				[400, -32600]],
			['an envelope inside', { headers: {}, body: [modern('tools/list').body] }, [400, -32600]],
			['65 of them', { headers: {}, body: Array(65).fill(batch[0]) }, [400, -32600]],
			['a bad one inside', { headers: {}, body: [batch[0], 1] }, [400, -32600]],
		]);
	});

	it('that ask for nothing are 202 without a body', () => table([
		['initialized', legacy('notifications/initialized', undefined, { id: null }), accepted],
		['cancelled, of an unknown request', legacy('notifications/cancelled', { requestId: 99 }, { id: null }), accepted],
		['of the modern era', { headers: { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'notifications/cancelled' },
			body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 9, _meta: envelope() } } },
				accepted],
		['a response', { headers: {}, body: { jsonrpc: '2.0', id: 1, result: {} } }, accepted],
		['an error', { headers: {}, body: { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } } }, accepted],
	]));

	it('get their id back as it was written', async () => {
		for (const id of ['12345678901234567890123', '-9007199254740993', '0', '"x"', '"\\u00e9\\ud83d\\ude00\\""', '""',
			'9223372036854775808']) {
			for (const method of ['ping', 'nope']) {
				const { text } = await ask({ headers: {}, body: `{"jsonrpc":"2.0","id":${id},"method":"${method}"}` });
				assert.ok(text.includes(`"id":${id},`) || text.includes(`"id":${id}}`), `${id}: ${text}`);
			}
			const sent = JSON.stringify(modern('tools/list', {}, { id: 0 }).body).replace('"id":0', `"id":${id}`);
			const { text, status } = await ask({ headers: modern('tools/list').headers, body: sent });
			assert.equal(status, 200);
			assert.ok(text.includes(`"id":${id},`), `${id}: ${text}`);
		}
	});
});

describe('the legacy eras', () => {
	it('negotiate the version', () => table([
		...[...LEGACY, '2024-11-05'].map((v) => [v, legacy('initialize', { protocolVersion: v }),
			ok((r) => assert.equal(r.protocolVersion, v))]),
		...['2099-01-01', MODERN, '', 1, undefined].map((v) => [v, legacy('initialize', { protocolVersion: v }),
			ok((r) => assert.equal(r.protocolVersion, '2025-11-25'))]),
		['what is promised', legacy('initialize', { protocolVersion: '2025-11-25' }), ok((r) => {
			assert.deepEqual(r.capabilities, { tools: {} });
			assert.ok(r.serverInfo.name && r.serverInfo.version);
		})],
		['with a modern header', legacy('initialize', { protocolVersion: '2025-11-25' }, { version: MODERN }),
			HEADER_MISMATCH],
	]));

	it('answer by version, and take none as 2025-03-26', () => table([
		...[...LEGACY, undefined].map((version) => [version, legacy('ping', undefined, { version }),
			ok((r) => assert.deepEqual(r, {}))]),
		...['2099-01-01', 'x', '2025-11-26'].map((version) => [version, legacy('ping', undefined, { version }), 400]),
		['without an envelope, with a modern header', legacy('tools/list', {}, { version: MODERN }), INVALID_PARAMS],
	]));

	it('ignore the headers of the modern era', () => table([
		['Mcp-Method', legacy('ping', undefined, { headers: { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'x' } }), ok()],
		['Mcp-Session-Id', legacy('ping', undefined, { headers: { 'Mcp-Session-Id': 'x' } }),
			(answer) => assert.deepEqual([answer.status, answer.headers['mcp-session-id']], [200, undefined])],
	]));

	it('have their errors in a 200', () => table([
		...['nope', 'server/discover', 'logging/setLevel', 'resources/list', 'subscriptions/listen',
			'tools/call/x'].map((method) =>
			[method, legacy(method, {}), [200, -32601]]),
		['an unknown tool', legacy('tools/call', { name: 'nope' }), [200, -32602]],
		['a tool in capitals', legacy('tools/call', { name: TOOL.toUpperCase() }), [200, -32602]],
		['no name', legacy('tools/call', {}), [200, -32602]],
		['arguments of another type', legacy('tools/call', { name: TOOL, arguments: [] }), [200, -32602]],
		['arguments that are not taken', legacy('tools/call', { name: TOOL, arguments: { x: 1 } }),
			ok((r) => assert.equal(r.isError, true))],
		['a cursor that nobody gave', legacy('tools/list', { cursor: 'x' }), [200, -32602]],
	]));

	it('have none of the fields of the modern era', () => table([
		['tools/list', legacy('tools/list'), ok((r) => assert.deepEqual(Object.keys(r), ['tools']))],
	]));
});

describe('the modern era', () => {
	it('wants the envelope', () => table([
		['no version, a modern header', modern('tools/list', {}, { meta: without('protocolVersion') }), INVALID_PARAMS],
		['a version of another type', modern('tools/list', {}, { meta: changed('protocolVersion', 1) }), INVALID_PARAMS],
		['no capabilities', modern('tools/list', {}, { meta: without('clientCapabilities') }), INVALID_PARAMS],
		['capabilities of another type', modern('tools/list', {}, { meta: changed('clientCapabilities', []) }),
			INVALID_PARAMS],
		['no client info', modern('tools/list', {}, { meta: without('clientInfo') }), ok()],
	]));

	it('wants the headers to agree', () => table([
		...[['MCP-Protocol-Version', undefined], ['MCP-Protocol-Version', '2025-11-25'], ['Mcp-Method', undefined],
			['Mcp-Method', 'tools/list'],
			['Mcp-Method', 'TOOLS/CALL'], ['Mcp-Name', undefined], ['Mcp-Name', 'nope'], ['Mcp-Name', TOOL.toUpperCase()],
			['Mcp-Name', '=?base64?!?='], ['Mcp-Name', '=?base64?/w==?=']].map(([name, value]) =>
			[`${name}: ${value}`, modern('tools/call', { name: TOOL, arguments: {} }, { headers: { [name]: value } }),
				HEADER_MISMATCH]),
		['no name of a prompt', modern('prompts/get', { name: 'x' }, { headers: { 'Mcp-Name': undefined } }),
			HEADER_MISMATCH],
		['another uri', modern('resources/read', { uri: 'x:y' }, { headers: { 'Mcp-Name': 'x:z' } }), HEADER_MISMATCH],
	]));

	it('takes the headers as HTTP has them', () => table([
		['lower case', { ...modern('tools/list'), headers: { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' } },
			ok()],
		['capitals', { ...modern('tools/list'), headers: { 'MCP-PROTOCOL-VERSION': MODERN, 'MCP-METHOD': 'tools/list' } },
			ok()],
		['blanks around', modern('tools/call', { name: TOOL }, { headers: { 'Mcp-Name': `  ${TOOL}  ` } }), ok()],
		['Base64', modern('tools/call', { name: TOOL },
			{ headers: { 'Mcp-Name': `=?base64?${Buffer.from(TOOL).toString('base64')}?=` } }), ok()],
		['headers that are unknown', modern('tools/list', {}, { headers: { 'Mcp-Param-X': 'y', 'Mcp-Session-Id': 'z',
			'Last-Event-ID': '1' } }),
			(answer) => assert.deepEqual([answer.status, answer.headers['mcp-session-id']], [200, undefined])],
	]));

	it('names the versions where one is not supported', async () => {
		const { json: { result } } = await ask(modern('server/discover'));
		assert.equal(result.supportedVersions[0], MODERN);
		for (const version of ['v999.0.0', '2099-01-01', '2025-11-25']) {
			const answer = await ask(modern('tools/list', {}, { meta: envelope(version),
				headers: { 'MCP-Protocol-Version': version } }));
			assert.deepEqual([answer.status, answer.json.error.code, answer.json.error.data.requested, answer.json.id],
				[400, -32022, version, 1]);
			for (const supported of answer.json.error.data.supported)
				assert.ok(result.supportedVersions.includes(supported));
		}
		const both = modern('tools/list', {}, { meta: envelope('v999'), headers: { 'MCP-Protocol-Version': 'v998' } });
		meets(await ask(both), HEADER_MISMATCH, 'compared before it is judged');
	});

	it('does not know the methods of the legacy eras', () => table([
		'initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'nope',
		'resources/list', 'prompts/list',
	].map((method) => [method, modern(method, {}, { id: 'i' }),
		(answer) => { meets(answer, UNKNOWN_MODERN, method); assert.equal(answer.json.id, 'i'); }])));

	it('has the errors of tools in a 200', () => table([
		['an unknown tool', modern('tools/call', { name: 'nope' }), [200, -32602]],
		['arguments of another type', modern('tools/call', { name: TOOL, arguments: 'x' }), [200, -32602]],
		['arguments that are not taken', modern('tools/call', { name: TOOL, arguments: { x: 1 } }),
			ok((r) => assert.equal(r.isError, true))],
		['a cursor that nobody gave', modern('tools/list', { cursor: 'x' }), [200, -32602]],
		['a log level that is none', modern('tools/list', {}, { meta: changed('logLevel', 'loud') }), [200, -32602]],
		['a log level', modern('tools/list', {}, { meta: changed('logLevel', 'error') }), ok()],
	]));

	it('says of each result what it is and how long it lasts', async () => {
		for (const method of ['server/discover', 'tools/list']) {
			const { json: { result } } = await ask(modern(method));
			assert.equal(result.resultType, 'complete');
			assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0);
			assert.ok(['private', 'public'].includes(result.cacheScope));
			assert.ok(result._meta[`${META}serverInfo`].name);
		}
		const { json: { result } } = await ask(modern('tools/call', { name: TOOL }));
		assert.deepEqual([result.resultType, result.isError, result.ttlMs], ['complete', false, undefined]);
	});

	it('acknowledges a subscription and ends it', async () => {
		for (const id of [9, 'nine']) {
			const answer = await ask(modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, { id }));
			assert.equal(answer.status, 200);
			assert.match(answer.headers['content-type'], /^text\/event-stream/);
			assert.equal(answer.headers['x-accel-buffering'], 'no');
			const [first, last] = answer.text.trim().split('\n\n').map((event) => JSON.parse(/^data: (.*)$/m.exec(event)[1]));
			assert.deepEqual([first.method, first.params.notifications, first.params._meta[`${META}subscriptionId`], first.id],
				['notifications/subscriptions/acknowledged', {}, id, undefined]);
			assert.deepEqual([last.id, last.result.resultType, last.result._meta[`${META}subscriptionId`]],
				[id, 'complete', id]);
		}
	});
});

describe('the tool', () => {
	it('is described the same way each time, and by the rules', async () => {
		const { json: { result: { tools } }, text } = await ask(legacy('tools/list'));
		assert.equal((await ask(legacy('tools/list'))).text, text);
		const [tool] = tools;
		assert.match(tool.name, /^[A-Za-z0-9_.-]{1,128}$/);
		assert.deepEqual([tool.inputSchema.type, tool.inputSchema.additionalProperties, tool.outputSchema.type],
			['object', false, 'object']);
		assert.deepEqual([tool.annotations.readOnlyHint, tool.annotations.destructiveHint], [true, false]);
		assert.ok(tool.title && tool.description && tool.execution === undefined);
	});

	it('keeps the promise of its output schema', async () => {
		const { json: { result: { tools: [{ outputSchema }] } } } = await ask(legacy('tools/list'));
		const types = { string: (v) => typeof v === 'string', boolean: (v) => typeof v === 'boolean', null: (v) => v === null,
			array: Array.isArray };
		const results = [await ask(modern('tools/call', { name: TOOL })),
			await ask(modern('tools/call', { name: TOOL, arguments: { x: 1 } }))];
		for (const { json: { result: { structuredContent } } } of results) {
			for (const name of outputSchema.required)
				assert.ok(name in structuredContent);
			for (const [name, { type }] of Object.entries(outputSchema.properties))
				assert.ok(!(name in structuredContent) || [type].flat().some((t) => types[t](structuredContent[name])), name);
		}
	});
});

for (const server of ['lighttpd-cgi', 'apache-proxy-fcgi', 'apache-fcgid']) {
	describe(`behind ${server}`, () => {
		let other;
		let mine;
		before(async () => {
			other = await startSite(server, { standin: site.standin });
			mine = (await signedIn(other.resource())).tokens.access_token;
		});
		after(() => other?.stop());

		const to = (headers, body) => request(other.resource(), {
			method: 'POST', body: JSON.stringify(body),
			headers: ['Content-Type', 'application/json', 'Authorization', `Bearer ${mine}`, ...headers],
		});

		it('no header with an underscore stands for one with a hyphen', async () => {
			const { body } = modern('tools/list');
			const version = ['MCP-Protocol-Version', MODERN];
			meets(await to([...version, 'Mcp_Method', 'tools/list'], body), HEADER_MISMATCH, 'the twin alone');
			meets(await to(['MCP_Protocol_Version', MODERN, 'Mcp-Method', 'tools/list'], body), HEADER_MISMATCH,
				'the twin of the version');
			meets(await to([...version, 'Mcp-Method', 'tools/list', 'Mcp_Method', 'tools/call'], body), 200,
				'the twin after it');
			meets(await to(['Mcp_Method', 'tools/call', ...version, 'Mcp-Method', 'tools/list'], body), 200,
				'the twin before it');
		});

		it('the answers are those of the program, errors too', async () => {
			const sent = [modern('nope'), modern('tools/list', {}, { headers: { 'Mcp-Method': 'x' } }), legacy('ping'),
				legacy('notifications/initialized', undefined, { id: null }), legacy('nope'), { headers: {}, body: '{' }];
			for (const message of sent) {
				const [there, here] = [await send(other.resource(), mine, message), await ask(message)];
				assert.deepEqual([there.status, there.text], [here.status, here.text]);
			}
			const { status, headers } = await bare('GET', other.resource(), mine);
			assert.deepEqual([status, headers.allow], [405, (await bare('GET', url, token)).headers.allow]);
		});
	});
}
