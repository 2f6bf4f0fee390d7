// SPDX-License-Identifier: MIT
// Entra's clock and ours apart: five minutes do no harm, with a secret or an assertion of ours; ten are told to the
// administrator, and an assertion is dated by Entra's clock.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { signIn, signedIn } from '../e2e/lib/sign-in.mjs';
import { oldCertificate } from './lib/certificate.mjs';
import { isUser, watch } from './lib/watch.mjs';

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

const APART = 295;	// of the 300 seconds that are allowed, what a request may take aside

let certificate;
before(() => { certificate = oldCertificate(); });
after(() => certificate.remove());

async function start(kind) {
	const site = await watch('lighttpd-fastcgi', kind === 'a secret' ? {} :
		{ entra: { credential: `certificate:${certificate.file}` } });
	if (kind !== 'a secret')
		await site.standin.allowCertificate(certificate.pem);
	return site;
}

for (const kind of ['a secret', 'a certificate'])
	describe(`with ${kind}`, () => {
		let site;
		before(async () => { site = await start(kind); });
		after(() => site?.stop());
		beforeEach(() => site.reset());

		for (const clock_offset of [APART, -APART])
			it(`${clock_offset} seconds: sign-in, exchange, Graph and refresh go well`, () =>
				site.standin.during({ clock_offset }, async () => {
					const session = await signedIn(site.resource());
					isUser(await session.mcp.callTool());
					const short = await site.standin.during({ access_token_lifetime: 100 }, () => signedIn(site.resource()));
					await site.standin.clearLog();
					isUser(await short.mcp.callTool());
					const refreshed = (await site.standin.log()).filter((e) => e.kind === 'refresh_token' && e.status === 200);
					assert.equal(refreshed.length, 1);
				}));

		it('600 seconds: refused, and the log says why', () => site.standin.during({ clock_offset: 600 }, async () => {
			const { response, client } = await signIn(site.resource());
			assert.deepEqual([response.error, response.code], ['access_denied', undefined]);
			assert.match(await site.line(`access_denied client=${client.client_id}`), /entra's token: /);
		}));

		it('-600 seconds: goes well', () => site.standin.during({ clock_offset: -600 }, async () => {
			isUser(await (await signedIn(site.resource())).mcp.callTool());
		}));
	});

describe('an assertion', () => {
	let site;
	before(async () => { site = await start('a certificate'); });
	after(() => site?.stop());
	beforeEach(() => site.reset());

	for (const [clock_offset, where] of [[600, 'behind'], [-600, 'ahead of']])
		it(`${clock_offset} seconds off is made again by the date that Entra says, and the log says so`, async () => {
			const session = await signedIn(site.resource());
			await site.standin.clearLog();
			await site.standin.during({ clock_offset, access_token_lifetime: 3600 }, () => session.mcp.callTool());
			const asked = (await site.standin.log()).filter(({ kind }) => kind === 'on_behalf_of');
			assert.ok(asked.length === 2 || (clock_offset < 0 && asked.length === 4),
				'twice, and once more with a renewed token');
			assert.equal(asked[0].status, 401);
			const [first, second] = asked.map(({ form }) => claims(form.client_assertion));
			assert.ok(Math.abs(second.iat - first.iat - clock_offset) <= 10, `${second.iat - first.iat}`);
			assert.notEqual(first.jti, second.jti);
			const [, seconds] = /the clock here is (\d+) seconds/.exec(await site.line(`${where} Entra's: set it right`));
			assert.ok(Math.abs(seconds - 600) <= 10, seconds);
		});

	it('that is refused for another reason is not made again', async () => {
		const session = await signedIn(site.resource());
		await site.standin.clearLog();
		await site.standin.during({ token_error: 700027, token_fault_grant: 'on_behalf_of' }, () => session.mcp.callTool());
		assert.equal((await site.standin.counts()).exchange, 1);
	});
});
