// SPDX-License-Identifier: MIT
// A port for a server of a test's own (tests/free-port).
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../free-port', import.meta.url));

export const freePort = () => Number(execFileSync(SCRIPT, { encoding: 'utf8' }));
