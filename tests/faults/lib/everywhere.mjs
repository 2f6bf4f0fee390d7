// SPDX-License-Identifier: MIT
// One fault at each step of each kind of request.  FAULTS=all meets every one of them; else it is a share, the same
// ones each time.
import { eventually } from '../../gateway/lib/process.mjs';
import { MEMORY } from './faulty.mjs';
import { meet } from './requests.mjs';

const ALL = process.env.FAULTS === 'all';

// 1 to count, or so many of them, evenly.
function chosen(count, share) {
	if (ALL || count <= share)
		return [...Array(count)].map((_, i) => i + 1);
	return [...Array(share)].map((_, i) => 1 + Math.floor((i * count) / share));
}

// Answers how often each outcome was met.  After a failure the same goes well, in a program that has died perhaps: what
// comes next meets a program at work.  stays: what has begun to fail goes on failing, for that request.
export async function failEverywhere(scene, name, what, { share, stays = false, ...options }) {
	const places = what === MEMORY;
	const outcomes = { steps: 0, kept: 0, refused: 0, lost: 0 };
	const at = (fault) => meet(scene, name, (send) => scene.faults.during(what, { places, ...options, ...fault }, send));
	// Soon, at least: whoever could not give back what only one may have keeps the others from it for a moment.
	const undisturbed = (when) => eventually(async () => await at({ first: 0 }) === 'kept', `${name}, ${when}`, 20_000);
	await undisturbed('at first');
	await undisturbed('once more');
	const count = scene.faults.get('count');
	for (const first of chosen(count, share)) {
		try {
			const outcome = await at({ first, ...!stays && { last: first } });
			outcomes[outcome]++;
			if (outcome !== 'kept')
				await undisturbed('afterwards');
		} catch (error) {
			throw new Error(`${name}: ${first} of ${count}: ${error.message}`, { cause: error });
		}
		outcomes.steps++;
	}
	await undisturbed('at last');
	return outcomes;
}
