// SPDX-License-Identifier: MIT
// What may be tried with client ids that are URLs (mcp-spec A44 to A51c): requests that a stranger makes us send,
// documents that lie, hosts that never end.  Two installations: one may fetch from loopback, where the documents are;
// the other is as installed, and must not come near.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { startDocuments } from '../standins/documents/documents.mjs';
import { Browser } from '../e2e/lib/browser.mjs';
import { authorization, discover, register } from '../e2e/lib/oauth.mjs';
import { startSite } from '../e2e/lib/site.mjs';
import { EVIL } from './scene.mjs';

const TIMEOUT = 2;	// seconds: document_timeout
const PUBLIC = 'https://client.example/cb';

let documents;
let open;	// may fetch from loopback
let shut;	// may not
let domains;	// only of one host

before(async () => {
	documents = await startDocuments();
	const top = [`ca_file = ${documents.ca}`, `metadata_ports = ${documents.port}`];
	const limits = { document_least: '1s', document_timeout: `${TIMEOUT}s`, document_stale: '0' };
	const free = [...top, 'metadata_networks = 127.0.0.0/8'];
	const { standin } = open = await startSite('lighttpd-fastcgi', { top: free, limits });
	[shut, domains] = await Promise.all([
		startSite('lighttpd-fastcgi', { standin, top, limits }),
		startSite('lighttpd-cgi', {
			standin, top: [...top, 'metadata_networks = 127.0.0.0/8', 'metadata_domains = client.localhost'], limits,
		}),
	]);
});
after(async () => {
	for (const running of [domains, shut, open, documents])
		await running?.stop();
});
beforeEach(async () => {
	for (const site of [open, shut, domains])
		await site.database.forgetSetbacks();
	documents.requests.length = 0;
	documents.connections = 0;
});

const metadataOf = (site) => ({ authorization_endpoint: `${site.url}/authorize` });

// Asks with that client id; the answer is where the browser is led first.
function ask(site, client_id, redirect_uri = PUBLIC) {
	const asked = authorization(metadataOf(site), { client_id, redirect_uris: [redirect_uri] });
	return new Browser().fetch(asked.url);
}

// A page, no way out, nothing kept.
async function refused(answer, what = '') {
	const { status, location, text, headers } = await answer;
	assert.equal(location, undefined, what);
	assert.ok([400, 401].includes(status), `${status} ${what} ${text}`);
	assert.match(headers['content-type'], /^text\/html/);
	return text;
}

async function accepted(answer) {
	const { location, text } = await answer;
	assert.match(location ?? text, /\/consent\?transaction=/);
}

const publish = (name, change, how) => documents.publish(name, { redirect_uris: [PUBLIC], ...change }, how).client_id;

// A program run by hand, with that line in the configuration of the site, in place of another of its name.
function byHand(site, line, program, env) {
	const conf = path.join(site.keep, 'by-hand.conf');
	const [key] = line.split(' = ');
	const others = readFileSync(path.join(site.keep, 'sallyport.conf'), 'utf8')
		.replace(new RegExp(`^${key} = .*\\n`, 'm'), '');
	writeFileSync(conf, `${line}\n${others}`);
	return spawnSync(path.join(site.bin, program),
		{ encoding: 'utf8', env: { SALLYPORT_CONF: conf, REQUEST_METHOD: 'GET', ...env } }).stdout;
}

function askByHand(site, line, client_id) {
	const { search } = new URL(authorization(metadataOf(site), { client_id, redirect_uris: [PUBLIC] }).url);
	return byHand(site, line, 'authorize', { REQUEST_URI: '/authorize', QUERY_STRING: search.slice(1) });
}

describe('A44', () => {
	it('documents are supported where the metadata says so, and nowhere else', async () => {
		const { metadata } = await discover(open.resource());
		assert.equal(metadata.client_id_metadata_document_supported, true);
		const id = publish('told');
		await accepted(ask(open, id));
		documents.requests.length = 0;
		const off = byHand(open, 'registration = dynamic', 'metadata',
			{ REQUEST_URI: '/.well-known/oauth-authorization-server' });
		assert.match(off, /"registration_endpoint"/);
		assert.doesNotMatch(off, /"client_id_metadata_document_supported":true/);
		assert.match(askByHand(open, 'registration = dynamic', publish('untold')), /^Status: 401[^]*text\/html/);
		assert.deepEqual(documents.requests, []);
	});
});

describe('A45', () => {
	it('an id that is no good URL is refused before anything is fetched', async () => {
		const { port } = documents;
		const host = `client.localhost:${port}`;
		for (const id of [`http://${host}/c`, `https://${host}`, `https://${host}/`, `https://${host}/c#f`,
			`https://u:p@${host}/c`, `https://u@${host}/c`, `https://${host}/a/../c`, `https://${host}/./c`,
			`https://${host}/%2e%2e/c`, `HTTPS://${host}/c`, `https://CLIENT.localhost:${port}/c`, `https://${host}\\c`,
			`https:/${host}/c`, `https://${host}/${'c'.repeat(512)}`, `https://client.localhost.:${port}/c`,
			`https://2130706433:${port}/c`, `https://0x7f.1:${port}/c`, `https://0177.0.0.1:${port}/c`,
			`https://127.1:${port}/c`, `https://[::ffff:127.0.0.1]:${port}/c`])
			await refused(ask(open, id), id);
		assert.deepEqual(documents.requests, []);
	});
});

describe('A46', () => {
	it('only 200 is an answer, and no redirect is followed', async () => {
		publish('target');
		for (const status of [201, 204, 206, 301, 302, 303, 304, 307, 308, 400, 404, 410, 500, 503]) {
			const id = publish(`status-${status}`, {}, { status, headers: { Location: documents.url('target') } });
			await refused(ask(open, id), status);
			assert.equal(documents.count(`status-${status}`), 1);
		}
		assert.equal(documents.count('target'), 0);
	});
});

describe('A47', () => {
	it('a document that is not its own address is refused', async () => {
		for (const [name, client_id] of [['slash', `${documents.url('slash')}/`], ['other', documents.url('target')],
			['host', documents.url('host', 'other.localhost')], ['none', undefined], ['list', [documents.url('list')]],
			['case', documents.url('CASE')], ['query', `${documents.url('query')}?`]])
			await refused(ask(open, publish(name, { client_id })), name);
	});

	it('so is one without name or redirect URIs, and one that is no JSON object', async () => {
		for (const [name, change] of [['a', { client_name: undefined }], ['b', { redirect_uris: undefined }],
			['c', { redirect_uris: [] }], ['d', { redirect_uris: ['javascript:alert(1)'] }], ['e', { redirect_uris: 'x' }],
			['f', { redirect_uris: ['http://client.example/cb'] }], ['g', { client_name: 7 }]])
			await refused(ask(open, publish(name, change)), name);
		const good = JSON.stringify({ client_id: documents.url('twice'), client_name: 'x', redirect_uris: [PUBLIC] });
		for (const body of ['', 'null', '[]', '{', `${good}x`, good.replace('{', '{"client_id":"https://x.example/",'),
			'['.repeat(2000)])
			await refused(ask(open, publish('twice', {}, { body })), body);
	});
});

describe('A48', () => {
	it('no secret is published, and none is a way to authenticate', async () => {
		for (const [name, change] of [['a', { client_secret: 's' }], ['b', { client_secret_expires_at: 0 }],
			...['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'tls_client_auth', 'private_key_jwt'].map(
				(method) => [method, { token_endpoint_auth_method: method }])])
			await refused(ask(open, publish(`secret-${name}`, change)), name);
	});

	it('it is JSON by its media type', async () => {
		for (const type of ['text/html', 'text/plain', 'application/javascript', 'application/jsonx', ''])
			await refused(ask(open, publish('type', {}, { headers: { 'Content-Type': type } })), type);
		const headers = { 'Content-Type': 'application/x+json; charset=utf-8' };
		await accepted(ask(open, publish('type-json', {}, { headers })));
	});
});

describe('A49', () => {
	it('a redirect URI that the document does not list leads nowhere', async () => {
		const id = publish('uris');
		for (const uri of [EVIL, `${PUBLIC}/`, `${PUBLIC}?a`, PUBLIC.replace('https', 'http'),
			'https://client.example.evil.example/cb'])
			await refused(ask(open, id, uri), uri);
		await accepted(ask(open, id));
	});
});

describe('A50', () => {
	it('neither errors nor lies are kept: what is mended works at once', async () => {
		for (const how of [{ status: 404 }, { body: '{}' }, { headers: { 'Content-Type': 'text/html' } },
			{ body: 'x'.repeat(6000) }, { status: 302, headers: { Location: '/', 'Cache-Control': 'max-age=3600' } }]) {
			const id = publish('mended', {}, { headers: { 'Cache-Control': 'max-age=3600' }, ...how });
			await refused(ask(open, id));
		}
		await accepted(ask(open, publish('mended')));
		assert.equal(documents.count('mended'), 6);
	});
});

describe('A51', () => {
	it('names and addresses of this machine and its networks are not connected to', async () => {
		const texts = new Set();
		for (const host of ['localhost', 'client.localhost', '127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1',
			'100.64.0.1', '169.254.169.254', '168.63.129.16', '172.16.0.1', '192.168.0.1', '192.0.0.192', '198.18.0.1',
			'224.0.0.1', '255.255.255.255', '[::1]', '[::]', '[fd00:ec2::254]', '[fe80::1]', '[::ffff:7f00:1]',
			'[64:ff9b::7f00:1]', '[2002:7f00:1::1]', '[2001:0:7f00:1::1]', '[2001:db8::5efe:7f00:1]', '[ff02::1]']) {
			const text = await refused(ask(shut, documents.url('inside', host)), host);
			texts.add(text.replace(/[0-9a-f]{16}/g, ''));
		}
		assert.equal(documents.connections, 0);
		assert.equal(texts.size, 1, 'one answer for all: nobody learns what is there');
	});

	it('a port is asked only where the administrator named it', async () => {
		const sink = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
		let reached = 0;
		sink.on('connection', () => { reached++; });
		await new Promise((resolve) => sink.once('listening', resolve));
		for (const port of [sink.address().port, 22, 443])
			await refused(ask(open, `https://client.localhost:${port}/c`));
		sink.close();
		assert.equal(reached, 0);
	});

	it('a certificate for another name is refused', async () => {
		await refused(ask(open, documents.url('c', 'unnamed.localhost')));
		assert.deepEqual(documents.requests, []);
	});

	it('a host that dawdles is given up, whatever it drips', async () => {
		for (const [name, drip] of [['head', () => {}], ['body', (rs) => {
			rs.writeHead(200, { 'Content-Type': 'application/json' });
			const timer = setInterval(() => rs.write(' '), 100);
			rs.on('close', () => clearInterval(timer));
		}]]) {
			const began = Date.now();
			await refused(ask(open, publish(`slow-${name}`, {}, { send: drip })));
			const took = Date.now() - began;
			assert.ok(took < (TIMEOUT + 5) * 1000, `${name}: ${took} ms`);
		}
	});

	it('a document has 5 KB and no more', async () => {
		const padded = (n) => {
			const body = JSON.stringify({ client_id: documents.url('size'), client_name: 'x', redirect_uris: [PUBLIC] });
			return body + ' '.repeat(n - body.length);
		};
		await refused(ask(open, publish('size', {}, { body: padded(5121) })));
		await refused(ask(open, publish('size', {}, { body: padded(1024 * 1024) })));
		await refused(ask(open, publish('size', {}, { send: (rs) => {
			rs.writeHead(200, { 'Content-Type': 'application/json' });
			const timer = setInterval(() => rs.write(' '.repeat(4096)), 1);
			rs.on('close', () => clearInterval(timer));
		} })));
		await accepted(ask(open, publish('size', {}, { body: padded(5120) })));
	});

	it('nothing is unpacked, and a head has its end', async () => {
		const good = JSON.stringify({ client_id: documents.url('packed'), client_name: 'x', redirect_uris: [PUBLIC] });
		for (const body of [gzipSync(good), gzipSync(good.padEnd(10_000_000, ' '))])
			await refused(ask(open, publish('packed', {}, { body, headers: { 'Content-Encoding': 'gzip' } })));
		await refused(ask(open, publish('head', {}, { send: (rs) => {
			rs.socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n');
			const timer = setInterval(() => rs.socket.write(`X-Y: ${'z'.repeat(8000)}\r\n`), 1);
			rs.socket.on('close', () => clearInterval(timer));
		} })));
		await refused(ask(open, publish('continue', {}, { send: (rs) => {
			const timer = setInterval(() => rs.socket.write('HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n'), 1);
			rs.socket.on('close', () => clearInterval(timer));
		} })));
	});

	it('many small fields are no more than what they are long', async () => {
		const before = open.pids('authorize');
		for (const [name, n] of [['fields', 9000], ['fields-without-end', 40_000]])
			await refused(ask(open, publish(name, {}, { send: (rs) => {
				rs.socket.on('error', () => {});
				rs.socket.end(`HTTP/1.1 404 Not Found\r\n${'age:1\r\n'.repeat(n)}\r\n`);
			} })), name);
		assert.deepEqual(open.pids('authorize'), before, 'the program that asked is still the same');
	});

	it('a document of our own host is not asked for, so that no request feeds on itself', () => {
		const id = publish('own');
		assert.match(askByHand(open, `public_url = ${new URL(id).origin}`, id), /^Status: 401[^]*text\/html/);
		assert.deepEqual(documents.requests, []);
	});
});

describe('A51b', () => {
	it('the consent page names the hosts of client and answer, and loads nothing of the client\'s', async () => {
		const client = documents.publish('logo', { logo_uri: documents.url('logo.png'), client_uri: 'https://famous.example/',
			redirect_uris: [EVIL] });
		const page = await new Browser().open(authorization(metadataOf(open), client).url);
		assert.ok(page.text.includes(`client.localhost:${documents.port}`));
		assert.match(page.text, /evil\.(<wbr>)?example/);
		assert.ok(!page.text.includes('famous.example') && !page.text.includes('logo.png'));
		assert.equal(documents.count('logo.png'), 0);
	});
});

describe('A51c', () => {
	it('only named hosts are asked where some are named', async () => {
		await refused(ask(domains, documents.url('c', 'other.localhost')));
		await refused(ask(domains, documents.url('c', 'localhost')));
		assert.equal(documents.connections, 0);
		await accepted(ask(domains, publish('named')));
	});

	it('a document that changes is asked about again, under its new name', async () => {
		const client = documents.publish('turns', { client_name: 'Harmless' }, { headers: { 'Cache-Control': 'no-store' } });
		const browser = new Browser();
		const page = () => browser.open(authorization(metadataOf(open), client).url);
		assert.match((await page()).text, /Harmless/);
		documents.publish('turns', { client_name: 'Harmful', redirect_uris: [EVIL] });
		await new Promise((resolve) => setTimeout(resolve, 2100));
		assert.match(await refused(browser.fetch(authorization(metadataOf(open), client).url)), /redirect_uri/);
		const changed = await browser.open(authorization(metadataOf(open), { ...client, redirect_uris: [EVIL] }).url);
		assert.match(changed.text, /Harmful/);
		assert.match(changed.text, /name="decision" value="approve"/);
	});

	it('no registered id looks like a URL', async () => {
		const { metadata } = await discover(open.resource());
		for (let i = 0; i < 30; i++)
			assert.match((await register(metadata)).client_id, /^[\w-]{22}$/);
	});
});

describe('X.17', () => {
	it('hosts that dawdle hold some workers, and never all of them', async () => {
		const { standin } = open;
		const site = await startSite('lighttpd-fastcgi', {
			standin, top: [`ca_file = ${documents.ca}`, `metadata_ports = ${documents.port}`, 'metadata_networks = 127.0.0.0/8'],
			limits: { document_timeout: '30s' },
		});
		try {
			const held = [];
			const dawdle = { send: (rs) => held.push(rs) };
			let told = 0;
			const asked = Array.from({ length: 12 }, (_, i) => ask(site, publish(`dawdles-${i}`, {}, dawdle))
				.finally(() => { told++; }));
			const answers = Promise.all(asked);
			answers.catch(() => {});	// who fails here is told below
			for (const deadline = Date.now() + 15_000; told < 6; await sleep(20))	// those who may not wait
				assert.ok(Date.now() < deadline, `${told} of 12 were told`);
			const { metadata } = await discover(site.resource());
			const honest = authorization(metadata, await register(metadata), { resource: site.resource() });
			await accepted(new Browser().fetch(honest.url));
			assert.equal(held.length, 6, 'of eight workers');
			assert.ok(held.every((rs) => !rs.destroyed), 'they dawdle still');
			held.forEach((rs) => rs.destroy());
			assert.deepEqual((await answers).map(({ status }) => status).sort(),
				[...Array(6).fill(400), ...Array(6).fill(503)]);
		} finally {
			await site.stop();
		}
	});
});
