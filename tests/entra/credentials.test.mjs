// SPDX-License-Identifier: MIT
// Each kind of credential, from the first sign-in to Microsoft Graph; and after its own token's end, with a moved
// clock.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { IDENTITY, IDENTITY_HEADER, SALLYPORT, SECOND_IDENTITY, TENANT } from '../standins/entra/world.mjs';
import { post, request, setPatience } from '../e2e/lib/http.mjs';
import { McpClient } from '../e2e/lib/mcp.mjs';
import { refresh } from '../e2e/lib/oauth.mjs';
import { signIn, signedIn } from '../e2e/lib/sign-in.mjs';
import { AUDIENCE, Gate, HOUR, trustIdentity } from './lib/gate.mjs';
import { startProxy } from './lib/proxy.mjs';

setPatience(60_000);	// a source that is down is asked for half a minute

const SUBJECT = 'system:serviceaccount:default:sallyport';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const workloadToken = async (standin, more = {}) =>
	(await standin.control('workload_token', { subject: SUBJECT, ...more })).token;

// The kinds: what they need at the stand-in, in the configuration and in the environment.
const machine = async (standin) => {
	await trustIdentity(standin);
	return { credential: `managed-identity:${IDENTITY}`, imds_url: standin.url };
};
const KINDS = {
	'a virtual machine': { prepare: machine },
	'App Service': {
		prepare: machine, env: ({ url }) => ({ IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER }),
	},
	'Azure Arc': {
		env: ({ url }) => ({ IDENTITY_ENDPOINT: `${url}/himds/metadata/identity/oauth2/token`, IMDS_ENDPOINT: url }),
		prepare: async (standin, programs) => {
			const folder = programs.folder('tokens');
			await trustIdentity(standin);
			await standin.control('arc_keys', { directory: folder });
			return { credential: 'managed-identity', arc_key_dir: folder };
		},
	},
	'a federated token file': {
		prepare: async (standin, programs) => {
			await trustIdentity(standin, { issuer: `${standin.url}/workload`, subject: SUBJECT });
			return { credential: `federated-token-file:${programs.write('token', await workloadToken(standin))}` };
		},
	},
	'a certificate': {
		prepare: async (standin, programs) => {
			const { file, pem } = programs.certificate('one', 0, 90);
			await standin.allowCertificate(pem);
			return { credential: `certificate:${file}` };
		},
	},
};

async function isUser(answer) {
	const { status, json } = await answer;
	assert.equal(status, 200);
	assert.equal(json?.result?.structuredContent?.success, true, JSON.stringify(json));
}

async function isRetryable(answer) {
	const { json } = await answer;
	assert.equal(json?.result?.structuredContent?.retryable, true, JSON.stringify(json));
}

// What the stand-in says to a person's code that comes with this assertion.
async function present(standin, assertion) {
	return post(`${standin.url}/${TENANT}/oauth2/v2.0/token`, {
		grant_type: 'client_credentials', client_id: SALLYPORT, scope: `${SALLYPORT}/.default`,
		client_assertion_type: ASSERTION, client_assertion: assertion,
	});
}

// No assertion stands in a log or, as text or bytes, in the database.
async function keepsToItself(gate) {
	const kept = gate.said() + await gate.site.database.content();
	for (const assertion of await gate.assertions())
		for (const form of [assertion, Buffer.from(assertion).toString('hex')])
			assert.ok(!kept.toLowerCase().includes(form.toLowerCase()));
	assert.doesNotMatch(gate.said(), /eyJ/);
}

for (const server of ['lighttpd-fastcgi', 'lighttpd-cgi']) {
	describe(`from the sign-in to Graph, ${server}`, () => {
		for (const [name, { prepare, env }] of Object.entries(KINDS)) {
			it(name, async () => {
				const gate = await Gate.open(server, prepare, { env });
				try {
					const { mcp } = await signedIn(gate.resource);
					await isUser(mcp.callTool());
					const { status, text } = gate.check();
					assert.match(text, /^ok +Entra accepts the credential of /m);
					assert.equal(status, 0, text);
					await keepsToItself(gate);
				} finally {
					await gate.close();
				}
			});
		}
	});

	describe(`a managed identity, ${server}`, () => {
		let gate;
		before(async () => { gate = await Gate.open(server, machine, { clock: true }); });
		after(() => gate?.close());

		it('serves after 25 hours, where one assertion for good is refused', async () => {
			const { client, metadata, tokens } = await signedIn(gate.resource);
			const [old] = await gate.assertions();
			assert.equal((await present(gate.standin, old)).status, 200);
			await gate.moveClock(25 * HOUR);
			await gate.standin.clearLog();
			const late = await present(gate.standin, old);
			assert.deepEqual([late.status, late.json.error, late.json.error_codes], [401, 'invalid_client', [700024]]);
			const again = await refresh(metadata, client, tokens.refresh_token);
			assert.equal(again.status, 200, again.text);
			await isUser(new McpClient(gate.resource, again.json.access_token).callTool());
			assert.equal((await gate.identityRequests()).length, 1);
			assert.ok((await gate.assertions()).slice(1).every((each) => each !== old));
		});

		it('is asked for once by all who need it first', async () => {
			const sessions = [];
			for (let i = 0; i < 20; i++)
				sessions.push(await signedIn(gate.resource));
			await gate.forget();
			await Promise.all(sessions.map(({ mcp }) => isUser(mcp.callTool())));
			const [asked, ...more] = await gate.identityRequests();
			assert.deepEqual(asked.query, { 'api-version': '2018-02-01', resource: AUDIENCE, client_id: IDENTITY });
			assert.equal(more.length, 0);
			assert.equal(asked.headers['x-forwarded-for'], undefined);
		});
	});
}

// Switches of the stand-in, and what the log says of them.
const PASSING = [
	[{ imds_status: 404, imds_retry_after: 31 }, /status 404/], [{ imds_status: 410, imds_retry_after: 31 }, /status 410/],
	[{ imds_status: 429, imds_retry_after: 31 }, /status 429/], [{ imds_status: 500, imds_retry_after: 31 }, /status 500/],
];
const TIMEOUT = 2;
const HANGING = [
	[{ imds_close: true }, /managed identity, .*: (Empty reply|Recv failure|Connection)/],
	[{ imds_body_fault: 'garbage' }, /an answer without a token/],
	[{ imds_delay_ms: TIMEOUT * 1000 + 1500 }, /managed identity, .*timed out/i],
];

describe('an outage of the metadata service', () => {
	let gate;
	let session;
	before(async () => {
		gate = await Gate.open('lighttpd-fastcgi', async (standin) => ({ ...await machine(standin), timeout: TIMEOUT }));
		session = await signedIn(gate.resource);
	});
	after(() => gate?.close());

	for (const [fault, log] of PASSING) {
		it(`without a token, ${JSON.stringify(fault)}: says so, and the session survives`, async () => {
			await gate.forget();
			await gate.standin.during(fault, async () => {
				await isRetryable(session.mcp.callTool());
				await isRetryable(session.mcp.callTool());
			});
			assert.equal((await gate.identityRequests()).length, 1, 'a failure is remembered');
			assert.match(gate.said(), log);
			await gate.forget();
			await isUser(session.mcp.callTool());
		});
	}

	it('that passes is waited for', async () => {
		await gate.forget();
		await gate.standin.set({ imds_status: { value: 404, times: 2 } });
		await isUser((await signedIn(gate.resource)).mcp.callTool());
		assert.equal((await gate.identityRequests()).length, 3);
	});

	it('fails a sign-in with an error that the client understands', async () => {
		await gate.forget();
		await gate.standin.during({ imds_status: 500, imds_retry_after: 31 }, async () => {
			const { response } = await signIn(gate.resource);
			assert.equal(response.error, 'temporarily_unavailable');
		});
	});

	it('is not felt while a kept token is valid', async () => {
		for (const [fault] of [...PASSING, ...HANGING]) {
			await gate.forget();
			await isUser(session.mcp.callTool());
			await gate.site.database.sqlite('UPDATE assertion SET renew_at = 0');
			await gate.forget({ token: false });
			const began = Date.now();
			await gate.standin.during(fault, () => isUser(session.mcp.callTool()));
			assert.ok(Date.now() - began < (TIMEOUT + 10) * 1000, JSON.stringify(fault));
			// A kept connection that is closed without an answer is followed by one of its own.
			assert.ok((await gate.identityRequests()).length <= (fault.imds_close ? 2 : 1), JSON.stringify(fault));
		}
	});

	it('is final when no such identity is there', async () => {
		const other = await Gate.open('lighttpd-cgi', async (standin) => ({
			...await machine(standin), credential: 'managed-identity:99999999-9999-4999-8999-999999999999',
		}));
		try {
			const { response } = await signIn(other.resource);
			assert.equal(response.code, undefined);
			assert.equal((await other.identityRequests()).length, 1);
			const { status, text } = other.check();
			assert.equal(status, 1);
			assert.match(text,
				/PROBLEM .*status 400 invalid_request: no identity with this client id is assigned to this machine/);
		} finally {
			await other.close();
		}
	});
});

describe('an outage that lasts', { concurrency: HANGING.length }, () => {
	for (const [fault, log] of HANGING) {
		it(`${JSON.stringify(fault)}: ends after half a minute, and the session survives`, async () => {
			const prepare = async (standin) => ({ ...await machine(standin), timeout: TIMEOUT });
			const gate = await Gate.open('lighttpd-fastcgi', prepare);
			try {
				const { mcp } = await signedIn(gate.resource);
				await gate.forget();
				await gate.standin.during(fault, async () => {
					const began = Date.now();
					await isRetryable(mcp.callTool());
					assert.ok(Date.now() - began < (3 * TIMEOUT + 10) * 1000, 'a tool call has its own end');
					await gate.forget();
					assert.equal((await signIn(gate.resource)).response.error, 'temporarily_unavailable');
				});
				assert.ok((await gate.identityRequests()).length >= 5);
				assert.match(gate.said(), log);
				await sleep(10_500);	// as long as a failure is remembered
				await isUser(mcp.callTool());
			} finally {
				await gate.close();
			}
		});
	}
});

it('a proxy of the environment is for Entra, never for the metadata service', async () => {
	const proxy = await startProxy();
	const env = () => ({ http_proxy: proxy.url, https_proxy: proxy.url, all_proxy: proxy.url });
	try {
		for (const server of ['lighttpd-fastcgi', 'lighttpd-cgi']) {
			const gate = await Gate.open(server, machine, { env });
			try {
				proxy.paths.length = 0;
				await isUser((await signedIn(gate.resource)).mcp.callTool());
				assert.ok(proxy.paths.some((each) => each.endsWith('/oauth2/v2.0/token')));
				assert.deepEqual(proxy.paths.filter((each) => /metadata\/identity/.test(each)), []);
				assert.equal((await gate.identityRequests()).length, 1);
			} finally {
				await gate.close();
			}
		}
	} finally {
		await proxy.stop();
	}
});

// What a federated credential says wrongly; number, and what the log says to compare.
const MISMATCHES = [
	[{ issuer: 'https://login.microsoftonline.com/x/v2.0' }, 700211, /issuer/],
	[{ subject: IDENTITY }, 700213, /object \(principal\) id/],
	[{ audience: 'api://AzureADTokenExchangeUSGov' }, 700212, /audience/],
];

describe('a federated credential that does not match', () => {
	for (const [change, number, advice] of MISMATCHES) {
		it(`${JSON.stringify(change)} is named in the log and by the doctor`, async () => {
			const gate = await Gate.open('lighttpd-fastcgi', async (standin) => {
				await trustIdentity(standin, change);
				return { credential: 'managed-identity', imds_url: standin.url };
			});
			try {
				const { response } = await signIn(gate.resource);
				assert.equal(response.code, undefined);
				assert.doesNotMatch(response.error_description ?? '', /AADSTS/);
				const line = gate.said().split('\n').find((each) => each.includes(`AADSTS${number}`));
				assert.match(line ?? '', advice);
				const { text } = gate.check();
				assert.match(text, new RegExp(`PROBLEM Entra does not accept the credential .*AADSTS${number}`));
				assert.match(text, new RegExp(`issuer is ${gate.standin.url}/${TENANT}/v2.0, its subject `));
				await trustIdentity(gate.standin, { name: 'right' });
				assert.notEqual((await signIn(gate.resource)).response.code, undefined);
			} finally {
				await gate.close();
			}
		});
	}

	it('another identity of the machine is another subject', async () => {
		const gate = await Gate.open('lighttpd-cgi', async (standin) => ({
			...await machine(standin), credential: `managed-identity:${SECOND_IDENTITY}`,
		}));
		try {
			assert.equal((await signIn(gate.resource)).response.code, undefined);
			assert.match(gate.check().text, /AADSTS700213/);
		} finally {
			await gate.close();
		}
	});
});

describe('Azure Arc', () => {
	const faults = ['elsewhere', 'not_key', 'huge', 'missing', 'no_realm'];
	it('is shown no file but a small key in its own folder', async () => {
		const { prepare, env } = KINDS['Azure Arc'];
		const gate = await Gate.open('lighttpd-fastcgi', prepare, { env });
		try {
			const { mcp } = await signedIn(gate.resource);
			for (const arc_key_fault of faults) {
				await gate.forget();
				await gate.standin.during({ arc_key_fault }, async () => {
					assert.equal((await mcp.callTool()).json.result.isError, true, arc_key_fault);
				});
				assert.deepEqual((await gate.identityRequests()).map(({ headers }) => headers.authorization), [undefined]);
			}
			await gate.forget();
			await isUser(mcp.callTool());
		} finally {
			await gate.close();
		}
	});
});

it('of two certificates the one whose time has come is used', async () => {
	let files;
	const gate = await Gate.open('lighttpd-fastcgi', async (standin, programs) => {
		files = [programs.certificate('old', 0, 1), programs.certificate('new', 12 * HOUR, 90)];
		await standin.allowCertificate(files[0].pem);
		await standin.allowCertificate(files[1].pem);
		return { credential: `certificate:${files.map(({ file }) => file).join(',')}` };
	}, { clock: true });
	const used = async () => new Set((await gate.assertions()).map((each) =>
		JSON.parse(Buffer.from(each.split('.')[0], 'base64url'))['x5t#S256']));
	try {
		const { client, metadata, tokens } = await signedIn(gate.resource);
		const [old] = await used();
		assert.match(gate.check().text, /PROBLEM certificate \S*old.pem is used; days left: [01]:[\s\S]*new.pem waits: /);
		await gate.moveClock(13 * HOUR);
		await gate.standin.clearLog();
		const again = await refresh(metadata, client, tokens.refresh_token);
		const mcp = new McpClient(gate.resource, again.json.access_token);
		await isUser(mcp.callTool());
		const [now, ...others] = await used();
		assert.deepEqual([now === old, others], [false, []]);
		assert.match(gate.check().text, /old.pem is not used any more: its file may be removed/);
		gate.programs.write('old.pem', 'broken');
		await gate.forget();
		await isUser(mcp.callTool());
		assert.match(gate.said(), /old\.pem: holds no private key .*new\.pem is used/);
		gate.programs.write('new.pem', 'broken too');
		await gate.forget();
		assert.equal((await mcp.callTool()).json.result.isError, true);
	} finally {
		await gate.close();
	}
});

it("a federated token's file is replaced while the programs run", async () => {
	const gate = await Gate.open('lighttpd-fastcgi', KINDS['a federated token file'].prepare, { clock: true });
	try {
		const { client, metadata, tokens, mcp } = await signedIn(gate.resource);
		const [first] = await gate.assertions();
		for (const text of ['', first.slice(0, first.indexOf('.') + 10), 'eyJ..']) {
			gate.programs.write('token', text);
			await gate.forget();
			assert.equal((await mcp.callTool()).json.result.isError, true);
		}
		assert.match(gate.said(), /credential \S*token: is empty/);
		assert.match(gate.said(), /credential \S*token: holds no token .*half-written/);
		await gate.moveClock(2 * HOUR);
		gate.programs.write('token', first);
		assert.match(gate.check().text, /PROBLEM the token is over[\s\S]*AADSTS700024: a clock is wrong/);
		gate.programs.write('token', `${await workloadToken(gate.standin)}\n`);
		await gate.forget();
		const again = await refresh(metadata, client, tokens.refresh_token);
		await isUser(new McpClient(gate.resource, again.json.access_token).callTool());
		assert.ok((await gate.assertions()).every((each) => each !== first));
	} finally {
		await gate.close();
	}
});

it('the site answers to nobody who asks for the sources through it', async () => {
	const gate = await Gate.open('lighttpd-cgi', machine);
	try {
		const { status } = await request(`${gate.site.url}/metadata/identity/oauth2/token`, {
			headers: { Metadata: 'true', 'Identity-Endpoint': 'http://169.254.169.254' },
		});
		assert.equal(status, 404);
		assert.equal((await gate.identityRequests()).length, 0);
	} finally {
		await gate.close();
	}
});
