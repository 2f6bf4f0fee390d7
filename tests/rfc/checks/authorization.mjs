// SPDX-License-Identifier: MIT
// The authorization endpoint: RFC 6749 sections 3.1 and 4.1, RFC 9700.
import { errorResponse, goesOn, refusedWith } from '../lib/authorize.mjs';
import { form, request } from '../lib/http.mjs';
import { parseUrl, responseParameters } from '../lib/oauth.mjs';
import { LOOPBACK, STATE, leadsTo } from '../lib/target.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

// The first page that a person sees, if it is of the authorization server.
function firstPage(t) {
	return t.once('first page', async () => {
		const { asked, answer } = await t.ask();
		let page = answer;
		const cookies = [];
		for (let hops = 0; page.location !== undefined && hops < 5; hops++) {
			cookies.push(...(page.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]));
			const next = new URL(page.location, page.url);
			needs(next.origin === new URL(asked.url).origin, `people are sent to ${next.origin} at once`);
			page = await request(next.href, { headers: cookies.length > 0 ? { Cookie: cookies.join('; ') } : {} });
		}
		needs(page.status === 200 && page.type === 'text/html', `the first page is ${page.status} ${page.type}`);
		return page;
	});
}

export const authorization = [
	{
		id: 'rfc6749/code', source: 'RFC 6749 section 4.1.2', level: 'MUST',
		claim: 'After the sign-in a code comes back to the redirect URI, once.',
		async run(t) {
			const { parameters } = await t.firstGrant();
			mustEqual(parameters.error, undefined, 'error');
			mustEqual(parameters.code?.length, 1, 'how often there is a code');
		},
	},
	{
		id: 'rfc6749/state', source: 'RFC 6749 section 4.1.2', level: 'MUST',
		claim: 'With the code comes the state, character by character.',
		async run(t) { mustEqual((await t.firstGrant()).parameters.state?.join(' and '), STATE, 'state'); },
	},
	{
		id: 'rfc6749/access-denied', source: 'RFC 6749 section 4.1.2.1', level: 'MUST',
		claim: 'Where the person says no the error is access_denied.',
		async run(t) {
			needs(t.decline !== undefined, 'no --decline was given');
			const { url, fields } = await t.authorization();
			const landed = await t.decline(url);
			must(leadsTo(landed, fields.redirect_uri), `it ended at ${landed.split('?')[0]}`);
			mustEqual(responseParameters(landed).error?.join(' and '), 'access_denied', 'error');
		},
	},
	{
		id: 'rfc6749/error-state', source: 'RFC 6749 section 4.1.2.1', level: 'MUST',
		claim: 'With an error comes the state, character by character.',
		async run(t) { mustEqual((await errorResponse(t)).parameters.state?.join(' and '), STATE, 'state'); },
	},
	{
		id: 'rfc6749/no-state', source: 'RFC 6749 section 4.1.2', level: 'MUST',
		claim: 'No state comes back where none was sent.',
		async run(t) {
			const { parameters } = await t.refusal({ response_type: 'rfc_suite', state: undefined });
			needs(parameters !== undefined, 'the server redirects no error to this client');
			mustEqual(parameters.state, undefined, 'state');
		},
	},
	{
		id: 'rfc6749/unsupported-response-type', source: 'RFC 6749 section 4.1.2.1', level: 'MUST',
		claim: 'An unknown response_type is unsupported_response_type.',
		run: (t) => refusedWith(t, { response_type: 'rfc_suite', state: STATE }, 'unsupported_response_type'),
	},
	{
		id: 'oauth2.1/no-implicit', source: 'OAuth 2.1 section 10.1', level: 'MUST',
		claim: 'response_type=token is refused.',
		run: (t) => refusedWith(t, { response_type: 'token' },
			'unsupported_response_type', 'unauthorized_client', 'invalid_request'),
	},
	{
		id: 'rfc6749/missing-response-type', source: 'RFC 6749 section 4.1.2.1', level: 'MUST',
		claim: 'A missing response_type is invalid_request.',
		run: (t) => refusedWith(t, { response_type: undefined }, 'invalid_request'),
	},
	{
		id: 'rfc6749/repeated', source: 'RFC 6749 section 3.1', level: 'MUST',
		claim: 'A parameter that comes twice is invalid_request.',
		async run(t) {
			await refusedWith(t, { response_type: ['code', 'code'] }, 'invalid_request');
			await refusedWith(t, { state: ['one', 'two'] }, 'invalid_request');
		},
	},
	{
		id: 'rfc6749/unknown-parameter', source: 'RFC 6749 section 3.1', level: 'MUST',
		claim: 'A parameter that the server does not know is ignored.',
		run: (t) => goesOn(t, { rfc_suite: 'ignored' }, 'with an unknown parameter'),
	},
	{
		id: 'rfc6749/empty-parameter', source: 'RFC 6749 section 3.1', level: 'MUST',
		claim: 'A parameter without a value is as one that was not sent.',
		run: (t) => goesOn(t, { login_hint: '', response_mode: '', display: '' }, 'with parameters without a value'),
	},
	{
		id: 'rfc6749/malformed-scope', source: 'RFC 6749 section 4.1.2.1', level: 'SHOULD',
		claim: 'A scope that breaks the grammar is invalid_scope.',
		run: (t) => refusedWith(t, { scope: 'a"b\\c' }, 'invalid_scope'),
	},
	{
		id: 'rfc6749/post', source: 'RFC 6749 section 3.1', level: 'MAY',
		claim: 'The authorization endpoint takes POST, too.',
		async run(t) {
			const { fields } = await t.authorization();
			const answer = await request(await t.endpoint('authorization'), {
				method: 'POST', body: form(fields), headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
			});
			must(answer.status < 400, show(answer));
		},
	},
	{
		id: 'rfc6749/unknown-client', source: 'RFC 6749 section 4.1.2.1', level: 'MUST',
		claim: 'For a client that there is not nobody is redirected to its redirect URI.',
		async run(t) {
			for (const redirect_uri of [LOOPBACK, 'https://client.example/callback']) {
				const { answer } = await t.ask({ client_id: 'rfc-suite-unknown', redirect_uri });
				must(!leadsTo(answer.location, redirect_uri), show(answer));
			}
		},
	},
	{
		id: 'rfc6749/error-page', source: 'RFC 6749 section 4.1.2.1', level: 'SHOULD',
		claim: 'The person is told of it, by a page with an error status.',
		async run(t) {
			const { answer } = await t.ask({ client_id: 'rfc-suite-unknown' });
			must(answer.status >= 400 && answer.status < 500, show(answer));
			must(/^text\//.test(answer.type), `it is ${show(answer.type)}`);
		},
	},
	{
		id: 'rfc6749/no-injection', source: 'RFC 6749 section 10.14', level: 'MUST',
		claim: 'Pages do not repeat what was sent as markup.',
		async run(t) {
			const markup = '<script>rfc_suite()</script>';
			for (const change of [{ client_id: markup }, { redirect_uri: `${LOOPBACK}/${markup}` }, { redirect_uri: markup },
				{ state: markup }, { scope: markup }, { response_type: markup }, { resource: markup }])
				must(!(await t.ask(change)).answer.text.includes(markup), `with ${show(change)} it does`);
		},
	},
	{
		id: 'rfc9700/no-307', source: 'RFC 9700 section 4.12', level: 'MUST',
		claim: 'No redirect to the client is 307 or 308, which repeat a POST.',
		async run(t) {
			const { answer } = await errorResponse(t);
			needs(answer.location !== undefined, 'the error came only after the sign-in');
			must(![307, 308].includes(answer.status), `status ${answer.status}`);
		},
	},
	{
		id: 'rfc9700/person', source: 'RFC 9700 section 4.11.2', level: 'MUST',
		claim: 'A browser that nobody has signed in with gets no code.',
		async run(t) {
			const { answer, asked } = await t.ask();
			must(!leadsTo(answer.location, asked.fields.redirect_uri), `it is sent back at once: ${show(answer)}`);
		},
	},
	{
		id: 'rfc9700/framing', source: 'RFC 9700 section 4.16', level: 'MUST',
		claim: 'The page that a person sees cannot be framed by other sites.',
		async run(t) {
			const { headers } = await firstPage(t);
			must(/frame-ancestors/.test(headers['content-security-policy']) || headers['x-frame-options'] !== undefined,
				'it has neither frame-ancestors nor X-Frame-Options');
		},
	},
	{
		id: 'rfc9700/page-no-store', source: 'RFC 9111 section 5.2.2.5', level: 'SHOULD',
		claim: 'The page that a person sees is not kept: Cache-Control: no-store.',
		async run(t) {
			const { headers } = await firstPage(t);
			must(/\bno-store\b/.test(headers['cache-control']), `Cache-Control is ${show(headers['cache-control'])}`);
		},
	},
	{
		id: 'rfc6749/no-repeats', source: 'RFC 6749 section 3.1', level: 'MUST',
		claim: 'No parameter of a response is there twice.',
		async run(t) {
			for (const { parameters } of [await t.firstGrant(), await errorResponse(t)])
				for (const [name, values] of Object.entries(parameters))
					mustEqual(values.length, 1, `how often there is ${name}`);
		},
	},
	{
		id: 'rfc6749/error-uri', source: 'RFC 6749 section 4.1.2.1', level: 'MUST',
		claim: 'error, error_description and error_uri keep to their characters.',
		async run(t) {
			const { parameters } = await errorResponse(t);
			for (const name of ['error', 'error_description'])
				must(/^[ !#-[\]-~]*$/.test(parameters[name]?.[0] ?? ''), `${name} is ${show(parameters[name])}`);
			const uri = parameters.error_uri;
			must(uri === undefined || parseUrl(uri[0]) !== undefined, show(uri));
		},
	},
];
