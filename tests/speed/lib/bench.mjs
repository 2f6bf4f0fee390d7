// SPDX-License-Identifier: MIT
// tests/speed/bench: medians and ratios of what a person may want to compare on one machine.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { temporary, variables } from './counting.mjs';
import { load } from './load.mjs';
import { build } from './programs.mjs';
import { Scene } from './scene.mjs';

const HELP = `usage: tests/speed/bench [--repetitions N] [--seconds N] [--runs N] [--connections N]

Prints, from N interleaved repetitions (5):
  plain CGI  from start to end of mcp with tools/list, dynamic and static, of static metadata, and of a static program
             that does nothing: medians of N runs (40) each
  FastCGI    requests a second behind lighttpd over N kept connections (16) for N seconds (3) each: mcp with
             tools/list, metadata, a libfcgi program that says hello, a file; and the CPU time of one request
Nothing else should run meanwhile; compare the ratios, since times are the machine's.  Needs wrk, lighttpd and a
compiler.
`;
const TICK_US = 10_000;	// of /proc/PID/stat; Linux has USER_HZ 100 everywhere
const EMPTY_HELLO = { url: 'revoke', method: 'GET' };	// hello stands in revoke's place

const source = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const number = (n, digits = 0) => n.toFixed(digits).padStart(9);

function options() {
	const names = { repetitions: 5, seconds: 3, runs: 40, connections: 16 };
	const { values } = parseArgs({
		options: {
			help: { type: 'boolean', short: 'h' },
			...Object.fromEntries(Object.keys(names).map((name) => [name, { type: 'string' }])),
		},
	});
	if (values.help) {
		process.stdout.write(HELP);
		process.exit(0);
	}
	return Object.fromEntries(Object.entries(names).map(([name, usual]) => [name, Number(values[name] ?? usual)]));
}

function compile(dir, name, text, ...args) {
	const out = path.join(dir, name);
	execFileSync(process.env.CC ?? 'cc', ['-O2', '-o', out, '-x', 'c', '-', ...args], { input: text });
	return out;
}

// The programs, but with hello in the place of revoke.
function programsWithHello(dir) {
	const from = build('dynamic');
	const to = path.join(dir, 'bin');
	mkdirSync(to);
	for (const name of readdirSync(from).filter((file) => !file.includes('.')))
		copyFileSync(path.join(from, name), path.join(to, name));
	copyFileSync(compile(dir, 'hello', readFileSync(source('hello.c')), '-lfcgi', '-pthread'), path.join(to, 'revoke'));
	return to;
}

async function interleaved(repetitions, rows, measure) {
	const out = new Map(rows.map((row) => [row, []]));
	for (let i = 0; i < repetitions; i++)
		for (const row of rows)
			out.get(row).push(await measure(row));
	return out;
}

function cgiRows(scene, dir) {
	const list = scene.list();
	const metadata = { url: `${scene.site.url}/.well-known/oauth-protected-resource/mcp`, method: 'GET' };
	const row = (title, program, request) => {
		const input = path.join(dir, 'input');
		writeFileSync(input, list.body);
		const { url, ...rest } = request;
		return { title, program, input, env: { SALLYPORT_CONF: scene.conf, ...variables(url, rest) } };
	};
	return [
		row('nothing, static', compile(dir, 'nothing', 'int main(void) { return 0; }', '-static'), list),
		row('metadata, static', path.join(build('static'), 'metadata'), metadata),
		row('mcp tools/list, static', path.join(build('static'), 'mcp'), list),
		row('mcp tools/list, dynamic', path.join(build('dynamic'), 'mcp'), list),
	];
}

async function plainCgi(scene, dir, { repetitions, runs }) {
	const spawn = compile(dir, 'spawn', readFileSync(source('spawn.c')));
	const rows = cgiRows(scene, dir);
	const times = await interleaved(repetitions, rows, ({ program, input, env }) => median(
		execFileSync(spawn, [String(runs), input, program], { env, encoding: 'utf8' }).trim().split('\n').map(Number)));
	const floor = median(times.get(rows[0]));
	console.log('\nplain CGI, start to end         us   x nothing');
	for (const row of rows)
		console.log(`${row.title.padEnd(24)}${number(median(times.get(row)))}${number(median(times.get(row)) / floor, 1)}`);
}

// CPU time of all processes with that text in their command line.
function cpuTicks(text) {
	return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).reduce((sum, pid) => {
		try {
			if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text))
				return sum;
			const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
			return sum + Number(fields[11]) + Number(fields[12]);
		} catch {
			return sum;	// it has ended meanwhile
		}
	}, 0);
}

function fastCgiRows(scene) {
	const { url, bin, keep } = scene.site;
	const get = (title, at, program) => ({ title, program, request: { url: `${url}/${at}`, method: 'GET' } });
	return [
		{ title: 'mcp tools/list', program: path.join(bin, 'mcp'), request: scene.list() },
		get('metadata', '.well-known/oauth-protected-resource/mcp', path.join(bin, 'metadata')),
		get('hello', EMPTY_HELLO.url, path.join(bin, 'revoke')),
		get('a file', 'index.html', path.join(keep, 'none')),
	];
}

async function oneLoad({ program, request }, scene, { seconds, connections }) {
	const web = () => cpuTicks(path.join(scene.site.keep, 'lighttpd.conf'));
	const before = [web(), cpuTicks(program)];
	const got = await load(request, { seconds, connections });
	assert.equal(got.wrong, 0, got.firstWrong);
	const each = (ticks) => ticks * TICK_US / got.answers;
	return { rate: got.answers / got.seconds, web: each(web() - before[0]), app: each(cpuTicks(program) - before[1]) };
}

async function fastCgi(scene, settings) {
	const rows = fastCgiRows(scene);
	const results = await interleaved(settings.repetitions, rows, (row) => oneLoad(row, scene, settings));
	const of = (row, name) => median(results.get(row).map((one) => one[name]));
	const [mcp, , hello, file] = rows;
	console.log(`\nlighttpd, FastCGI, ${settings.connections} connections: requests/s   CPU us: web     app     sum`);
	for (const row of rows)
		console.log(`${row.title.padEnd(38)}${number(of(row, 'rate'))}          ${number(of(row, 'web'), 1)}`
			+ `${number(of(row, 'app'), 1)}${number(of(row, 'web') + of(row, 'app'), 1)}`);
	const sum = (row) => of(row, 'web') + of(row, 'app');
	const faster = (row) => (of(mcp, 'rate') / of(row, 'rate')).toFixed(2);
	console.log(`\nmcp / hello: requests/s ${faster(hello)}, CPU ${(sum(hello) / sum(mcp)).toFixed(2)}`
		+ `; mcp / file: requests/s ${faster(file)}`
		+ `; our own CPU beside hello's: ${(of(mcp, 'app') - of(hello, 'app')).toFixed(1)} us`);
}

async function main() {
	const settings = options();
	const { dir, remove } = temporary();
	const scene = await Scene.start('lighttpd-fastcgi', { env: { SALLYPORT_BIN: programsWithHello(dir) } });
	try {
		await scene.client().callTool();
		await plainCgi(scene, dir, settings);
		await fastCgi(scene, settings);
	} finally {
		await scene.stop();
		remove();
	}
}

await main();
