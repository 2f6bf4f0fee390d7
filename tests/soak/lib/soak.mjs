// SPDX-License-Identifier: MIT
// Mixed load at half of what the machine can do, and a disturbance every few moments; then an account of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { Load, FREELY } from '../../faults/lib/load.mjs';
import { PROGRAMS } from '../../faults/lib/programs.mjs';
import { Scene } from '../../faults/lib/requests.mjs';
import { DISTURBANCES, isDeadly } from './disturb.mjs';
import { between, pick, seeded } from './random.mjs';
import { Watch } from './watch.mjs';

// Of so many actions in all.
const MIX = { list: 26, call: 20, through: 15, introspect: 8, metadata: 4, refresh: 10, signIn: 4, register: 2,
	stream: 3, revoke: 2, account: 3, logout: 3 };
const DRAWN = Object.entries(MIX).flatMap(([kind, share]) => Array(share).fill(kind));

const ACTORS = 12;		// with which the maximum is found
const UNDER_WAY = 64;		// actions at once, at most: what is more than that waits while nothing answers
const PATIENCE = 40_000;	// milliseconds until a program answers for itself again
const PEOPLE = 3;		// at each server, from the beginning to the end
const [MEGABYTE, KILOBYTE] = [1 << 20, 1 << 10];

// All people are one, who may have many streams.  Lives are short, so that what ends is as many as what begins; Entra's
// tokens are renewed after half a minute.
const limits = (session) => ({ ...FREELY, database_wait: 1, code: 20, transaction: 60, access_token: 120, session,
	client_never_used: 60, audit_keep: '1m', stream: 60, streams_max: 5000, streams_person: 5000 });
const ENTRA_TOKEN = 330;

// say(line) is told how it goes.  The result has `failures`, which is empty when all is well.
export async function soak({ server, seconds, seed, say = () => {} }) {
	const random = seeded(seed);
	const session = Math.max(240, Math.round(seconds / 4));
	say(`seed ${seed}, ${seconds} s, ${server}`);
	const scene = await Scene.open(server, {
		limits: limits(session), top: ['refresh_grace = 5', 'stream_heartbeat = 2'], entra: { timeout: 2 },
	});
	try {
		await scene.site.standin.set({ access_token_lifetime: ENTRA_TOKEN });
		const load = new Load(scene.site, { random, patience: PATIENCE, margin: PATIENCE + 5000, session, key: scene.key });
		await load.begin(['mcp', 'weather'], PEOPLE);
		return await new Soak({ scene, load, random, seconds, session, server, seed, say }).run();
	} finally {
		await scene.close();
	}
}

class Soak {
	constructor(options) {
		Object.assign(this, options, { watch: new Watch(options.scene.site) });
		Object.assign(this, { disturbances: {}, underWay: new Set(), heldBack: 0 });
	}

	async run() {
		const maximum = await this.#maximum(Math.min(20, Math.max(3, this.seconds / 30)));
		this.say(`at most ${maximum.toFixed(1)} actions a second; half of it from here on`);
		await this.#soak(maximum / 2);
		await this.scene.site.database.forgetSetbacks();
		await this.load.everythingHolds();
		const report = {
			server: this.server, seed: this.seed, seconds: this.seconds,
			maximum: Math.round(maximum), rate: Math.round(maximum / 2),
			done: this.load.done, excuses: this.load.excuses, heldBack: this.heldBack, disturbances: this.disturbances,
			promised: this.load.promised, verified: this.load.grants.length, dead: this.load.ended.length,
			processes: this.growth, database: { half: this.half, end: await this.watch.database() },
		};
		return { ...report, failures: this.#failures(report) };
	}

	// Actions a second, by as many actors as keep the machine busy.
	async #maximum(seconds) {
		const began = Date.now();
		const count = this.load.acted;
		await Promise.all([...Array(ACTORS)].map(async () => {
			while (Date.now() < began + seconds * 1000)
				await this.load.act(pick(this.random, DRAWN));
		}));
		return ((this.load.acted - count) * 1000) / (Date.now() - began);
	}

	async #soak(rate) {
		this.watch.began = Date.now();
		this.end = Date.now() + this.seconds * 1000;
		const parts = [this.#send(rate), this.#disturb(), this.#look()];
		try {
			await Promise.all(parts);
		} finally {
			this.end = 0;		// for the others too, when one fails
			await Promise.allSettled(parts);
		}
		await Promise.all(this.underWay);
		if (this.failure !== undefined)
			throw this.failure;
	}

	// At an even pace, however long an answer takes.
	async #send(rate) {
		for (let next = Date.now(); Date.now() < this.end && this.failure === undefined; next += 1000 / rate) {
			await sleep(Math.max(0, next - Date.now()));
			if (this.underWay.size >= UNDER_WAY) {
				this.heldBack++;
				continue;
			}
			const action = this.load.act(pick(this.random, DRAWN)).catch((error) => { this.failure ??= error; })
				.finally(() => this.underWay.delete(action));
			this.underWay.add(action);
		}
	}

	// One after the other, until shortly before the end.  No program is ended in the second half: what grows must show.
	async #disturb() {
		const { scene: { site, faults, upstream }, random } = this;
		const pause = Math.min(3000, this.seconds * 20);
		for (;;) {
			await sleep(between(random, pause / 3, pause));
			const left = this.end - Date.now();
			const mild = left < this.seconds * 500;
			const name = pick(random, Object.keys(DISTURBANCES).filter((n) => !mild || !isDeadly(n, this.server)));
			if (left < Math.min(5000, this.seconds * 200) || this.failure !== undefined)
				return;
			await DISTURBANCES[name].run({ site, faults, upstream, random });
			this.disturbances[name] = (this.disturbances[name] ?? 0) + 1;
		}
	}

	async #look() {
		const every = Math.max(500, this.seconds * 5);
		for (let n = 0; Date.now() < this.end && this.failure === undefined; n++, await sleep(every)) {
			const sample = this.watch.look();
			if (this.half === undefined && Date.now() > this.end - this.seconds * 500)
				this.half = await this.watch.database();
			if (n % 20 === 0) {
				this.say(`${Math.round((Date.now() - this.watch.began) / 1000)} s: ${this.load.summary()} `
					+ sample.map(({ program, rss, files }) => `${program} ${rss} kB ${files}`).join(', '));
				this.scene.upstream.log.length = 0;
				void this.scene.site.standin.clearLog().catch(() => {});	// it may stand still
			}
		}
		this.growth = this.watch.growth((this.seconds * 2) / 3);
	}

	#failures({ processes, database: { half, end }, disturbances, done, heldBack }) {
		const failures = [];
		const check = (holds, what) => { if (!holds) failures.push(what); };
		for (const program of PROGRAMS)
			check(processes.some((one) => one.program === program), `no process of ${program} lived through the last third`);
		for (const { program, before, after, files } of processes) {
			check(after <= before * 1.1 + 2 * KILOBYTE, `${program} grew from ${before} to ${after} kB`);
			check(files <= 250, `${program} had ${files} files open`);
		}
		check(end.over === 0, `${end.over} rows that are long over`);
		check(end.file <= 2 * end.compact + MEGABYTE, `the database has ${end.file} bytes for ${end.compact} of rows`);
		check(end.log <= 32 * MEGABYTE, `the database's log has ${end.log} bytes`);
		if (this.session * 2 < this.seconds)	// by half of the time as many sessions end as begin
			check(end.file <= half.file * 1.5 + MEGABYTE, `the database grew from ${half.file} to ${end.file} bytes`);
		check(Object.keys(MIX).every((kind) => done[kind] > 0), 'a kind of action was never done');
		check(Object.keys(disturbances).length > 0, 'nothing was disturbed');
		check(heldBack <= Object.values(done).reduce((sum, n) => sum + n, 0), 'most of the load was held back');
		return failures;
	}
}
