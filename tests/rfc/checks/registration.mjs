// SPDX-License-Identifier: MIT
// Dynamic client registration: RFC 7591.
import { postJson, request } from '../lib/http.mjs';
import { LOOPBACK, WEB } from '../lib/target.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

// The first registration, of a public client.
function registered(t) {
	return t.once('registration', async () => {
		const answer = await t.register();
		needs(answer.status < 300, `the registration was refused: ${show(answer)}`);
		return answer;
	});
}

async function refused(t, fields, codes) {
	const answer = await t.register(fields);
	mustEqual(answer.status, 400, `status for ${show(fields)}`);
	const error = answer.json?.error;
	must(codes.includes(error), `the error for ${show(fields)} is ${show(error)}, not ${codes.join(' or ')}`);
}

const redirectRefused = (...uris) => async (t) => {
	for (const uri of uris)
		await refused(t, { redirect_uris: [uri] }, ['invalid_redirect_uri']);
};

const checks = [
	{
		id: 'rfc7591/created', source: 'RFC 7591 section 3.2.1', level: 'MUST',
		claim: 'A registration is answered with 201 and application/json.',
		async run(t) {
			const answer = await registered(t);
			mustEqual(answer.status, 201, 'status');
			mustEqual(answer.type, 'application/json', 'Content-Type');
		},
	},
	{
		id: 'rfc7591/client-id', source: 'RFC 7591 section 3.2.1', level: 'MUST',
		claim: 'client_id is there, and is a string of printable ASCII.',
		async run(t) {
			const { client_id: id } = (await t.register()).json ?? {};
			must(typeof id === 'string' && /^[ -~]+$/.test(id), `client_id is ${show(id)}`);
		},
	},
	{
		id: 'rfc7591/unique', source: 'RFC 7591 section 3.2.1', level: 'SHOULD',
		claim: 'Two registrations give two ids.',
		async run(t) {
			const [one, two] = [await registered(t), await t.register()];
			must(one.json.client_id !== two.json?.client_id, `both are ${show(one.json.client_id)}`);
		},
	},
	{
		id: 'rfc7591/all-metadata', source: 'RFC 7591 section 3.2.1', level: 'MUST',
		claim: 'The answer repeats what was registered.',
		async run(t) {
			const { json } = await registered(t);
			mustEqual(JSON.stringify(json.redirect_uris), JSON.stringify([LOOPBACK]), 'redirect_uris');
			for (const name of ['client_name', 'token_endpoint_auth_method', 'grant_types', 'response_types'])
				must(json[name] !== undefined, `${name} is missing`);
		},
	},
	{
		id: 'rfc7591/no-secret', source: 'RFC 7591 section 2', level: 'SHOULD',
		claim: 'A client of token_endpoint_auth_method none gets no secret.',
		async run(t) {
			const { json } = await registered(t);
			needs(json.token_endpoint_auth_method === 'none', 'the server made it a confidential client');
			mustEqual(json.client_secret, undefined, 'client_secret');
		},
	},
	{
		id: 'rfc7591/secret-expiry', source: 'RFC 7591 section 3.2.1', level: 'MUST',
		claim: 'With a client_secret comes client_secret_expires_at.',
		async run(t) {
			const { status, json } = await t.register({ token_endpoint_auth_method: 'client_secret_basic' });
			needs(status < 300 && json?.client_secret !== undefined, 'the server issues no secrets');
			must(Number.isInteger(json.client_secret_expires_at),
				`client_secret_expires_at is ${show(json.client_secret_expires_at)}`);
		},
	},
	{
		id: 'rfc7591/no-store', source: 'RFC 7591 section 3.2.1', level: 'SHOULD',
		claim: 'The answer is not to be kept: Cache-Control: no-store.',
		async run(t) {
			const { headers } = await registered(t);
			must(/\bno-store\b/.test(headers['cache-control']), `Cache-Control is ${show(headers['cache-control'])}`);
		},
	},
	{
		id: 'rfc7591/unknown-ignored', source: 'RFC 7591 section 2', level: 'MUST',
		claim: 'Metadata that the server does not understand is ignored.',
		async run(t) {
			const answer = await t.register({ rfc_suite_member: { a: [1] }, 'client_name#ja-Jpan-JP': 'クライアント' });
			must(answer.status < 300, show(answer));
		},
	},
	{
		id: 'rfc7591/https', source: 'MCP, Communication Security', level: 'MUST',
		claim: 'Redirect URIs of https, and of http on localhost, are taken.',
		async run(t) {
			for (const uri of [WEB, 'http://localhost:3000/callback', 'http://127.0.0.1/callback']) {
				const answer = await t.register({ redirect_uris: [uri] });
				must(answer.status < 300, `${uri}: ${show(answer)}`);
			}
		},
	},
	{
		id: 'rfc7591/plain-http', source: 'MCP, Communication Security', level: 'MUST',
		claim: 'Redirect URIs of http elsewhere are invalid_redirect_uri.',
		run: redirectRefused('http://client.example/callback', 'http://127.0.0.1.client.example/callback'),
	},
	{
		id: 'rfc7591/scheme', source: 'MCP, Communication Security', level: 'MUST',
		claim: 'Redirect URIs that a browser would run or read are invalid_redirect_uri.',
		run: redirectRefused('javascript:alert(1)//x', 'data:text/html,x', 'file:///etc/passwd'),
	},
	{
		id: 'rfc7591/fragment', source: 'RFC 6749 section 3.1.2', level: 'MUST',
		claim: 'Redirect URIs with a fragment are invalid_redirect_uri.',
		run: redirectRefused('https://client.example/callback#fragment'),
	},
	{
		id: 'rfc7591/relative', source: 'RFC 6749 section 3.1.2', level: 'MUST',
		claim: 'Redirect URIs that are not absolute are invalid_redirect_uri.',
		run: redirectRefused('/callback'),
	},
	{
		id: 'rfc7591/no-redirect', source: 'RFC 7591 section 2', level: 'MUST',
		claim: 'A client of the code flow without redirect URIs is refused.',
		run: (t) => refused(t, { redirect_uris: undefined }, ['invalid_redirect_uri', 'invalid_client_metadata']),
	},
	{
		id: 'rfc7591/not-json', source: 'RFC 7591 section 3.2.2', level: 'MUST',
		claim: 'What is no JSON object is answered with 400, a JSON object and invalid_client_metadata.',
		async run(t) {
			for (const body of ['{"redirect_uris":', '[]']) {
				const answer = await postJson(await t.endpoint('registration'), body);
				mustEqual(answer.status, 400, `status for ${body}`);
				mustEqual(answer.type, 'application/json', `Content-Type for ${body}`);
				mustEqual(answer.json?.error, 'invalid_client_metadata', `error for ${body}`);
			}
		},
	},
	{
		id: 'rfc7591/method', source: 'RFC 7591 section 3.1', level: 'SHOULD',
		claim: 'A GET of the registration endpoint is 405.',
		async run(t) { mustEqual((await request(await t.endpoint('registration'))).status, 405, 'status'); },
	},
	{
		id: 'mcp/no-url-ids', source: 'Client ID Metadata Document section 3', level: 'SHOULD',
		claim: 'No id that the server gives looks like the URL of a metadata document.',
		async run(t) { must(!/^https:/i.test((await registered(t)).json.client_id), 'it begins with https:'); },
	},
];

// All of it is about registration, and so about none where there is none.
export const registration = checks.map((check) => ({
	...check,
	run: async (t) => { await t.endpoint('registration'); return check.run(t); },
}));
