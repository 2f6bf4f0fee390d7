// SPDX-License-Identifier: MIT
// A small disk for the state directory: a tmpfs where one may be mounted; elsewhere, or with DISK=played, fail.c plays
// one.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ENOSPC, EROFS, WRITE } from './faulty.mjs';

const SIZE = 8 << 20;	// bytes

// real says which it is; dir is the folder to use, or undefined.
export function makeDisk() {
	if (process.env.DISK === 'played')
		return new PlayedDisk();
	const dir = mkdtempSync(path.join(os.tmpdir(), 'sallyport-disk.'));
	chmodSync(dir, 0o711);
	const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=3770`, 'sallyport', dir],
		{ stdio: 'ignore' });
	if (status === 0)
		return new RealDisk(dir);
	rmSync(dir, { recursive: true });
	return new PlayedDisk();
}

class RealDisk {
	constructor(dir) { Object.assign(this, { real: true, dir }); }

	// To the last byte.
	fill() {
		const filling = path.join(this.dir, 'filling');
		for (let size = SIZE; size > 0; size >>= 1)
			try {
				while (true)
					writeFileSync(filling, Buffer.alloc(size), { flag: 'a' });
			} catch (error) {
				if (error.code !== 'ENOSPC')
					throw error;
			}
	}

	free() { rmSync(path.join(this.dir, 'filling')); }

	// Nobody may have a file open for writing.
	freeze() { this.#remount('ro'); }
	thaw() { this.#remount('rw'); }
	#remount(how) { execFileSync('mount', ['-o', `remount,${how}`, this.dir]); }

	remove() {
		execFileSync('umount', ['-l', this.dir]);
		rmSync(this.dir, { recursive: true });
	}
}

class PlayedDisk {
	constructor() { this.real = false; }
	for(faults) { this.faults = faults; }
	fill() { this.faults.begin(WRITE, { error: ENOSPC }); }
	free() { this.faults.end(); }
	freeze() { this.faults.begin(WRITE, { error: EROFS }); }
	thaw() { this.faults.end(); }
	remove() {}
}
