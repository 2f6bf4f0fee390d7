// SPDX-License-Identifier: MIT
// Input that is wrong gets the error that the RFC or the MCP specification names, and changes nothing in the database.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
	INVALID, badForms, badJson, badMessages, badQueries, cut, meets, wrongMedia, wrongMethods,
} from './lib/bad.mjs';
import { Browser, readForm } from './lib/browser.mjs';
import { form, post, postJson, request } from './lib/http.mjs';
import { approve, atClient, signedIn } from './lib/sign-in.mjs';
import { authorization, redeem, refresh } from './lib/oauth.mjs';
import { startSite, suitable } from './lib/site.mjs';

const FORM = 'application/x-www-form-urlencoded';
const METADATA = [400, 'invalid_client_metadata'];
const REDIRECT = [400, 'invalid_redirect_uri'];

for (const server of suitable(['lighttpd-fastcgi', 'apache-proxy-fcgi', 'apache-cgi'])) {
	describe(server, () => {
		const mended = server.startsWith('lighttpd');
		const blind = server === 'apache-cgi';
		let site;
		let session;
		let asked;		// a sign-in that waits for consent
		let page;
		let browser;
		let unused;		// a code that nobody has redeemed yet

		before(async () => {
			// What counts requests changes with each; and a slow machine needs longer than a code lives.
			site = await startSite(server, { limits: { rates: 'off', code: '10m', transaction: '1h' } });
			session = await signedIn(site.resource());
			browser = new Browser();
			const other = authorization(session.metadata, session.client);
			unused = { asked: other, ...await approve(browser, await browser.open(other.url), other, session.metadata) };
			asked = authorization(session.metadata, session.client);
			page = await browser.open(asked.url);
			await site.database.sqlite('UPDATE session SET last_used_at = last_used_at + 3600');	// not once a minute
		});
		after(() => site?.stop());

		async function changeNothing(rows) {
			let before = await site.database.content();
			for (const [what, answer, expected] of rows) {
				meets(await answer(), expected, what);
				const now = await site.database.content();
				assert.equal(now, before, `${what} changed the database`);
				before = now;
			}
		}

		// The authorization endpoint's errors go back to the client, but those of client and redirect URI.
		const atAuthorize = (name) => ['client_id', 'redirect_uri'].includes(name) ? 400 : ({ status, headers }) => {
			assert.equal(status, 302);
			const { searchParams } = new URL(headers.location);
			assert.ok(['invalid_request', 'invalid_scope', 'invalid_target'].includes(searchParams.get('error')),
				headers.location);
			assert.equal(searchParams.get('iss'), site.url);
			assert.equal(searchParams.get('state'), name === 'state' ? null : asked.fields.state);
		};

		it('at metadata', () => {
			const url = `${site.url}/.well-known/oauth-authorization-server`;
			return changeNothing([
				...wrongMethods(url, 'GET, HEAD, OPTIONS', ['POST']),
				...['/%6dcp', '/mcp%00', '//mcp', '/mcp/..', '/x'].map((rest) => [`path ${rest}`,
					() => request(`${site.url}/.well-known/oauth-protected-resource${rest}`, {
						target: `/.well-known/oauth-protected-resource${rest}`,
					}), ({ status }) => assert.ok([400, 404].includes(status), `${rest}: ${status}`)]),
			]);
		});

		it('at register', () => {
			const url = session.metadata.registration_endpoint;
			const valid = { redirect_uris: ['https://client.example/cb'] };
			const send = (change) => () => postJson(url, { ...valid, ...change });
			return changeNothing([
				...badJson(url, {}, METADATA, valid, INVALID),
				...['null', '1', '"x"', 'true', '[]', '[{}]'].map((body) => [body, () => postJson(url, body), METADATA]),
				...[
					undefined, null, 'x', 1, {}, [], [1], [null], [['https://client.example/cb']], ['x'],
					['https://client.example/cb', 'x'], [`https://client.example/${'x'.repeat(1024)}`],
					Array(17).fill('https://client.example/cb'), ['https://client.example/\u00e9'],
					['https://client.example/%zz'], ['https://client.example/cb\n'],
				].map((redirect_uris) =>
					[`redirect_uris ${JSON.stringify(redirect_uris)?.slice(0, 60)}`, send({ redirect_uris }), REDIRECT]),
				...[
					{ client_name: 'x'.repeat(129) }, { client_name: 1 }, { client_name: ['x'] }, { client_name: 'a\u0007b' },
					{ client_uri: 'javascript:alert(1)' }, { client_uri: `https://x.example/${'x'.repeat(512)}` }, { client_uri: {} },
					{ application_type: 'x' }, { application_type: 1 }, { grant_types: 'authorization_code' },
					{ grant_types: ['password'] }, { grant_types: [1] }, { response_types: ['token'] }, { response_types: {} },
				].map((change) => [JSON.stringify(change).slice(0, 60), send(change), METADATA]),
				...wrongMedia(url, JSON.stringify(valid), ['text/plain', FORM, 'application/jsonx', '']),
				...wrongMethods(url, 'POST, OPTIONS', ['GET', 'HEAD']),
				...cut(url, JSON.stringify(valid), ['Content-Type: application/json'], { blind }),
			]);
		});

		it('at authorize', () => changeNothing([
			...badQueries(session.metadata.authorization_endpoint, asked.fields, {
				client_id: 512, redirect_uri: 1024, state: 4096, response_type: 64, code_challenge: 128, code_challenge_method: 64,
				scope: 1024, resource: 2048, response_mode: 64,
			}, { mended, expected: atAuthorize }),
			['nothing', () => request(session.metadata.authorization_endpoint), 400],
			['too many parameters', () => request(`${asked.url}&${'a=1&'.repeat(100)}`), 400],
			...wrongMethods(session.metadata.authorization_endpoint, 'GET', ['POST', 'HEAD', 'OPTIONS']),
		]));

		it('at consent', () => {
			const url = `${site.url}/consent`;
			const { fields } = readForm(page, 'approve');
			const cookie = browser.cookies(site.url).map((c) => `${c.name}=${c.value}`).join('; ');
			const headers = { Cookie: cookie, Origin: site.url, 'Sec-Fetch-Site': 'same-origin' };
			const send = (body) => () => post(url, body, { headers });
			const body = form(fields);
			return changeNothing([
				...badQueries(url, { transaction: fields.transaction }, { transaction: 43 }, { mended }),
				['a transaction that there is not', () => request(`${url}?transaction=${'A'.repeat(43)}`), 400],
				['no transaction', () => request(url), 400],
				...Object.keys(fields).flatMap((name) => [
					[`${name} repeated`, send(`${body}&${name}=${fields[name]}`), 400],
					...['%ff', '%00', '%zz', 'x'.repeat(100)].map((value) =>
						[`${name}=${value.slice(0, 10)}`, send(`${form({ ...fields, [name]: undefined })}&${name}=${value}`), 400]),
				]),
				['no csrf', send(form({ ...fields, csrf: undefined })), 403],
				['no decision', send(form({ ...fields, decision: undefined })), 400],
				['a raw NUL', send(`${body}\0`), 400],
				['too much', send(`${body}&x=${'x'.repeat(1024 * 1024)}`), 413],
				['another media type', () => postJson(url, fields, { headers }), 415],
				...wrongMethods(url, 'GET, POST', ['HEAD', 'OPTIONS']),
				...cut(url, body, [`Content-Type: ${FORM}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)],
					{ blind }),
			]);
		});

		it('at oauth-callback', async () => {
			const waiting = new Browser();
			const other = authorization(session.metadata, session.client);
			const callback = (url) => url.startsWith(`${site.url}/oauth-callback?`);
			const { landed } = await waiting.submit(await waiting.open(other.url), 'approve', { stop: callback });
			const fields = Object.fromEntries(landed.searchParams);
			const url = `${site.url}/oauth-callback`;
			await changeNothing([
				...badQueries(url, fields, { state: 43, code: 8192, error: 64 }, { mended, expected: (name) =>
					name === 'error' ? refused400 : ({ status }) => assert.ok([400, 414, 431].includes(status),
						`${name}: ${status}`) }),
				['nothing', () => request(url), 400],
				['a state that there is not', () => request(`${url}?code=x&state=${'A'.repeat(43)}`), 400],
				['no cookie', () => request(landed.href), 403],
				...wrongMethods(url, 'GET', ['POST', 'HEAD', 'OPTIONS']),
			]);
			const { landed: done } = await waiting.open(landed.href, { stop: atClient(other) });
			assert.ok(done.searchParams.get('code'));
		});

		it('at token', () => {
			const url = session.metadata.token_endpoint;
			const fields = {
				grant_type: 'authorization_code', client_id: session.client.client_id, code: unused.code,
				redirect_uri: unused.asked.fields.redirect_uri, code_verifier: unused.asked.verifier,
			};
			return changeNothing([
				...badForms(url, fields, { grant_type: 64, client_id: 512, code: 128, redirect_uri: 1024, code_verifier: 128,
					scope: 1024 },
					{ blind }),
				...badForms(url, { grant_type: 'refresh_token', client_id: session.client.client_id,
					refresh_token: session.tokens.refresh_token },
					{ refresh_token: 128 }, { blind }),
				...['', 'x', 'AUTHORIZATION_CODE', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer'].map((grant_type) =>
					[`grant_type ${grant_type}`, () => post(url, { ...fields, grant_type }),
						grant_type === '' ? INVALID : [400, 'unsupported_grant_type']]),
			]);
		});

		it('at revoke', () => changeNothing(badForms(session.metadata.revocation_endpoint,
			{ token: session.tokens.refresh_token, client_id: session.client.client_id, token_type_hint: 'refresh_token' },
			{ token: 8192, client_id: 512, token_type_hint: 64 }, { blind })));

		it('at mcp', () => {
			const url = site.resource();
			const headers = { Authorization: `Bearer ${session.tokens.access_token}` };
			return changeNothing([
				...badJson(url, headers, [400, -32700], { jsonrpc: '2.0', id: 1, method: 'ping' }),
				...badMessages(url, session.tokens.access_token),
				...cut(url, '{"jsonrpc":"2.0","id":1,"method":"ping"}', ['Content-Type: application/json',
					`Authorization: ${headers.Authorization}`],
					{ blind }),
				...['Bearer', 'Bearer ', 'Bearer a b', 'Bearer é', `Bearer ${'x'.repeat(7000)}`, 'Basic eDp5', 'bearer',
					'Bearer a,b'].map((value) =>
					[`Authorization: ${value.slice(0, 20)}`, () => postJson(url, {}, { headers: { Authorization: value } }),
						({ status }) => assert.ok([400, 401].includes(status), `${value}: ${status}`)]),
			]);
		});

		it('and after all of it everything still works', async () => {
			assert.equal((await redeem(session.metadata, unused.asked, unused.code)).status, 200);
			assert.equal((await refresh(session.metadata, session.client, session.tokens.refresh_token)).status, 200);
			assert.ok((await approve(browser, page, asked, session.metadata)).code);
			assert.equal((await session.mcp.callTool()).json.result.isError, false);
		});
	});
}

function refused400({ status }) {
	assert.ok([400, 403].includes(status), `status ${status}`);	// 403: nothing is wrong with it but the missing cookie
}
