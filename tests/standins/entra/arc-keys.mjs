/* SPDX-License-Identifier: MIT */
/* The files with which Azure Arc lets a program show that it runs on the machine. */
import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/* What can be wrong with the file that a challenge names, for a client that trusts it too much. */
export const ARC_KEY_FAULTS = ['elsewhere', 'not_key', 'huge', 'missing', 'no_realm'];

export class ArcKeys {
	constructor(directory) {
		if (!isAbsolute(directory) || !statSync(directory).isDirectory()) {
			throw new Error(`${directory} is no absolute path of a directory`);
		}
		Object.assign(this, { directory, files: new Map() });
	}

	/* Writes a file and answers its path, which is what the realm says. */
	issue(fault, secrets) {
		const file = `${randomUUID()}${fault === 'not_key' ? '.txt' : '.key'}`;
		const place = fault === 'elsewhere' ? join(this.directory, '..') : this.directory;
		const path = join(place, file);
		const content = secrets.add(
			randomBytes(fault === 'huge' ? 4000 : 32).toString('base64url'),
		);
		if (fault !== 'missing') {
			writeFileSync(path, content, { mode: 0o640 });
		}
		this.files.set(content, path);
		return fault === 'no_realm' ? null : path;
	}

	/* Whether the header has the content of a file that was not used before. */
	use(header = '') {
		const content = /^Basic (.+)$/i.exec(header)?.[1];
		const path = this.files.get(content);
		if (path === undefined) {
			return false;
		}
		this.remove(content, path);
		return true;
	}

	remove(content, path) {
		rmSync(path, { force: true });
		this.files.delete(content);
	}

	forget() {
		[...this.files].forEach(([content, path]) => this.remove(content, path));
	}
}
