// SPDX-License-Identifier: MIT
// The machine that these tests run on, as root: commands, units, processes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export const ONLINE = ['authorize', 'oauth-callback', 'mcp'];
export const OFFLINE = ['metadata', 'register', 'consent', 'token', 'revoke', 'introspect', 'logout', 'account'];
export const PROGRAMS = [...OFFLINE, ...ONLINE];

const EDIT = '/run/machine-edit';

// What a shell says, whatever its status.
export function attempt(script, [file, ...args] = ['bash']) {
	const { status, stdout, stderr } = spawnSync(file, [...args, '-c', script], { encoding: 'utf8', maxBuffer: 1 << 28 });
	return { status, out: stdout, all: stdout + stderr };
}

// What it prints; each of its commands must go well.
export function sh(script, shell) {
	const { status, out, all } = attempt(`set -e\n${script}`, shell);
	assert.equal(status, 0, `${script}\n${all}`);
	return out.trim();
}

// The same as the person who may use sudo, in the source tree.  Whatever is edited gets these lines of sed.
export function asAdmin(script, edit = []) {
	writeFileSync(EDIT, `${edit.join('\n')}\n`);
	return sh(`cd ~/sallyport\nexport SUDO_EDITOR="sed -i -f ${EDIT}"\n${script}`, ['runuser', '--login', 'admin']);
}

export const property = (unit, name) => sh(`systemctl show --value -p ${name} '${unit}'`);
export const service = (program) => `sallyport@${program}.service`;
export const pidOf = (program) => Number(property(service(program), 'MainPID'));
export const restarts = (program) => Number(property(service(program), 'NRestarts'));

// A field of /proc/PID/status.
export const statusOf = (pid, field) =>
	new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1].split('\t');

export async function until(what, holds) {
	for (const end = Date.now() + 90_000; !await holds(); await sleep(200))
		assert.ok(Date.now() < end, `in vain waited for: ${what}`);
}
