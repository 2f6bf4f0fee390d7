// SPDX-License-Identifier: MIT
// Every attack that is known has a test by its number.  The titles say what was done to others; the tests' names say
// what holds here.  Most are in this folder; what needs another stand-in than these have is where that is.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inBothVersions, onEachServer } from './suite.mjs';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

// 6b: vulnerabilities of systems of this kind.  2: defects of the system that this one takes the place of.  A: what the
// MCP specification and its drafts demand of client id metadata documents.
const KNOWN = {
	'6b.1': 'one client id at Entra and open registration: taken over with one click (GHSA-c2jp-c369-7pvx)',
	'6b.2': 'approved in the attacker\'s browser, called back in the victim\'s (CVE-2026-27124)',
	'6b.3': 'an authorization server in the middle, and a consent that was remembered',
	'6b.4': 'resource ignored, and a token for everything (CVE-2025-69196)',
	'6b.5': 'a refresh token as bearer, a client\'s name as HTML, forms from elsewhere, an allow-list passed by',
	'6b.6': 'arguments of a tool that lead to another path, with our credential (CVE-2026-32871)',
	'6b.7': 'redirect URI unchecked, and PKCE left out (CVE-2025-4143, CVE-2025-4144)',
	'6b.8': 'a code with a challenge, redeemed without verifier',
	'6b.9': 'a guessed code that ends somebody\'s session',
	'6b.10': 'metadata that reaches a shell (CVE-2025-6514)',
	'6b.11': 'registration that hands out the credential at Entra',
	'6b.12': 'redirect URIs read in two ways',
	'6b.13': 'a survey of 119 servers: flaws in all of them (arXiv 2605.22333)',
	'6b.14': 'X_Forwarded_User beside X-Forwarded-User (CVE-2025-64484)',
	'6b.15': 'headers of proxies, user agents, queries and fragments that were believed (CVE-2026-40575 and others)',
	'6b.16': 'crafted cookies and chunks, tokens without end or audience (CVE-2023-28625 and others)',
	'6b.17': 'unknown keys without end, while the provider is down',
	'6b.18': 'a tool that is hidden, not forbidden',
	'6b.19': 'a secret of the shipped files, and a header that chooses the upstream (GHSA-g53w-w6mj-hrpp)',
	'6b.20': 'redirects of others followed, an odd id that means all',
	'6b.21': 'one person\'s answer given to another (CVE-2026-25536)',
	'6b.22': 'a transport that nobody had guarded (CVE-2026-32211)',
	'6b.23': 'two clients with one state',
	'6b.24': 'what is no MCP at an address of MCP, and so no token asked for',
	'6b.25': 'metadata that promises what is not there',
	'2.A1': 'the callback took any browser whose state was known',
	'2.A2': 'a parameter that the caller could leave out decided about consent',
	'2.A3': 'the authorization endpoint never looked the client up',
	'2.A4': 'the form of the consent page chose client and redirect URI',
	'2.A5': 'a code was bound to no client',
	'2.A6': 'a code served for an hour, as often as one liked',
	'2.A7': 'one redirect URI for everybody: the last who registered received all codes',
	'2.A8': 'the client\'s state was a key of the cache',
	'2.A9': 'who returned was refused',
	'2.A10': 'no state, or one with a bar in it, and the sign-in failed',
	'2.A11': 'state and code were glued on unencoded',
	'2.A12': 'scope and resource were lost on the way over the consent page',
	'2.A13': 'response type unchecked, plain accepted',
	'2.A14': 'Entra\'s errors never reached the client',
	'2.A15': 'a denial did not reach the client, and could not be undone',
	'2.A16': 'an approval was a cookie, unsigned, of nobody, for a year',
	'2.A17': 'that cookie grew without bound',
	'2.A18': 'a verifier of 32 characters',
	'2.A19': 'nobody knew who had signed in',
	'2.A20': 'codes in logs and histories',
	'2.B1': 'no refresh',
	'2.B2': 'a token that outlived what it stood for',
	'2.B3': 'one fixed key and vector, no integrity, and an oracle',
	'2.B4': 'a token that served everywhere',
	'2.B5': 'keys in the outputs of a deployment',
	'2.B6': 'Entra\'s whole answer in the traces',
	'2.B7': 'arguments and answers in the log',
	'2.B8': 'a failing tool showed its token',
	'2.B9': 'a token as an argument',
	'2.B10': 'something put into every message',
	'2.B11': 'all signed out by a restart',
	'2.B12': 'no way to end a session',
	'2.B13': 'more was kept than was used, in the clear',
	'2.C1': 'any redirect URI could be registered',
	'2.C2': 'what was no registration made the server fail',
	'2.C3': 'anybody could write to the database without end',
	'2.C4': '200 in place of 201, and a date for a secret that was none',
	'2.C5': 'a client id spliced into a URL and a header',
	'2.C6': 'registrations that were found for an hour',
	'2.C7': 'one way only to be known as a client',
	'2.D1': 'an unknown decision repeated in HTML',
	'2.D2': 'a name that was a placeholder',
	'2.D3': 'error pages without any of the headers of the others',
	'2.D4': 'a form\'s token that served any form',
	'2.D5': 'a form that might lead anywhere',
	'2.D6': 'everything decoded twice',
	'2.D7': 'a token endpoint whose answers could be kept, and whose errors were no OAuth',
	'2.D8': 'a verifier compared by the rules of a language',
	'2.D9': 'no preflight where browsers need one',
	'2.D10': 'the page showed other scopes than those granted',
	'2.D11': 'a refusal that did not say where to go',
	'2.D12': 'headers that browsers have dropped in place of those that they heed',
	'2.E1': 'Entra\'s keys fetched with each call',
	'2.E2': 'one version of Entra\'s tokens alone',
	'2.E3': 'no check of tenant, scope and kind of a token',
	'2.E4': 'an assertion that was made once, and refused a day later',
	'2.E5': 'Entra\'s demand for one more step ended as text for a model',
	'2.E6': 'Graph without time limit, throttling unheeded',
	'2.E7': 'exchanged tokens kept without bound and by nobody',
	'2.E8': 'errors that said what was expected',
	'2.E9': 'an endpoint that echoed a request with its keys',
	'2.E10': 'things defined twice, and versions that float',
	'2.F1': 'the master key of a host in a header',
	'2.F2': 'a backend open to the Internet',
	'2.F3': 'one identity for two hosts',
	'2.F4': 'one application as client and resource, and a refresh without scope',
	'2.F5': 'a public database with rights over all of it',
	'2.F6': 'no log, no rate, no limit, no alert',
	'2.F7': 'consent for everyone given by a template in silence',
	'2.F8': 'another scope id with each deployment',
	'2.F9': 'one cloud\'s hosts in the code',
	A44: 'documents are supported, and the metadata says so',
	A45: 'ids that are no good URLs',
	A46: 'answers other than 200, redirects',
	A47: 'documents that are not their own address, or no registration',
	A48: 'secrets in what everybody can read',
	A49: 'redirect URIs that a document does not list',
	A50: 'errors and lies that are kept',
	A51: 'addresses of this machine and its networks, hosts that dawdle or never end',
	A51b: 'a page that does not say who asks, or loads something of the client\'s',
	A51c: 'hosts that nobody trusts, documents that change',
};

// In this folder, by what is run; elsewhere, by what stands there.
const BEGINS = /\b(?:it|test|describe)\(['"`]((?:6b\.|2\.[A-F]|A)\d+[a-z]?)(?= |['"`])/g;

function numbers() {
	const files = readdirSync(TESTS, { recursive: true })
		.filter((name) => name.endsWith('.test.mjs') && !name.includes('node_modules'));
	const written = files.map((name) => readFileSync(path.join(TESTS, name), 'utf8'))
		.flatMap((text) => [...text.matchAll(BEGINS)].map(([, id]) => id));
	return [...written, ...[...inBothVersions, ...onEachServer].map(([name]) => name.slice(0, name.indexOf(' ')))];
}

it('every known attack has a test by its number', () => {
	const tried = new Set(numbers());
	assert.deepEqual(Object.keys(KNOWN).filter((id) => !tried.has(id)), []);
});

it('every number of a test is that of a known attack', () => {
	assert.deepEqual([...new Set(numbers())].filter((id) => /^(6b|2|A)/.test(id) && KNOWN[id] === undefined), []);
});

it('no number is two tests\'', () => {
	const all = [...inBothVersions, ...onEachServer].map(([name]) => name.slice(0, name.indexOf(' ')));
	assert.deepEqual(all.filter((id, i) => all.indexOf(id) !== i), []);
});
