// SPDX-License-Identifier: MIT
// Two applications at Entra: people sign in to the one, for the other, which exchanges their tokens with its own
// credential.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { signIn } from '../e2e/lib/sign-in.mjs';
import { privateFile } from '../gateway/lib/gate.mjs';
import {
	ALICE, API, API_SECRET, API_URI, OTHER_SECRET, SALLYPORT, SALLYPORT_SECRET,
} from '../standins/entra/world.mjs';
import { calm, isToolError, isUser, signedInAs, stale, startFarm } from './lib/scene.mjs';

const SCOPE = `${API}/.default`;

let secret;
let wrong;
let site;
before(async () => {
	[secret, wrong] = [privateFile(API_SECRET), privateFile(OTHER_SECRET)];
	site = await start(`secret-file:${secret.file}`);
});
after(async () => {
	await site?.stop();
	[secret, wrong].forEach((file) => file?.remove());
});
beforeEach(() => calm(site));

function start(resource_credential) {
	return startFarm(2, { entra: { resource_client_id: API, resource_credential } });
}

// Entra's token requests: which application, with what.
async function asked(grant, at = site) {
	return (await at.standin.log()).filter(({ kind }) => kind === grant)
		.map(({ form, status }) => ({ client: form.client_id, secret: form.client_secret, scope: form.scope, status }));
}

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

describe('two applications', () => {
	it('people sign in to the one, and their tokens are for the other', async () => {
		await signedInAs(site, ALICE);
		const [authorize] = (await site.standin.log()).filter(({ kind }) => kind === 'authorize');
		assert.equal(authorize.query.client_id, SALLYPORT);
		assert.ok(authorize.query.scope.split(' ').includes(SCOPE), authorize.query.scope);
		assert.deepEqual(await asked('authorization_code'), [{ client: SALLYPORT, secret: SALLYPORT_SECRET,
			scope: `openid profile offline_access ${SCOPE}`, status: 200 }]);
	});

	it('the other exchanges them, by its own credential, and asks Graph', async () => {
		const { mcp } = await signedInAs(site, ALICE);
		await site.standin.clearLog();
		isUser(await mcp.callTool());
		const [{ client, secret: used, status }, ...more] = await asked('on_behalf_of');
		assert.deepEqual([client, used, status, more.length], [API, API_SECRET, 200, 0]);
		const [{ form }] = (await site.standin.log()).filter(({ kind }) => kind === 'on_behalf_of');
		const { aud, azp } = claims(form.assertion);
		assert.deepEqual([aud, azp], [API, SALLYPORT]);
		const [me] = (await site.standin.log()).filter(({ kind }) => kind === 'me');
		assert.equal(claims(me.headers.authorization.slice('Bearer '.length)).appid, API);
	});

	it('the one refreshes', async () => {
		const [{ mcp }] = await stale(site, 1);
		isUser(await mcp.callTool());
		assert.deepEqual((await asked('refresh_token')).map(({ client, scope }) => [client, scope]),
			[[SALLYPORT, `${SCOPE} openid profile offline_access`]]);
	});

	it('works with tokens of version 1, whose audience is the address', async () => {
		await site.standin.set({ access_token_version: 1 });
		const { mcp } = await signedInAs(site, ALICE);
		isUser(await mcp.callTool());
		const [{ form }] = (await site.standin.log()).filter(({ kind }) => kind === 'on_behalf_of');
		assert.ok([API, API_URI].includes(claims(form.assertion).aud));
		assert.equal(claims(form.assertion).ver, '1.0');
	});

	it('believes no token for anything else', async () => {
		await site.standin.set({ access_token_fault: 'wrong_aud' });
		assert.equal((await signIn(site.resource())).response.error, 'access_denied');
	});

	it('says whose the mistake is when the credential is not that of the other', async () => {
		for (const resource_credential of [undefined, `secret-file:${wrong.file}`]) {
			const other = await start(resource_credential);
			try {
				const { mcp } = await signedInAs(other, ALICE);
				assert.match(isToolError(await mcp.callTool(), false), /administrator/);
				assert.deepEqual((await asked('on_behalf_of', other)).map(({ client, status }) => [client, status]), [[API, 401]]);
				assert.match(other.log('programs.log'), /invalid_client/);
			} finally {
				await other.stop();
			}
		}
	});
});
