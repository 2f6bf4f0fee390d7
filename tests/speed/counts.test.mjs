// SPDX-License-Identifier: MIT
// Speed by construction: what a request costs in system calls, statements and cryptography, counted on a program that
// runs alone.  Times depend on the machine; these numbers do not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildCounter, difference, encodeRequest, fastCgi, pause, readCalls, readCounts, runCgi, strace, temporary }
	from './lib/counting.mjs';
import { build, closure } from './lib/programs.mjs';
import { Scene } from './lib/scene.mjs';

const REPEATS = 20;
const KEYS_READ_FOR = 10_000;	// a running program looks at its key files so often
const NO_IO = new Set(['getpid', 'gettid', 'getrandom', 'clock_gettime', 'futex', 'brk', 'mmap', 'munmap', 'mprotect',
	'madvise']);
const ONE_REQUEST = ['accept', 'poll', 'read', 'write', 'shutdown', 'poll', 'read', 'close'];	// libfcgi's own
const ANSWER_AT = ONE_REQUEST.indexOf('write');

let scene;
let scratch;
let counter;

before(async () => {
	scratch = temporary();
	counter = buildCounter(scratch.dir);
	scene = await Scene.start('lighttpd-fastcgi');
	assert.equal((await scene.client().callTool()).json.result.isError, false);
});
after(async () => {
	await scene?.stop();
	scratch?.remove();
});

const metadata = () => ({ url: `${scene.site.url}/.well-known/oauth-protected-resource/mcp`, method: 'GET' });

// The program's system calls per request, once its third request is answered, without those that move no byte.
async function traced(program, request, repeats = REPEATS) {
	const file = path.join(scratch.dir, 'strace');
	const server = await fastCgi(program, { conf: scene.conf, env: { SALLYPORT_WORKERS: 1 }, wrap: strace(file, '-D') });
	try {
		const bytes = encodeRequest(request);
		await answered(server, bytes, 3);
		const began = Date.now();
		await answered(server, bytes, repeats);
		const took = Date.now() - began;
		assert.ok(took < KEYS_READ_FOR, `too slow a machine to count on: ${took} ms`);
		const [startUp, ...requests] = split(readCalls(await settled(file, 3 + repeats)));
		return { startUp, first: requests[0], steady: requests.slice(3, 3 + repeats) };
	} finally {
		await server.stop();
	}
}

async function answered(server, bytes, times) {
	for (let i = 0; i < times; i++) {
		const answer = await server.ask(bytes);
		assert.equal(answer.status, 200, answer.text);
		assert.ok(JSON.parse(answer.text).error === undefined, answer.text);
	}
}

// strace writes after the fact: all is there when the program waits for the connection after the last.
async function settled(file, connections) {
	for (const until = Date.now() + KEYS_READ_FOR; ; await pause(5)) {
		const text = readFileSync(file, 'utf8');
		if (text.split(' accept(').length - 1 > connections)
			return text;
		assert.ok(Date.now() < until, text.slice(-2000));
	}
}

// What came before the first connection, then a list for each.
function split(calls) {
	const parts = [[]];
	for (const call of calls) {
		if (call.name === 'accept')
			parts.push([]);
		if (!NO_IO.has(call.name) || /\bmmap\(.*</.test(call.text))
			parts.at(-1).push(call);
	}
	return parts;
}

const names = (calls) => calls.map((call) => call.name);
const between = (list, ...inserted) => [...list.slice(0, ANSWER_AT), ...inserted, ...list.slice(ANSWER_AT)];

// How much each request asks of SQLite, OpenSSL and the heap.
async function counted(program, request, { warm = 3, repeats = REPEATS, prepare = () => {} } = {}) {
	const file = path.join(scratch.dir, 'counts');
	const env = { SALLYPORT_WORKERS: 1, LD_PRELOAD: counter, COUNT_FILE: file };
	const server = await fastCgi(program, { conf: scene.conf, env });
	const counts = [];
	try {
		const bytes = encodeRequest(request);
		await answered(server, bytes, warm);
		await prepare();
		for (let i = 0; i < repeats; i++) {
			const earlier = warm + i === 0 ? {} : readCounts(file);
			await answered(server, bytes, 1);
			counts.push(difference(earlier, readCounts(file)));
		}
		return counts;
	} finally {
		await server.stop();
	}
}

function withoutHeap({ malloc, free, ...others }) {
	assert.ok(malloc > 0 && free > 0);
	return others;
}

// Every file that a program opened or tried to, in order; what its sandbox only names is not read.
function opened(calls) {
	const opening = calls.filter((call) => /^(openat2?|open|creat)$/.test(call.name) && !call.text.includes('O_PATH'));
	return opening.map((call) => /"([^"]*)"/.exec(call.text)[1]);
}

function cgiCalls(program, request) {
	const file = path.join(scratch.dir, 'strace-cgi');
	const answer = runCgi(program, { conf: scene.conf, wrap: strace(file) }, request);
	assert.equal(answer.status, 200, answer.text);
	return readCalls(readFileSync(file, 'utf8'));
}

const isLibrary = (file) => /\.so(\.[0-9]+)*$/.test(file);
const isLoaders = (file) => isLibrary(file) || file.startsWith('/etc/ld.so.');
const databaseFiles = () => ['', '-wal', '-shm'].map((end) => `${scene.state}/sallyport.db${end}`);

for (const kind of ['dynamic', 'static']) {
	describe(`${kind} programs`, () => {
		let bin;
		before(() => { bin = build(kind); });
		const program = (name) => path.join(bin, name);

		test('a FastCGI tools/list does no I/O but the connection\'s and one lock on the open database', async () => {
			await scene.lastUsed(0);
			const { steady } = await traced(program('mcp'), scene.list());
			for (const calls of steady) {
				assert.deepEqual(names(calls), between(ONE_REQUEST, 'fcntl', 'fcntl'));
				const [lock, unlock] = calls.filter((call) => call.name === 'fcntl');
				assert.match(lock.text, /sallyport\.db-shm>, F_SETLK, \{l_type=F_RDLCK,/);
				assert.match(unlock.text, /sallyport\.db-shm>, F_SETLK, \{l_type=F_UNLCK,/);
			}
		});

		test('a FastCGI tools/call with everything cached adds one call to Graph on the kept connection', async () => {
			await scene.lastUsed(0);
			const { steady } = await traced(program('mcp'), scene.call(), 5);
			for (const calls of steady) {
				const waits = new Set(['poll', 'fcntl', 'rt_sigaction']);
				const moving = names(calls).filter((name) => !waits.has(name));
				assert.deepEqual(moving.filter((name, i) => name !== 'recvfrom' || moving[i - 1] !== name),	// in pieces
					['accept', 'read', 'sendto', 'recvfrom', 'write', 'shutdown', 'read', 'close']);
				assert.match(calls.find((call) => call.name === 'sendto').text, /"GET \/graph\/v1\.0\/me HTTP\/1\.1\\r\\n/);
				const locks = calls.filter((call) => call.name === 'fcntl');
				assert.equal(locks.length, 10, 'five read transactions: the fifth, whether Graph asked to be left alone');
				assert.ok(locks.every((call) => call.text.includes('sallyport.db-shm>, F_SETLK, ')));
			}
		});

		test('FastCGI metadata touches neither keys nor database, not even at its start', async () => {
			const { startUp, first, steady } = await traced(program('metadata'), metadata());
			for (const calls of steady)
				assert.deepEqual(names(calls), ONE_REQUEST);
			assert.deepEqual(opened(startUp).filter((file) => !isLoaders(file)), [scene.conf]);
			assert.deepEqual(opened(first), []);
		});

		test('a plain CGI tools/list opens its own files and the libraries it is linked with alone', async () => {
			await scene.lastUsed(0);
			const files = opened(cgiCalls(program('mcp'), scene.list()));
			const libraries = files.filter(isLibrary).map((file) => path.basename(file));
			const loaded = closure(program('mcp'));
			assert.deepEqual(libraries.filter((name) => !loaded.includes(name)), []);
			assert.ok(!libraries.some((name) => name.startsWith('libcurl')));
			assert.deepEqual(files.filter((file) => !isLibrary(file)),
				['/etc/ld.so.cache', scene.conf, ...databaseFiles(), `${scene.state}/keys/sign/key`]);
		});

		test('a plain CGI tools/list writes its answer and nothing else', async () => {
			await scene.lastUsed(0);
			const calls = cgiCalls(program('mcp'), scene.list());
			const writing = /^(write|pwrite64|writev|fsync|fdatasync|ftruncate|unlink|rename)$/;
			const writes = calls.filter((call) => writing.test(call.name));
			assert.deepEqual(names(writes), ['write']);
			assert.match(writes[0].text, /^write\(1</);
		});

		test('plain CGI metadata reads the configuration alone', () => {
			const files = opened(cgiCalls(program('metadata'), metadata())).filter((file) => !isLibrary(file));
			assert.deepEqual(files, kind === 'static' ? [scene.conf] : ['/etc/ld.so.cache', scene.conf]);
		});
	});
}

describe('what a request asks of SQLite and OpenSSL', () => {
	let mcp;
	before(() => { mcp = path.join(build('dynamic'), 'mcp'); });

	test('tools/list: one HMAC, one digest (of the token\'s jti), one prepared lookup', async () => {
		const counts = await counted(mcp, scene.list(), { prepare: () => scene.lastUsed(0) });
		for (const one of counts)
			assert.deepEqual(withoutHeap(one), { step_read: 1, mac: 1, digest: 1 });
	});

	test('tools/list: every request takes as much of the heap as the one before', async () => {
		const counts = await counted(mcp, scene.list(), { prepare: () => scene.lastUsed(0) });
		assert.equal(new Set(counts.slice(1).map(({ malloc }) => malloc)).size, 1);
	});

	test('tools/call: the first verifies Entra\'s signature and opens libcurl, later ones do not', async () => {
		await scene.lastUsed(0);
		const [first, ...later] = await counted(mcp, scene.call(), { warm: 0, repeats: 6 });
		assert.equal(first.verify, 1);
		assert.equal(first.step_write, undefined);
		for (const one of later) {
			const { step_read: lookups, decrypt, derive, ...others } = withoutHeap(one);
			assert.deepEqual({ lookups, decrypt, derive }, { lookups: 5, decrypt: 4, derive: 1 });
			for (const never of ['prepare', 'exec', 'step_write', 'verify', 'sign', 'encrypt', 'dlopen'])
				assert.equal(others[never], undefined, never);
		}
	});

	test('tools/call: one outgoing call each, to Graph', async () => {
		const { standin } = scene.site;
		await standin.clearLog();
		await counted(mcp, scene.call(), { warm: 0, repeats: 6 });
		assert.deepEqual(await standin.counts(),
			{ authorize: 0, code: 0, refresh: 0, exchange: 0, graph: 6, keys: 0 });
		assert.equal((await standin.log()).length, 6);
	});

	test('the session\'s last use is written once a minute at most', async () => {
		const counts = await counted(mcp, scene.list(), { repeats: 5, prepare: () => scene.lastUsed(62) });
		assert.deepEqual(counts.map((one) => one.step_write ?? 0), [1, 0, 0, 0, 0]);
		const again = await counted(mcp, scene.list(), { repeats: 5, prepare: () => scene.lastUsed(50) });
		assert.deepEqual(again.map((one) => one.step_write ?? 0), [0, 0, 0, 0, 0]);
	});

	test('a token that was not signed here is refused before the database is asked', async () => {
		const request = scene.list();
		request.headers.Authorization = request.headers.Authorization.replace(/.{6}$/, 'AAAAAA');
		const file = path.join(scratch.dir, 'counts-forged');
		const server = await fastCgi(mcp, {
			conf: scene.conf, env: { SALLYPORT_WORKERS: 1, LD_PRELOAD: counter, COUNT_FILE: file },
		});
		try {
			await server.ask(encodeRequest(scene.list()));
			const earlier = readCounts(file);
			assert.equal((await server.ask(encodeRequest(request))).status, 401);
			assert.deepEqual(withoutHeap(difference(earlier, readCounts(file))), { mac: 1 });
		} finally {
			await server.stop();
		}
	});
});
