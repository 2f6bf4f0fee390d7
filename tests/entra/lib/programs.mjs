// SPDX-License-Identifier: MIT
// The programs with an environment and a clock of a test's own, which plain CGI programs would not see otherwise.
import {
	chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeShim } from './shim.mjs';

const BIN = process.env.SALLYPORT_BIN ?? fileURLToPath(new URL('../../../build/cgi-bin', import.meta.url));
const ROOT = process.getuid() === 0;

export class Programs {
	// env is what the programs find in their environment, beside what the web server gives them; prepare(programs) may
	// answer more, once there is a folder.  clock: it can be moved.
	constructor(env = {}, { clock = false, prepare = () => ({}) } = {}) {
		this.dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-entra.'));
		this.bin = path.join(this.dir, 'bin');
		this.env = { ...env, ...prepare(this), ...clock && this.faketime() };
		chmodSync(this.dir, 0o755);
		mkdirSync(this.bin);
		cpSync(BIN, path.join(this.dir, 'real'), { recursive: true });
		for (const name of readdirSync(BIN))
			this.wrap(name);
		this.moveClock(0);
	}

	// Only the wall clock is moved: what waits must wait as long as ever.  The time is read from a file again and again,
	// which the programs' sandbox does not let them.
	faketime() {
		const machine = execFileSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).trim();
		const library = `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`;
		if (!existsSync(library))
			throw new Error(`${library} is missing: apt-get install faketime`);
		return {
			LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: path.join(this.dir, 'clock'), FAKETIME_NO_CACHE: '1',
			FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1', SALLYPORT_SANDBOX: 'off',
		};
	}

	wrap(name) {
		const lines = Object.entries(this.env).map(([key, value]) => `export ${key}='${value}'`);
		const file = path.join(this.bin, name);
		const real = `exec -a "$0" '${path.join(this.dir, 'real', name)}' "$@"`;
		writeFileSync(file, ['#!/bin/bash', ...lines, real, ''].join('\n'));
		chmodSync(file, 0o755);
	}

	// For running processes too.
	moveClock(seconds) { writeFileSync(path.join(this.dir, 'clock'), `${seconds < 0 ? '' : '+'}${seconds}\n`); }

	// A file that the programs' user alone can read.
	write(name, content) {
		const file = path.join(this.dir, name);
		writeFileSync(file, content, { mode: 0o600 });
		chmodSync(file, 0o600);
		if (ROOT)
			chownSync(file, ...wwwData());
		return file;
	}

	// A folder in which the stand-in writes key files that the programs' user can read.
	folder(name) {
		const folder = path.join(this.dir, name);
		mkdirSync(folder);
		if (ROOT)
			chownSync(folder, ...wwwData());
		chmodSync(folder, 0o2750);
		return folder;
	}

	// Key and certificate, valid from `offset` seconds from now on; {file, pem}.
	certificate(name, offset, days) {
		const key = path.join(this.dir, `${name}.key`);
		const shim = makeShim(new URL('../clock-ahead.c', import.meta.url));
		let pem;
		try {
			pem = execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=sallyport',
				'-days', String(days), '-keyout', key], {
				env: { ...process.env, LD_PRELOAD: shim.file, CLOCK_AHEAD: String(offset) },
				encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
			});
		} finally {
			shim.remove();
		}
		return { file: this.write(`${name}.pem`, execFileSync('cat', [key], { encoding: 'utf8' }) + pem), pem };
	}

	remove() { rmSync(this.dir, { recursive: true, force: true }); }
}

function wwwData() {
	const id = (flag) => Number(execFileSync('id', [flag, 'www-data'], { encoding: 'utf8' }));
	return [id('-u'), id('-g')];
}
