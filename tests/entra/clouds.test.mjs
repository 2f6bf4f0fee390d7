// SPDX-License-Identifier: MIT
// Microsoft's clouds under their real names, to which a proxy leads: nothing of one cloud is asked of, or believed in,
// another.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { Browser } from '../e2e/lib/browser.mjs';
import { signedIn } from '../e2e/lib/sign-in.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { startStandIn } from '../e2e/lib/standin.mjs';
import { startProxy } from '../standins/proxy/proxy.mjs';
import { TENANT } from '../standins/entra/world.mjs';
import { callByHand, calm, isUser, result } from './lib/scene.mjs';
import { makeDirectory } from './lib/shim.mjs';

const CLOUDS = {
	global: { login: 'login.microsoftonline.com', graph: 'graph.microsoft.com', sts: 'https://sts.windows.net' },
	usgov: { login: 'login.microsoftonline.us', graph: 'graph.microsoft.us', sts: 'https://sts.windows.net' },
	'usgov-dod': { login: 'login.microsoftonline.us', graph: 'dod-graph.microsoft.us', sts: 'https://sts.windows.net' },
	china: {
		login: 'login.partner.microsoftonline.cn', graph: 'microsoftgraph.chinacloudapi.cn',
		sts: 'https://sts.chinacloudapi.cn',
	},
};
const HOSTS = [...new Set(Object.values(CLOUDS).flatMap(({ login, graph }) => [login, graph]))];

let tls;
let standin;
let proxy;
before(async () => {
	tls = makeDirectory('tls');
	standin = await startStandIn(tls.path);
	proxy = await startProxy({ map: Object.fromEntries(HOSTS.map((host) => [`${host}:443`, standin.url])) });
});
after(async () => {
	await proxy?.stop();
	await standin?.stop();
	tls?.remove();
});

// The configuration names the cloud alone; the programs find its hosts through the proxy.
function startIn(entra, env = {}) {
	return startSite('lighttpd-fastcgi', {
		standin, top: [`ca_file = ${path.join(tls.path, 'ca.pem')}`],
		entra: { authority_host: undefined, graph_url: undefined, ...entra },
		env: { https_proxy: proxy.url, http_proxy: proxy.url, no_proxy: '', NO_PROXY: '', ...env },
	});
}

const browser = () =>
	new Browser({ ca: standin.ca, names: Object.fromEntries(HOSTS.map((host) => [host, standin.url])) });
const signInAt = (site) => signedIn(site.resource(), { browser: browser() });

// The names that the programs went to.
function went() {
	const names = [...new Set(proxy.log.map(({ target }) => target))].sort();
	proxy.log.length = 0;
	return names;
}

const of = ({ login, graph }) => [`${graph}:443`, `${login}:443`].sort();
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

// The issuers of the access tokens that were exchanged.
async function issuers() {
	return [...new Set((await standin.secrets()).filter((text) => /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(text))
		.map((token) => claims(token)).filter(({ scp }) => scp?.includes('access_as_user')).map(({ iss }) => iss))];
}

for (const [cloud, names] of Object.entries(CLOUDS))
	describe(cloud, () => {
		let site;
		before(async () => {
			await standin.control('reset');
			site = await startIn({ cloud });
			went();
		});
		after(() => site?.stop());
		afterEach(() => calm(site));

		for (const [version, issuer] of [[2, `https://${names.login}/${TENANT}/v2.0`], [1, `${names.sts}/${TENANT}/`]])
			it(`signs in and reaches Graph there and nowhere else, with tokens of version ${version}`, async () => {
				await standin.set({ access_token_version: version });
				const { mcp } = await signInAt(site);
				const answer = await mcp.callTool();
				isUser(answer);
				assert.match(result(answer)['@odata.context'], new RegExp(`^https://${names.graph}/`));
				assert.deepEqual(went(), of(names));
				assert.ok((await issuers()).includes(issuer), `${await issuers()}`);
			});

		it('believes no token of another issuer', async () => {
			for (const fault of ['wrong_iss', 'other_tenant']) {
				await standin.set({ access_token_fault: fault });
				await assert.rejects(signInAt(site), /access_denied/);
			}
		});
	});

describe('a session of one cloud', () => {
	let site;
	before(async () => { site = await startIn({ cloud: 'usgov' }); });
	after(() => site?.stop());

	for (const other of ['global', 'china'])
		it(`is nothing in another: ${other}`, async () => {
			const { tokens, mcp } = await signInAt(site);
			isUser(await mcp.callTool());
			await site.database.sqlite('DELETE FROM exchanged_token');
			await standin.clearLog();
			went();
			const conf = path.join(site.keep, `${other}.conf`);
			const text = readFileSync(path.join(site.keep, 'sallyport.conf'), 'utf8');
			writeFileSync(conf, text.replace('cloud = usgov', `cloud = ${other}`), { mode: 0o644 });
			const env = { https_proxy: proxy.url };
			const answer = await callByHand(site, tokens.access_token, { conf, env });
			assert.notEqual(result(answer)?.success, true, answer.text);
			const { exchange, graph } = await standin.counts();
			assert.deepEqual([exchange, graph], [0, 0], 'the token was shown to another cloud');
			assert.deepEqual(went(), [`${CLOUDS[other].login}:443`]);
			isUser(await mcp.callTool());
		});
});

describe('AZURE_AUTHORITY_HOST alone', () => {
	for (const cloud of ['usgov', 'china'])
		it(`picks Graph and all else of ${cloud}`, async () => {
			await standin.control('reset');
			const names = CLOUDS[cloud];
			const site = await startIn({}, { AZURE_AUTHORITY_HOST: `https://${names.login}` });
			try {
				went();
				isUser(await (await signInAt(site)).mcp.callTool());
				assert.deepEqual(went(), of(names));
			} finally {
				await site.stop();
			}
		});
});
