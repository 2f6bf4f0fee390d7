// SPDX-License-Identifier: MIT
// The token endpoint's answers and errors: RFC 6749 sections 3.2 and 5.
import { form, request } from '../lib/http.mjs';
import { randomText } from '../lib/oauth.mjs';
import { UNKNOWN_CODE } from '../lib/target.mjs';
import { must, mustEqual, mustRefuse, needs, show } from '../lib/verdict.mjs';

const response = async (t) => (await t.main()).answer;

// Errors of several kinds, for what must hold of each of them.
const errors = (t) => t.once('token errors', () => Promise.all([
	t.attempt(), t.attempt({ grant_type: undefined }), t.attempt({ grant_type: 'rfc_suite' }),
	t.attempt({ client_id: 'rfc-suite-unknown' }),
]));

export const token = [
	{
		id: 'rfc6749/token-response', source: 'RFC 6749 section 5.1', level: 'MUST',
		claim: 'A code is answered with 200, application/json, access_token and token_type.',
		async run(t) {
			const answer = await t.firstAnswer();
			mustEqual(answer.status, 200, 'status');
			mustEqual(answer.type, 'application/json', 'Content-Type');
			must(typeof answer.json?.access_token === 'string', 'access_token is missing');
			must(typeof answer.json.token_type === 'string', 'token_type is missing');
		},
	},
	{
		id: 'rfc6750/token-type', source: 'RFC 6750 section 4', level: 'MUST',
		claim: 'token_type is Bearer.',
		async run(t) {
			const { token_type: type } = (await t.main()).tokens;
			must(/^bearer$/i.test(type), `token_type is ${show(type)}`);
		},
	},
	{
		id: 'rfc6749/no-store', source: 'RFC 6749 section 5.1', level: 'MUST',
		claim: 'Tokens come with Cache-Control: no-store.',
		async run(t) {
			const { headers } = await response(t);
			must(/\bno-store\b/.test(headers['cache-control']), `Cache-Control is ${show(headers['cache-control'])}`);
		},
	},
	{
		id: 'rfc6749/pragma', source: 'RFC 6749 section 5.1', level: 'SHOULD',
		claim: 'Tokens come with Pragma: no-cache, which OAuth 2.1 no longer asks for.',
		async run(t) { mustEqual((await response(t)).headers.pragma, 'no-cache', 'Pragma'); },
	},
	{
		id: 'rfc6749/expires-in', source: 'RFC 6749 section 5.1', level: 'SHOULD',
		claim: 'expires_in is there, a whole number of seconds.',
		async run(t) {
			const { expires_in: seconds } = (await t.main()).tokens;
			must(Number.isInteger(seconds) && seconds > 0, `expires_in is ${show(seconds)}`);
		},
	},
	{
		id: 'mcp/short-lived', source: 'MCP, Token Theft', level: 'SHOULD',
		claim: 'Access tokens are short-lived: an hour at most.',
		async run(t) {
			const { expires_in: seconds } = (await t.main()).tokens;
			needs(typeof seconds === 'number', 'the server does not say how long');
			must(seconds <= 3600, `${seconds} seconds`);
		},
	},
	{
		id: 'rfc6749/scope', source: 'RFC 6749 section 5.1', level: 'MUST',
		claim: 'scope is there where none was asked for, and keeps to the grammar.',
		async run(t) {
			needs(await t.scope() !== undefined, 'the server speaks of no scopes');
			const { tokens, failed } = await t.bare();
			needs(tokens !== undefined, `a client that asks for none gets no tokens: ${failed}`);
			must(/^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(tokens.scope ?? ''),
				`none was asked for, and scope is ${show(tokens.scope)}`);
		},
	},
	{
		id: 'rfc6749/error-form', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'An error is application/json with error, of the allowed characters, and status 400 or 401.',
		async run(t) {
			for (const answer of await errors(t)) {
				must([400, 401].includes(answer.status), show(answer));
				mustEqual(answer.type, 'application/json', `Content-Type of ${show(answer)}`);
				must(typeof answer.json?.error === 'string', `no error in ${show(answer)}`);
				for (const name of ['error', 'error_description'])
					must(/^[ !#-[\]-~]*$/.test(answer.json[name] ?? ''), `${name} is ${show(answer.json[name])}`);
			}
		},
	},
	{
		id: 'rfc6749/error-no-store', source: 'RFC 6749 section 5.2', level: 'SHOULD',
		claim: 'Errors come with Cache-Control: no-store, too.',
		async run(t) {
			for (const { headers } of await errors(t))
				must(/\bno-store\b/.test(headers['cache-control']), `Cache-Control is ${show(headers['cache-control'])}`);
		},
	},
	{
		id: 'rfc6749/missing-grant-type', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'A missing or empty grant_type is invalid_request.',
		async run(t) {
			mustRefuse(await t.attempt({ grant_type: undefined }), 'invalid_request');
			mustRefuse(await t.attempt({ grant_type: '' }), 'invalid_request');
		},
	},
	{
		id: 'rfc6749/unsupported-grant-type', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'An unknown grant_type is unsupported_grant_type.',
		async run(t) { mustRefuse(await t.attempt({ grant_type: 'rfc_suite' }), 'unsupported_grant_type'); },
	},
	{
		id: 'oauth2.1/no-password', source: 'OAuth 2.1 section 10.1', level: 'MUST',
		claim: 'The password grant is refused.',
		async run(t) {
			const answer = await t.attempt({ grant_type: 'password', username: 'alice', password: 'secret' });
			mustRefuse(answer, 'unsupported_grant_type', 'unauthorized_client');
		},
	},
	{
		id: 'rfc6749/missing-code', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'A missing code is invalid_request.',
		async run(t) { mustRefuse(await t.attempt({ code: undefined }), 'invalid_request'); },
	},
	{
		id: 'rfc6749/unknown-code', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'A code that was not issued is invalid_grant.',
		async run(t) { mustRefuse(await t.attempt(), 'invalid_grant'); },
	},
	{
		id: 'rfc6749/token-unknown-parameter', source: 'RFC 6749 section 3.2', level: 'MUST',
		claim: 'A parameter that the server does not know is ignored.',
		async run(t) { mustRefuse(await t.attempt({ rfc_suite: 'ignored' }), (await t.attempt()).json?.error); },
	},
	{
		id: 'rfc6749/token-repeated', source: 'RFC 6749 section 3.2', level: 'MUST',
		claim: 'A parameter that comes twice is invalid_request.',
		async run(t) {
			mustRefuse(await t.attempt({ grant_type: ['authorization_code', 'authorization_code'] }), 'invalid_request');
			mustRefuse(await t.attempt({ code: [UNKNOWN_CODE, UNKNOWN_CODE] }), 'invalid_request');
		},
	},
	{
		id: 'rfc6749/query', source: 'RFC 6749 section 2.3.1', level: 'MUST',
		claim: 'Parameters in the query of the token endpoint do not count.',
		async run(t) {
			const { client_id } = await t.client();
			const endpoint = await t.endpoint('token');
			const query = form({ grant_type: 'authorization_code', code: UNKNOWN_CODE, client_id, code_verifier: randomText() });
			const answer = await request(`${endpoint}${endpoint.includes('?') ? '&' : '?'}${query}`, {
				method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: '',
			});
			mustRefuse(answer);
			must(answer.json?.error !== 'invalid_grant', 'its code was looked for');
		},
	},
	{
		id: 'rfc6749/media-type', source: 'RFC 6749 section 3.2', level: 'MUST',
		claim: 'A body of JSON is not taken.',
		async run(t) {
			const { client_id } = await t.client();
			const answer = await request(await t.endpoint('token'), {
				method: 'POST', headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify({
					grant_type: 'authorization_code', code: UNKNOWN_CODE, client_id, code_verifier: randomText(),
				}),
			});
			mustRefuse(answer);
			must(answer.json?.error !== 'invalid_grant', 'its code was looked for');
		},
	},
	{
		id: 'rfc6749/media-type-parameter', source: 'RFC 9110 section 8.3.1', level: 'MUST',
		claim: 'The media type of the body may have a charset, and be of any case.',
		async run(t) {
			const type = 'Application/X-WWW-Form-URLEncoded; charset=UTF-8';
			mustRefuse(await t.attempt({}, { 'Content-Type': type }), (await t.attempt()).json?.error);
		},
	},
	{
		id: 'rfc6749/garbage', source: 'RFC 9110 section 15.6', level: 'SHOULD',
		claim: 'Bodies that are nonsense are the client\'s error, not the server\'s.',
		async run(t) {
			for (const body of ['%', 'grant_type=%zz', 'grant_type=authorization_code&code=%ff%fe%00', '&&==&',
				'a='.repeat(3000)])
				mustRefuse(await t.token(body));
		},
	},
];
