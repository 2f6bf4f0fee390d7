// SPDX-License-Identifier: MIT
// The administrator's command at a running site, as the programs' user unless told otherwise.
import { spawn } from 'node:child_process';
import path from 'node:path';

export const PROGRAMS_USER = ['--reuid=www-data', '--regid=www-data', '--init-groups'];

// as: what setpriv is told, where this is root; [] stays root.  Answers status, out, err, and json where that is what
// came.
export function sallyport(site, args, { as = PROGRAMS_USER, env = {} } = {}) {
	const own = [path.join(site.bin, 'sallyport'), ...args];
	const [file, ...rest] = process.getuid() === 0 && as.length > 0 ? ['setpriv', ...as, ...own] : own;
	const child = spawn(file, rest, {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', SALLYPORT_CONF: path.join(site.keep, 'sallyport.conf'), ...env },
	});
	const done = { out: '', err: '' };
	child.stdout.setEncoding('utf8').on('data', (text) => { done.out += text; });
	child.stderr.setEncoding('utf8').on('data', (text) => { done.err += text; });
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (status, signal) => resolve({
			status, signal, ...done, json: /^\[/.test(done.out) && status === 0 ? JSON.parse(done.out) : undefined,
		}));
	});
}
