// SPDX-License-Identifier: MIT
// HTTP itself: methods, browsers of other origins, transport security.
import { request } from '../lib/http.mjs';
import { randomText } from '../lib/oauth.mjs';
import { must, mustEqual, needs, show } from '../lib/verdict.mjs';

const ORIGIN = 'https://browser-client.example';

const allows = ({ headers }) => ['*', ORIGIN].includes(headers['access-control-allow-origin']);

async function metadataUrl(t) {
	const found = await t.metadataAnswer();
	needs(found !== undefined, 'there is no authorization server metadata');
	return found.url;
}

function preflight(url, method, headers) {
	return request(url, { method: 'OPTIONS', headers: {
		Origin: ORIGIN, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': headers,
	} });
}

// A page in a browser may ask, with these headers, and read the answer.
async function mustServeBrowsers(url, method, headers) {
	const before = await preflight(url, method, headers);
	must(before.status < 300 && allows(before), `the preflight of ${method} ${url}: ${show(before)}`);
	const named = (before.headers['access-control-allow-headers'] ?? '').toLowerCase().split(/\s*,\s*/);
	for (const header of headers.split(', '))
		must(named.includes(header) || (named.includes('*') && header !== 'authorization'),
			`${header} is not allowed at ${url}`);
	must(allows(await request(url, { method, headers: { Origin: ORIGIN } })), `the answer of ${url} cannot be read`);
}

const browsers = (name, claim, run) =>
	({ id: `cors/${name}`, source: 'RFC 9700 section 2.6', level: 'MAY', claim, run });

export const http = [
	browsers('metadata', 'Pages of other origins may read the metadata.', async (t) => {
		await mustServeBrowsers(await metadataUrl(t), 'GET', 'mcp-protocol-version');
		const found = await t.resourceMetadata();
		if (found !== undefined)
			await mustServeBrowsers(found.url, 'GET', 'mcp-protocol-version');
	}),
	browsers('token', 'Pages of other origins may use the token endpoint.', async (t) =>
		mustServeBrowsers(await t.endpoint('token'), 'POST', 'content-type')),
	browsers('registration', 'Pages of other origins may register.', async (t) =>
		mustServeBrowsers(await t.endpoint('registration'), 'POST', 'content-type')),
	{
		id: 'cors/authorization', source: 'RFC 9700 section 2.6', level: 'MUST',
		claim: 'Pages of other origins cannot read what the authorization endpoint answers.',
		async run(t) {
			const { url } = await t.authorization();
			for (const answer of [await request(url, { headers: { Origin: ORIGIN } }),
				await preflight(url, 'GET', 'authorization')])
				mustEqual(answer.headers['access-control-allow-origin'], undefined, 'Access-Control-Allow-Origin');
		},
	},
	{
		id: 'cors/credentials', source: 'Fetch standard section 3.3.5', level: 'SHOULD',
		claim: 'No endpoint lets pages of any origin send cookies along.',
		async run(t) {
			for (const url of [await metadataUrl(t), await t.endpoint('token')]) {
				const { headers } = await request(url, { headers: { Origin: ORIGIN } });
				mustEqual(headers['access-control-allow-credentials'], undefined, `Access-Control-Allow-Credentials of ${url}`);
			}
		},
	},
	{
		id: 'http/head', source: 'RFC 9110 section 9.1', level: 'MUST',
		claim: 'HEAD of the metadata is answered as GET, without a body.',
		async run(t) {
			const url = await metadataUrl(t);
			const [head, get] = [await request(url, { method: 'HEAD' }), await t.get(url)];
			mustEqual(head.status, get.status, 'status');
			mustEqual(head.headers['content-type'], get.headers['content-type'], 'Content-Type');
			mustEqual(head.text, '', 'body');
		},
	},
	{
		id: 'http/token-get', source: 'RFC 6749 section 3.2', level: 'MUST',
		claim: 'The token endpoint takes nothing by GET.',
		async run(t) {
			const url = new URL(await t.endpoint('token'));
			const { client_id } = await t.client();
			const fields = { grant_type: 'authorization_code', code: randomText(), client_id, code_verifier: randomText() };
			Object.entries(fields).forEach(([name, value]) => url.searchParams.set(name, value));
			const answer = await request(url.href);
			must(answer.status >= 400, show(answer));
			must(answer.json?.error !== 'invalid_grant', 'its code was looked for');
		},
	},
	{
		id: 'http/not-allowed', source: 'RFC 9110 section 15.5.6', level: 'SHOULD',
		claim: 'A method that the token endpoint does not take is 405.',
		async run(t) {
			for (const method of ['GET', 'PUT', 'DELETE'])
				mustEqual((await request(await t.endpoint('token'), { method })).status, 405, `status for ${method}`);
		},
	},
	{
		id: 'http/allow', source: 'RFC 9110 section 15.5.6', level: 'MUST',
		claim: 'A 405 says in Allow what is taken.',
		async run(t) {
			const urls = [await t.endpoint('token'), await t.endpoint('authorization'), await metadataUrl(t)];
			const answers = await Promise.all(urls.map((url) => request(url, { method: 'DELETE' })));
			const refused = answers.filter(({ status }) => status === 405);
			needs(refused.length > 0, 'no answer is 405');
			for (const { headers, url } of refused)
				must(headers.allow !== undefined, `Allow is missing at ${url}`);
		},
	},
	{
		id: 'http/hsts', source: 'RFC 6797 section 6.1', level: 'SHOULD',
		claim: 'The server asks browsers to come by https alone: Strict-Transport-Security.',
		async run(t) {
			const { url } = await t.authorization();
			needs(new URL(url).protocol === 'https:', 'it is tried out on loopback without TLS');
			must((await request(url)).headers['strict-transport-security'] !== undefined, 'the field is missing');
		},
	},
	{
		id: 'http/plain', source: 'MCP, Communication Security', level: 'MUST',
		claim: 'The token endpoint is not served without TLS.',
		async run(t) {
			const url = new URL(await t.endpoint('token'));
			needs(url.protocol === 'https:', 'it is tried out on loopback without TLS');
			url.protocol = 'http:';
			const answer = await request(url.href, { method: 'POST' }).catch(() => undefined);
			must(answer === undefined || answer.json?.error === undefined, `it answers ${show(answer)}`);
		},
	},
];
