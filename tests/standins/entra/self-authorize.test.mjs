/* SPDX-License-Identifier: MIT */
/* What /authorize refuses, and how it tells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALLBACK, SELF, call, decode, useStandIn } from './driver.mjs';
import { BOB, CAROL, OTHER_TENANT, POLICY, SALLYPORT, TENANT } from './world.mjs';

const driver = useStandIn();

/* A page: the change to a right request, the options, and the AADSTS number that is told. */
const PAGES = {
	'unknown redirect URI': [{ redirect_uri: `${CALLBACK}/` }, {}, 50011],
	'redirect URI in another case': [
		{ redirect_uri: CALLBACK.replace('oauth', 'OAuth') },
		{},
		50011,
	],
	'no redirect URI': [{ redirect_uri: undefined }, {}, 50011],
	'unknown client': [{ client_id: TENANT }, {}, 700016],
	'no client': [{ client_id: undefined }, {}, 900144],
	'unknown tenant': [{}, { tenant: 'nobody.example' }, 90002],
	'tenant common': [{}, { tenant: 'common' }, 50194],
	'client of another tenant': [{}, { tenant: OTHER_TENANT }, 700016],
	'unknown scope': [{ scope: 'openid mcp:tools' }, {}, 650053],
	'scope for administrators': [
		{ scope: 'https://graph.microsoft.com/User.Read.All' },
		{},
		90094,
	],
};

for (const [name, [change, options, code]] of Object.entries(PAGES)) {
	test(`a page and no redirect: ${name}`, async () => {
		const { status, headers, text } = await driver.authorize(change, options);
		assert.equal(status, 400);
		assert.match(headers['content-type'], /^text\/html/);
		assert.equal(headers.location, undefined);
		assert.ok(text.includes(`AADSTS${code}: `), text);
	});
}

/* A redirect: the change, what is appended to the query, the error and the AADSTS number. */
const REDIRECTS = {
	'no response_type': [{ response_type: undefined }, '', 'invalid_request', 900144],
	'response_type token': [
		{ response_type: 'token' },
		'',
		'unsupported_response_type',
		700054,
	],
	'unknown response_mode': [{ response_mode: 'web_message' }, '', 'invalid_request', 90023],
	'no scope': [{ scope: undefined }, '', 'invalid_request', 900144],
	'neither openid nor a resource': [
		{ scope: 'profile offline_access' },
		'',
		'invalid_scope',
		70011,
	],
	'.default with others': [
		{ scope: `${SELF} ${SALLYPORT}/access_as_user` },
		'',
		'invalid_scope',
		70011,
	],
	'unknown resource': [{ scope: 'api://nothing/x' }, '', 'invalid_resource', 500011],
	'no challenge': [{ code_challenge: undefined }, '', 'invalid_request', 501491],
	'no challenge method': [
		{ code_challenge_method: undefined },
		'',
		'invalid_request',
		501491,
	],
	'plain challenge': [{ code_challenge_method: 'plain' }, '', 'invalid_request', 501491],
	'short challenge': [{ code_challenge: 'abc' }, '', 'invalid_request', 501491],
	'no nonce': [{ nonce: undefined }, '', 'invalid_request', 900144],
	'a resource': [{ resource: 'https://mcp.example/mcp' }, '', 'invalid_request', 901002],
	'unknown prompt': [{ prompt: 'create' }, '', 'invalid_request', 90023],
	'malformed claims': [{ claims: '{' }, '', 'invalid_request', 90023],
	'repeated parameter': [{}, '&scope=openid', 'invalid_request', 9000411],
};

for (const [name, [change, extra, error, code]] of Object.entries(REDIRECTS)) {
	test(`an error redirect: ${name}`, async () => {
		const { status, params, fields } = await driver.authorize(change, { extra });
		assert.equal(status, 302);
		assert.equal(params.error, error);
		assert.ok(
			params.error_description.startsWith(`AADSTS${code}: `),
			params.error_description,
		);
		assert.equal(params.state, fields.state);
		assert.equal(params.code, undefined);
	});
}

test('without a state there is an error and no state', async () => {
	const { params } = await driver.authorize({ state: undefined });
	assert.deepEqual([params.error, params.state], ['invalid_request', undefined]);
});

test('lax: plain, no nonce, no state, resource of the scope, port of localhost', async () => {
	await driver.set({ strict: false });
	const uri = 'http://localhost:1/cb';
	await driver.control('redirect_uri', { client_id: SALLYPORT, redirect_uri: uri });
	const { params } = await driver.authorize({
		code_challenge_method: 'plain',
		nonce: undefined,
		state: undefined,
		resource: `api://${SALLYPORT}`,
		redirect_uri: 'http://localhost:2/cb',
	});
	assert.ok(params.code);
	const foreign = await driver.authorize({ resource: 'https://mcp.example/mcp' });
	assert.equal(foreign.status, 400);
	assert.match(foreign.text, /AADSTS9010010/);
	await driver.set({ strict: true });
	assert.equal(
		(await driver.authorize({ redirect_uri: 'http://localhost:2/cb' })).status,
		400,
	);
});

test('response modes', async () => {
	const fragment = await driver.authorize({ response_mode: 'fragment' });
	assert.ok(fragment.location.startsWith(`${CALLBACK}#code=`));
	const post = await driver.authorize({ response_mode: 'form_post' });
	assert.equal(post.status, 200);
	assert.ok(post.text.includes(`action="${CALLBACK}"`) && post.text.includes('name="code"'));
});

test('what looks like HTML is stripped from the state', async () => {
	const { params } = await driver.authorize({ state: 'before<b>bold</b>after' });
	assert.equal(params.state, 'beforeboldafter');
});

test('POST works as GET does', async () => {
	const { query, fields } = driver.authorizeRequest();
	const { status, headers } = await call(`${driver.base}/${TENANT}/oauth2/v2.0/authorize`, {
		method: 'POST',
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: String(query),
	});
	assert.equal(status, 302);
	assert.ok(headers.location.includes(`state=${fields.state}`));
});

const userOf = async (authorized) => {
	const { json } = await driver.token(driver.codeFields(authorized));
	return decode(json.id_token).claims.preferred_username;
};

test('the control and login_hint say who signs in', async () => {
	await driver.control('user', { user: BOB });
	assert.equal(await userOf(await driver.authorize()), BOB);
	assert.equal(
		await userOf(await driver.authorize({ login_hint: 'alice@contoso.example' })),
		'alice@contoso.example',
	);
	await driver.control('user', { user: CAROL });
	const stranger = await driver.authorize();
	assert.equal(stranger.status, 400);
	assert.ok(stranger.text.includes('AADSTS50020: '));
});

const press = (text, user, cookie) =>
	call(`${driver.base}/${TENANT}/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/x-www-form-urlencoded', ...cookie },
		body: String(
			new URLSearchParams({
				ctx: /name="ctx" value="([^"]+)"/.exec(text)[1],
				user,
			}),
		),
	});

test('the sign-in page: a button per user, a session after it, prompt', async () => {
	await driver.control('user', { user: 'none' });
	assert.equal((await driver.authorize({ prompt: 'none' })).params.error, 'login_required');
	const page = await driver.authorize();
	assert.equal(page.status, 200);
	assert.ok(page.text.includes(`<button name="user" value="${BOB}"`));
	const done = await press(page.text, BOB);
	assert.equal(done.status, 302);
	assert.equal(new URL(done.headers.location).searchParams.get('state'), page.fields.state);
	assert.equal((await press(page.text, BOB)).status, 400, 'a page is answered once');
	const headers = { cookie: done.headers['set-cookie'][0].split(';')[0] };
	assert.equal(await userOf(await driver.authorize({ prompt: 'none' }, { headers })), BOB);
	assert.equal((await driver.authorize({}, { headers })).status, 302);
	assert.equal((await driver.authorize({ prompt: 'login' }, { headers })).status, 200);
	assert.equal(
		(await driver.authorize({ prompt: 'select_account' }, { headers })).status,
		200,
	);
	const hinted = await driver.authorize(
		{ prompt: 'none', login_hint: 'alice@contoso.example' },
		{ headers },
	);
	assert.equal(hinted.params.error, 'login_required');
});

test('the person who cancels', async () => {
	await driver.control('user', { user: 'none' });
	const page = await driver.authorize();
	const { headers } = await press(page.text, '');
	const { searchParams } = new URL(headers.location);
	assert.deepEqual(
		[searchParams.get('error'), searchParams.get('state')],
		['access_denied', page.fields.state],
	);
});

test('consent: asked for what is new, declined by switch, never without interaction', async () => {
	const scope = 'openid https://graph.microsoft.com/Mail.Read';
	assert.equal(
		(await driver.authorize({ scope, prompt: 'none' })).params.error,
		'consent_required',
	);
	await driver.set({ consent_declined: true });
	assert.equal((await driver.authorize({ scope })).params.error, 'access_denied');
	assert.ok((await driver.authorize()).params.code, 'nothing new, nothing asked');
	assert.equal((await driver.authorize({ prompt: 'consent' })).params.error, 'access_denied');
	await driver.set({ consent_declined: false });
	assert.ok((await driver.authorize({ scope })).params.code);
	assert.ok(
		(await driver.authorize({ scope, prompt: 'none' })).params.code,
		'consent is remembered',
	);
});

test('switches of /authorize', async () => {
	for (const name of [
		'access_denied',
		'server_error',
		'temporarily_unavailable',
		'interaction_required',
	]) {
		await driver.set({ authorize_error: { value: name, times: 1 } });
		const { params, fields } = await driver.authorize();
		assert.deepEqual(
			[params.error, params.state, params.code],
			[name, fields.state, undefined],
		);
	}
	await driver.set({ authorize_error: { value: 'not_assigned', times: 1 } });
	assert.match((await driver.authorize()).text, /AADSTS50105/);
	await driver.set({ authorize_wrong_state: true });
	const wrong = await driver.authorize();
	assert.notEqual(wrong.params.state, wrong.fields.state);
	await driver.set({ authorize_wrong_state: null, authorize_missing_code: true });
	assert.equal((await driver.authorize()).params.code, undefined);
	await driver.set({ authorize_status: 503 });
	assert.equal((await driver.authorize()).status, 503);
});

test('claims that answer a challenge are remembered in the tokens', async () => {
	await driver.set({ mfa_required: true });
	const first = await driver.signIn();
	const refused = await driver.onBehalfOf(first.access_token);
	assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_grant']);
	const { access_token: wanted } = JSON.parse(refused.json.claims);
	assert.ok(JSON.stringify(wanted).includes(POLICY));
	const claims = refused.json.claims;
	assert.equal(
		(await driver.refresh(first.refresh_token, { claims })).json.error,
		'invalid_grant',
	);
	const again = await driver.authorize({ claims });
	const { json } = await driver.token(driver.codeFields(again));
	assert.equal((await driver.onBehalfOf(json.access_token)).status, 200);
	const refreshed = await driver.refresh(json.refresh_token, { claims });
	assert.equal((await driver.onBehalfOf(refreshed.json.access_token)).status, 200);
});
