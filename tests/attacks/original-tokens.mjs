// SPDX-License-Identifier: MIT
// Tokens, sessions, the token endpoint and tools.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { Browser } from '../e2e/lib/browser.mjs';
import { post, postJson, request } from '../e2e/lib/http.mjs';
import { bare, legacy, McpClient, send } from '../e2e/lib/mcp.mjs';
import { readChallenge, redeem, refresh, revoke } from '../e2e/lib/oauth.mjs';
import { approve, signIn } from '../e2e/lib/sign-in.mjs';
import { peer } from './original-flow.mjs';
import { ALICE, BOB, claimsOf, forge, list, profile, refused } from './scene.mjs';

async function rotation(s) {
	const { client, tokens, metadata, sid } = await s.session();
	const next = (await refresh(metadata, client, tokens.refresh_token)).json;
	assert.notEqual(next.refresh_token, tokens.refresh_token);
	assert.equal(await profile(new McpClient(s.resource, next.access_token)), ALICE);
	const again = (await refresh(metadata, client, tokens.refresh_token)).json;
	assert.equal(again.refresh_token, next.refresh_token, 'a second asker in time gets no second successor');
	await s.sqlite(`UPDATE refresh_token SET kept_until = 1 WHERE sid = x'${sid}'`);
	assert.equal((await refresh(metadata, client, tokens.refresh_token)).json.error, 'invalid_grant');
	await refused(list(next.access_token, s.resource));
	assert.equal((await refresh(metadata, client, next.refresh_token)).json.error, 'invalid_grant');
}

async function decoupled(s) {
	await s.standin.during({ access_token_lifetime: 30 }, async () => {
		const { tokens, mcp } = await s.session();
		assert.ok(tokens.expires_in > 30 && tokens.expires_in <= 3600);
		assert.equal(await profile(mcp), ALICE);
	});
}

// Tokens that are wrong in one way each.
async function wrongOnes(s) {
	const { tokens, metadata, client } = await s.session();
	const claims = claimsOf(tokens.access_token);
	const last = tokens.access_token.at(-2) === 'A' ? 'B' : 'A';
	await revoke(metadata, client, tokens.access_token);
	return [tokens.access_token, `${tokens.access_token.slice(0, -2)}${last}${tokens.access_token.at(-1)}`, 'x', 'a.b.c',
		tokens.refresh_token, ...[{ aud: 'https://other.example/mcp' }, { iss: 'https://other.example' }, { exp: 1 },
			{ sid: '0'.repeat(32) }].map((change) => forge(s.key('sign'), { ...claims, ...change })),
		forge({ ...s.key('sign'), kid: 'unknown' }, claims)];
}

async function oneAnswer(s) {
	const answers = await Promise.all((await wrongOnes(s)).map((token) => list(token, s.resource)));
	for (const answer of answers) {
		assert.equal(answer.status, 401);
		assert.equal(answer.text, answers[0].text);
		assert.equal(answer.headers['www-authenticate'], answers[0].headers['www-authenticate']);
	}
}

async function tellsNothing(s) {
	for (const token of await wrongOnes(s)) {
		const { text, headers } = await list(token, s.resource);
		assert.doesNotMatch(text + headers['www-authenticate'].replace(/resource_metadata="[^"]*"/, ''),
			/issuer|audience|kid|expected|signature|HS256|other\.example|unknown/i);
	}
}

// Everything secret that a sign-in and some calls made, told to the stand-in or to the client.
async function secretsOf(s) {
	const session = await s.session();
	assert.equal(await profile(session.mcp), ALICE);
	const next = (await refresh(session.metadata, session.client, session.tokens.refresh_token)).json;
	assert.equal(await profile(new McpClient(s.resource, next.access_token)), ALICE);
	return [...await s.standin.secrets(), ...session.browser.sent, session.response.code, session.asked.verifier,
		...[session.tokens, next].flatMap((t) => [t.access_token, t.refresh_token])];
}

async function noKeyIsShown(s) {
	await secretsOf(s);
	const text = s.logs();
	const outputs = ['keys', 'check', 'sessions', 'clients'].map((command) => runs(s, [command]));
	for (const name of ['sign', 'wrap', 'cache', 'browser']) {
		const { secret } = s.key(name);
		for (const form of ['base64url', 'base64', 'hex'])
			for (const where of [text, ...outputs])
				assert.ok(!where.includes(secret.toString(form)), name);
		const file = path.join(s.site.keep, 'state/keys', name);
		assert.equal(statSync(file).mode & 0o007, 0, `${name} is for the programs alone`);
	}
}

// What the administrator's command says about that installation.
function runs(s, args) {
	const { stdout, stderr } = spawnSync(path.join(s.site.bin, 'sallyport'), args, {
		encoding: 'utf8', env: { PATH: process.env.PATH, SALLYPORT_CONF: path.join(s.site.keep, 'sallyport.conf') },
	});
	assert.ok(stdout + stderr !== '', args[0]);
	return stdout + stderr;
}

async function noTokenIsLogged(s) {
	const secrets = await secretsOf(s);
	await s.standin.during({ graph_status: 500 }, async () => (await s.session()).mcp.callTool());
	const text = s.logs();
	assert.ok(text.length > 200, 'there are logs');
	for (const secret of secrets)	// a long line of a log is cut
		assert.ok(!text.includes(secret.slice(0, 30)), `a secret of ${secret.length} characters is in a log`);
	assert.doesNotMatch(text, /[?&](code|state|transaction)=/);
}

async function noArgumentIsLogged(s) {
	const { mcp } = await s.session();
	const text = 'a-word-of-the-persons-own';
	await mcp.callTool('get_graph_user_details', { note: text });
	assert.equal(await profile(mcp), ALICE);
	for (const word of [text, ALICE, 'alice@contoso.example'])
		assert.ok(!s.logs().includes(word), word);
	assert.deepEqual(await s.db.rows(
		`SELECT event FROM audit WHERE reason LIKE '%${text}%' OR tool LIKE '%${text}%'`), []);
}

async function stored(s) {
	const secrets = await secretsOf(s);
	const bytes = s.state();
	assert.ok(bytes.includes('CREATE TABLE session'), 'the database is among them');
	for (const secret of secrets)
		assert.ok(!bytes.includes(secret), `a secret of ${secret.length} characters is stored`);
}

async function quietFailures(s) {
	const { mcp, tokens } = await s.session();
	for (const fault of [{ graph_status: 500 }, { graph_body_fault: 'garbage' }, { token_body_fault: 'html' },
		{ graph_status: 403 }, { obo_error: 'throttled' }]) {
		await s.sqlite('DELETE FROM exchanged_token; DELETE FROM setback');
		await s.standin.during(fault, async () => {
			const { json, text } = await mcp.callTool();
			assert.equal(json.result.isError, true, JSON.stringify(fault));
			assert.ok(!text.includes('eyJ') && !text.includes(tokens.access_token) &&
				!/\.c:|Traceback|AADSTS|127\.0\.0\.1/.test(text), text);
			assert.match(json.result.content[0].text, /reference ([0-9a-f]{16})/);
			const [, reference] = /reference ([0-9a-f]{16})/.exec(json.result.content[0].text);
			assert.ok(s.logs().includes(reference), 'the reference leads to the log');
		});
	}
}

async function noArguments(s) {
	const { mcp } = await s.session();
	for (const name of ['bearerToken', 'accessToken', 'context', '_meta'])
		assert.equal((await mcp.callTool('get_graph_user_details', { [name]: 'eyJ.x.y' })).json.result.isError, true);
	const { text } = await mcp.callTool();
	for (const secret of await s.standin.secrets())
		assert.ok(!text.includes(secret));
}

async function untouched(s) {
	const { tokens } = await s.session();
	for (const id of ['"a\\u00e9"', '123456789012345678901234567890', '""', '-0']) {
		const { text } = await postJson(s.resource, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`, {
			headers: { Authorization: `Bearer ${tokens.access_token}` },
		});
		assert.equal(text, `{"jsonrpc":"2.0","id":${id},"result":{}}`);
	}
	const pings = [1, 2].map((id) => legacy('ping', undefined, { id }).body);
	const { json } = await postJson(s.resource, pings, {
		headers: { Authorization: `Bearer ${tokens.access_token}` },
	});
	assert.deepEqual(json.map((m) => m.id), [1, 2]);
}

// A process that has never seen the session.
async function survives(s) {
	const { tokens } = await s.session();
	const body = JSON.stringify(legacy('tools/list').body);
	const { stdout } = spawnSync(path.join(s.site.bin, 'mcp'), { input: body, encoding: 'utf8', env: {
		SALLYPORT_CONF: path.join(s.site.keep, 'sallyport.conf'), REQUEST_METHOD: 'POST', REQUEST_URI: '/mcp',
		CONTENT_TYPE: 'application/json', CONTENT_LENGTH: String(body.length),
		HTTP_AUTHORIZATION: `Bearer ${tokens.access_token}`,
	} });
	assert.match(stdout, /^Status: 200[^]*get_graph_user_details/);
}

async function revoked(s) {
	const { tokens, metadata, client, mcp } = await s.session();
	const stranger = await s.client();
	await revoke(metadata, stranger, tokens.refresh_token);
	assert.equal(await profile(mcp), ALICE, 'a stranger revokes nothing');
	assert.equal((await revoke(metadata, client, tokens.refresh_token)).status, 200);
	await refused(mcp.callTool());
	assert.equal((await refresh(metadata, client, tokens.refresh_token)).json.error, 'invalid_grant');
	assert.equal((await revoke(metadata, client, 'A'.repeat(43))).status, 200);
}

async function tokenEndpoint(s) {
	const { asked, metadata, tokens, client } = await s.session();
	const good = await refresh(metadata, client, tokens.refresh_token);
	for (const answer of [good, await redeem(metadata, asked, 'A'.repeat(43)), await post(metadata.token_endpoint, {}),
		await refresh(metadata, { client_id: 'nobody' }, 'x')]) {
		assert.match(answer.headers['content-type'], /^application\/json/);
		assert.equal(answer.headers['cache-control'], 'no-store');
		assert.ok(answer.status === 200 || typeof answer.json.error === 'string');
	}
	assert.equal((await redeem(metadata, asked, 'A'.repeat(43))).json.error, 'invalid_grant');
	assert.equal((await refresh(metadata, { client_id: 'nobody' }, 'x')).status, 401);
}

// What a comparison by culture, case or length would let pass.
async function exactly(s) {
	const browser = new Browser();
	const asked = s.ask(await s.client());
	const { code } = await approve(browser, await s.page(asked, browser), asked, s.metadata);
	const { verifier } = asked;
	for (const code_verifier of [verifier.toUpperCase(), verifier.slice(0, -1), `${verifier}A`, `${verifier}%00`,
		`${verifier}\u00ad`, `${verifier} `, asked.fields.code_challenge])
		assert.equal((await redeem(s.metadata, asked, code, { code_verifier })).status, 400, code_verifier);
	for (const near of [`${code}A`, code.slice(0, -1), ` ${code}`, code.toLowerCase(), `${code}=`])
		assert.equal((await redeem(s.metadata, asked, near)).status, 400, near);
	assert.equal((await redeem(s.metadata, asked, code)).status, 200);
}

async function preflights(s) {
	for (const url of [s.metadata.token_endpoint, s.metadata.registration_endpoint, s.metadata.revocation_endpoint])
		assert.equal((await request(url, { method: 'OPTIONS', headers: { Origin: 'https://a.example' } }))
			.headers['access-control-allow-origin'], '*');
	assert.equal((await request(s.resource, { method: 'OPTIONS', headers: { Origin: s.url } })).status, 204);
	for (const Origin of ['https://evil.example', 'null', `${s.url}.evil.example`, `${s.url}/`]) {
		const { status, headers } = await request(s.resource, { method: 'OPTIONS', headers: { Origin } });
		assert.equal(status, 403);
		assert.equal(headers['access-control-allow-origin'], undefined);
	}
	assert.equal((await bare('POST', s.resource, undefined, { Host: 'evil.example' })).status, 403);
}

async function challenges(s) {
	for (const token of [undefined, 'x']) {
		const { status, headers } = await send(s.resource, token, legacy('ping'));
		const challenge = readChallenge(headers['www-authenticate']);
		assert.equal(status, 401);
		assert.equal(challenge.resource_metadata, `${s.url}/.well-known/oauth-protected-resource/mcp`);
		assert.equal(challenge.scope, 'mcp:tools');
	}
}

async function keysCached(s) {
	const { mcp } = await s.session();
	await s.standin.clearLog();
	for (let i = 0; i < 4; i++)
		assert.equal(await profile(mcp), ALICE);
	const { keys, exchange, graph } = await s.standin.counts();
	assert.deepEqual([keys, exchange, graph], [0, 1, 4]);
}

async function versions(s) {
	for (const version of [1, 2])
		await s.standin.during({ access_token_version: version }, async () => {
			assert.equal(await profile((await s.session()).mcp), ALICE, `version ${version}`);
		});
}

async function wrongTokens(s) {
	for (const fault of ['app_only', 'missing_scp', 'wrong_aud', 'wrong_tid', 'other_tenant',
		'wrong_ver', 'hs256', 'consumers_key'])
		await s.standin.during({ access_token_fault: fault }, async () => {
			const { response } = await signIn(s.resource);
			assert.equal(response.code, undefined, fault);
		});
}

async function challenged(s) {
	const { mcp, client } = await s.session();
	await s.standin.during({ mfa_required: true }, async () => {
		const { status, headers } = await mcp.callTool();
		assert.equal(status, 401);
		assert.match(headers['www-authenticate'],
			/error="invalid_token", error_description="Microsoft Entra ID asks the user for more/);
		assert.equal(await profile((await s.session('alice@contoso.example', { client })).mcp), ALICE);
	});
}

async function graphFails(s) {
	const { mcp } = await s.session();
	await s.standin.during({ graph_status: 429, graph_retry_after: 7 }, async () => {
		assert.match((await mcp.callTool()).json.result.content[0].text, /7 seconds/);
	});
	await s.sqlite('DELETE FROM setback');
	await s.standin.during({ graph_delay_ms: 12_000 }, async () => {
		const began = Date.now();
		assert.equal((await mcp.callTool()).json.result.structuredContent.retryable, true);
		assert.ok(Date.now() - began < 8500, 'Graph has three seconds, all of a call nine');
	});
}

async function perPerson(s) {
	const [alice, bob] = [await s.session(), await s.session('bob@contoso.example')];
	for (const [session, name] of [[alice, ALICE], [bob, BOB], [alice, ALICE], [bob, BOB]])
		assert.equal(await profile(session.mcp), name);
	const kept = await s.db.rows(`SELECT hex(sid) AS sid FROM exchanged_token
		WHERE sid IN (x'${alice.sid}', x'${bob.sid}')`);
	assert.equal(new Set(kept.map((row) => row.sid)).size, 2);
}

async function noEcho(s) {
	const { tokens } = await s.session();
	const headers = { Authorization: `Bearer ${tokens.access_token}` };
	for (const target of ['/debug', '/mcp/debug', '/mcp/echo', '/mcp/messages', '/server-status', '/cgi-bin/sallyport',
		'/sallyport'])
		assert.equal((await request(s.url, { target, headers })).status, 404, target);
}

export const tokens = [
	['2.B1 refresh tokens rotate, and a replay ends the session', rotation],
	['2.B2 our token\'s life does not hang on Entra\'s', decoupled],
	['2.B3 whatever is wrong with a token, the answer is one', oneAnswer],
	['2.E8 a refusal does not say what was expected', tellsNothing],
	['2.B4 a token is for one resource', peer(4)],
	['2.B5 no key leaves its file', noKeyIsShown],
	['2.B6 no log holds a token', noTokenIsLogged],
	['2.B7 no log holds what a person says or is called', noArgumentIsLogged],
	['2.B8 a tool that fails shows nothing but a reference', quietFailures],
	['2.B9 no token is an argument or a result', noArguments],
	['2.B10 messages pass as they are', untouched],
	['2.B11 a session survives its processes', survives],
	['2.B12 what is revoked is over, by its own client alone', revoked],
	['2.B13 nothing secret is stored readably', stored],
	['2.D7 the token endpoint answers in OAuth\'s form, whatever happens', tokenEndpoint],
	['2.D8 secrets are compared byte by byte', exactly],
	['2.D9 browsers may call where they should, and nobody else\'s pages', preflights],
	['2.D11 a refusal names the way to a token', challenges],
	['2.E1 keys and exchanged tokens are kept', keysCached],
	['2.E2 Entra\'s tokens of both versions serve', versions],
	['2.E3 tokens of others, for others and of no person are refused', wrongTokens],
	['2.E5 a demand for one more step is told', challenged],
	['2.E6 Graph\'s throttling and silence are told', graphFails],
	['2.E7 exchanged tokens are kept by session', perPerson],
	['2.E9 nothing echoes a request', noEcho],
];
