// SPDX-License-Identifier: MIT
// Numbers that a seed decides: Mulberry32, from 0 to 1.
export function seeded(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

// Something of a list.
export const pick = (random, list) => list[Math.floor(random() * list.length)];

export const between = (random, least, most) => least + random() * (most - least);
