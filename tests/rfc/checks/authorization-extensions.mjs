// SPDX-License-Identifier: MIT
// What other specifications add to the authorization endpoint: RFC 7636, RFC 8707, RFC 9207.
import { errorResponse, goesOn, refusedWith } from '../lib/authorize.mjs';
import { challengeOf } from '../lib/oauth.mjs';
import { must, mustEqual, needs } from '../lib/verdict.mjs';

export const authorizationExtensions = [
	{
		id: 'rfc7636/required', source: 'RFC 7636 section 4.4.1', level: 'MUST',
		claim: 'Without code_challenge the error is invalid_request.',
		run: (t) => refusedWith(t, { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'),
	},
	{
		id: 'rfc7636/method', source: 'RFC 7636 section 4.4.1', level: 'MUST',
		claim: 'An unknown code_challenge_method is invalid_request.',
		run: (t) => refusedWith(t, { code_challenge_method: 'S512' }, 'invalid_request'),
	},
	{
		id: 'rfc7636/no-plain', source: 'RFC 9700 section 2.1.1', level: 'SHOULD',
		claim: 'The method plain, which is also what a missing one means, is refused.',
		async run(t) {
			await refusedWith(t, { code_challenge_method: 'plain' }, 'invalid_request');
			await refusedWith(t, { code_challenge_method: undefined }, 'invalid_request');
		},
	},
	{
		id: 'rfc7636/challenge', source: 'RFC 7636 section 4.2', level: 'SHOULD',
		claim: 'A code_challenge that breaks the grammar is invalid_request.',
		async run(t) {
			for (const code_challenge of ['short', `${challengeOf('x').slice(1)}+`, 'x'.repeat(129)])
				await refusedWith(t, { code_challenge }, 'invalid_request');
		},
	},

	{
		id: 'rfc8707/unknown', source: 'RFC 8707 section 2', level: 'SHOULD',
		claim: 'A resource that this server knows nothing of is invalid_target.',
		run: (t) => refusedWith(t, { resource: 'https://resource.example/mcp' }, 'invalid_target'),
	},
	{
		id: 'rfc8707/malformed', source: 'RFC 8707 section 2', level: 'SHOULD',
		claim: 'A resource with a fragment, or one that is not absolute, is invalid_target.',
		async run(t) {
			for (const resource of [`${t.url}#fragment`, new URL(t.url).pathname])
				await refusedWith(t, { resource }, 'invalid_target');
		},
	},
	{
		id: 'rfc8707/upper-case', source: 'MCP, Canonical Server URI', level: 'SHOULD',
		claim: 'Scheme and host of the resource may be in upper case.',
		async run(t) {
			const { protocol, host } = new URL(t.url);
			const resource = `${protocol.toUpperCase()}//${host.toUpperCase()}${t.url.slice(`${protocol}//${host}`.length)}`;
			await goesOn(t, { resource }, `with resource ${resource}`);
		},
	},

	{
		id: 'rfc9207/iss', source: 'RFC 9207 section 2', level: 'SHOULD',
		claim: 'With the code comes iss.',
		async run(t) { must((await t.firstGrant()).parameters.iss !== undefined, 'it does not'); },
	},
	{
		id: 'rfc9207/error-iss', source: 'RFC 9207 section 2', level: 'SHOULD',
		claim: 'With an error comes iss, too.',
		async run(t) { must((await errorResponse(t)).parameters.iss !== undefined, 'it does not'); },
	},
	{
		id: 'rfc9207/always', source: 'RFC 9207 section 2', level: 'MUST',
		claim: 'Where the metadata promises iss it is in every response.',
		async run(t) {
			const { authorization_response_iss_parameter_supported: promised } = await t.metadata();
			needs(promised === true, 'the metadata does not promise it');
			must((await t.firstGrant()).parameters.iss !== undefined, 'not with the code');
			must((await errorResponse(t)).parameters.iss !== undefined, 'not with an error');
		},
	},
	{
		id: 'rfc9207/same', source: 'RFC 9207 section 2', level: 'MUST',
		claim: 'iss is the issuer of the metadata, character by character, and there once.',
		async run(t) {
			const { issuer } = await t.metadata();
			const responses = [await t.firstGrant(), await errorResponse(t)].filter(({ parameters }) => 'iss' in parameters);
			needs(responses.length > 0, 'responses have no iss');
			for (const { parameters } of responses)
				mustEqual(parameters.iss.join(' and '), issuer, 'iss');
		},
	},
];
