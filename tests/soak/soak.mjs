// SPDX-License-Identifier: MIT
// soak.mjs SERVER SECONDS SEED: one soak, told as it goes on.  Exit status 1 when something did not hold.
import { soak } from './lib/soak.mjs';

const [server, seconds, seed] = process.argv.slice(2);
const report = await soak({ server, seconds: Number(seconds), seed: Number(seed), say: console.log });
console.log(JSON.stringify(report, undefined, '\t'));
report.failures.forEach((failure) => console.error(`FAILED: ${failure}`));
process.exit(report.failures.length > 0 ? 1 : 0);
