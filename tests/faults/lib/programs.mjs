// SPDX-License-Identifier: MIT
// The programs that a web server runs, and the web server itself, as processes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { openFiles } from '../../gateway/lib/process.mjs';

export const PROGRAMS = ['metadata', 'register', 'authorize', 'consent', 'oauth-callback', 'token', 'revoke',
	'introspect', 'logout', 'account', 'mcp'];

const HIGH = { as: 'unlimited', nofile: 1024 };

// Answers how many there were: some are quicker.
export function kill(site, program, signal = 'SIGKILL') {
	return site.pids(program).filter((pid) => send(pid, signal)).length;
}

export function send(pid, signal) {
	try {
		return process.kill(pid, signal);
	} catch (error) {
		assert.equal(error.code, 'ESRCH');
		return false;
	}
}

// Limits what the running programs may have, of a name of prlimit's: to what least({ size, files }) says, size in bytes
// of address space; without it to what the system allows.  Answers how many were told.  Done as their own user, since
// root may not do it everywhere.
export function limit(site, name, least) {
	const user = process.getuid() === 0 ? ['setpriv', '--reuid=www-data', '--regid=www-data', '--clear-groups'] : [];
	return PROGRAMS.flatMap((program) => site.pids(program)).filter((pid) => {
		try {
			const size = Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
			const value = least?.({ size, files: openFiles(pid) }) ?? HIGH[name];
			const [file, ...args] = [...user, 'prlimit', `--pid=${pid}`, `--${name}=${value}:`];
			return spawnSync(file, args).status === 0;
		} catch (error) {
			assert.equal(error.code, 'ENOENT');	// it has ended meanwhile
			return false;
		}
	}).length;
}

// All processes of the site's web server, the one that the others are children of first.
export function webServer(site) {
	const conf = path.join(site.keep, site.server.startsWith('apache') ? 'apache2.conf' : 'lighttpd.conf');
	return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
		try {
			const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
			return /(^|\/)(apache2|lighttpd)$/.test(words[0]) && words.includes(conf);
		} catch {
			return false;	// it has ended meanwhile
		}
	}).map(Number).sort((a, b) => a - b);
}
