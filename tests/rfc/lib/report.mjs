// SPDX-License-Identifier: MIT
// The report for people.
import { LEVELS } from './profiles.mjs';
import { STATUSES } from './suite.mjs';

const MARKS = { pass: 'ok    ', fail: 'FAIL  ', known: 'known ', absent: 'absent', skip: 'skip  ' };

// One level, or each with the versions that have it: "MUST 2025-06-18, MAY 2025-11-25 2026-07-28".
function levelsText(levels) {
	const byLevel = LEVELS.map((level) => [level, Object.keys(levels).filter((profile) => levels[profile] === level)])
		.filter(([, profiles]) => profiles.length > 0);
	return byLevel.length === 1 ? byLevel[0][0]
		: byLevel.map(([level, profiles]) => `${level} ${profiles.join(' ')}`).join(', ');
}

export function lineOf({ id, source, claim, levels, status, detail }) {
	const lines = [`${MARKS[status]} ${id}  ${claim}  [${source}; ${levelsText(levels)}]`];
	if (detail !== undefined)
		lines.push(`       ${detail}`);
	return lines.join('\n');
}

const row = (profile, level, counts) =>
	`${profile.padEnd(12)}${level.padEnd(8)}${counts.map((count) => count.padStart(8)).join('')}`;

export function summaryOf({ url, issuer, results, summary }) {
	const lines = ['', `${url}, issuer ${issuer}`, '', row('profile', 'level', STATUSES)];
	for (const [profile, levels] of Object.entries(summary))
		for (const [level, counts] of Object.entries(levels))
			lines.push(row(profile, level, STATUSES.map((status) => String(counts[status]))));
	const failed = results.filter(({ status }) => status === 'fail');
	lines.push('', ...failed.length === 0 ? ['Nothing fails.'] : ['What fails:', ...failed.map(lineOf)]);
	return lines.join('\n');
}

// What is checked, without asking anybody.
export function listOf(checks) {
	return checks.map(({ id, source, claim, levels }) => `${id}  ${claim}  [${source}; ${levelsText(levels)}]`).join('\n');
}
