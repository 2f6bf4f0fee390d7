// SPDX-License-Identifier: MIT
// The users and groups of httpd-conf/systemd/sysusers.conf, made by systemd-sysusers in a directory of the test's own.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SYSUSERS = fileURLToPath(new URL('../../../httpd-conf/systemd/sysusers.conf', import.meta.url));

export class Users {
	constructor(root) {
		this.root = root;
		mkdirSync(path.join(root, 'etc'), { recursive: true });
		mkdirSync(path.join(root, 'usr/lib/sysusers.d'), { recursive: true });
		copyFileSync(SYSUSERS, path.join(root, 'usr/lib/sysusers.d/sallyport.conf'));
		execFileSync('systemd-sysusers', [`--root=${root}`], { stdio: 'ignore' });
		for (const dir of [root, path.join(root, 'etc')])
			chmodSync(dir, 0o755);
	}

	rows(file) {
		return readFileSync(path.join(this.root, 'etc', file), 'utf8').trim().split('\n').map((line) => line.split(':'));
	}

	// { uid, gid, groups } of a program's user; groups are those beside its own.
	of(program) {
		const name = `sallyport-${program}`;
		const [, , uid, gid] = this.rows('passwd').find(([user]) => user === name).map(Number);
		const groups = this.rows('group').filter(([, , , members]) => members.split(',').includes(name))
			.map(([, , number]) => Number(number));
		return { uid, gid, groups };
	}

	gid(group) { return Number(this.rows('group').find(([name]) => name === group)[2]); }

	// Beyond what the file says: makes the program's user a member of a group.
	addTo(group, program) {
		const rows = this.rows('group').map(([name, ...rest]) => name === group
			? [name, ...rest.slice(0, -1), `${rest.at(-1)},sallyport-${program}`] : [name, ...rest]);
		writeFileSync(path.join(this.root, 'etc/group'), `${rows.map((row) => row.join(':')).join('\n')}\n`);
	}

	// What setpriv is told to become one.
	static become({ uid, gid, groups }) {
		return [`--reuid=${uid}`, `--regid=${gid}`, groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups'];
	}

	// A command that is run with it knows these users and no others.
	get env() {
		return {
			LD_PRELOAD: 'libnss_wrapper.so', NSS_WRAPPER_PASSWD: path.join(this.root, 'etc/passwd'),
			NSS_WRAPPER_GROUP: path.join(this.root, 'etc/group'),
		};
	}
}
