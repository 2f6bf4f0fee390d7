// SPDX-License-Identifier: MIT
// The command line.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Documents } from './documents.mjs';
import { configure } from './http.mjs';
import { parseUrl } from './oauth.mjs';
import { CHECKS, VERSIONS, checksOf } from './profiles.mjs';
import { lineOf, listOf, summaryOf } from './report.mjs';
import { byCommand, byHand } from './sign-in.mjs';
import { exitStatus, runSuite } from './suite.mjs';
import { LOOPBACK, Target } from './target.mjs';

const USAGE = `run URL [options]
	URL is that of a protected MCP server; its authorization server is tested.
	--profile VERSION     one of ${VERSIONS.join(', ')}; may be repeated, default all
	--sign-in COMMAND     signs in: gets the authorization URL as its last argument, prints the URL on which
	                      the browser ended; without it you are asked to do that by hand
	--decline COMMAND     the same for a person who says no
	--client ID           a client that is registered already, instead of registering one
	--client-secret TEXT  its secret, if it has one
	--redirect-uri URI    its redirect URI, default ${LOOPBACK}
	--grace SECONDS       how long the server forgives that a used refresh token comes again, default 0
	--other URL           another MCP server of the same authorization server, for audiences
	--introspect VALUE    the Authorization field of who may introspect
	--documents BASE      an https URL, below which client id metadata documents are published ...
	--serve [HOST:]PORT   ... by this program, which listens there
	--certificate FILE    ... over TLS with this certificate
	--key FILE            ... and its key; without them a proxy has to add TLS
	--write DIR           writes the documents for BASE into a directory, to publish them yourself, and ends
	--known FILE          known exceptions: lines of an id, a space and the reason
	--only ID             this check alone; may be repeated
	--strict              a SHOULD that fails is a failure, too
	--ca FILE             a certificate authority to trust
	--timeout SECONDS     how long an answer may take, default 20
	--json                the result as JSON
	--list                what is checked, and ends
exit status: 0 all holds, 1 something does not, 2 it could not be tested`;

const OPTIONS = {
	profile: { type: 'string', multiple: true, default: VERSIONS }, 'sign-in': { type: 'string' },
	decline: { type: 'string' }, client: { type: 'string' }, 'client-secret': { type: 'string' },
	'redirect-uri': { type: 'string', default: LOOPBACK },
	grace: { type: 'string', default: '0' }, other: { type: 'string' }, introspect: { type: 'string' },
	documents: { type: 'string' }, serve: { type: 'string' }, certificate: { type: 'string' }, key: { type: 'string' },
	write: { type: 'string' }, known: { type: 'string' }, only: { type: 'string', multiple: true },
	strict: { type: 'boolean' }, ca: { type: 'string' }, timeout: { type: 'string', default: '20' },
	json: { type: 'boolean' },
	list: { type: 'boolean' }, help: { type: 'boolean' },
};
const SIGN_IN_TIMEOUT = 120_000;	// milliseconds

class Usage extends Error {}

// Resolves with the exit status.
export async function main(argv) {
	try {
		return await run(argv);
	} catch (error) {
		const isUsage = error instanceof Usage || error.code?.startsWith('ERR_PARSE_ARGS');
		console.error(isUsage ? `${error.message}\n\n${USAGE}` : error.message);
		return 2;
	}
}

async function run(argv) {
	const { values: options, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
	checkOptions(options);
	const documents = options.documents && new Documents(options.documents, { served: options.serve !== undefined });
	if (options.help) {
		console.log(USAGE);
	} else if (options.list) {
		console.log(listOf(checksOf(options.profile)));
	} else if (options.write !== undefined) {
		if (documents === undefined)
			throw new Usage('--write needs --documents');
		documents.write(options.write);
	} else {
		return test(urlOf(positionals), options, documents);
	}
	return 0;
}

function checkOptions({ profile, only = [] }) {
	const unknown = profile.find((version) => !VERSIONS.includes(version));
	if (unknown !== undefined)
		throw new Usage(`there is no profile ${unknown}`);
	mustBeChecks(only);
}

function mustBeChecks(ids) {
	const none = ids.find((id) => !CHECKS.some((check) => check.id === id));
	if (none !== undefined)
		throw new Usage(`there is no check ${none}; --list lists them`);
}

function urlOf(positionals) {
	if (positionals.length !== 1 || !/^https?:$/.test(parseUrl(positionals[0])?.protocol))
		throw new Usage('one http or https URL, please');
	return positionals[0];
}

async function test(url, options, documents) {
	configure({ timeout: Number(options.timeout) * 1000, ca: options.ca && readFileSync(options.ca) });
	const stop = documents !== undefined && options.serve !== undefined ? await serve(documents, options) : () => {};
	try {
		const target = new Target(url, {
			signIn: options['sign-in'] === undefined ? byHand : byCommand(options['sign-in'], SIGN_IN_TIMEOUT),
			decline: options.decline && byCommand(options.decline, SIGN_IN_TIMEOUT),
			client: givenClient(options), other: options.other, introspect: options.introspect, documents,
			grace: Number(options.grace) * 1000,
		});
		await target.refused();	// an MCP server that does not answer at all is no result
		const result = await runSuite(target, {
			profiles: options.profile, only: options.only, known: options.known === undefined ? {} : readKnown(options.known),
			onResult: options.json ? undefined : (one) => console.log(lineOf(one)),
		});
		console.log(options.json ? JSON.stringify(result, undefined, 2) : summaryOf(result));
		return exitStatus(result, options.strict);
	} finally {
		stop();
	}
}

function serve(documents, { serve: where, certificate, key }) {
	const [, host, port] = /^(?:(.*):)?(\d+)$/.exec(where) ?? [];
	if (port === undefined)
		throw new Usage('--serve needs a port');
	return documents.serve(Number(port), host, certificate && { cert: readFileSync(certificate), key: readFileSync(key) });
}

function givenClient({ client, 'client-secret': client_secret, 'redirect-uri': redirect_uri }) {
	return client && { client_id: client, client_secret, redirect_uris: [redirect_uri] };
}

// An empty line and one that begins with # say nothing.
function readKnown(file) {
	const lines = readFileSync(file, 'utf8').split('\n').map((line) => line.trim());
	const exceptions = lines.filter((line) => line !== '' && !line.startsWith('#'));
	const known = Object.fromEntries(exceptions.map((line) => /^(\S+)\s*(.*)$/.exec(line).slice(1)));
	mustBeChecks(Object.keys(known));
	return known;
}
