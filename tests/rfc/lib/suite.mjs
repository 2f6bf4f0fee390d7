// SPDX-License-Identifier: MIT
// Runs the checks, one after the other: some of them end what others have looked at before.
import { LEVELS, checksOf } from './profiles.mjs';
import { Failed, NotApplicable, Unable } from './verdict.mjs';

// absent: it does not hold, and may be so.  known: it does not, which is an exception that was made on purpose.
export const STATUSES = ['pass', 'fail', 'known', 'absent', 'skip'];

// known: reasons by check id for what this server does not do on purpose.  onResult is told of each result.
export async function runSuite(target, { profiles, only, known = {}, onResult = () => {} }) {
	const results = [];
	for (const check of checksOf(profiles).filter(({ id }) => only === undefined || only.includes(id))) {
		const began = performance.now();
		const about = describe(check, profiles);
		const verdict = excuse(mildly(await judge(check, target), Object.values(about.levels)), known[check.id]);
		results.push({ ...about, ...verdict, ms: Math.round(performance.now() - began) });
		onResult(results.at(-1));
	}
	return { url: target.url, issuer: await target.issuer(), profiles, results, summary: summarise(results, profiles) };
}

function describe({ id, source, claim, levels }, profiles) {
	const chosen = Object.entries(levels).filter(([profile]) => profiles.includes(profile));
	return { id, source, claim, levels: Object.fromEntries(chosen) };
}

async function judge(check, target) {
	try {
		await check.run(target);
		return { status: 'pass' };
	} catch (error) {
		if (error instanceof Unable)
			throw error;
		if (error instanceof NotApplicable)
			return { status: 'skip', detail: error.message };
		return { status: 'fail', detail: error instanceof Failed ? error.message : `${error.name}: ${error.message}` };
	}
}

// What no profile demands does not fail.
const mildly = ({ status, detail }, levels) =>
	({ status: status === 'fail' && levels.every((level) => level === 'MAY') ? 'absent' : status, detail });

// What was taken for a known exception and is none any more has to leave the list.
function excuse({ status, detail }, reason) {
	if (reason === undefined || status === 'skip')
		return { status, detail };
	return status === 'pass' ? { status: 'fail', detail: 'listed as a known exception, but it passes' }
		: { status: 'known', detail: `${reason} (${detail})` };
}

// How many of each level and status there are, by profile.
function summarise(results, profiles) {
	const count = (profile, level, status) =>
		results.filter((one) => one.levels[profile] === level && mildly(one, [level]).status === status).length;
	return Object.fromEntries(profiles.map((profile) => [profile, Object.fromEntries(LEVELS.map((level) =>
		[level, Object.fromEntries(STATUSES.map((status) => [status, count(profile, level, status)]))]))]));
}

// 0: all that is demanded holds.  1: a MUST fails, or with strict a SHOULD.
export function exitStatus({ results }, strict) {
	const demanded = strict ? ['MUST', 'SHOULD'] : ['MUST'];
	const isDemanded = ({ levels }) => Object.values(levels).some((level) => demanded.includes(level));
	return results.some((result) => result.status === 'fail' && isDemanded(result)) ? 1 : 0;
}
