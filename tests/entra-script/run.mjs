// SPDX-License-Identifier: MIT
//
// Runs httpd-conf/entra/register.sh in a directory of its own with bin/az as az.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import './packages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const script = join(here, '../../httpd-conf/entra/register.sh');

export const tenant = '11111111-1111-4111-8111-111111111111';
export const url = 'https://mcp.example.org';
export const secret = 'Zq8Q~the-secret-that-nobody-may-see';
export const graphApp = '00000003-0000-0000-c000-000000000000';
export const graphPrincipal = '99999999-9999-4999-8999-999999999999';
export const userRead = 'e1fe6dd8-ba31-4d61-89e7-88639da4683d';

// az's name of each cloud, and its Graph.
export const clouds = {
	'global': ['AzureCloud', 'https://graph.microsoft.com/'],
	'usgov': ['AzureUSGovernment', 'https://graph.microsoft.us/'],
	'usgov-dod': ['AzureUSGovernment', 'https://dod-graph.microsoft.us/'],
	'china': ['AzureChinaCloud', 'https://microsoftgraph.chinacloudapi.cn/'],
};

const az = new Worker(join(here, 'bin/az.mjs'));
const port = await new Promise((resolve, reject) => az.once('message', resolve).once('error', reject));
az.unref();

// A tenant where nothing is registered.
export class Directory {
	constructor(cloud = 'global') {
		this.dir = mkdtempSync(join(tmpdir(), 'sallyport-entra.'));
		symlinkSync(join(here, 'bin/az'), join(this.dir, 'az'));
		this.command('sleep', 'exit 0');
		this.state = {
			tenant, secret, cloud: clouds[cloud][0], endpoint: clouds[cloud][1],
			applications: [], oauth2PermissionGrants: [],
			servicePrincipals: [{ id: graphPrincipal, appId: graphApp }],
		};
	}

	remove() {
		rmSync(this.dir, { recursive: true });
	}

	command(name, text) {
		writeFileSync(join(this.dir, name), `#!/bin/sh\n${text}\n`);
		chmodSync(join(this.dir, name), 0o755);
	}

	get state() {
		return JSON.parse(readFileSync(join(this.dir, 'state'), 'utf8'));
	}

	set state(value) {
		writeFileSync(join(this.dir, 'state'), JSON.stringify(value));
	}

	application(name = 'Sallyport') {
		return this.state.applications.find(({ displayName }) => displayName === name);
	}

	register(args, faults = []) {
		const at = (name) => join(this.dir, name);
		rmSync(at('log'), { force: true });
		writeFileSync(at('faults'), JSON.stringify(faults));
		const run = spawnSync('bash', [script, ...args], {
			cwd: this.dir,
			encoding: 'utf8',
			env: { ...process.env, PATH: `${this.dir}:${process.env.PATH}`, AZ_PORT: port, AZ_DIR: this.dir, TMPDIR: this.dir },
		});
		const log = existsSync(at('log')) ? readFileSync(at('log'), 'utf8').trim().split('\n') : [];
		const calls = log.map((line) => JSON.parse(line));
		return { ...run, calls, told: run.stdout + run.stderr };
	}
}

export const option = (call, name) => call.args[call.args.indexOf(name) + 1];
export const line = (call) => call.args.join(' ');
const path = (call) => new URL(option(call, '--url')).pathname.replace('/v1.0/', '').replace(/[0-9a-f-]{36}/g, 'ID');

// "post applications", "patch applications/ID", "ad app credential reset": what was called, in order.
export const summary = (calls) => calls.map((call) => (call.args[0] === 'rest' ?
	`${option(call, '--method')} ${path(call)}` :
	call.args.slice(0, call.args.findIndex((argument) => argument.startsWith('-'))).join(' ')));

// Those that change something.
export const changes = (calls) => summary(calls).filter((name) => !/^(get |account |cloud )/.test(name));
