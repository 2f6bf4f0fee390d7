// SPDX-License-Identifier: MIT
// Where the authorization endpoint sends nobody: RFC 9700 section 4.1.3, RFC 8252 section 7.3.
import { mustNotServe } from '../lib/authorize.mjs';
import { LOOPBACK, WEB, leadsTo } from '../lib/target.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

const web = (t) => t.client('web', { redirect_uris: [WEB], application_type: 'web' });
const port = '33418';

// One check each, since servers get each of them wrong in their own way.
const different = (name, claim, ...uris) => ({
	id: `redirect/${name}`, source: 'MCP, Open Redirection', level: 'MUST', claim,
	run: async (t) => mustNotServe(t, await web(t), uris),
});

const differentLoopback = (name, claim, ...uris) => ({
	id: `redirect/loopback-${name}`, source: 'RFC 8252 section 7.3', level: 'MUST', claim,
	async run(t) {
		const client = await t.client();
		needs(client.redirect_uris[0] === LOOPBACK, 'the client has another redirect URI');
		await mustNotServe(t, client, uris);
	},
});

export const redirectUri = [
	different('other', 'A redirect URI of another host is an error.', 'https://evil.example/callback?kept=1'),
	different('longer', 'A longer path is an error.', 'https://client.example/callback/more?kept=1',
		'https://client.example/callback2?kept=1'),
	different('host', 'A host that only begins or ends like the registered one is an error.',
		'https://client.example.evil.example/callback?kept=1', 'https://evil-client.example/callback?kept=1',
		'https://sub.client.example/callback?kept=1', 'https://client.example@evil.example/callback?kept=1'),
	different('query', 'Another query is an error.', 'https://client.example/callback', `${WEB}&more=1`,
		'https://client.example/callback?kept=2'),
	different('case', 'Another case of letters is an error.', 'https://client.example/CALLBACK?kept=1'),
	different('normalised', 'What is the same only after normalising is an error.',
		'https://client.example:443/callback?kept=1', 'https://CLIENT.example/callback?kept=1',
		'https://client.example/x/../callback?kept=1', 'https://client.example/%63allback?kept=1'),
	different('scheme', 'Another scheme is an error.', 'http://client.example/callback?kept=1'),
	different('port', 'Another port is an error where it is no loopback.', 'https://client.example:8443/callback?kept=1'),
	different('fragment', 'A fragment is an error.', `${WEB}#fragment`),
	differentLoopback('path', 'Another path on loopback is an error.', `http://127.0.0.1:${port}/other`,
		`http://127.0.0.1:${port}/callback/`),
	differentLoopback('host', 'Another host is an error, loopback or not.', `http://localhost:${port}/callback`,
		`http://127.0.0.1.evil.example:${port}/callback`, `http://127.0.0.1@evil.example:${port}/callback`),
	{
		id: 'rfc8252/port', source: 'RFC 8252 section 7.3', level: 'MUST',
		claim: 'The port of a loopback redirect URI is free.',
		async run(t) {
			const client = await t.client();
			needs(client.redirect_uris[0] === LOOPBACK, 'the client has another redirect URI');
			const { answer } = await t.ask({ redirect_uri: 'http://127.0.0.1:51515/callback' }, client);
			must(answer.status < 400, show(answer));
		},
	},
	{
		id: 'redirect/several', source: 'RFC 6749 section 3.1.2.3', level: 'MUST',
		claim: 'A client with several redirect URIs must name one.',
		async run(t) {
			const client = await t.client('several', { redirect_uris: [LOOPBACK, 'http://127.0.0.1:33418/second'] });
			await mustNotServe(t, client, [undefined]);
		},
	},
	{
		id: 'redirect/twice', source: 'RFC 6749 section 3.1', level: 'MUST',
		claim: 'Where redirect_uri or client_id comes twice nobody is redirected.',
		async run(t) {
			const { client_id, redirect_uris: [uri] } = await t.client();
			await mustNotServe(t, undefined, [[uri, 'https://evil.example/callback'], ['https://evil.example/callback', uri]]);
			await mustNotServe(t, undefined, [uri], { client_id: [client_id, 'rfc-suite-other'] });
		},
	},
	{
		id: 'redirect/error', source: 'RFC 6749 section 4.1.2.1', level: 'MUST',
		claim: 'Another fault in the request does not lead to a redirect URI that is none of the client\'s.',
		async run(t) {
			const uri = 'https://evil.example/callback';
			const faults = [{ response_type: 'rfc_suite' }, { code_challenge: undefined }, { prompt: 'none' }, { scope: 'a"b' }];
			for (const change of faults) {
				const { answer } = await t.ask({ redirect_uri: uri, ...change });
				must(!leadsTo(answer.location, uri), `with ${show(change)}: ${show(answer)}`);
			}
		},
	},
	{
		id: 'redirect/query-kept', source: 'RFC 6749 section 3.1.2', level: 'MUST',
		claim: 'The query of a redirect URI stays in the response.',
		async run(t) {
			const client = await t.client('query', { redirect_uris: [`${LOOPBACK}?kept=1`] });
			const { parameters } = await t.refusal({ response_type: 'rfc_suite' }, client);
			needs(parameters !== undefined, 'the server redirects no error to this client');
			mustEqual(parameters.kept?.join(' and '), '1', 'kept');
			must(parameters.error !== undefined, 'the response itself is not there');
		},
	},
];
