#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// The Azure CLI as httpd-conf/entra/register.sh sees it, on the directory of graph.mjs in the file $AZ_STATE:
// { tenant, cloud, endpoint, ... }.  --query is real JMESPath.  Each call is written to $AZ_LOG as one line of JSON.
// A fault of $AZ_FAULTS, { when: regular expression, out, err, status, times }, comes before the answer.

import { X509Certificate } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { call, refusal } from './graph.mjs';
import { require } from '../packages.mjs';

const { search } = require('jmespath');
const { AZ_LOG, AZ_FAULTS, AZ_STATE } = process.env;
const args = process.argv.slice(2);
const line = args.join(' ');
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const state = JSON.parse(readFileSync(AZ_STATE, 'utf8'));
const faults = JSON.parse(readFileSync(AZ_FAULTS, 'utf8'));
const earlier = existsSync(AZ_LOG) ? readFileSync(AZ_LOG, 'utf8').split('\n').filter(Boolean).map((text) => JSON.parse(text)) : [];
const used = (index) => earlier.filter((one) => one.fault === index).length;

function rest() {
	const url = new URL(option('--url'));
	if (`${url.origin}/` !== state.endpoint || !url.pathname.startsWith('/v1.0/'))
		throw new Error(`a call to ${url}`);
	const from = args.indexOf('--uri-parameters') + 1;
	const parameters = {};
	for (let at = from; from > 0 && args[at]?.startsWith('$'); at++) {
		const [name, ...value] = args[at].split('=');
		parameters[name] = value.join('=');
	}
	const body = option('--body');
	return call(state, option('--method'), url.pathname.slice('/v1.0/'.length), body && JSON.parse(body), parameters);
}

// az ad app credential reset --append: a certificate's names and dates are those in it.
function reset() {
	const application = state.applications.find(({ appId }) => appId === option('--id'));
	if (option('--cert') === undefined) {
		application.passwordCredentials.push({ displayName: option('--display-name'), endDateTime: option('--end-date') });
		return { password: state.secret };
	}
	const certificate = new X509Certificate(readFileSync(option('--cert').slice(1)));
	application.keyCredentials.push({
		displayName: option('--display-name'),
		type: 'AsymmetricX509Cert',
		usage: 'Verify',
		key: certificate.raw.toString('base64'),
		customKeyIdentifier: certificate.fingerprint.replaceAll(':', ''),
		startDateTime: new Date(certificate.validFrom).toISOString().replace('.000', ''),
		endDateTime: new Date(certificate.validTo).toISOString().replace('.000', ''),
	});
	return {};
}

function answer() {
	if (line.startsWith('account show'))
		return { tenantId: state.tenant };
	if (line.startsWith('cloud show'))
		return { name: state.cloud, endpoints: { microsoftGraphResourceId: state.endpoint } };
	if (line.startsWith('rest '))
		return rest();
	if (line.startsWith('ad app credential reset ') && args.includes('--append'))
		return reset();
	throw new Error(`unexpected call: ${line}`);
}

// A list is a line for each of its values, of which each may be a list.
function tsv(value) {
	const word = (one) => (one === null || one === undefined ? '' : String(one));
	const lines = Array.isArray(value) ? value : value === null ? [] : [value];
	return lines.map((one) => `${Array.isArray(one) ? one.map(word).join('\t') : word(one)}\n`).join('');
}

const fault = faults.findIndex((one, index) => new RegExp(one.when).test(line) && used(index) < (one.times ?? Infinity));
const certificate = option('--cert');
appendFileSync(AZ_LOG, JSON.stringify({
	fault,
	args,
	file: certificate === undefined ? undefined : readFileSync(certificate.slice(1), 'utf8'),
}) + '\n');
if (fault >= 0) {
	process.stdout.write(faults[fault].out ?? '');
	process.stderr.write(faults[fault].err ?? '');
	process.exit(faults[fault].status ?? 0);
}
try {
	const said = answer();
	writeFileSync(AZ_STATE, JSON.stringify(state));
	if (said !== undefined && option('-o') !== 'none')
		process.stdout.write(option('-o') === 'tsv' ? tsv(search(said, option('--query') ?? '@')) : JSON.stringify(said));
} catch (error) {
	process.stderr.write(`ERROR: ${refusal(error) ?? error.stack}\n`);
	process.exitCode = 1;
}
