// SPDX-License-Identifier: MIT
// How the token endpoint knows which client asks: RFC 6749 sections 2.3, 3.2.1 and 5.2.
import { must, mustEqual, mustRefuse, show } from '../lib/verdict.mjs';

const NO_CLIENT = { client_id: undefined, client_secret: undefined };

const basic = ({ client_id, client_secret }) => ({
	Authorization: `Basic ${Buffer.from([client_id, client_secret].map(encodeURIComponent).join(':')).toString('base64')}`,
});

export const clientAuthentication = [
	{
		id: 'rfc6749/token-unknown-client', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'A client that there is not is invalid_client.',
		async run(t) { mustRefuse(await t.attempt({ client_id: 'rfc-suite-unknown' }), 'invalid_client'); },
	},
	{
		id: 'rfc6749/basic', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'Where a client authenticates with Basic and fails, the answer is 401 with a challenge of that scheme.',
		async run(t) {
			const answer = await t.attempt(NO_CLIENT, basic({ client_id: 'rfc-suite-unknown', client_secret: 'wrong' }));
			mustRefuse(answer, 'invalid_client');
			mustEqual(answer.status, 401, 'status');
			const { 'www-authenticate': challenge } = answer.headers;
			must(/(^|,\s*)Basic\b/i.test(challenge), `WWW-Authenticate is ${show(challenge)}`);
		},
	},
	{
		id: 'rfc6749/two-methods', source: 'RFC 6749 section 2.3', level: 'SHOULD',
		claim: 'A client that authenticates in two ways at once is refused.',
		async run(t) {
			const { client_id } = await t.client();
			const answer = await t.attempt({ client_secret: 'two' }, basic({ client_id, client_secret: 'one' }));
			mustRefuse(answer, 'invalid_request', 'invalid_client');
		},
	},
	{
		id: 'rfc6749/no-client', source: 'RFC 6749 section 4.1.3', level: 'MUST',
		claim: 'A request that names no client is refused.',
		async run(t) {
			mustRefuse(await t.attempt(NO_CLIENT), 'invalid_request', 'invalid_client');
		},
	},
	{
		id: 'rfc6749/secret-required', source: 'RFC 6749 section 3.2.1', level: 'MUST',
		claim: 'A client that has a secret is invalid_client without it.',
		async run(t) {
			const { client_id } = await t.confidential();
			mustRefuse(await t.attempt({ client_id, client_secret: undefined }), 'invalid_client');
		},
	},
	{
		id: 'rfc6749/wrong-secret', source: 'RFC 6749 section 5.2', level: 'MUST',
		claim: 'With another secret it is invalid_client.',
		async run(t) {
			const { client_id, client_secret } = await t.confidential();
			mustRefuse(await t.attempt(NO_CLIENT, basic({ client_id, client_secret: `${client_secret}x` })), 'invalid_client');
		},
	},
	{
		id: 'rfc6749/basic-secret', source: 'RFC 6749 section 2.3.1', level: 'MUST',
		claim: 'Its secret is taken by Basic, so that only the code is wrong.',
		async run(t) {
			const answer = await t.attempt(NO_CLIENT, basic(await t.confidential()));
			mustRefuse(answer);
			must(answer.json?.error !== 'invalid_client', 'it is invalid_client');
		},
	},
];
