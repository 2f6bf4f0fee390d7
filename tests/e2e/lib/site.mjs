// SPDX-License-Identifier: MIT
// One installation: the stand-in for Entra, a configuration, and a web server with the built programs (tests/serve).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SALLYPORT, SALLYPORT_SECRET, TENANT } from '../../standins/entra/world.mjs';
import { startCommand } from './command.mjs';
import { Database } from './database.mjs';
import { hangUp, speak } from './http.mjs';
import { startStandIn } from './standin.mjs';

const SERVE = fileURLToPath(new URL('../../serve', import.meta.url));
export const FASTCGI = ['lighttpd-fastcgi', 'apache-proxy-fcgi', 'apache-fcgid'];
export const CGI = ['lighttpd-cgi', 'apache-cgi', 'apache-userdir'];
export const SERVERS = [...FASTCGI, ...CGI];

// Of these set-ups, those for the programs at hand: under sanitizers a program is too slow to start for every request.
export const suitable = (setUps) =>
	setUps.filter((name) => process.env.SALLYPORT_BIN === undefined || !CGI.includes(name));

// options: standin (else one is started), credential ('secret-file' or 'certificate'), tls (of the stand-in's), path
// (of public_url), http ('1' or '2': over TLS, and requests of this process speak that version), top (lines of the
// configuration), entra and limits (further keys; undefined takes one out), servers (a name for the built-in tools, or
// an object of a name and the keys of its [server] section), clients (objects of a name and the keys of its [client]
// section), env (further variables).
export async function startSite(server, options = {}) {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-e2e.'));
	chmodSync(dir, 0o711);
	let standin;
	let running;
	try {
		standin = options.standin ?? await startStandIn(options.tls ? path.join(dir, 'tls') : undefined);
		const conf = path.join(dir, 'sallyport.conf.in');
		const keep = path.join(dir, 'keep');
		writeFileSync(conf, configuration(dir, standin, options));
		if (options.credential === 'certificate')
			await standin.allowCertificate(readFileSync(path.join(dir, 'certificate.pem'), 'utf8'));
		const start = (port) => serve(server, conf, keep, { ...options, port });
		running = await start();
		if (options.http !== undefined)
			speak(running.url, { http: options.http, ca: readFileSync(path.join(keep, 'tls.crt')) });
		await standin.allowRedirect(`${running.url}/oauth-callback`);
		return new Site({ server, dir, keep, standin, running, start, owned: options.standin === undefined });
	} catch (error) {
		await running?.stop();
		if (options.standin === undefined)
			await standin?.stop();
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
}

class Site {
	constructor({ server, dir, keep, standin, running, start, owned }) {
		Object.assign(this, { server, dir, keep, standin, running, start, owned });
		Object.assign(this, { url: running.url, bin: path.join(keep, 'bin') });
		this.database = new Database(path.join(keep, 'state', 'sallyport.db'));
	}

	resource(name = 'mcp') { return `${this.url}/${name}`; }

	log(name) { return readFileSync(path.join(this.keep, 'log', name), 'utf8'); }

	// Processes that run one of the programs.
	pids(program) { return processesOf(path.join(this.bin, program)); }

	// Once more at the same place and with the same state, after its web server has come to an end.
	async restart() {
		await this.running.stop();
		this.running = await this.start(new URL(this.url).port);
	}

	// Ends the processes; the directory stays until remove().
	async halt() {
		await hangUp(this.url);
		const status = await this.running.stop();
		if (this.owned)
			await this.standin.stop();
		return status;
	}

	remove() { rmSync(this.dir, { recursive: true, force: true }); }

	async stop() {
		try {
			assert.equal(await this.halt(), 0, 'exit status of tests/serve');
		} finally {
			this.remove();
		}
	}
}

function configuration(dir, standin, { credential = 'secret-file', tls, top = [], entra = {}, limits = {},
	servers = ['mcp'], clients = [] }) {
	const keys = {
		tenant_id: TENANT, client_id: SALLYPORT, credential: makeCredential(dir, credential),
		authority_host: standin.url, graph_url: standin.graph, ...entra,
	};
	const lines = (section) => Object.entries(section).filter(([, value]) => value !== undefined)
		.map(([key, value]) => `${key} = ${value}`);
	// No test writes to the machine's own syslog.
	return [
		...top, ...top.some((line) => line.startsWith('audit =')) ? [] : ['audit = store'],
		...tls ? [`ca_file = ${path.join(dir, 'tls', 'ca.pem')}`] : [],
		'[entra]', ...lines(keys), '[limits]', ...lines(limits),
		...servers.flatMap((server) => section('server', server)),
		...clients.flatMap((client) => section('client', client)), '',
	].join('\n');
}

// A server with the built-in tools is its name alone; another is its name and the keys of its section.
function section(kind, what) {
	const { name, ...keys } = typeof what === 'string' ? { name: what, tools: 'builtin' } : what;
	return [`[${kind} ${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`)];
}

function makeCredential(dir, kind) {
	const file = path.join(dir, kind === 'certificate' ? 'certificate.pem' : 'secret');
	if (kind === 'certificate')
		execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=sallyport', '-days', '2',
			'-keyout', file, '-out', `${file}.crt`], { stdio: 'ignore' });
	writeFileSync(file, kind === 'certificate' ? readFileSync(file) + readFileSync(`${file}.crt`) : SALLYPORT_SECRET);
	chmodSync(file, 0o600);
	return `${kind}:${file}`;
}

function serve(server, conf, keep, { path: base, http, env = {}, port = 0 }) {
	const inherited = Object.entries(process.env).filter(([name]) => !/^(SALLYPORT_(?!BIN$)|AZURE_)/.test(name));
	return startCommand(SERVE, [server, '--conf', conf, '--port', String(port)], {
		...Object.fromEntries(inherited), SALLYPORT_KEEP: keep, ...base && { SALLYPORT_PATH: base },
		...http && { SALLYPORT_TLS: '1' }, ...env,
	});
}

export function processesOf(file) {
	return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).filter((pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === file;
		} catch {
			return false;	// it has ended meanwhile
		}
	}).map(Number);
}
